"""Drives that answer quality scans, one for each dialect, over a curve of errors that the test knows."""

from collections.abc import Callable
from dataclasses import dataclass, field

from backends.optical.mmc import Seek10
from backends.optical.quality import f3h, liteon, optiarc, pioneer
from backends.optical.quality.interface import ErrorSample, Family
from devices.failures import DeviceRefused
from devices.scsi import Result
from devices.sense import Sense

Curve = Callable[[int], tuple[int, int]]


@dataclass
class QualityTarget:
    """A drive with a disc of `blocks` blocks in it; `curve` gives the errors of each."""

    family: Family
    blocks: int
    curve: Curve
    #: Whether the drive is in a mode of which it must be taken out again.
    in_scan: bool = False
    #: Set to a sense code: the next sample is refused with it.
    refuses: tuple[int, int, int] | None = None
    commands: list[bytes] = field(default_factory=list)
    at: int = 0

    def execute(self, cdb, *, data_in=0, data_out=None, timeout_s):
        self.commands.append(bytes(cdb))
        return Result(self.answer(bytes(cdb), bytes(data_out or b"")))

    def close(self) -> None:
        pass

    def answer(self, cdb: bytes, data: bytes) -> bytes:
        raise NotImplementedError

    def end_of_disc(self) -> tuple[int, int, int]:
        raise NotImplementedError

    def next_report(self) -> bytes:
        self.check()
        first, second = self.curve(self.at)
        lba = self.at * self.family.block_sectors
        self.at += 1
        return f3h.ErrorReport(lba, first, second).encode(self.family)

    def check(self) -> None:
        if self.refuses is not None:
            raise DeviceRefused(Sense(*self.refuses), self.commands[-1], "the drive")
        if self.at >= self.blocks:
            raise DeviceRefused(Sense(*self.end_of_disc()), self.commands[-1], "the drive")

    def expected(self) -> list[ErrorSample]:
        size = self.family.block_sectors
        return [ErrorSample(block * size, *self.curve(block)) for block in range(self.blocks)]


class OptiarcTarget(QualityTarget):
    def end_of_disc(self) -> tuple[int, int, int]:
        return optiarc.END_OF_DISC

    def answer(self, cdb: bytes, data: bytes) -> bytes:
        if cdb[0] == Seek10.OPCODE:
            self.at = Seek10.decode(cdb).lba // self.family.block_sectors
            return b""
        command = f3h.ScanCommand.decode(cdb)
        if command.action == f3h.START:
            self.in_scan = True
            return b""
        assert self.in_scan, "nothing was started"
        if command.action == f3h.SAMPLE:
            return self.next_report()
        if command.action == f3h.END:
            self.in_scan = False
            return bytes(8)
        assert command == f3h.ScanCommand(
            f3h.INTERVAL, {Family.CD: 75, Family.DVD: 1, Family.BD: 2}[self.family]
        )
        return b""


class LiteOnTarget(QualityTarget):
    def end_of_disc(self) -> tuple[int, int, int]:
        return liteon.END_OF_DISC

    def answer(self, cdb: bytes, data: bytes) -> bytes:
        if cdb[0] == Seek10.OPCODE:
            # The first answer after a seek only shows that the command is known.
            self.at = Seek10.decode(cdb).lba // self.family.block_sectors - 1
            return b""
        command = f3h.ScanCommand.decode(cdb)
        assert command == f3h.ScanCommand(f3h.NEXT_BLOCK, 0x10 if self.family is Family.DVD else 0)
        if self.at < 0:
            self.at = 0
            return bytes(16)
        return self.next_report() + bytes(8)


class PioneerTarget(QualityTarget):
    def end_of_disc(self) -> tuple[int, int, int]:
        return pioneer.END_OF_DISC

    def answer(self, cdb: bytes, data: bytes) -> bytes:
        if cdb[0] == pioneer.WRITE_BUFFER:
            request = pioneer.MeasureSectors.decode(self.family, data)
            assert request.sectors == self.family.block_sectors
            self.at = request.lba // self.family.block_sectors
            self.check()
            return b""
        assert cdb[0] == pioneer.READ_BUFFER
        answer = bytearray(pioneer.BUFFER_BYTES)
        high, low = self.raw(*self.curve(self.at))
        answer[13:15], answer[5:7] = high.to_bytes(2, "big"), low.to_bytes(2, "big")
        return bytes(answer)

    def raw(self, first: int, second: int) -> tuple[int, int]:
        return (first, second) if self.family is Family.CD else (second * 20, second * 20 - first)
