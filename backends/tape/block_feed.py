"""The blocks of one image on their way to a tape drive: read and digested ahead of the drive, in a bounded ring.

A drive that waits for data stops and goes back, which costs seconds and wears the tape. So a thread reads ahead, the
first block is given out when the ring is full, and after the ring ran empty it is filled by half before the next one.
The drive itself is commanded by the caller's thread. Failure on either side ends both.
"""

import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Protocol, Self

from backends.errors import ImageDiffers


class ImageSource(Protocol):
    """The bytes of one image from the first to the last."""

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill the buffer, or less of it; 0 when there is no more."""


class DigestSet(Protocol):
    """Several digests of the same bytes."""

    def update(self, data: memoryview, /) -> None:
        """Take more bytes."""

    def hexdigests(self) -> dict[str, str]:
        """Name to hexadecimal digest of everything so far."""


#: Makes an empty set of digests.
NewDigests = Callable[[], DigestSet]


class BlockFeed:
    """Iterate over it, once, inside `with`: blocks of equal length, valid until the next one is asked for.

    `ring_blocks` 0 reads on the caller's thread: nothing runs ahead, and nothing depends on time.
    """

    def __init__(
        self,
        source: ImageSource,
        size_bytes: int,
        block_bytes: int,
        digests: DigestSet,
        *,
        ring_blocks: int,
    ) -> None:
        self._source = source
        self._size_bytes = size_bytes
        self._digests = digests
        self._left_bytes = size_bytes
        self._buffers = [memoryview(bytearray(block_bytes)) for _ in range(max(1, ring_blocks))]
        self._change = threading.Condition()
        self._filled = 0
        self._ended = False
        self._stopped = False
        self._failure: BaseException | None = None
        self._thread: threading.Thread | None = None
        if ring_blocks > 0:
            self._thread = threading.Thread(target=self._read_ahead, name="tape-feed", daemon=True)
        #: How often the drive had to wait after it had begun.
        self.underruns = 0

    @property
    def hexdigests(self) -> dict[str, str]:
        """Digests of the whole image; only after the last block."""
        return self._digests.hexdigests()

    def __enter__(self) -> Self:
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None:
            with self._change:
                self._stopped = True
                self._change.notify_all()
            self._thread.join()

    def __iter__(self) -> Iterator[memoryview]:
        """Raises whatever the source raises, and ImageDiffers for an image that is too short or too long."""
        return self._inline() if self._thread is None else self._from_ring()

    def _inline(self) -> Iterator[memoryview]:
        while self._left_bytes:
            self._fill(self._buffers[0])
            yield self._buffers[0]

    def _from_ring(self) -> Iterator[memoryview]:
        at, wanted, begun = 0, len(self._buffers), False
        while True:
            with self._change:
                if begun and not self._filled and not self._ended:
                    self.underruns += 1
                    wanted = max(1, len(self._buffers) // 2)
                while self._filled < wanted and not self._ended:
                    self._change.wait()
                if self._failure is not None:
                    raise self._failure
                if not self._filled:
                    return
            wanted, begun = 1, True
            yield self._buffers[at]
            at = (at + 1) % len(self._buffers)
            with self._change:
                self._filled -= 1
                self._change.notify_all()

    def _read_ahead(self) -> None:
        at = 0
        try:
            while self._left_bytes:
                with self._change:
                    while self._filled == len(self._buffers) and not self._stopped:
                        self._change.wait()
                    if self._stopped:
                        return
                self._fill(self._buffers[at])
                at = (at + 1) % len(self._buffers)
                with self._change:
                    self._filled += 1
                    self._change.notify_all()
        except BaseException as error:
            self._failure = error
        finally:
            with self._change:
                self._ended = True
                self._change.notify_all()

    def _fill(self, buffer: memoryview) -> None:
        """The next block: bytes of the image, digested, and zeros behind the last one."""
        wanted = min(len(buffer), self._left_bytes)
        filled = 0
        while filled < wanted:
            count = self._source.readinto(buffer[filled:wanted])
            if count <= 0:
                there = self._size_bytes - self._left_bytes + filled
                raise ImageDiffers(
                    f"the image ended after {there} of {self._size_bytes} bytes; it was not completed on the tape"
                )
            filled += count
        self._digests.update(buffer[:wanted])
        buffer[wanted:] = bytes(len(buffer) - wanted)
        self._left_bytes -= wanted
        if not self._left_bytes and self._source.readinto(memoryview(bytearray(1))):
            raise ImageDiffers(
                f"the image goes on behind its {self._size_bytes} bytes; it was not completed on the tape"
            )
