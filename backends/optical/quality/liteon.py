"""Quality scans of LiteOn drives: every command gives the next block, from where the head was sent. No I/O here.

Source: QPxTool, plugins/liteon/qscan_cmd.cpp; Blu-ray: iHBS112, iHBS212, iHBS312. What older drives do with CDs (DFh)
is not known here.
"""

from collections.abc import Sequence
from typing import Final

from backends.optical.mmc import Seek10
from backends.optical.quality.f3h import NEXT_BLOCK, ErrorReport, ScanCommand
from backends.optical.quality.interface import ErrorSample, Exchange, Family
from devices.sense import ILLEGAL_REQUEST, Sense

_ANSWER_BYTES = 16
_DVD = 0x10
#: More than a cluster of Blu-ray can have: what these drives say of the last one.
LDC_MAX, BIS_MAX = 9700, 767
END_OF_DISC = (ILLEGAL_REQUEST, 0x21, 0x00)


class LiteOn:
    """Implements `Dialect`."""

    name: Final = "liteon"
    families: Final = frozenset(Family)

    def begin(self, family: Family, lba: int) -> tuple[Exchange, ...]:
        return (Exchange(Seek10(lba).encode()), *self.ask(family, lba))

    def ask(self, family: Family, lba: int) -> tuple[Exchange, ...]:
        command = ScanCommand(NEXT_BLOCK, _DVD if family is Family.DVD else 0)
        return (Exchange(command.encode(), data_in=_ANSWER_BYTES),)

    def read(self, family: Family, lba: int, answers: Sequence[bytes]) -> ErrorSample | None:
        found = ErrorReport.decode(family, answers[-1])
        if family is Family.BD and (found.first > LDC_MAX or found.second > BIS_MAX):
            return None
        return found.sample

    def finish(self, family: Family) -> tuple[Exchange, ...]:
        return ()

    def is_end(self, sense: Sense) -> bool:
        return sense.code == END_OF_DISC
