"""Quality scans of NEC and Optiarc drives: a mode that is switched on and off, and samples at an interval. No I/O here.

Source: QPxTool, plugins/nec/qscan_cmd.cpp. That plugin is used with CDs and DVDs; its commands for Blu-ray are there
and were not reported to work by anybody that we know.
"""

from collections.abc import Sequence
from typing import Final

from backends.optical.mmc import Seek10
from backends.optical.quality.f3h import END, INTERVAL, SAMPLE, START, ErrorReport, ScanCommand
from backends.optical.quality.interface import ErrorSample, Exchange, Family
from devices.sense import MEDIUM_ERROR, Sense

#: Byte 8 of the interval: sectors of a CD, ECC blocks of a DVD, and on Blu-ray what QPxTool takes for 32 sectors.
_INTERVALS = {Family.CD: 75, Family.DVD: 1, Family.BD: 2}
END_OF_DISC = (MEDIUM_ERROR, 0x02, 0x00)


class Optiarc:
    """Implements `Dialect`."""

    name: Final = "optiarc"
    families: Final = frozenset(Family)

    def begin(self, family: Family, lba: int) -> tuple[Exchange, ...]:
        """No command says where to begin. The head is sent there; where the drive then begins, its samples say."""
        return (
            Exchange(Seek10(lba).encode()),
            Exchange(ScanCommand(START).encode()),
            Exchange(ScanCommand(INTERVAL, _INTERVALS[family]).encode()),
        )

    def ask(self, family: Family, lba: int) -> tuple[Exchange, ...]:
        return (Exchange(ScanCommand(SAMPLE).encode(), data_in=ErrorReport.BYTES),)

    def read(self, family: Family, lba: int, answers: Sequence[bytes]) -> ErrorSample | None:
        return ErrorReport.decode(family, answers[0]).sample

    def finish(self, family: Family) -> tuple[Exchange, ...]:
        return (Exchange(ScanCommand(END).encode(), data_in=ErrorReport.BYTES),)

    def is_end(self, sense: Sense) -> bool:
        return sense.code == END_OF_DISC
