"""A cartridge that nobody can read is no blank: a drive has more than one blank check, and one of them is an end."""

import pytest

from backends.errors import EndOfData, MediumRefused, MediumUnreadable, PositionLost
from backends.tape.contents import read_contents
from backends.tape.labelling import label_cartridge
from backends.tape.positioning import LongPosition, ReadPosition, Space6
from backends.tape.ssc import Read6, Write6, WriteFilemarks6
from backends.tape.ssc_drive import SscTapeDrive
from devices.failures import DeviceRefused
from devices.scsi import OutgoingBytes, Result
from devices.sense import BLANK_CHECK, Sense
from tests.unit.backends.tape.images import a_label

#: Cannot read medium: unknown format; the same: incompatible format; end of data not found; no reason given by name.
OF_A_WRITTEN_TAPE = [(0x30, 0x01), (0x30, 0x02), (0x14, 0x03), (0x30, 0x00), (0x00, 0x01)]
WRITES = {Write6.OPCODE, WriteFilemarks6.OPCODE}


class OneAnswer:
    """A drive that has the same refusal for whatever reads or spaces, and stands at `block`."""

    def __init__(self, asc: int, ascq: int, block: int = 0) -> None:
        self.sense = Sense(BLANK_CHECK, asc, ascq)
        self.block = block
        self.seen: set[int] = set()

    def execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: OutgoingBytes | None = None, timeout_s: float
    ) -> Result:
        self.seen.add(cdb[0])
        if cdb[0] in (Read6.OPCODE, Space6.OPCODE):
            raise DeviceRefused(self.sense, cdb, "T1")
        if cdb[0] == ReadPosition.OPCODE:
            return Result(LongPosition(self.block, 0, at_beginning=not self.block).encode())
        return Result(bytes(data_in))

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(("asc", "ascq"), OF_A_WRITTEN_TAPE)
def test_a_blank_check_that_is_no_end_of_data_makes_no_blank_and_no_label(asc: int, ascq: int) -> None:
    line = OneAnswer(asc, ascq)
    drive = SscTapeDrive(line)
    with pytest.raises(MediumUnreadable):
        drive.read_block(8)
    found = read_contents(drive)
    assert (found.blank, found.label, found.images) == (False, None, ())
    with pytest.raises(MediumRefused, match="not blank"):
        label_cartridge(drive, a_label())
    assert not line.seen & WRITES


def test_an_end_of_data_that_is_not_at_the_beginning_makes_no_blank_and_no_label() -> None:
    line = OneAnswer(0x00, 0x05, block=7)
    drive = SscTapeDrive(line)
    assert not read_contents(drive).blank
    with pytest.raises(MediumRefused, match="not at its beginning"):
        label_cartridge(drive, a_label())
    assert not line.seen & WRITES


@pytest.mark.parametrize("ascq", [0x05, 0x00])
def test_an_end_of_data_at_the_beginning_is_a_blank(ascq: int) -> None:
    line = OneAnswer(0x00, ascq)
    drive = SscTapeDrive(line)
    with pytest.raises(EndOfData):
        drive.read_block(8)
    assert read_contents(drive).blank
    label_cartridge(drive, a_label())
    assert line.seen >= WRITES


def test_a_drive_that_goes_on_and_says_that_it_stands_still_is_not_read_for_ever() -> None:
    class Still(OneAnswer):
        def execute(
            self, cdb: bytes, *, data_in: int = 0, data_out: OutgoingBytes | None = None, timeout_s: float
        ) -> Result:
            if cdb[0] == Space6.OPCODE:
                return Result()
            return super().execute(cdb, data_in=data_in, data_out=data_out, timeout_s=timeout_s)

    with pytest.raises(PositionLost):
        read_contents(SscTapeDrive(Still(0x30, 0x01)))
