"""What a simulated drive says of the errors on the disc in it, by the commands of two makers (F3h).

The errors are those of the disc at its age (`simulator.ageing`), as this drive sees them: drives differ, and each is
always the same. A cluster that cannot be read is told with more errors than could be corrected.
"""

from collections.abc import Callable
from zlib import crc32

from backends.optical import mmc
from backends.optical.quality import f3h, liteon, optiarc
from backends.optical.quality.interface import Family
from devices.sense import ILLEGAL_REQUEST
from simulator.ageing import LDC_MAX, Errors, Lot
from simulator.answers import Handler, Refusal
from simulator.damage import CLUSTER_BYTES, SECTOR_BYTES, ByteRange
from simulator.disc import SimulatedDisc
from simulator.estate import Estate

CLUSTER_SECTORS = CLUSTER_BYTES // SECTOR_BYTES
_LOST = Errors(3 * LDC_MAX, 700)
#: The most that two bytes hold.
_WORD = 0xFFFF


class QualityScan:
    """The scanning side of one drive; `usable` gives the disc in it, or refuses."""

    def __init__(self, estate: Estate, serial: str, usable: Callable[[], tuple[str, SimulatedDisc]]) -> None:
        self._estate = estate
        self._usable = usable
        #: How many errors this drive sees, compared with another one.
        self._bias = 0.9 + crc32(serial.encode()) % 41 / 100
        self._on = False
        self._at = 0

    @property
    def handlers(self) -> dict[int, Handler]:
        """The commands that belong to it."""
        return {f3h.ScanCommand.OPCODE: self._scan, mmc.Seek10.OPCODE: self._seek}

    def forget(self) -> None:
        """The disc left the drive."""
        self._on, self._at = False, 0

    def errors_at(self, carrier: str, disc: SimulatedDisc, cluster: int) -> Errors:
        """What this drive counts in a cluster."""
        place = ByteRange(cluster * CLUSTER_BYTES, CLUSTER_BYTES)
        if any(bad.overlaps(place) for bad in disc.unreadable):
            return _LOST
        wear = self._estate.wear(carrier)
        found = Errors(round(Lot().first_ldc), 1) if wear is None else wear.errors_at(cluster)
        return Errors(min(round(found.ldc * self._bias), _WORD), min(round(found.bis * self._bias), _WORD))

    def _seek(self, cdb: bytes, _data: bytes) -> bytes:
        self._usable()
        self._at = mmc.Seek10.decode(cdb).lba // CLUSTER_SECTORS
        return b""

    def _scan(self, cdb: bytes, _data: bytes) -> bytes:
        command = f3h.ScanCommand.decode(cdb)
        carrier, disc = self._usable()
        if command.action == f3h.START:
            self._on = True
        elif command.action == f3h.INTERVAL and self._on:
            pass
        elif command.action == f3h.SAMPLE and self._on:
            return self._next(carrier, disc, optiarc.END_OF_DISC)
        elif command.action == f3h.END and self._on:
            self.forget()
            return bytes(f3h.ErrorReport.BYTES)
        elif command.action == f3h.NEXT_BLOCK:
            return self._next(carrier, disc, liteon.END_OF_DISC) + bytes(8)
        else:
            raise Refusal(ILLEGAL_REQUEST, 0x24, 0x00)
        return b""

    def _next(self, carrier: str, disc: SimulatedDisc, end: tuple[int, int, int]) -> bytes:
        if self._at >= disc.written_bytes // CLUSTER_BYTES:
            raise Refusal(*end)
        found = self.errors_at(carrier, disc, self._at)
        report = f3h.ErrorReport(self._at * CLUSTER_SECTORS, found.ldc, found.bis)
        self._at += 1
        self._estate.wait(self._estate.latencies.read_s(CLUSTER_BYTES))
        return report.encode(Family.BD)
