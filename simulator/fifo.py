"""A burn whose bytes come through a FIFO, as real burning software writes them. Runs in a thread of its own.

The number of sectors is declared first. The end of input at exactly that many starts the closing step; less
leaves the disc appendable; more is refused (the reading end is closed, so the writer gets EPIPE). Needs a
real clock.
"""

import fcntl
import os
import select
import stat
import threading
from collections.abc import Callable
from pathlib import Path

from simulator.damage import CLUSTER_BYTES, SECTOR_BYTES
from simulator.disc import DiscRefused, SimulatedDisc
from simulator.errors import BurnRefused
from simulator.estate import Estate
from simulator.laser import Laser, LaserFailed

PIPE_BYTES = 1 << 20
WRITER_TIMEOUT_S = 60.0
_LOOK_MS = 100
_CUT_OFF_S = 2.0


class _CutOff(Exception):
    """Somebody ended the burn from outside."""


class FifoBurn:
    """One declared burn. `close` does the closing step and says whether it worked; `ended` hears the outcome.

    Raises `BurnRefused` when `fifo` is no FIFO that can be read.
    """

    def __init__(
        self,
        estate: Estate,
        disc: SimulatedDisc,
        laser: Laser,
        *,
        fifo: Path,
        sectors: int,
        close: Callable[[SimulatedDisc], bool],
        ended: Callable[[str], None],
        writer_timeout_s: float = WRITER_TIMEOUT_S,
    ) -> None:
        self.sectors = sectors
        self._estate = estate
        self._disc = disc
        self._laser = laser
        self._path = fifo
        self._close = close
        self._ended = ended
        self._writer_timeout_s = writer_timeout_s
        self._received_bytes = 0
        self._lock = threading.Lock()
        self._began = False
        self._stop = False
        self._splice = hasattr(os, "splice")
        self._pipe = _open_fifo(fifo)
        self._thread = threading.Thread(target=self._run, name=f"burn {fifo.name}", daemon=True)

    @property
    def received_sectors(self) -> int:
        return self._received_bytes // SECTOR_BYTES

    def start(self) -> None:
        self._thread.start()

    def withdraw(self) -> None:
        """End a burn that no byte came for; raises `BurnRefused` when some did."""
        with self._lock:
            if self._began or self._has_bytes():
                raise BurnRefused("the burn has begun; it ends when its writer closes the FIFO")
            self._stop = True
        self._thread.join()

    def cut_off(self) -> None:
        """Stop now, as a power failure would; the disc stays appendable if anything was written.

        A closing step that has begun is not waited for: it ends with the process.
        """
        self._stop = True
        self._thread.join(_CUT_OFF_S)

    def join(self) -> None:
        """Wait until the burn has ended."""
        self._thread.join()

    def _run(self) -> None:
        outcome = "ended by an unforeseen error"
        try:
            outcome = self._burn()
        except _CutOff:
            outcome = "withdrawn" if not self._began else "cut off: the disc is appendable"
        except LaserFailed as error:
            outcome = f"failed: {error}; the disc is appendable"
        except (OSError, DiscRefused) as error:
            outcome = f"failed: {error}"
        finally:
            os.close(self._pipe)
            try:
                if self._began:
                    self._disc.flush()
                    self._laser.settle(self._disc)
            except OSError as error:
                outcome += f"; then the buffer could not be flushed: {error}"
            finally:
                self._ended(outcome)

    def _burn(self) -> str:
        if not self._wait_for_writer():
            return f"forgotten: no writer came within {self._writer_timeout_s:g} s"
        declared = self.sectors * SECTOR_BYTES
        target = self._disc.open_for_stream(self.sectors)
        while self._received_bytes < declared:
            if not self._take_some(target, declared - self._received_bytes):
                return (
                    f"ended after {self.received_sectors} of {self.sectors} sectors: the disc is appendable"
                )
        self._wait_for_bytes()
        if os.read(self._pipe, 1):
            return f"refused: more than the declared {self.sectors} sectors came; the disc is appendable"
        self._disc.flush()
        self._laser.settle(self._disc)
        if not self._close(self._disc):
            return "written, but closing failed: the disc is appendable"
        return f"complete, {self.sectors} sectors"

    def _take_some(self, target: int, wanted: int) -> int:
        """Move what is in the pipe to the disc, a cluster at most while a fault waits; 0 at the end of
        input.
        """
        self._wait_for_bytes()
        offset, length = self._received_bytes, min(wanted, PIPE_BYTES)
        if self._laser.must_count():
            if offset % CLUSTER_BYTES == 0:
                # The pipe may be at its end, which is no cluster; a byte that waits belongs to one.
                if not self._has_bytes():
                    return 0
                self._laser.before_cluster(offset)
            length = min(length, CLUSTER_BYTES - offset % CLUSTER_BYTES)
        taken = self._transfer(target, offset, length)
        self._received_bytes += taken
        self._estate.wait(self._estate.latencies.write_s(taken))
        return taken

    def _transfer(self, target: int, offset: int, length: int) -> int:
        if self._splice:
            try:
                # Straight from the pipe into the file: the bytes never visit this process.
                return os.splice(self._pipe, target, length, offset_dst=offset)
            except OSError:
                self._splice = False
        data = memoryview(os.read(self._pipe, length))
        done = 0
        while done < len(data):
            done += os.pwrite(target, data[done:], offset + done)
        return done

    def _wait_for_writer(self) -> bool:
        """True when the first bytes are there, False when the time is up. A writer that only looked in is
        none.
        """
        clock = self._estate.clock
        deadline_s = clock.monotonic() + self._writer_timeout_s
        while clock.monotonic() < deadline_s:
            events = self._look()
            with self._lock:
                if self._stop:
                    raise _CutOff
                if events & select.POLLIN:
                    self._began = True
                    return True
            if events & select.POLLHUP:
                # Only a new opening forgets that a writer has come and gone; no moment without a reader.
                again = _open_fifo(self._path)
                os.close(self._pipe)
                self._pipe = again
        return False

    def _wait_for_bytes(self) -> None:
        """Return when there are bytes or the writer is gone; raises `_CutOff`."""
        while True:
            if self._stop:
                raise _CutOff
            if self._look():
                return

    def _look(self) -> int:
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        return next((events for _, events in poll.poll(_LOOK_MS)), 0)

    def _has_bytes(self) -> bool:
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        return any(events & select.POLLIN for _, events in poll.poll(0))


def _open_fifo(path: Path) -> int:
    """The reading end of a FIFO, opened without waiting for a writer, with a large buffer."""
    try:
        # Looked at before opening: opening some devices already does something to them.
        if not stat.S_ISFIFO(os.stat(path).st_mode):
            raise BurnRefused(f"{path} is not a FIFO")
        pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise BurnRefused(f"{path} cannot be read: {error.strerror}") from error
    if not stat.S_ISFIFO(os.fstat(pipe).st_mode):
        os.close(pipe)
        raise BurnRefused(f"{path} is not a FIFO any more")
    # Refused when the user's pipes are large in sum already: then it is only slower.
    try:
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    except OSError:
        return pipe
    return pipe
