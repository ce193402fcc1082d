"""Frozen values of everything the catalog knows. No behaviour but what follows from a value alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from archived.media_kinds import is_tape
from archived.states import (
    CopyState,
    ImageState,
    MediumState,
    MoveState,
    PackageState,
    ReadingState,
    RecallState,
    SetState,
)


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """The archival reference (档号) of a volume, as separate fields, never parsed by position."""

    fonds: str
    series: str
    volume: str

    def __str__(self) -> str:
        return f"{self.fonds}/{self.series}/{self.volume}"


@dataclass(frozen=True, slots=True)
class GroupKey:
    """What may share an image: one collocation group, one retention class, one confidentiality, one pool."""

    pool: str
    fonds: str
    series: str
    retention: str
    confidentiality: str

    @property
    def group(self) -> tuple[str, str]:
        """The collocation group proper: fonds and series."""
        return self.fonds, self.series


@dataclass(frozen=True, slots=True)
class Package:
    """One version of one volume, an immutable BagIt bag."""

    id: str
    state: PackageState
    storage_class: str
    fonds: str
    series: str
    volume: str
    version: int
    title: str
    retention: str
    confidentiality: str
    #: Where it came from, for the record only.
    source_path: str
    #: Uid of the submitter, as the kernel told it.
    owner: int
    #: Why there is this version; empty for the first one.
    reason: str
    file_count: int
    size_bytes: int
    #: sha256 over the sorted list of payload digests and paths; equal content has an equal root.
    root_digest: str
    submitted_at: datetime
    accepted_at: datetime | None = None
    archived_at: datetime | None = None
    #: Upper bound of what it takes on a disc, tag files and directory entries included.
    cost_bytes: int = 0
    #: True while the staged bytes are still on the staging disk.
    staged: bool = True
    accepted_receipt: Mapping[str, Any] | None = None
    archived_receipt: Mapping[str, Any] | None = None

    @property
    def reference(self) -> Reference:
        return Reference(self.fonds, self.series, self.volume)

    @property
    def staging_name(self) -> str:
        """Folder of this package under the staging root."""
        return f"packages/{self.id}"

    @property
    def disc_path(self) -> str:
        """Folder of this package on its disc: data/fonds/series/volume/v0001."""
        return f"data/{self.fonds}/{self.series}/{self.volume}/v{self.version:04d}"


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One file (or empty folder) inside a package; the path is relative to the bag's root, with '/'."""

    package_id: str
    path: str
    is_directory: bool
    size_bytes: int
    mtime_s: int
    sha256: str
    blake3: str
    xxh3: str


@dataclass(frozen=True, slots=True)
class Image:
    """The exact bytes of one disc's worth of packages, or of one parity file in its wrapper."""

    id: str
    state: ImageState
    kind: str  # "data" | "parity"
    pool: str
    fonds: str
    series: str
    retention: str
    confidentiality: str
    #: A held image is not closed, protected or written until a person releases it.
    held: bool
    opened_at: datetime
    set_id: str | None = None
    #: 1-based position in the set, data first.
    position: int | None = None
    closed_at: datetime | None = None
    close_reason: str = ""
    #: The line printed on disc, README and volume id.
    label: str = ""
    #: Volume ranges as printed on the label.
    ranges: tuple[str, ...] = ()
    size_bytes: int | None = None
    sha256: str | None = None
    blake3: str | None = None
    xxh3: str | None = None
    #: Where the code word's bytes lie in the image: 0 and its size for data, parity.bin for parity.
    payload_offset: int = 0
    payload_bytes: int | None = None
    #: What its own bytes call it (`7K3F-3`), where it is a member of another set since; "" where both are the same.
    carved: str = ""
    #: Of a parity image: the revision of its set's descriptor that lies on it; a new wrapper has a higher one.
    revision: int = 1

    @property
    def name(self) -> str:
        """What its own bytes, its label and its volume id call it: `7K3F-3`; "" as long as it has no set."""
        if self.carved or self.set_id is None:
            return self.carved
        return f"{self.set_id}-{self.position}"

    @property
    def key(self) -> GroupKey:
        return GroupKey(self.pool, self.fonds, self.series, self.retention, self.confidentiality)

    @property
    def recipe_name(self) -> str:
        """The recipe's file under the staging root."""
        return f"recipes/{self.id}.recipe"


@dataclass(frozen=True, slots=True)
class ProtectionSet:
    """N data images and M parity files under one systematic Reed–Solomon code."""

    id: str
    state: SetState
    pool: str
    n: int
    m: int
    #: What may join: a collocation group, a fonds or the whole pool, as one printable key.
    scope: str
    confidentiality: str
    opened_at: datetime
    #: Positions (1-based) of data members that a short set leaves unused.
    absent: tuple[int, ...] = ()
    close_asked: bool = False
    protected_at: datetime | None = None
    completed_at: datetime | None = None
    #: The set whose surviving images it protects anew; "" for one that was formed of images as they closed.
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Medium:
    """A physical carrier. Its id is how people call it: the barcode where there is one."""

    id: str
    state: MediumState
    kind: str
    barcode: str | None
    batch: str
    media_id: str
    capacity_bytes: int
    library: str | None
    #: Element address where it was last seen; None when it is not in a library.
    element: int | None
    #: The slot it goes back to.
    home_element: int | None
    magazine: str | None
    seen_at: datetime | None = None
    note: str = ""
    simulated: bool = False
    #: What a cartridge's written part takes of its capacity, torn ends among it; 0 for discs.
    used_bytes: int = 0
    #: UUID in the label of a cartridge; None for discs, and until a session or a look read a label of ours on it.
    label_uuid: str | None = None
    #: Uid of its radio tag in lower-case hexadecimal digits; a tag is of one medium.
    rfid_uid: str | None = None
    #: What a person reads on it, where that is not the barcode.
    printed_label: str | None = None
    #: The line that its file system has as volume id; every copy of one image has the same. None for cartridges.
    volume_id: str | None = None
    #: What saw it last: "robot:LIB", "reader:NAME", "drive:NAME", "uid:1000"; "" for nobody.
    seen_by: str = ""

    @property
    def holds_many(self) -> bool:
        """Whether images are added to it one after the other: a cartridge."""
        return is_tape(self.kind)


@dataclass(frozen=True, slots=True)
class Copy:
    """One image on one medium."""

    id: int
    image_id: str
    medium_id: str
    state: CopyState
    role: str
    site: str
    planned_at: datetime
    write_drive: str | None = None
    verify_drive: str | None = None
    written_at: datetime | None = None
    verified_at: datetime | None = None
    note: str = ""
    #: Pool by whose rules it is written; empty means the pool of its image.
    pool: str = ""
    #: Number of the tape file that holds the image's bytes, from 0 at the beginning of the tape; None on discs.
    tape_file: int | None = None
    #: Logical object number of that file's first block, as LOCATE takes it.
    first_block: int | None = None
    #: All blocks of it but the last are this long.
    block_bytes: int | None = None
    #: Of a parity image whose wrapper was made anew since: where parity.bin begins in the wrapper on this medium.
    payload_offset: int | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One motion of the robot, on record before it is commanded."""

    id: int
    state: MoveState
    library: str
    medium_id: str
    source: int
    destination: int
    why: str
    begun_at: datetime
    ended_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Drive:
    """One burner or tape drive of a library."""

    name: str
    library: str
    element: int
    serial: str
    up: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Recall:
    """One request for bytes: files of one package, or one whole image."""

    id: str
    state: RecallState
    #: The package whose files are wanted; None when a whole image is.
    package_id: str | None
    #: The image that is read; None while the package is in no protected image and comes from staging.
    image_id: str | None
    #: Paths inside the bag, resolved; empty for a whole image.
    paths: tuple[str, ...]
    requested_at: datetime
    owner: int
    bytes_wanted: int
    #: True when the bytes come from staging and nothing needs to be read from media.
    from_staging: bool = False
    note: str = ""
    ended_at: datetime | None = None
    #: What was asked for together has the same order.
    order_id: str | None = None
    #: What its caller called the order: an order that is sent again is the same one.
    order_key: str = ""
    #: Byte ranges of single files: (path, start, length, sha256 of just these bytes, "" until they are gathered).
    pieces: tuple[tuple[str, int, int, str], ...] = ()
    #: What it takes of the recall area, as planned.
    area_bytes: int = 0
    ready_at: datetime | None = None
    #: "recall" when somebody asked for it; "care" when we need the image ourselves, to write it again; "remake" when
    #: we need parity.bin of a parity image, to make a new wrapper around it.
    purpose: str = "recall"

    @property
    def is_ours(self) -> bool:
        """Whether nobody asked for it but we ourselves."""
        return self.purpose != "recall"


@dataclass(frozen=True, slots=True)
class Reading:
    """Ranges of one copy that a recall wants: (offset, length) in bytes of the image, sector aligned."""

    id: int
    recall_id: str
    image_id: str
    copy_id: int
    state: ReadingState
    ranges: tuple[tuple[int, int], ...]
    #: "files" when the ranges hold the wanted files, "set" when they are for decoding others.
    purpose: str
    bad: tuple[tuple[int, int], ...] = ()
    #: Drives that ended this reading without an outcome, one for each failure.
    tried_in: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, for ever. Types follow PREMIS where PREMIS has a word."""

    id: int
    at: datetime
    type: str
    #: "uid:1000" for a person, "archived" for the daemon.
    agent: str
    subject_kind: str
    subject_id: str
    outcome: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a person takes upon himself: an exception from a rule or a waiver of diversity."""

    kind: str  # "exception" | "diversity"
    thing: str
    reason: str
    agent: str
    at: datetime
