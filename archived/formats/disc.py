"""Frozen values: everything that a disc says about itself. Their form on it: docs/formats/disc.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archived.formats.errors import DiscUnplannable
from archived.formats.signing import PublicKey
from archived.language import _

#: Limits in UTF-8 bytes. They bound what a disc spends on describing itself (see `capacity`).
SET_ID_BYTES_MAX = 16
IMAGE_ID_BYTES_MAX = 64
LABEL_BYTES_MAX = 96
SOFTWARE_BYTES_MAX = 64
#: A code word over GF(2^8) has at most this many members.
MEMBERS_MAX = 255
KINDS = ("data", "parity")


@dataclass(frozen=True, slots=True)
class Institution:
    """Who keeps the archive and whom to ask."""

    name: str
    name_zh: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class DiscMember:
    """One member of a protection set as reserved: 1-based position, data first, then parity."""

    position: int
    image_id: str
    label: str
    kind: str  # one of KINDS

    def __post_init__(self) -> None:
        _limit(_("image id"), self.image_id, IMAGE_ID_BYTES_MAX)
        _limit("label", self.label, LABEL_BYTES_MAX)
        if self.kind not in KINDS:
            raise DiscUnplannable(
                _("member {position} is of kind {kind!r}, not data or parity").format(
                    position=self.position, kind=self.kind
                )
            )


@dataclass(frozen=True, slots=True)
class SetIdentity:
    """A protection set as its discs know it when they close: `n` data and `m` parity members reserved.

    Raises DiscUnplannable unless the members are exactly the positions 1..n (data) and n+1..n+m (parity).
    """

    set_id: str
    n: int
    m: int
    members: tuple[DiscMember, ...]

    def __post_init__(self) -> None:
        _limit(_("set id"), self.set_id, SET_ID_BYTES_MAX)
        if self.n < 1 or self.m < 1 or self.total > MEMBERS_MAX:
            raise DiscUnplannable(
                _("set {set_id}: {n} + {m} members; allowed is 1 + 1 up to 255 in all").format(
                    set_id=self.set_id, n=self.n, m=self.m
                )
            )
        wanted = [(p, kind_at(p, self.n)) for p in range(1, self.total + 1)]
        if [(member.position, member.kind) for member in self.members] != wanted:
            raise DiscUnplannable(
                _("set {set_id}: members are not positions 1 to {total} in order").format(
                    set_id=self.set_id, total=self.total
                )
            )

    @property
    def total(self) -> int:
        return self.n + self.m


@dataclass(frozen=True, slots=True)
class StagedFile:
    """One file of a package: its path inside the bag, and where its bytes lie under the staging root."""

    path: str
    size_bytes: int
    mtime_s: int
    source: str
    #: Lower-case hex by algorithm name; sha256 is always there.
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EmptyFolder:
    """A folder inside the bag that holds nothing."""

    path: str
    mtime_s: int


@dataclass(frozen=True, slots=True)
class PackageRecord:
    """What only the catalog knows of a package: on the disc, so that the catalog can be made from discs alone."""

    storage_class: str
    pool: str
    #: The catalog's id of the image, e.g. I000003; the disc itself is called by its set.
    image: str
    #: 0-based place among the packages of the image.
    sequence: int
    root_digest: str
    #: Uid of the submitter.
    owner: int
    reason: str
    submitted_at: datetime
    cost_bytes: int
    #: The accepted receipt as it was given; None before there is one.
    receipt: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class DiscPackage:
    """One package (a BagIt bag) as it lies on a disc, byte for byte as it was accepted."""

    package_id: str
    #: Fields of the archival reference in order, e.g. fonds, series, volume.
    reference: Mapping[str, str]
    #: Folder on the disc, below data/: data/F/S/V/v0001.
    disc_path: str
    version: int
    title: str
    retention: str
    confidentiality: str
    accepted_at: datetime
    files: tuple[StagedFile, ...]
    record: PackageRecord
    empty_folders: tuple[EmptyFolder, ...] = ()

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disc:
    """What a data disc and a parity disc have in common."""

    image_id: str
    #: The one line on label, README and volume id: `7K3F · 3 of 6 · any 4 rebuild`.
    label_line: str
    identity: SetIdentity
    #: 1-based position in the set.
    position: int
    #: When the image was frozen; the only time on the disc that is not the archivists' own. Aware.
    closed_at: datetime
    institution: Institution
    #: Name and version of the program that made it.
    software: str
    #: Checks the receipts of this archive.
    site_key: PublicKey
    simulated: bool = False

    def __post_init__(self) -> None:
        _limit(_("image id"), self.image_id, IMAGE_ID_BYTES_MAX)
        _limit("label", self.label_line, LABEL_BYTES_MAX)
        _limit(_("software version"), self.software, SOFTWARE_BYTES_MAX)
        if not 1 <= self.position <= self.identity.total or self.member.image_id != self.image_id:
            raise DiscUnplannable(
                _("image {image_id} is not member {position} of set {set_id}").format(
                    image_id=self.image_id, position=self.position, set_id=self.identity.set_id
                )
            )
        if self.closed_at.tzinfo is None:
            raise DiscUnplannable(
                _("image {image_id}: closed_at has no time zone").format(image_id=self.image_id)
            )

    @property
    def member(self) -> DiscMember:
        return self.identity.members[self.position - 1]

    @property
    def closed_s(self) -> int:
        """closed_at as whole seconds since 1970 UTC."""
        return int(self.closed_at.timestamp())


@dataclass(frozen=True, slots=True, kw_only=True)
class DataDisc(Disc):
    """One data image: whole packages of one collocation group."""

    packages: tuple[DiscPackage, ...]
    #: Volume ranges as printed on the label.
    ranges: tuple[str, ...] = ()


def kind_at(position: int, n: int) -> str:
    """The kind of the member at 1-based `position` in a set with `n` data members."""
    return KINDS[position > n]


def _limit(what: str, text: str, bytes_max: int) -> None:
    if not text or len(text.encode("utf-8", "surrogateescape")) > bytes_max:
        raise DiscUnplannable(
            _("{what} {text!r} must have 1 to {bytes_max} bytes").format(
                what=what, text=text, bytes_max=bytes_max
            )
        )
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise DiscUnplannable(_("{what} {text!r} holds control characters").format(what=what, text=text))
