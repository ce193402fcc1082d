"""Both arms over the lines that the daemon has to a room of its own process: a pseudo terminal, a socket."""

from dataclasses import replace
from pathlib import Path

import pytest

from devices.clock import SystemClock
from devices.failures import OutcomeUnknown
from devices.transports.room_usb import RoomPacketLine
from devices.transports.serial import SerialPort
from robotics.arms import aleratec, nimbie
from robotics.arms.aleratec import AleratecArm
from robotics.arms.aleratec_talk import AleratecTimeouts
from robotics.arms.nimbie import NimbieArm, NimbieTimeouts
from robotics.model import Bin
from simulator.faults import Fault
from simulator.inprocess import furnish_room
from simulator.packet_sockets import PacketSocket
from simulator.plan import DiscPlan, RoomPlan, standard_drives
from simulator.pty_lines import PtyLine
from simulator.room import Room

SPEED = 100.0


def fast_room(folder: Path, robot: str, bins: tuple[Bin, ...]) -> Room:
    plan = RoomPlan(
        library="L1",
        drives=standard_drives(1),
        slots=0,
        magazine_slots=1,
        import_export_slots=0,
        capacity_sectors=64,
        robot=robot,
        bins=bins,
        discs=(DiscPlan("D1", "MILLEN/MR1", 1),),
        speed=SPEED,
    )
    return furnish_room(folder / "room", plan, clock=SystemClock(), sync=lambda descriptor: None)


def tray(room: Room, *, out: bool) -> None:
    room.execute("B1", bytes((0x1B, 0, 0, 0, 2 if out else 3, 0)))


def where(room: Room) -> int | None:
    (carrier,) = room.estate.world.carriers.values()
    return carrier.address


def test_an_auto_publisher_waits_at_the_trays_for_a_host_behind_a_terminal(tmp_path: Path) -> None:
    room = fast_room(tmp_path, "aleratec", aleratec.BINS)
    served = PtyLine(room.lines["L1"], tmp_path / "L1.line", room.estate)
    line = SerialPort(tmp_path / "L1.line", aleratec.SETTINGS)
    arm = AleratecArm(line, SystemClock(), drives=1, timeouts=AleratecTimeouts.at_speed(SPEED))
    try:
        arm.prepare()
        tray(room, out=True)
        arm.load(bin=1, drive=1)
        assert where(room) == 256
        arm.unload(drive=1, bin=aleratec.REJECT, lifted=lambda: tray(room, out=False))
        assert where(room) == 1792
        assert room.estate.world.strikes == 0
    finally:
        line.close()
        served.close()
        room.close()


def test_a_nimbie_is_polled_behind_a_socket_and_looked_at_after_silence(tmp_path: Path) -> None:
    room = fast_room(tmp_path, "nimbie", nimbie.BINS)
    served = PacketSocket(room.lines["L1"], tmp_path / "L1.line", room.estate)
    line = RoomPacketLine(tmp_path / "L1.line")
    arm = NimbieArm(line, SystemClock(), timeouts=replace(NimbieTimeouts.at_speed(SPEED), reply_s=0.5))
    try:
        arm.prepare()
        tray(room, out=True)
        room.estate.arm(Fault("line-silent", after=1))
        with pytest.raises(OutcomeUnknown, match="no answer"):
            arm.load(bin=nimbie.QUEUE, drive=1)
        assert arm.state().on_tray == {1: True}
        arm.unload(drive=1, bin=nimbie.ACCEPT, lifted=lambda: tray(room, out=False))
        assert where(room) == 1280
        assert room.estate.world.strikes == 0
    finally:
        line.close()
        served.close()
        room.close()
