"""What tgt 1.0.85 lacks, and a tape drive's transport that answers as it does."""

from backends.tape.attributes import ReadAttribute, WriteAttribute
from backends.tape.log_pages import LogSense
from backends.tape.positioning import Locate16, ReadPosition, Space6, Space16, SpaceCode
from backends.tape.ssc import Read6, ReportDensitySupport
from devices.failures import DeviceRefused
from devices.scsi import Result, Transport
from devices.sense import BLANK_CHECK, ILLEGAL_REQUEST, NO_SENSE, VOLUME_OVERFLOW, Sense

_ABSENT = {
    Locate16.OPCODE,
    Space16.OPCODE,
    LogSense.OPCODE,
    ReadAttribute.OPCODE,
    WriteAttribute.OPCODE,
    ReportDensitySupport.OPCODE,
}
#: What the real one cannot show: its protection sticks to the drive, and WORM is a name only.
TGT_LACKS = frozenset({"write protection of a cartridge", "WORM", "damage", "faults"})
#: Its discs take any sector at any time until they are closed, and its one drive says nothing by itself.
TGT_DVD_LACKS = frozenset(
    {"a second drive", "write-once", "media ids", "media events", "changes of media", "damage", "faults"}
)


class LikeTgt:
    """Wraps the transport of a simulated drive."""

    def __init__(self, line: Transport) -> None:
        self._line = line

    def execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: bytes | None = None, timeout_s: float
    ) -> Result:
        """See `devices.scsi.Transport`."""
        if cdb[0] in _ABSENT:
            raise DeviceRefused(Sense(ILLEGAL_REQUEST, 0x20, 0x00), cdb, "like tgt")
        if cdb[0] == ReadPosition.OPCODE:
            return Result(bytes([data_in]) + bytes(data_in - 1))
        if cdb[0] == Space6.OPCODE and Space6.decode(cdb).code is SpaceCode.BLOCKS:
            return self._space_over_all(Space6.decode(cdb).count, timeout_s)
        if cdb[0] == Space6.OPCODE and Space6.decode(cdb).count < 0:
            raise AssertionError("SPACE back over filemarks lands wrongly on tgt and must not be used")
        try:
            return self._line.execute(cdb, data_in=data_in, data_out=data_out, timeout_s=timeout_s)
        except DeviceRefused as refused:
            raise self._as_tgt_says(refused, cdb, data_in) from refused

    def close(self) -> None:
        self._line.close()

    def _space_over_all(self, count: int, timeout_s: float) -> Result:
        """Filemarks are gone over as if they were blocks; the end of data is no blank check."""
        for _ in range(count):
            try:
                self._line.execute(Space6(SpaceCode.BLOCKS, 1).encode(), timeout_s=timeout_s)
            except DeviceRefused as refused:
                if not refused.sense.filemark:
                    raise DeviceRefused(Sense(NO_SENSE, 0x00, 0x05), b"\x11", "like tgt") from refused
        return Result()

    def _as_tgt_says(self, refused: DeviceRefused, cdb: bytes, data_in: int) -> DeviceRefused:
        """Old bytes behind the data, residuals that mean nothing, and no INFORMATION at an end."""
        sense = refused.sense
        if sense.key == BLANK_CHECK:
            sense = Sense(BLANK_CHECK, 0x00, 0x00, eom=True)
        elif sense.eom and sense.key != VOLUME_OVERFLOW:
            sense = Sense(NO_SENSE, 0x00, 0x00, eom=True)
        data = refused.data
        if cdb[0] == Read6.OPCODE and sense.ili:
            data = refused.data.ljust(data_in, b"?")
        elif sense.filemark:
            data = b"?" * data_in
        return DeviceRefused(sense, cdb, "like tgt", data=data, residual=len(refused.data))
