"""What media and images can do to us: the one root of the errors of `backends`, and its leaves.

Failures of the wire (`devices.failures`) are not hidden here: a driver turns a sense that blames the medium
into one of these and lets an unknown outcome pass as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devices.sense import Sense


class BackendError(Exception):
    """Anything that a medium, an image or its recipe refused or got wrong. Catch a leaf where you can act."""


class MediumUnreadable(BackendError):
    """Sectors `lba` up to `lba + sectors` could not be read; nothing before them is in doubt.

    `sense` is what the drive said, or None where no drive spoke (an image file that is too short).
    """

    def __init__(self, lba: int, sectors: int, sense: Sense | None = None) -> None:
        self.lba = lba
        self.sectors = sectors
        self.sense = sense
        said = f": {sense}" if sense is not None else ""
        super().__init__(
            f"{sectors} sectors from sector {lba} cannot be read{said}; "
            "read the rest, then take these sectors from another copy or from the set"
        )


class BlockUnreadable(MediumUnreadable):
    """The block of a tape with the logical object number `block` could not be read.

    For whoever knows sectors only, `lba` is that number and `sectors` 1.
    """

    def __init__(self, block: int, sense: Sense | None = None) -> None:
        super().__init__(block, 1, sense)
        self.block = block
        said = f": {sense}" if sense is not None else ""
        self.args = (
            f"block {block} of the tape cannot be read{said}; "
            "go on behind it, and take what it holds from another copy or from the set",
        )


class BlockTooLong(BackendError):
    """A block of a tape has `length` bytes (None: not told), more than were asked for; the tape is behind it."""

    def __init__(self, block: int, length: int | None, max_bytes: int) -> None:
        self.block = block
        self.length = length
        self.max_bytes = max_bytes
        told = "more" if length is None else str(length)
        super().__init__(
            f"block {block} of the tape has {told} bytes, not at most {max_bytes}; it was written otherwise"
        )


class FilemarkMet(BackendError):
    """A filemark came where a block was to be read; the tape stands behind it."""


class EndOfData(BackendError):
    """Nothing was ever written behind this place of the tape."""


class BeginningOfMedium(BackendError):
    """The tape came to its beginning before it had gone back as far as it should."""


class PositionLost(BackendError):
    """The drive does not know where its tape stands; rewind it, then go where it should be."""


class MediumRefused(BackendError):
    """The medium is unfit for this write (not blank, too small, wrong profile); nothing was written to it."""


class WriteProtected(MediumRefused):
    """The cartridge is write-protected, or what is written on it can only be added to (WORM)."""


class MediumFull(BackendError):
    """The end of the tape was reached; what was handed over last is not on it, the flushed blocks before are."""


class WriteFailed(BackendError):
    """A write stopped at sector (on a tape: block) `lba`. What lies before may be good; the medium decides.

    With `deferred` an earlier write failed, and the drive says so only now: nothing that was handed over
    since the last successful flush counts as written.
    """

    def __init__(self, lba: int, reason: str, *, unit: str = "sector", deferred: bool = False) -> None:
        self.lba = lba
        self.reason = reason
        self.deferred = deferred
        earlier = " (something that was handed over before)" if deferred else ""
        super().__init__(
            f"writing stopped at {unit} {lba}{earlier}: {reason}; "
            "only the medium itself can say whether it is spent"
        )


class CloseFailed(BackendError):
    """All data was sent but the medium could not be closed; only reading it back tells what it holds."""


class TapeTextDamaged(BackendError):
    """Bytes on a tape that should be a label, header, trailer or index are not, or of an unknown version."""


class ImageDiffers(BackendError):
    """The bytes that were streamed for an image are not the image; it was not completed on the medium."""


class AppendCancelled(BackendError):
    """Writing an image to a tape was stopped on request; the image is not on it, what was there before is."""


class RecipeDamaged(BackendError):
    """A recipe is torn, edited or of an unknown version; the image cannot be streamed from it."""


class SourceMissing(BackendError):
    """A staged file that the recipe names is not there; the image stream was stopped before its bytes.

    `name` is what the file is called in the image, `source` where it was expected below the staging root.
    """

    def __init__(self, name: str, source: str | None = None) -> None:
        self.name = name
        self.source = source
        super().__init__(
            f"{_staged(name, source)} is missing; the image was stopped there and is not complete. "
            "Put the file back as it was accepted, or take the image from a copy or from its set"
        )


class SourceDiffers(BackendError):
    """A stretch of a staged file no longer has the length or the digest that the recipe recorded for it."""

    def __init__(self, name: str, expected: str, found: str, source: str | None = None) -> None:
        self.name = name
        self.expected = expected
        self.found = found
        self.source = source
        super().__init__(
            f"{_staged(name, source)} is not what was accepted: expected {expected}, found {found}; "
            "the image was stopped there and is not complete. "
            "Put the file back as it was accepted, or take the image from a copy or from its set"
        )


class ImageUnplannable(BackendError):
    """An entry cannot stand in a UDF image (its name, its size, a path used twice); nothing was written."""


class UdfDamaged(BackendError):
    """Bytes that should be UDF are not, or contradict each other; the reader stopped at the named place."""


class NotInImage(BackendError):
    """The image is readable there, and holds no such file."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"the image holds no file {path!r}")


def _staged(name: str, source: str | None) -> str:
    return name if source is None or source == name else f"{name} (staged as {source})"
