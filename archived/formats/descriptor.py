"""The set descriptor: what every parity disc says about its whole set. It overrules every set.json.

For each member: image id, label, length, digests and chunk table of the code word's bytes (the whole image of
a data member, parity.bin of a parity member). JSON so that any program can read it, sealed so that a torn or
edited one is recognised.
"""

import base64
import binascii
import sys
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from archived.formats.disc import DiscMember, kind_at
from archived.formats.errors import DocumentDamaged, FormatError
from archived.formats.rows import utc_text
from archived.formats.sealed_json import seal, unseal
from archived.formats.set_document import CODE
from archived.language import _
from erasure.chunks import CHUNK_BYTES, ChunkTable
from erasure.errors import ErasureError

MAGIC = "archived-set"
VERSION = 1
#: Digests of one member: how many, and the longest hexadecimal one. They bound the descriptor's size.
DIGESTS_MAX = 4
DIGEST_DIGITS_MAX = 128
ALGORITHM_LETTERS_MAX = 16
HEX_DIGITS = frozenset("0123456789abcdef")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """One member that exists. Raises DocumentDamaged for digests that are none or lack sha256."""

    member: DiscMember
    #: Length of its bytes in the code word.
    size_bytes: int
    #: Lower-case hex by algorithm name, of those bytes.
    digests: Mapping[str, str]
    chunks: ChunkTable

    def __post_init__(self) -> None:
        name = f"member {self.member.position}"
        if "sha256" not in self.digests or len(self.digests) > DIGESTS_MAX:
            raise DocumentDamaged(
                _("{name}: 1 to {DIGESTS_MAX} digests with sha256, not {sorted}").format(
                    name=name, DIGESTS_MAX=DIGESTS_MAX, sorted=sorted(self.digests)
                )
            )
        for algorithm, digest in self.digests.items():
            well_formed = 16 <= len(digest) <= DIGEST_DIGITS_MAX and set(digest) <= HEX_DIGITS
            if not well_formed or len(algorithm) > ALGORITHM_LETTERS_MAX:
                raise DocumentDamaged(
                    _("{name}: {digest!r} is no {algorithm} digest").format(
                        name=name, digest=digest, algorithm=algorithm
                    )
                )
        if self.size_bytes != self.chunks.length_bytes or self.size_bytes <= 0:
            raise DocumentDamaged(
                _("{name}: {size_bytes} bytes, chunks of {length_bytes} bytes").format(
                    name=name, size_bytes=self.size_bytes, length_bytes=self.chunks.length_bytes
                )
            )


@dataclass(frozen=True, slots=True)
class SetDescriptor:
    """A protected set. Raises DocumentDamaged unless members and absent positions make one code word.

    Absent positions are the highest data positions; every parity file is as long as the longest data image.
    """

    set_id: str
    n: int
    m: int
    members: tuple[MemberRecord, ...]
    #: 1-based data positions that were never used.
    absent: tuple[int, ...]
    #: Counts rewritten wrappers: the highest one of a set is the newest.
    revision: int
    written_at: datetime
    software: str
    simulated: bool
    #: Names of members of an earlier set of these images that are kept no more: a medium that carries one of them
    #: counts for nothing.
    retired: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.n < 1 or self.m < 1 or self.n + self.m > 255 or self.revision < 1 or not self.set_id:
            raise DocumentDamaged(
                _("set {set_id!r}: {n} + {m}, revision {revision}").format(
                    set_id=self.set_id, n=self.n, m=self.m, revision=self.revision
                )
            )
        present = self.n - len(self.absent)
        if present < 1 or self.absent != tuple(range(present + 1, self.n + 1)):
            raise DocumentDamaged(
                _("set {set_id}: absent positions {absent} are not the highest ones").format(
                    set_id=self.set_id, absent=self.absent
                )
            )
        wanted = [p for p in range(1, self.n + self.m + 1) if p not in self.absent]
        found = [(record.member.position, record.member.kind) for record in self.members]
        if found != [(position, kind_at(position, self.n)) for position in wanted]:
            raise DocumentDamaged(
                _("set {set_id}: its members are {found}, not positions {wanted}").format(
                    set_id=self.set_id, found=found, wanted=wanted
                )
            )
        longest = max(record.size_bytes for record in self.members[:present])
        if any(record.size_bytes != longest for record in self.members[present:]):
            raise DocumentDamaged(
                _("set {set_id}: a parity file is not {longest} bytes long").format(
                    set_id=self.set_id, longest=longest
                )
            )

    def power(self, position: int) -> int:
        """The power of 2 that stands for the member at 1-based `position` (FORMAT.txt, section 4)."""
        index = position - 1
        return self.m + index if index < self.n else self.m - 1 - (index - self.n)

    def record(self, position: int) -> MemberRecord:
        """The member at `position`; raises KeyError for an absent one."""
        for record in self.members:
            if record.member.position == position:
                return record
        raise KeyError(position)


def encode_descriptor(descriptor: SetDescriptor) -> bytes:
    """descriptor.json"""
    fields: dict[str, Any] = {
        "set_id": descriptor.set_id,
        "revision": descriptor.revision,
        "written_at": utc_text(descriptor.written_at),
        "software": descriptor.software,
        "simulated": descriptor.simulated,
        "code": {**CODE, "n": descriptor.n, "m": descriptor.m},
        "chunk_bytes": CHUNK_BYTES,
        "absent": list(descriptor.absent),
        "members": [_member_fields(record, descriptor) for record in descriptor.members],
    }
    if descriptor.retired:
        fields["retired"] = list(descriptor.retired)
    return seal(MAGIC, VERSION, fields)


def decode_descriptor(text: bytes) -> SetDescriptor:
    """The descriptor that `text` says.

    Raises:
        UnknownVersion: a newer release wrote it.
        DocumentDamaged: torn, edited, or it contradicts itself.
    """
    fields = unseal(text, magic=MAGIC, version=VERSION)
    try:
        code = fields["code"]
        if {name: code[name] for name in CODE} != CODE or fields["chunk_bytes"] != CHUNK_BYTES:
            raise DocumentDamaged(
                _("{MAGIC}: an unknown code {code} or chunks of {chunk_bytes} bytes").format(
                    MAGIC=MAGIC, code=code, chunk_bytes=fields["chunk_bytes"]
                )
            )
        descriptor = SetDescriptor(
            set_id=_exactly(str, fields["set_id"]),
            n=_exactly(int, code["n"]),
            m=_exactly(int, code["m"]),
            members=tuple(_member(member) for member in fields["members"]),
            absent=tuple(_exactly(int, position) for position in fields["absent"]),
            revision=_exactly(int, fields["revision"]),
            written_at=datetime.fromisoformat(fields["written_at"]),
            software=_exactly(str, fields["software"]),
            simulated=_exactly(bool, fields["simulated"]),
            retired=tuple(_exactly(str, name) for name in fields.get("retired", ())),
        )
        powers = [member["power"] for member in fields["members"]]
        if powers != [descriptor.power(record.member.position) for record in descriptor.members]:
            raise DocumentDamaged(
                _("{MAGIC}: powers {powers} do not belong to these positions").format(
                    MAGIC=MAGIC, powers=powers
                )
            )
    except (KeyError, TypeError, ValueError, AttributeError, ErasureError) as error:
        raise DocumentDamaged(f"{MAGIC}: {error!r}") from None
    except DocumentDamaged:
        raise
    except FormatError as error:
        raise DocumentDamaged(f"{MAGIC}: {error}") from None
    return descriptor


def _member_fields(record: MemberRecord, descriptor: SetDescriptor) -> dict[str, Any]:
    crcs = array("I", record.chunks.crc32)
    if sys.byteorder == "big":
        crcs.byteswap()
    return {
        "position": record.member.position,
        "kind": record.member.kind,
        "image_id": record.member.image_id,
        "label": record.member.label,
        "power": descriptor.power(record.member.position),
        "size_bytes": record.size_bytes,
        "digests": dict(record.digests),
        "crc32": base64.b64encode(crcs.tobytes()).decode(),
        "xxh3": base64.b64encode(record.chunks.xxh3).decode(),
    }


def _member(fields: Mapping[str, Any]) -> MemberRecord:
    crcs = array("I", _base64(fields["crc32"]))
    if sys.byteorder == "big":
        crcs.byteswap()
    size_bytes = _exactly(int, fields["size_bytes"])
    return MemberRecord(
        member=DiscMember(
            position=_exactly(int, fields["position"]),
            image_id=_exactly(str, fields["image_id"]),
            label=_exactly(str, fields["label"]),
            kind=_exactly(str, fields["kind"]),
        ),
        size_bytes=size_bytes,
        digests={_exactly(str, k): _exactly(str, v) for k, v in fields["digests"].items()},
        chunks=ChunkTable(length_bytes=size_bytes, crc32=crcs, xxh3=_base64(fields["xxh3"])),
    )


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"not base64: {error}") from None


def _exactly(kind: type[T], value: Any) -> T:
    if type(value) is not kind:
        raise TypeError(f"{kind.__name__} is expected, not {value!r}")
    return value
