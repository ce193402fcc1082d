"""Constructs disc robots with bins: an arm over its line, the trays of its drives, and the changer over both."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archived.robot_kinds import ALERATEC, GENERIC, NIMBIE, RIMAGE, STACKERS
from archived.sessions.drive_trays import DriveTrays
from archived.settings import DeviceSettings
from devices.clock import Clock
from devices.failures import DeviceFailure
from devices.polling import wait_until
from robotics.trays import Trays, TrayState

if TYPE_CHECKING:
    from archived.sessions.tools import Burner
    from archived.settings import Config
    from backends.interface import OpticalDrive
    from devices.lines import PacketLine, SerialLine, SerialSettings
    from robotics.arms.interface import DiscArm
    from robotics.interface import Changer
    from simulator.room import Room

#: Of a tray that is drawn in to see whether a disc came.
_LOOK_S, _INTERVAL_S = 60.0, 0.25


@dataclass(frozen=True, slots=True)
class Ways:
    """How the line to a robot is opened, by the name of its library."""

    serial: "Callable[[str, SerialSettings], SerialLine]"
    packets: "Callable[[str], PacketLine]"


def stackers_of(
    config: "Config", drives: "Mapping[str, OpticalDrive]", burner: "Burner", clock: Clock, ways: Ways
) -> "dict[str, Changer]":
    """A changer for each library with a disc robot. Nothing is opened. Raises ProfileMistaken."""
    from robotics.changers.stacker import StackerChanger

    found: dict[str, Changer] = {}
    for name, library in config.libraries.items():
        if library.robot not in STACKERS:
            continue
        trays = DriveTrays([(drive, drives[drive]) for drive in library.drives], burner)
        arm = _arm(name, library.robot, len(library.drives), _Line(config, trays, clock, ways))
        found[name] = StackerChanger(arm, trays, clock, name=name)
    return found


@dataclass(frozen=True, slots=True)
class _Line:
    """What every arm is made of."""

    config: "Config"
    trays: Trays
    clock: Clock
    ways: Ways

    @property
    def speed(self) -> float:
        """How much faster than a real one a robot is played."""
        return self.config.simulation.speed if self.config.room == "simulated" else 1.0


def _arm(name: str, robot: str, drives: int, line: _Line) -> "DiscArm":
    if robot == NIMBIE:
        from robotics.arms import nimbie

        rests = nimbie.NimbieTimeouts.at_speed(line.speed)
        return nimbie.NimbieArm(line.ways.packets(name), line.clock, name=name, timeouts=rests)
    if robot == ALERATEC:
        from robotics.arms import aleratec
        from robotics.arms.aleratec_talk import AleratecTimeouts

        way = line.ways.serial(name, aleratec.SETTINGS)
        pauses = AleratecTimeouts.at_speed(line.speed)
        return aleratec.AleratecArm(way, line.clock, name=name, drives=drives, timeouts=pauses)
    if robot == RIMAGE:
        from robotics.arms import rimage

        return rimage.RimageArm(line.ways.serial(name, rimage.LINE), line.clock, name=name, drives=drives)
    if robot != GENERIC:
        raise ValueError(f"there is no arm for robot {robot!r}")
    from archived.robot_profiles import profile_of
    from robotics.arms.generic import GenericArm

    model = profile_of(line.config, name)
    return GenericArm(
        line.ways.serial(name, model.line),
        model,
        line.clock,
        name=name,
        look_into=lambda drive: look_into(line.trays, drive, line.clock),
    )


def look_into(trays: Trays, drive: int, clock: Clock) -> bool | None:
    """Draw a tray in and say whether a disc came; None when that cannot be told."""

    def told() -> tuple[bool] | None:
        if trays.state(drive) is not TrayState.CLOSED:
            return None
        found = trays.has_disc(drive)
        return None if found is None else (found,)

    try:
        if trays.state(drive) is not TrayState.CLOSED:
            trays.close(drive)
        return wait_until(told, clock=clock, timeout_s=_LOOK_S, interval_s=_INTERVAL_S)[0]
    except DeviceFailure:
        return None


def ways_in_process(rooms: "Mapping[str, Room]") -> Ways:
    """Lines to robots of rooms of this process, on their clock."""
    from simulator.line_ends import InProcessPacketLine, InProcessSerialLine

    return Ways(
        lambda name, settings: InProcessSerialLine(rooms[name].line_end(name)),
        lambda name: InProcessPacketLine(rooms[name].line_end(name)),
    )


def ways_on_socket(socket: Path) -> Ways:
    """Lines to robots of the room that answers at this socket."""
    from devices.transports.room_usb import RoomPacketLine
    from devices.transports.serial import SerialPort
    from simulator.room_lines import line_path

    return Ways(
        lambda name, settings: SerialPort(line_path(socket, name), settings),
        lambda name: RoomPacketLine(line_path(socket, name)),
    )


def ways_on_hardware(devices: Mapping[str, DeviceSettings]) -> Ways:
    """Serial lines and USB ports of this machine, as the tables of devices name them."""
    from devices.transports.serial import SerialPort
    from devices.transports.usb import UsbIds, UsbLine
    from robotics.wire.nimbie import PRODUCT, VENDOR

    return Ways(
        lambda name, settings: SerialPort(Path(devices[name].path), settings),
        lambda name: UsbLine(UsbIds(VENDOR, PRODUCT), port=devices[name].usb, name=name),
    )
