"""The head of a simulated tape drive over one cartridge: position, buffer, and what goes wrong while it works.

What was written is in the drive's buffer first. It goes on the tape when the buffer is full, and all of it before
the tape moves anywhere else; a drive that loses power loses its buffer.
"""

from dataclasses import dataclass

from devices.sense import (
    BLANK_CHECK,
    DATA_PROTECT,
    MEDIUM_ERROR,
    NO_SENSE,
    VOLUME_OVERFLOW,
)
from simulator.answers import Refusal
from simulator.cartridge import BlockDamaged, SimulatedCartridge
from simulator.estate import Estate
from simulator.faults import Occasion
from simulator.tape_motion import Reel


@dataclass(slots=True)
class Tally:
    """What one load of a cartridge counted, for the log pages."""

    written_bytes: int = 0
    read_bytes: int = 0
    write_errors: int = 0
    read_errors: int = 0
    repositions: int = 0


class TapeHead:
    """One threaded cartridge. Not safe for two threads; the drive lets one command in at a time."""

    def __init__(
        self, estate: Estate, cartridge: SimulatedCartridge, *, carrier: str, drive: str, medium: str | None
    ) -> None:
        self.cartridge = cartridge
        self.tally = Tally()
        self._estate = estate
        self._carrier, self._drive = carrier, drive
        self._names = {"drive": drive, "medium": medium}
        self._reel = Reel(cartridge.chip.kind, cartridge.chip.capacity_bytes, estate.latencies.tape)
        self._at = 0
        self._pending: list[bytes | None] = []
        self._pending_bytes = 0
        self._deferred: Refusal | None = None
        self._streams_until_s: float | None = None

    @property
    def position(self) -> int:
        """The number of the next object, what is buffered included."""
        return self._at + len(self._pending)

    @property
    def file(self) -> int:
        """How many filemarks lie before the position."""
        buffered = sum(thing is None for thing in self._pending)
        return self.cartridge.marks_before(self._at) + buffered

    @property
    def buffered_blocks(self) -> int:
        return len(self._pending)

    @property
    def buffered_bytes(self) -> int:
        return self._pending_bytes

    @property
    def is_warned(self) -> bool:
        """Whether the position is past early warning."""
        return self._used_bytes > self._capacity_bytes - self._estate.plan.warning_bytes(self._capacity_bytes)

    def tell_deferred(self) -> None:
        """Raise the refusal of an earlier write that nobody has heard of yet."""
        if self._deferred is not None:
            refusal, self._deferred = self._deferred, None
            raise refusal

    def write(self, block: bytes) -> None:
        """Take one block. Raises the refusal of a full or protected tape; then nothing was taken."""
        self._check_writable()
        if self._used_bytes + len(block) > self._capacity_bytes:
            self._drain(keep_bytes=0)
            self.tell_deferred()
            raise Refusal(VOLUME_OVERFLOW, 0x00, 0x02, information=len(block), eom=True)
        self._stream(len(block))
        self._pending.append(block)
        self._pending_bytes += len(block)
        self.tally.written_bytes += len(block)
        if self._pending_bytes > self._estate.plan.buffer_bytes:
            self._drain(keep_bytes=self._estate.plan.buffer_bytes)

    def write_filemarks(self, count: int, *, immediate: bool) -> None:
        """Write filemarks; unless `immediate`, everything is on the tape when this returns."""
        self._check_writable()
        self._pending.extend([None] * count)
        if not immediate:
            self.flush()
            self._estate.wait(self._estate.latencies.tape.flush_s)

    def flush(self) -> None:
        """Put everything that is buffered on the tape. Raises the refusal of what could not be written."""
        self._drain(keep_bytes=0)
        self.tell_deferred()
        self.cartridge.flush()

    def read(self) -> bytes | None:
        """The next block, or None for a filemark; the tape stands behind it. Raises refusals."""
        self.flush()
        if not self._at and self._estate.fault(Occasion.TAPE_BEGIN, **self._names):
            raise Refusal(BLANK_CHECK, 0x30, 0x01)
        if self._at >= self.cartridge.objects:
            raise Refusal(BLANK_CHECK, 0x00, 0x05)
        length = self.cartridge.length(self._at)
        if not length:
            self._at += 1
            return None
        self._stream(length)
        number, self._at = self._at, self._at + 1
        try:
            if self._estate.fault(Occasion.BLOCK_READ, **self._names):
                raise BlockDamaged(f"block {number} cannot be read")
            data = self.cartridge.read(number)
        except BlockDamaged as damage:
            self.tally.read_errors += 1
            raise Refusal(MEDIUM_ERROR, 0x11, 0x00) from damage
        self.tally.read_bytes += length
        return data

    def rewind(self) -> None:
        self.flush()
        self._estate.wait(self._reel.rewind_s(self.cartridge.offset(self._at)))
        self._stand(0)

    def locate(self, number: int) -> None:
        """Go to an object; past the last one, to the end of data with the refusal that says so."""
        self.flush()
        self._travel(min(number, self.cartridge.objects))
        if number > self.cartridge.objects:
            raise Refusal(BLANK_CHECK, 0x00, 0x05)

    def locate_file(self, number: int) -> None:
        """Go behind the filemark that begins a file."""
        self.flush()
        mark = self.cartridge.mark(number - 1) if number else -1
        self.locate(self.cartridge.objects + 1 if mark is None else mark + 1)

    def space_to_end(self) -> None:
        self.flush()
        self._travel(self.cartridge.objects)

    def space_filemarks(self, count: int) -> None:
        """Over so many filemarks, back for a negative count. What cannot be gone is told in INFORMATION."""
        self.flush()
        index = self.cartridge.marks_before(self._at)
        if count > 0:
            mark = self.cartridge.mark(index + count - 1)
            if mark is None:
                gone = self.cartridge.marks_before(self.cartridge.objects) - index
                self._travel(self.cartridge.objects)
                raise Refusal(BLANK_CHECK, 0x00, 0x05, information=count - gone)
            self._travel(mark + 1)
        elif count < 0:
            mark = self.cartridge.mark(index + count)
            if mark is None:
                self._travel(0)
                raise Refusal(NO_SENSE, 0x00, 0x04, information=-count - index, eom=True)
            self._travel(mark)

    def space_blocks(self, count: int) -> None:
        """Over so many blocks; a filemark stops it, and is gone over as well."""
        self.flush()
        index = self.cartridge.marks_before(self._at)
        if count > 0:
            mark = self.cartridge.mark(index)
            border = self.cartridge.objects if mark is None else mark
            if self._at + count <= border:
                self._travel(self._at + count)
                return
            left = count - (border - self._at)
            self._travel(border if mark is None else border + 1)
        else:
            mark = self.cartridge.mark(index - 1)
            border = 0 if mark is None else mark + 1
            if self._at + count >= border:
                self._travel(self._at + count)
                return
            left = -count - (self._at - border)
            self._travel(0 if mark is None else mark)
        if mark is not None:
            raise Refusal(NO_SENSE, 0x00, 0x01, information=left, filemark=True)
        if count > 0:
            raise Refusal(BLANK_CHECK, 0x00, 0x05, information=left)
        raise Refusal(NO_SENSE, 0x00, 0x04, information=left, eom=True)

    @property
    def _capacity_bytes(self) -> int:
        return self.cartridge.chip.capacity_bytes

    @property
    def _used_bytes(self) -> int:
        return self.cartridge.offset(self._at) + self._pending_bytes

    def _check_writable(self) -> None:
        chip = self.cartridge.chip
        if chip.write_protected:
            raise Refusal(DATA_PROTECT, 0x27, 0x00)
        if chip.worm and self._at < self.cartridge.objects:
            raise Refusal(DATA_PROTECT, 0x30, 0x0C)

    def _drain(self, *, keep_bytes: int) -> None:
        """Put the oldest of the buffer on the tape; a failure is kept until `tell_deferred`."""
        count, size = 0, self._pending_bytes
        while count < len(self._pending) and (size > keep_bytes or not keep_bytes):
            thing = self._pending[count]
            if thing is not None:
                fault = self._estate.fault(Occasion.BLOCK_WRITE, **self._names)
                if fault is not None and fault.kind == "tape-write-error":
                    self._lose_buffer_after(count)
                    return
                if fault is not None:
                    self._put(count)
                    self._put_spoilt(fault.seed)
                    count, size = 0, self._pending_bytes
                    continue
                size -= len(thing)
            count += 1
        self._put(count)

    def _put(self, count: int) -> None:
        """The first `count` things of the buffer go on the tape."""
        if not count:
            return
        if not self._at:
            self._estate.written(self._carrier, self._drive, anew=True)
        things, self._pending = self._pending[:count], self._pending[count:]
        self.cartridge.put(self._at, things)
        self._pending_bytes -= sum(len(thing) for thing in things if thing is not None)
        self._at += count

    def _put_spoilt(self, seed: int) -> None:
        """The next block of the buffer goes on the tape with other bytes than it has."""
        self._put(1)
        self.cartridge.spoil(self._at - 1, seed=seed)

    def _lose_buffer_after(self, count: int) -> None:
        """The block behind the first `count` cannot be written: it is lost, and with it all that follows."""
        self._put(count)
        self._pending.clear()
        self._pending_bytes = 0
        self.tally.write_errors += 1
        self._deferred = Refusal(MEDIUM_ERROR, 0x0C, 0x00, deferred=True)

    def _travel(self, number: int) -> None:
        start, end = self.cartridge.offset(self._at), self.cartridge.offset(number)
        self._estate.wait(self._reel.seek_s(start, end))
        self._stand(number)

    def _stand(self, number: int) -> None:
        self._at = number
        self._streams_until_s = None

    def _stream(self, size_bytes: int) -> None:
        """Let the time of a transfer pass; after too long a pause the tape has stopped and must be brought back."""
        if not self._estate.speed:
            return
        now_s = self._estate.clock.monotonic()
        latencies = self._estate.latencies.tape
        until_s = self._streams_until_s
        if until_s is not None and (now_s - until_s) * self._estate.speed > latencies.stall_s:
            self.tally.repositions += 1
            self._estate.wait(latencies.reposition_s)
        self._estate.wait(self._reel.transfer_s(size_bytes))
        self._streams_until_s = self._estate.clock.monotonic()
