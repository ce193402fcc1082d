"""The arm of an Auto Publisher LS over its emulator: three drives, four bins, and trays that the host draws in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.clock import SimulatedClock
from devices.failures import OutcomeUnknown
from robotics.arms.aleratec import BINS, REJECT, SETTINGS, AleratecArm
from robotics.errors import PERSON, ChangerBroken, ChangerNotReady, NotSupported, SourceEmpty
from robotics.wire.aleratec import CLEAR_ALARM, END_CALIBRATION
from simulator.faults import Fault
from simulator.inprocess import furnish_room
from simulator.line_ends import InProcessSerialLine, LineEnd
from simulator.plan import DiscPlan, RoomPlan, standard_drives
from simulator.room import Room

HAND = 1


class Site:
    """The room, and the arm over an in-process line that keeps what was sent."""

    def __init__(self, room: Room, clock: SimulatedClock) -> None:
        self.room, self.clock = room, clock
        self.line = InProcessSerialLine(LineEnd(room.lines["A1"], room.estate, "A1"))
        self.sent: list[bytes] = []
        self.arm = AleratecArm(self, clock, name="A1")

    def write(self, data: bytes) -> None:
        self.sent.append(data.strip())
        self.line.write(data)

    def read(self, *, timeout_s: float) -> bytes:
        return self.line.read(timeout_s=timeout_s)

    def discard(self) -> bytes:
        return self.line.discard()

    def close(self) -> None:
        self.line.close()

    def tray(self, drive: int, *, out: bool) -> None:
        self.room.execute(f"B{drive}", bytes((0x1B, 0, 0, 0, 2 if out else 3, 0)))

    def where(self, disc: str = "D2") -> int | None:
        return {c.barcode: c.address for c in self.room.estate.world.carriers.values()}[disc]

    @property
    def strikes(self) -> int:
        return self.room.estate.world.strikes


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    plan = RoomPlan(
        library="A1",
        drives=standard_drives(3),
        slots=0,
        magazine_slots=5,
        import_export_slots=0,
        capacity_sectors=1024,
        robot="aleratec",
        bins=BINS,
        discs=(DiscPlan("D1", "MILLEN/MR1", 1), DiscPlan("D2", "MILLEN/MR1", 2)),
    )
    clock = SimulatedClock()
    room = furnish_room(tmp_path / "room", plan, clock=clock, sync=lambda descriptor: None)
    site = Site(room, clock)
    site.arm.state()  # so that nothing of an earlier life goes on
    site.sent.clear()
    yield site
    assert room.estate.world.strikes == 0, "a tray was struck"
    room.close()


def test_the_line_is_opened_as_the_machine_needs_it() -> None:
    assert (SETTINGS.baud, SETTINGS.data_bits, SETTINGS.parity, SETTINGS.stop_bits) == (9600, 8, "E", 1)
    assert SETTINGS.dtr is False
    assert not SETTINGS.hardware_flow


def test_it_is_prepared_by_clearing_its_alarm_and_homing(site: Site) -> None:
    site.arm.prepare()
    assert site.sent == [b"C08D9n1", b"C08D9n2", b"C01D01", b"C05D01", b"C02D01"]
    assert site.arm.identify().product == "Auto Publisher LS"
    assert site.arm.state().words == "it answers"


def test_a_disc_goes_from_bin_to_bin_by_any_drive_and_the_arm_is_raised_after_a_load(site: Site) -> None:
    site.tray(3, out=True)
    site.arm.load(bin=1, drive=3)
    assert site.sent[-2:] == [b"C03D03N0001", b"C02D02"]
    assert site.where() == 258
    site.arm.unload(drive=3, bin=2, lifted=lambda: site.tray(3, out=False))
    assert site.where() == 1280
    site.tray(1, out=True)
    site.arm.load(bin=2, drive=1)
    assert site.where() == 256, "from another drive's bin: a disc can be brought to another drive"


def test_the_post_under_the_trays_is_reached_only_with_all_of_them_in(site: Site) -> None:
    site.tray(1, out=True)
    site.arm.load(bin=1, drive=1)
    seen: list[int | None] = []

    def lifted() -> None:
        seen.append(site.where())
        site.tray(1, out=False)

    site.arm.unload(drive=1, bin=REJECT, lifted=lifted)
    assert seen == [HAND], "once, in the middle of the motion, with the disc in the hand"
    assert site.sent[-1] == b"C10D01N0005"
    assert site.where() == 1792


def test_without_a_host_that_draws_the_tray_in_it_would_be_struck(tmp_path: Path, site: Site) -> None:
    site.tray(1, out=True)
    site.arm.load(bin=1, drive=1)
    with pytest.raises(ChangerBroken, match=r"alarm.*lets go over the reject bin"):
        site.arm.unload(drive=1, bin=REJECT)
    assert site.strikes == 1, "the room notices"
    assert site.where() == HAND
    # The fixture demands that none was struck; this one was asked for.
    site.room.estate.change(lambda world: type(world)(world.elements, world.carriers, world.drives))


def test_a_tray_that_does_not_close_stops_the_machine_on_its_way_to_it(site: Site) -> None:
    site.tray(1, out=True)
    site.arm.load(bin=1, drive=1)

    def stuck() -> None:
        raise RuntimeError("the tray is stuck")

    with pytest.raises(RuntimeError, match="stuck"):
        site.arm.unload(drive=1, bin=REJECT, lifted=stuck)
    assert site.sent[-2:] == [b"C01D02", b"C06D01"]
    site.clock.sleep(60)
    site.tray(1, out=False)
    site.arm.put_away(bin=REJECT)
    assert site.where() == 1792
    assert site.sent[-4:] == [b"C02D02", b"C02D15", b"C06D00", b"C02D02"]


def test_nothing_is_taken_from_the_post(site: Site) -> None:
    site.tray(1, out=True)
    with pytest.raises(NotSupported, match="run into the post"):
        site.arm.load(bin=REJECT, drive=1)
    assert not site.sent


def test_an_empty_bin_puts_the_alarm_on_and_it_is_cleared(site: Site) -> None:
    site.tray(1, out=True)
    with pytest.raises(SourceEmpty, match="the bin is empty"):
        site.arm.load(bin=3, drive=1)
    assert site.sent == [b"C03D01N0003", b"C01D01", b"C02D02"]
    site.arm.load(bin=1, drive=1)
    assert site.where() == 256


@pytest.mark.parametrize("bin", [2, REJECT])
def test_an_empty_tray_is_no_source(site: Site, bin: int) -> None:
    site.tray(2, out=True)
    with pytest.raises(SourceEmpty, match="no disc on the tray"):
        site.arm.unload(drive=2, bin=bin)


def test_an_alarm_stays_on_until_it_is_prepared(site: Site) -> None:
    site.room.estate.arm(Fault("arm-jam"))
    site.tray(1, out=True)
    with pytest.raises(OutcomeUnknown, match="alarm, error 00, inputs 11111000, outputs 11111111"):
        site.arm.load(bin=1, drive=1)
    with pytest.raises(ChangerNotReady, match="it did not begin"):
        site.arm.load(bin=1, drive=1)
    assert CLEAR_ALARM.encode().strip() not in site.sent, "it is not cleared in the middle of things"
    assert "alarm" in site.arm.state().words
    site.tray(1, out=False)
    site.arm.prepare()
    site.tray(1, out=True)
    site.arm.load(bin=1, drive=1)
    assert site.where() == 256


def test_lost_calibration_is_for_a_person(site: Site) -> None:
    site.room.estate.arm(Fault("calibration-lost"))
    for _ in range(2):
        with pytest.raises(ChangerNotReady, match="calibrated by a person") as asked:
            site.arm.prepare()
        assert asked.value.reason == PERSON
    assert all(not sent.startswith((b"C01", b"C02", b"c09")) for sent in site.sent), "it touches nothing"
    site.write(END_CALIBRATION.encode())
    site.arm.prepare()


def test_after_silence_it_has_to_answer_before_a_disc_travels_again(site: Site) -> None:
    site.room.estate.arm(Fault("line-silent"))
    site.tray(1, out=True)
    with pytest.raises(OutcomeUnknown, match="no word for 60 s after C03D01N0001"):
        site.arm.load(bin=1, drive=1)
    assert site.sent == [b"C03D01N0001"], "nothing is cleared or repeated"
    assert site.where() == 256
    site.arm.unload(drive=1, bin=2)
    assert site.sent[1:] == [b"C08D9n1", b"C04D01N0002"]


def test_silence_while_it_is_prepared_is_answered_by_clearing_the_alarm_once(site: Site) -> None:
    site.room.estate.arm(Fault("line-silent"))
    site.arm.prepare()
    assert site.sent[:3] == [b"C08D9n1", b"C01D01", b"C08D9n1"]
