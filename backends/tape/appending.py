"""A session that appends images to a cartridge, one behind the other, and ends with an index.

An image counts from the moment at which `append` returns: its trailer's filemark is flushed then, and it was the
write that commits. Whatever ends a session before leaves a torn end, which the next session recognises by reading.
"""

from collections.abc import Callable
from dataclasses import dataclass

from backends.errors import AppendCancelled, BackendError, ImageDiffers, MediumFull, WriteFailed
from backends.interface import TapeDrive
from backends.tape.append_place import place_to_append
from backends.tape.block_feed import BlockFeed, ImageSource, NewDigests
from backends.tape.contents import TapeContents
from backends.tape.image_on_tape import ImageIdentity, ImageOnTape
from backends.tape.index import Index, encode_index
from backends.tape.marks import Header, Origin, Trailer, decode_header, encode_header, encode_trailer
from backends.tape.sealed_text import in_blocks, in_one_block
from backends.tape.tape_pen import TapePen
from devices.clock import Clock
from devices.failures import DeviceFailure

#: Blocks that are read ahead of the drive: 32 MiB with blocks of 1 MiB.
RING_BLOCKS = 32
#: Cartridge memories count what remains in whole MiB.
_REMAINING_UNIT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class SessionReport:
    """How a session went. Bytes are those of blocks, seconds those in which images were written."""

    images: tuple[ImageOnTape, ...]
    bytes: int
    seconds: float
    #: How often the drive had to wait for data, and so stopped and went back.
    underruns: int
    #: How often it had to stop since what was written had to be on the tape.
    flushes: int
    #: Early warning was passed: no further image belongs on this cartridge.
    nearly_full: bool
    #: "" when the index is on the tape or there was nothing to list, else why it is not. Costs no image.
    index_problem: str

    @property
    def repositions(self) -> int:
        """How often the tape had to stop and go back, as far as we caused it."""
        return self.underruns + self.flushes

    @property
    def mb_per_s(self) -> float:
        """10^6 bytes a second; 0 when no time passed."""
        return self.bytes / self.seconds / 1e6 if self.seconds else 0.0


def _ignore(_done_bytes: int) -> None:
    """Nobody wants to know."""


def _never() -> bool:
    """Nobody cancels."""
    return False


class AppendSession:
    """One session on the cartridge in `drive`, which must be the one that `contents` was read from, just before.

    `new_digests` says which digests are streamed and compared: all of them cost up to 3 s of a processor a GB where
    sha256 has no instructions of its own, blake3 alone proves the bytes as well.
    Raises MediumRefused when nothing may be written to it. See `place_to_append` for `known_until_block`.
    """

    def __init__(
        self,
        drive: TapeDrive,
        contents: TapeContents,
        *,
        clock: Clock,
        new_digests: NewDigests,
        software: str,
        known_until_block: int | None = None,
        ring_blocks: int = RING_BLOCKS,
    ) -> None:
        worm = drive.inspect().worm
        place = place_to_append(contents, append_only=worm, known_until_block=known_until_block)
        if contents.label is None:
            raise ValueError("a place without a label")
        self._label = contents.label
        self._pen = TapePen(drive, place, append_only=worm)
        self._drive = drive
        self._clock = clock
        self._new_digests = new_digests
        self._software = software
        self._ring_blocks = ring_blocks
        self._session = contents.sessions + 1
        self._on_tape = list(contents.images)
        self._skipped = set(contents.skipped)
        if place.overwrites:
            self._skipped = {number for number in self._skipped if number < place.file}
        self._written: list[ImageOnTape] = []
        self._bytes = 0
        self._seconds = 0.0
        self._underruns = 0
        self._broken = ""

    def append(
        self,
        image: ImageIdentity,
        source: ImageSource,
        *,
        progress: Callable[[int], None] = _ignore,
        is_cancelled: Callable[[], bool] = _never,
    ) -> ImageOnTape:
        """Write one image; when this returns it is on the tape, flushed, with digests that were compared.

        `progress` is told the bytes handed over. Raises and leaves the image not written:
        MediumFull (it does not fit; the session can still be finished), ImageDiffers, AppendCancelled and whatever
        the source raises (the session goes on), WriteFailed and DeviceFailure (the session is over).
        """
        if self._broken:
            raise WriteFailed(self._pen.block, f"this session ended already: {self._broken}", unit="block")
        self._require_room(image)
        started = self._clock.monotonic()
        try:
            place = self._write(image, source, progress, is_cancelled)
        except (DeviceFailure, WriteFailed) as error:
            self._broken = str(error)
            raise
        except BaseException:
            self._withdraw()
            raise
        finally:
            self._seconds += self._clock.monotonic() - started
        self._written.append(place)
        self._on_tape.append(place)
        self._bytes += place.blocks * place.block_bytes
        return place

    def finish(self) -> SessionReport:
        """Write the index where something was written, and say how the session went.

        An index that cannot be written is said in the report. Raises DeviceFailure; no image depends on it.
        """
        problem = self._broken
        if not problem and (self._written or self._pen.leaves_torn_end):
            try:
                self._write_index()
            except BackendError as error:
                problem = str(error)
        return SessionReport(
            images=tuple(self._written),
            bytes=self._bytes,
            seconds=self._seconds,
            underruns=self._underruns,
            flushes=self._pen.flushes,
            nearly_full=self._pen.nearly_full,
            index_problem=problem,
        )

    def _write(
        self,
        image: ImageIdentity,
        source: ImageSource,
        progress: Callable[[int], None],
        is_cancelled: Callable[[], bool],
    ) -> ImageOnTape:
        block_bytes = self._label.block_bytes
        self._pen.go()
        place = ImageOnTape(image, self._pen.file + 1, self._pen.block + 2, block_bytes)
        text = encode_header(Header(self._origin(), place))
        check = decode_header(text).check
        self._pen.write(in_one_block(text, block_bytes))
        if self._pen.nearly_full:
            raise MediumFull(f"image {image.image_id} was not begun: the tape is near its end")
        self._pen.end_file(flush=False)
        found = self._stream(image, source, progress, is_cancelled)
        compared = found.keys() & image.digests.keys()
        if not compared - {"xxh3-128"}:
            raise ValueError(f"image {image.image_id}: no digest that is streamed could prove it")
        if differing := sorted(name for name in compared if found[name] != image.digests[name]):
            raise ImageDiffers(
                f"image {image.image_id}: {', '.join(differing)} of what was streamed is not that of the image; "
                "it was not completed on the tape"
            )
        self._pen.end_file(flush=False)
        trailer = encode_trailer(Trailer(self._origin(), place, check))
        self._pen.write(in_one_block(trailer, block_bytes))
        self._pen.end_file(flush=True)
        self._pen.commit()
        return place

    def _stream(
        self,
        image: ImageIdentity,
        source: ImageSource,
        progress: Callable[[int], None],
        is_cancelled: Callable[[], bool],
    ) -> dict[str, str]:
        """The image, block by block; its digests."""
        done = 0
        feed = BlockFeed(
            source,
            image.size_bytes,
            self._label.block_bytes,
            self._new_digests(),
            ring_blocks=self._ring_blocks,
        )
        try:
            with feed:
                for block in feed:
                    if is_cancelled():
                        raise AppendCancelled(
                            f"image {image.image_id} was stopped on request after {done} bytes; "
                            "it is not on the tape, what was there before is"
                        )
                    self._pen.write(block)
                    done = min(done + len(block), image.size_bytes)
                    progress(done)
        finally:
            self._underruns += feed.underruns
        return feed.hexdigests

    def _require_room(self, image: ImageIdentity) -> None:
        """An image that does not fit is not begun. What a torn end takes is room, but no drive knows that."""
        remaining = self._drive.inspect().remaining_bytes
        if self._pen.nearly_full:
            raise MediumFull(f"image {image.image_id} was not begun: the tape is near its end")
        if remaining is not None and not self._pen.leaves_torn_end:
            needed = image.size_bytes + 4 * self._label.block_bytes
            if remaining + _REMAINING_UNIT_BYTES <= needed:
                raise MediumFull(
                    f"image {image.image_id} was not begun: it needs {needed} bytes, {remaining} are left on the tape"
                )

    def _withdraw(self) -> None:
        """Forget the torn file; what is raised already is more important than a failure here."""
        try:
            self._skipped |= self._pen.withdraw()
        except (BackendError, DeviceFailure) as error:
            self._broken = str(error)

    def _write_index(self) -> None:
        self._pen.go()
        index = Index(
            self._origin(),
            self._pen.file,
            self._pen.block,
            tuple(self._on_tape),
            tuple(sorted(self._skipped)),
        )
        for block in in_blocks(encode_index(index), self._label.block_bytes):
            self._pen.write(block)
        self._pen.end_file(flush=True)
        self._pen.commit()

    def _origin(self) -> Origin:
        return Origin(
            cartridge=self._label.cartridge,
            session=self._session,
            written_at=self._clock.now(),
            software=self._software,
            simulated=self._label.simulated,
        )
