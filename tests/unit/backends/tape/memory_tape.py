"""A tape in memory by the rules of SSC: blocks and filemarks are objects, a write ends the data behind it."""

from collections.abc import Iterable

from backends.errors import (
    BeginningOfMedium,
    BlockTooLong,
    BlockUnreadable,
    EndOfData,
    FilemarkMet,
    MediumFull,
    WriteProtected,
)
from backends.interface import (
    Cartridge,
    CartridgeMemory,
    CartridgeWear,
    DriveCounters,
    DriveIdentity,
    TapeAlert,
    TapePosition,
)

#: What a filemark is in the list of objects.
MARK = None


class MemoryTape:
    """A `TapeDrive` with a cartridge in it. `objects` is all that is on the tape.

    `bad` holds blocks that cannot be read, `walls` those that cannot be passed by spacing either, `end_is_lost` says
    that no end of data can be found, `fail_at` raises the error of a write that would make the object of that number.
    """

    def __init__(
        self,
        objects: Iterable[bytes | None] = (),
        *,
        worm: bool = False,
        capacity_objects: int = 1 << 40,
        early_objects: int = 0,
    ) -> None:
        self.objects: list[bytes | None] = list(objects)
        self.worm = worm
        self.at = 0
        self.capacity_objects = capacity_objects
        self.early_objects = early_objects
        self.remaining_bytes: int | None = None
        self.bad: set[int] = set()
        self.walls: set[int] = set()
        self.end_is_lost = False
        self.fail_at: dict[int, BaseException] = {}
        self.locates: list[int] = []
        self.reads = 0
        self.flushes = 0

    def identify(self) -> DriveIdentity:
        return DriveIdentity("MEMORY", "TAPE", "1", "M1")

    def is_ready(self) -> bool:
        return True

    def inspect(self) -> Cartridge:
        return Cartridge(present=True, ready=True, worm=self.worm, remaining_bytes=self.remaining_bytes)

    def load(self) -> None:
        self.at = 0

    def unload(self) -> None:
        self.at = 0

    def rewind(self) -> None:
        self.at = 0

    def read_block(self, max_bytes: int) -> bytes:
        if self.at >= len(self.objects):
            self._end()
        self.reads += 1
        found = self.objects[self.at]
        if self.at in self.bad:
            self.at += 1
            raise BlockUnreadable(self.at - 1)
        self.at += 1
        if found is MARK:
            raise FilemarkMet
        if len(found) > max_bytes:
            raise BlockTooLong(self.at - 1, len(found), max_bytes)
        return found

    def write_block(self, data: bytes | bytearray | memoryview) -> bool:
        return self._put(bytes(data))

    def write_filemarks(self, count: int, *, immediate: bool = False) -> bool:
        self.flushes += not immediate
        near_end = [self._put(MARK) for _ in range(count)]
        return any(near_end)

    def space_filemarks(self, count: int) -> None:
        step = 1 if count > 0 else -1
        for _ in range(abs(count)):
            while True:
                if step < 0 and self.at == 0:
                    raise BeginningOfMedium
                if step > 0 and self.at >= len(self.objects):
                    self._end()
                self.at += step
                if self.at - 1 in self.walls and step > 0:
                    raise BlockUnreadable(self.at - 1)
                if self.objects[self.at if step < 0 else self.at - 1] is MARK:
                    break

    def space_to_end(self) -> None:
        self.at = len(self.objects)
        if self.end_is_lost:
            raise BlockUnreadable(self.at)

    def locate(self, block: int) -> None:
        self.locates.append(block)
        self.at = min(block, len(self.objects))
        if block > len(self.objects):
            self._end()

    def position(self) -> TapePosition:
        return TapePosition(self.at, sum(o is MARK for o in self.objects[: self.at]), 0, self.at == 0)

    def lock_cartridge(self, locked: bool) -> None:
        pass

    def alerts(self) -> tuple[TapeAlert, ...]:
        return ()

    def counters(self) -> DriveCounters:
        return DriveCounters()

    def wear(self) -> CartridgeWear:
        return CartridgeWear()

    def attributes(self) -> CartridgeMemory:
        return CartridgeMemory()

    def write_attribute(self, identifier: int, value: str | bytes) -> None:
        pass

    def files(self) -> list[bytes]:
        """What `dd` brings, tape file by tape file."""
        found: list[list[bytes]] = [[]]
        for item in self.objects:
            if item is MARK:
                found.append([])
            else:
                found[-1].append(item)
        if not found[-1]:
            found.pop()
        return [b"".join(blocks) for blocks in found]

    def _put(self, item: bytes | None) -> bool:
        if self.worm and self.at != len(self.objects):
            raise WriteProtected("data on this cartridge can only be added to")
        if self.at in self.fail_at:
            raise self.fail_at.pop(self.at)
        if self.at >= self.capacity_objects:
            raise MediumFull("the end of the tape was reached")
        del self.objects[self.at :]
        self.end_is_lost = False
        self.bad = {block for block in self.bad if block < self.at}
        self.objects.append(item)
        self.at += 1
        return self.at > self.capacity_objects - self.early_objects

    def _end(self) -> None:
        if self.end_is_lost:
            raise BlockUnreadable(len(self.objects))
        raise EndOfData
