"""What makes one model of the single-letter robots differ from another, as values.

A profile holds letters that its source names. What no source says stands in the configuration: how many discs a bin
holds above all, and every letter of a model that is not here. `own_profiles` makes profiles of such tables.

Letters mean different things on different models (H puts a held disc on the tray of an Amtren, and fetches a disc from
the second drive of a two-bank tower): a profile for another model is not tried, it is looked up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from devices.lines import SerialSettings
from robotics.model import Bin, BinOrder

INPUT, ACCEPT, REJECT = 1, 2, 3
BIN_NAMES: Mapping[int, str] = MappingProxyType({INPUT: "input", ACCEPT: "accept", REJECT: "reject"})
#: Addresses of one bin's places; the most that it may hold.
BIN_PLACES = 256
FIRST_PLACE = 1024
#: No source says how many discs a bin holds; this stands there until a configuration does.
UNTOLD_DISCS = 100
#: The least that a motion must be given.
MOTION_TIMEOUT_S_MIN = 30.0


@dataclass(frozen=True, slots=True)
class DriveLetters:
    """The letters of one drive: bin -> tray, tray -> hand, tray -> accept bin, hand -> tray ("": it has none).

    Drives with the same letters are told apart by their trays: the one that is open is meant.
    """

    load: str = "I"
    get: str = "G"
    accept: str = "A"
    put: str = ""


@dataclass(frozen=True, slots=True)
class GenericProfile:
    """One model. "" stands for a letter that it has not.

    - `drives`: the letters of each drive, from number 1 on.
    - `reject`: hand -> reject bin. `accept_from_hand`: the accept letter needs the disc in the hand, as reject does.
    - `sign_on`: what has to be said first; `calibrate`, `status`, `cancel`.
    - `low_fails`: E may say no more than that the input bin runs low, whatever became of the disc.
    - `motion_timeout_s`, `query_timeout_s`: how long an answer may take; `quiet_s`: how long the line must be silent
      after an answer before anything else is asked.
    """

    name: str
    bins: tuple[Bin, ...]
    drives: tuple[DriveLetters, ...] = (DriveLetters(),)
    reject: str = "R"
    accept_from_hand: bool = False
    sign_on: str = ""
    calibrate: str = "C"
    status: str = "S"
    cancel: str = "\x03"
    baud: int = 9600
    low_fails: bool = False
    motion_timeout_s: float = 60.0
    query_timeout_s: float = 10.0
    quiet_s: float = 0.2

    @property
    def line(self) -> SerialSettings:
        """How its serial line is opened: 8N1 without flow control, at its speed."""
        return SerialSettings(baud=self.baud)


def piles(
    discs: Mapping[int, int] | None = None,
    order: BinOrder = BinOrder.LIFO,
    *,
    reject: bool = True,
    accept_from_hand: bool = False,
) -> tuple[Bin, ...]:
    """The bins of a robot: `discs` says how many each holds, `order` which one of the input bin comes next."""
    sizes = discs or {}
    return tuple(
        Bin(
            number,
            name,
            FIRST_PLACE + BIN_PLACES * (number - 1),
            sizes.get(number, UNTOLD_DISCS),
            order if number == INPUT else BinOrder.LIFO,
            takes=number == INPUT,
            puts=number != INPUT,
            by_hand=number == REJECT or (number == ACCEPT and accept_from_hand),
        )
        for number, name in BIN_NAMES.items()
        if reject or number != REJECT
    )


def furnished(profile: GenericProfile, *, drives: int, bins: tuple[Bin, ...]) -> GenericProfile:
    """A profile with the drives and bins of one machine; further drives have the letters of the first."""
    letters = (*profile.drives, *(profile.drives[0],) * drives)[:drives]
    return replace(profile, drives=letters, bins=bins)


#: Letters V C I A G R S, and H for a held disc -> tray: r2disc2 (README, cd_next.c, cd_prev.c, minirc.amtren). Its
#: programs sign on with nothing and begin with C.
AMTREN = GenericProfile("amtren", piles(), (DriveLetters(put="H"),))
#: Two drives over one another, each with the letters of `AMTREN`; the open tray is the one that is meant, as
#: pyDiscRip's generic controller drives two.
AMTREN_TWO_DRIVES = replace(AMTREN, name="amtren-two-drives", drives=(DriveLetters(put="H"),) * 2)
#: The core letters alone; V first, as "sometimes required as first command" (r2disc2, pyDiscRip).
MF_DIGITAL = GenericProfile("mf-digital", piles(), sign_on="V")
#: "All serial Microboards are generic" (hyperdiscs, introduction to command sets): the core letters.
MICROBOARDS = GenericProfile("microboards", piles())
#: "Older units use K in place of G" (the same).
MICROBOARDS_OLD = GenericProfile("microboards-old", piles(), (DriveLetters(get="K"),))
#: E for every I once five discs or fewer are left (hyperdiscs by way of r2disc2 and pyDiscRip).
KODAK = GenericProfile("kodak", piles(), low_fails=True)
#: Two banks of drives: H gets and B accepts from the second (r2disc2 and pyDiscRip list both as "non-standard").
#: Neither names a letter that puts a held disc on a tray: where a model has one, it is `put` of an own table.
TWO_BANKS = GenericProfile("two-banks", piles(), (DriveLetters(), DriveLetters(get="H", accept="B")))

PROFILES: Mapping[str, GenericProfile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            AMTREN,
            AMTREN_TWO_DRIVES,
            MF_DIGITAL,
            MICROBOARDS,
            MICROBOARDS_OLD,
            KODAK,
            TWO_BANKS,
        )
    }
)
