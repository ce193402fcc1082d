"""What a kind of changer does otherwise than SMC-3 says, as values: the driver asks these, never for a vendor.

A profile is chosen by what INQUIRY says (`profile_for`), or named by a configuration. `STANDARD` tries the fullest
form of each question and remembers what was refused; a profile of its own is needed where trying is not enough: where a
device answers wrongly instead of refusing, or gives answers that cannot be relied on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from robotics.model import ChangerIdentity

#: Sense of an element address that does not exist (SMC-3).
INVALID_ELEMENT = (0x5, 0x21, 0x01)
#: Opcodes of INITIALIZE ELEMENT STATUS WITH RANGE; both are in the field.
RANGE_OPCODES = (0x37, 0xE7)


class Ask(Enum):
    """How a question that a changer may not understand is put to it."""

    #: Once in the fullest form; a refusal as illegal request is remembered.
    TRY = "try"
    #: Always; a refusal is a refusal.
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class ChangerProfile:
    """How one kind of changer is asked, and what of its answers is believed.

    Asking:
    - `kinds_apart`: the status of each kind of element is asked for by itself; with NEVER all kinds at once (type 0).
    - `barcodes` (VOLTAG), `drive_serials` (DVCID), `both_at_once`: what READ ELEMENT STATUS may ask for.
    - `allocation_bytes_max`, `elements_max`: of one answer.
    - `range_opcodes`: those of INITIALIZE ELEMENT STATUS WITH RANGE, in the order of trying; without one that is
      understood, every element is looked into.
    - `exchange`, `locks_doors` (PREVENT ALLOW), `opens_ports` (OPEN/CLOSE IMPORT/EXPORT ELEMENT).

    Believing:
    - `access_told`: ACCESS says whether the arm reaches a medium; without, every medium counts as reachable.
    - `source_told`: where a medium came from.
    - `missing_tail_bytes`: so many bytes of each answer are announced and never sent.
    - `bad_element`: the sense codes (key, asc, ascq) with which a move to no element is refused.
    """

    name: str
    kinds_apart: Ask = Ask.TRY
    barcodes: Ask = Ask.TRY
    drive_serials: Ask = Ask.TRY
    both_at_once: Ask = Ask.TRY
    allocation_bytes_max: int = 0xFFFF
    elements_max: int = 1000
    range_opcodes: tuple[int, ...] = RANGE_OPCODES
    exchange: Ask = Ask.TRY
    locks_doors: Ask = Ask.TRY
    opens_ports: Ask = Ask.TRY
    access_told: bool = True
    source_told: bool = True
    missing_tail_bytes: int = 0
    bad_element: frozenset[tuple[int, int, int]] = frozenset({INVALID_ELEMENT})


STANDARD = ChangerProfile("standard")
#: tgt 1.0.85, a target in user space. Type 0 answers with pages that overlap, EXCHANGE, PREVENT and E7h are not
#: there, ACCESS is never set, serial numbers are cut at 10, and 8 bytes of each answer do not come.
TGT = ChangerProfile(
    "tgt",
    kinds_apart=Ask.ALWAYS,
    range_opcodes=(0x37,),
    exchange=Ask.NEVER,
    locks_doors=Ask.NEVER,
    opens_ports=Ask.NEVER,
    access_told=False,
    missing_tail_bytes=8,
    bad_element=frozenset({INVALID_ELEMENT, (0x5, 0x24, 0x00)}),
)

PROFILES: Mapping[str, ChangerProfile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            STANDARD,
            TGT,
            ChangerProfile("all-kinds-at-once", kinds_apart=Ask.NEVER),
            ChangerProfile("barcodes-or-serials", both_at_once=Ask.NEVER),
            ChangerProfile("no-drive-serials", drive_serials=Ask.NEVER),
            ChangerProfile("no-barcodes", barcodes=Ask.NEVER),
            ChangerProfile("small-answers", allocation_bytes_max=4096, elements_max=32),
            ChangerProfile("access-untold", access_told=False),
            ChangerProfile("source-untold", source_told=False),
            ChangerProfile(
                "moves-only",
                range_opcodes=(),
                exchange=Ask.NEVER,
                locks_doors=Ask.NEVER,
                opens_ports=Ask.NEVER,
            ),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """What INQUIRY says of changers of one profile: a vendor as a whole, and part of a product's name.

    `designator` is how a name in page 83h begins of one that may say any other vendor and product.
    """

    vendor: str
    product: str
    profile: str
    source: str
    designator: str = ""

    def fits(self, identity: ChangerIdentity) -> bool:
        vendor, product = identity.vendor.strip().upper(), identity.product.upper()
        return self.vendor.upper() in ("", vendor) and self.product.upper() in product


#: The first that fits counts. A library is listed only where working software says what it does.
PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "IET",
        "",
        "tgt",
        "tgt 1.0.85 as it names itself; told another name, its profile has to be named",
        "IET     ",
    ),
    Pattern("Sony", "XL1B", "all-kinds-at-once", "mtx 1.3.12, mtxl.c: VGP-XL1B2 answers no single type"),
)


def profile_for(identity: ChangerIdentity) -> ChangerProfile:
    """The profile of a changer by what INQUIRY says; a configuration may name another."""
    found = next((pattern.profile for pattern in PATTERNS if pattern.fits(identity)), STANDARD.name)
    return PROFILES[found]


def profile_to_name(identity: ChangerIdentity, designators: Sequence[str]) -> str:
    """The profile that a configuration must name, by the names in page 83h; "" where INQUIRY is enough."""
    told = (pattern for pattern in PATTERNS if pattern.designator)
    found = next((p.profile for p in told if any(name.startswith(p.designator) for name in designators)), "")
    return "" if found == profile_for(identity).name else found
