"""The narrow interfaces of drives, and what is said about the media in them."""

from dataclasses import dataclass
from enum import Enum, unique
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from backends.optical.quality.interface import QualityScanner

SECTOR_BYTES = 2048
#: The unit in which a Blu-ray disc is written: 64 KiB.
CLUSTER_SECTORS = 32
CLUSTER_BYTES = CLUSTER_SECTORS * SECTOR_BYTES


@unique
class DiscStatus(Enum):
    """What can be done with what lies in a drive."""

    ABSENT = "absent"
    BLANK = "blank"
    APPENDABLE = "appendable"  # something was written and it was not closed: an interrupted burn
    COMPLETE = "complete"
    UNREADABLE = "unreadable"  # there is a disc, and the drive makes nothing of it


@dataclass(frozen=True, slots=True)
class Disc:
    """A disc as the drive sees it; capacities are usable sectors of 2048 bytes.

    `profile` is the MMC profile number, `next_writable` the address of the next write or None when there is
    none, `media_id` the code of maker and type ("" when the disc or the drive tells none).
    """

    status: DiscStatus
    profile: int = 0
    capacity_sectors: int = 0
    written_sectors: int = 0
    next_writable: int | None = None
    media_id: str = ""


@dataclass(frozen=True, slots=True)
class DriveIdentity:
    """What a drive says that it is; the serial number is empty when it tells none."""

    vendor: str
    product: str
    revision: str
    serial: str


@dataclass(frozen=True, slots=True)
class TraySeen:
    """A tray as its drive tells of it without turning a disc; `has_disc` says nothing while it is out."""

    is_open: bool
    has_disc: bool


class SectorSource(Protocol):
    """Where sectors of an image come from: an optical drive, or an image that lies on a tape."""

    def read(self, lba: int, sectors: int) -> bytes:
        """The bytes of `sectors` sectors of 2048 bytes from `lba`. Raises MediumUnreadable, DeviceFailure."""


class OpticalDrive(Protocol):
    """One optical drive. One caller at a time; never waits for readiness, never retries.

    What no method lists: `DeviceRefused` for any other refusal, `OutcomeUnknown` when the drive says nothing.
    """

    def identify(self) -> DriveIdentity:
        """Who it is."""

    def is_ready(self) -> bool:
        """Whether a disc is in and can be used now; False also right after a change of disc or a reset."""

    def inspect(self) -> Disc:
        """What lies in the drive."""

    def tray(self) -> TraySeen | None:
        """Where its tray is, without turning a disc; None when the drive does not tell."""

    def load(self) -> None:
        """Close the tray and start the disc."""

    def eject(self) -> None:
        """Stop the disc and open the tray."""

    def read(self, lba: int, sectors: int) -> bytes:
        """The bytes of `sectors` sectors from `lba`. Raises MediumUnreadable."""

    def write(self, lba: int, data: bytes) -> None:
        """Write whole sectors at the next writable address. Raises WriteFailed."""

    def synchronize(self) -> None:
        """Return when everything written is on the disc. Raises WriteFailed."""

    def close_disc(self) -> None:
        """Finalize the disc: nothing can be added any more. Raises CloseFailed."""

    def lock_tray(self, locked: bool) -> None:
        """Forbid or allow the removal of the disc."""

    def scanner(self) -> "QualityScanner | None":
        """How to ask for the errors on the disc in it; None when nobody knows how to, of this drive or this disc."""


@dataclass(frozen=True, slots=True)
class Cartridge:
    """A cartridge as a tape drive sees it. What nobody could tell is None, "" or 0.

    `present` says that there is one, `ready` that it is threaded and can be used now. `density_code` and
    `medium_type` are the numbers of the mode parameter header (SSC-4), `capacity_bytes` and `remaining_bytes`
    those of the cartridge's memory, `barcode` what is written there and not what a label shows.
    """

    present: bool
    ready: bool = False
    write_protected: bool = False
    worm: bool = False
    cleaning: bool = False
    density_code: int = 0
    medium_type: int = 0
    barcode: str | None = None
    serial: str = ""
    capacity_bytes: int = 0
    remaining_bytes: int | None = None
    loads: int | None = None


@dataclass(frozen=True, slots=True)
class TapePosition:
    """Where the tape stands: before logical object `block`, after `file` filemarks (None: not told).

    Blocks and filemarks are both counted as logical objects, from 0. `at_end` means past early warning.
    """

    block: int
    file: int | None = None
    partition: int = 0
    at_beginning: bool = False
    at_end: bool = False


@unique
class AlertSeverity(Enum):
    """How urgent a TapeAlert flag is."""

    INFORMATION = "information"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class TapeAlert:
    """One raised TapeAlert flag (SSC-4 annex A): its number from 1, its urgency, and words for people."""

    flag: int
    severity: AlertSeverity
    words: str


@dataclass(frozen=True, slots=True)
class DriveCounters:
    """What the drive counted: about this load first, then about its life; None where it does not tell."""

    written_bytes: int | None = None
    write_errors_corrected: int | None = None
    write_errors_uncorrected: int | None = None
    read_bytes: int | None = None
    read_errors_corrected: int | None = None
    read_errors_uncorrected: int | None = None
    lifetime_loads: int | None = None
    cleanings: int | None = None
    powered_hours: int | None = None
    motion_hours: int | None = None


@dataclass(frozen=True, slots=True)
class CartridgeWear:
    """What a cartridge went through in its life, as its drive or its chip counted; None where neither tells.

    Bytes are counted in whole 10^6 by drives, in whole MiB by chips. A pass is a run of the tape over that place.
    """

    loads: int | None = None
    written_life_bytes: int | None = None
    read_life_bytes: int | None = None
    write_errors_uncorrected: int | None = None
    read_errors_uncorrected: int | None = None
    beginning_passes: int | None = None
    middle_passes: int | None = None


@unique
class AttributeFormat(Enum):
    """How the value of a MAM attribute is written (SPC-4 7.4)."""

    BINARY = 0
    ASCII = 1
    TEXT = 2


@dataclass(frozen=True, slots=True)
class MamAttribute:
    """One attribute of the medium auxiliary memory (SPC-4 7.4) as it stands there."""

    identifier: int
    format: AttributeFormat
    value: bytes
    read_only: bool = False

    @property
    def text(self) -> str:
        """An ASCII or text value without its padding."""
        return self.value.decode("utf-8", errors="replace").strip(" \0")

    @property
    def number(self) -> int:
        """A binary value as an unsigned number."""
        return int.from_bytes(self.value, "big")


@dataclass(frozen=True, slots=True)
class CartridgeMemory:
    """What the chip in a cartridge says; None or "" where it says nothing. `attributes` holds all of it."""

    capacity_bytes: int | None = None
    remaining_bytes: int | None = None
    loads: int | None = None
    written_life_bytes: int | None = None
    read_life_bytes: int | None = None
    manufacturer: str = ""
    serial: str = ""
    barcode: str = ""
    density_code: int | None = None
    worm: bool = False
    cleaning: bool = False
    attributes: tuple[MamAttribute, ...] = ()

    def attribute(self, identifier: int) -> MamAttribute | None:
        """The attribute with that number, None when the chip has none."""
        return next((one for one in self.attributes if one.identifier == identifier), None)


class TapeDrive(Protocol):
    """One tape drive. One caller at a time; never waits for readiness, never retries.

    Blocks have variable length and are not compressed; every block or filemark moves the position by one.
    What no method lists: `DeviceRefused` for any other refusal, `OutcomeUnknown` when the drive says nothing;
    after both the position is what `position` says, and after a refusal of kind "state changed" the
    beginning. A write may be refused for what an earlier one did: `WriteFailed` with `deferred`.
    """

    def identify(self) -> DriveIdentity:
        """Who it is."""

    def is_ready(self) -> bool:
        """Whether a cartridge can be used now; False also right after a change or a reset (asking again
        tells), while a cartridge is threaded, and for one that cleans.
        """

    def inspect(self) -> Cartridge:
        """What lies in the drive."""

    def load(self) -> None:
        """Begin to thread the cartridge that lies in the drive; once `is_ready` the tape stands at its beginning.

        A first load may take two hours: no command waits for it.
        """

    def unload(self) -> None:
        """Rewind, unthread, and put the cartridge where it can be taken. Raises WriteFailed (deferred)."""

    def rewind(self) -> None:
        """Go to the beginning. Raises WriteFailed (deferred)."""

    def read_block(self, max_bytes: int) -> bytes:
        """The next block, whole.

        Raises FilemarkMet (the tape stands behind it), EndOfData, MediumUnreadable, BlockTooLong (the tape
        stands behind the block).
        """

    def write_block(self, data: bytes | bytearray | memoryview) -> bool:
        """Hand over one block; what follows it on the tape is gone. True once early warning was passed.

        The block is on the tape only after `write_filemarks`. Raises MediumFull (this block was not taken),
        WriteFailed, WriteProtected.
        """

    def write_filemarks(self, count: int, *, immediate: bool = False) -> bool:
        """Write `count` filemarks (0 only flushes) and return when everything written is on the tape.

        With `immediate` they are handed over like blocks, and the tape does not stop for them.
        True once early warning was passed. Raises MediumFull, WriteFailed (`deferred` when blocks written
        before are lost), WriteProtected.
        """

    def space_filemarks(self, count: int) -> None:
        """Go over `count` filemarks and stand behind the last; back over them for a negative count, and
        stand before it. Raises EndOfData, BeginningOfMedium, MediumUnreadable.
        """

    def space_to_end(self) -> None:
        """Go behind the last thing written. Raises MediumUnreadable."""

    def locate(self, block: int) -> None:
        """Stand before that logical object. Raises EndOfData (the tape stands at the end of data),
        MediumUnreadable.
        """

    def position(self) -> TapePosition:
        """Where the tape stands. Raises PositionLost."""

    def lock_cartridge(self, locked: bool) -> None:
        """Forbid or allow the removal of the cartridge."""

    def alerts(self) -> tuple[TapeAlert, ...]:
        """The TapeAlert flags that are raised now; asking may lower them."""

    def counters(self) -> DriveCounters:
        """Error and life counters, as far as the drive keeps them."""

    def wear(self) -> CartridgeWear:
        """What the cartridge went through, as far as drive or chip keep it."""

    def attributes(self) -> CartridgeMemory:
        """What the cartridge's memory says; empty when the drive cannot read it."""

    def write_attribute(self, identifier: int, value: str | bytes) -> None:
        """Set one host attribute (0800h to 0BFFh) of the cartridge's memory: text, or bytes; empty removes.

        Raises ValueError for a value that the attribute cannot hold.
        """
