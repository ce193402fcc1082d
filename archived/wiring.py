"""The only place that constructs changers, drives, burners and codec from configuration."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from archived.config import Config
from archived.sessions.detached import DetachedBurner
from archived.sessions.inline import InlineBurner
from archived.sessions.tools import ProgressBoard, SitePaths, Tools
from archived.stages.work import Site
from backends.interface import OpticalDrive
from backends.optical.drive import MmcDrive
from devices.clock import Clock, SystemClock
from devices.transports.room import RoomTransport
from erasure.kernels import load_kernel
from robotics.changers.smc import SmcChanger, SmcTimeouts
from robotics.interface import Changer
from simulator.inprocess import InProcessTransport
from simulator.room import Room


def software() -> str:
    """Name and version, as frozen into recipes."""
    try:
        return f"archived {version('archived')}"
    except PackageNotFoundError:
        return "archived (not installed)"


def paths_of(site: Path, config: Config) -> SitePaths:
    """Where this site keeps its things."""
    return SitePaths(site, site / config.staging.directory)


def room_drive(socket: Path, device: str) -> OpticalDrive:
    """A burner of a simulated room behind its socket."""
    return MmcDrive(RoomTransport(socket, device), name=device)


def site_on_socket(config: Config, paths: SitePaths, socket: Path, clock: Clock | None = None) -> Site:
    """The site as the daemon sees it: devices behind the room's socket, burns as detached processes."""
    clock = clock or SystemClock()
    changers: dict[str, Changer] = {}
    drives: dict[str, OpticalDrive] = {}
    targets: dict[str, Mapping[str, str]] = {}
    for name, library in config.libraries.items():
        timeouts = SmcTimeouts(move_s=library.move_timeout_s)
        changers[name] = SmcChanger(RoomTransport(socket, name), timeouts, name=name)
        for drive in library.drives:
            drives[drive] = room_drive(socket, drive)
            targets[drive] = {"kind": "room", "socket": str(socket), "device": drive}
    burner = DetachedBurner(paths.burns, clock, targets)
    tools = Tools(clock, config, paths, changers, drives, burner, load_kernel(), ProgressBoard(clock))
    return Site(config, tools, software())


def site_in_process(config: Config, paths: SitePaths, room: Room, clock: Clock) -> Site:
    """The site as a simulation sees it: everything in this process, on one clock."""
    changers: dict[str, Changer] = {}
    drives: dict[str, OpticalDrive] = {}
    for name, library in config.libraries.items():
        timeouts = SmcTimeouts(move_s=library.move_timeout_s)
        changers[name] = SmcChanger(InProcessTransport(room, name), timeouts, name=name)
        for drive in library.drives:
            drives[drive] = MmcDrive(InProcessTransport(room, drive), name=drive)
    burner = InlineBurner(drives)
    tools = Tools(clock, config, paths, changers, drives, burner, load_kernel(), ProgressBoard(clock))
    return Site(config, tools, software())
