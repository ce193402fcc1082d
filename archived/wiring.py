"""The only place that constructs changers, drives, burners and codec from configuration.

A burn is a process of its own, starts for every disc, and wires one drive: whatever it can do without is
imported by the function that needs it.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from archived.errors import Refused, Unavailable
from archived.language import _
from archived.sessions.detached import DetachedBurner
from archived.sessions.tools import ProgressBoard, SitePaths, Tools
from backends.interface import CLUSTER_BYTES, OpticalDrive
from backends.optical.drive import MmcDrive
from devices.clock import Clock, SystemClock
from devices.transports.room import RoomTransport

if TYPE_CHECKING:
    from archived.settings import Config
    from archived.stages.work import Site
    from robotics.interface import Changer
    from simulator.plan import RoomPlan as RoomPlan
    from simulator.room import Room

#: How a fresh simulated room is furnished.
SLOTS, MAGAZINE_SLOTS, IMPORT_EXPORT_SLOTS, BLANKS_IN_MAGAZINE = 60, 10, 2, 8
MEDIA_ID = "SIMBDR/A01"


def software() -> str:
    """Name and version, as frozen into recipes."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"archived {version('archived')}"
    except PackageNotFoundError:
        return "archived (not installed)"


def paths_of(site: Path, config: "Config") -> SitePaths:
    """Where this site keeps its things."""
    return SitePaths(site, site / config.staging.directory, site / config.recall.directory)


def room_drive(socket: Path, device: str) -> OpticalDrive:
    """A burner of a simulated room behind its socket."""
    return MmcDrive(RoomTransport(socket, device), name=device)


def site_on_socket(config: "Config", paths: SitePaths, socket: Path, clock: Clock | None = None) -> "Site":
    """The site as the daemon sees it: devices behind the room's socket, burns as detached processes."""
    from archived.formats.key_files import load_site_key
    from archived.stages.work import Site
    from erasure.kernels import load_kernel
    from robotics.changers.smc import SmcChanger, SmcTimeouts

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
    return Site(config, tools, software(), load_site_key(paths.keys))


def site_without_devices(config: "Config", paths: SitePaths, clock: Clock) -> "Site":
    """The site with its settings, key and clock, and nothing that moves or writes a medium."""
    from archived.formats.key_files import load_site_key
    from archived.sessions.inline import InlineBurner
    from archived.stages.work import Site
    from erasure.kernels import load_kernel

    tools = Tools(clock, config, paths, {}, {}, InlineBurner({}), load_kernel(), ProgressBoard(clock))
    return Site(config, tools, software(), load_site_key(paths.keys))


def furnish_room(folder: Path, config: "Config", *, disc_capacity_bytes: int, speed: float) -> "RoomPlan":
    """Make the simulated room of a fresh site: one robot, magazines of ten, blanks in each."""
    from simulator.estate import create_room
    from simulator.plan import CLUSTER_SECTORS, DiscPlan, RoomPlan, standard_drives

    library = next(iter(config.libraries))
    discs = []
    for magazine in range(SLOTS // MAGAZINE_SLOTS):
        for place in range(BLANKS_IN_MAGAZINE):
            number = magazine * BLANKS_IN_MAGAZINE + place + 1
            discs.append(DiscPlan(f"SIM{number:05d}", MEDIA_ID, magazine * MAGAZINE_SLOTS + place + 1))
    plan = RoomPlan(
        library=library,
        drives=standard_drives(len(config.libraries[library].drives)),
        slots=SLOTS,
        magazine_slots=MAGAZINE_SLOTS,
        import_export_slots=IMPORT_EXPORT_SLOTS,
        capacity_sectors=disc_capacity_bytes // CLUSTER_BYTES * CLUSTER_SECTORS,
        discs=tuple(discs),
        speed=speed,
    )
    create_room(folder, plan)
    return plan


def room_plan(folder: Path) -> "RoomPlan":
    """How the simulated room in `folder` is furnished. Raises Refused when there is none."""
    from simulator.errors import SimulatorError
    from simulator.estate import read_plan

    try:
        return read_plan(folder)
    except SimulatorError as error:
        raise Refused(str(error)) from None


def serve_room(folder: Path, socket: Path, log: Callable[[str], None]) -> None:
    """Serve a simulated room until it is told to stop.

    Raises Unavailable when another server has it, Refused when there is none.
    """
    from simulator.errors import RoomOccupied, SimulatorError
    from simulator.server import serve

    try:
        serve(folder, socket, SystemClock(), log)
    except RoomOccupied as error:
        raise Unavailable(str(error), advice=_("it serves already; nothing is to be done")) from None
    except SimulatorError as error:
        raise Refused(str(error)) from None


def site_in_process(config: "Config", paths: SitePaths, room: "Room", clock: Clock) -> "Site":
    """The site as a simulation sees it: everything in this process, on one clock."""
    from archived.formats.key_files import load_site_key
    from archived.sessions.inline import InlineBurner
    from archived.stages.work import Site
    from erasure.kernels import load_kernel
    from robotics.changers.smc import SmcChanger, SmcTimeouts
    from simulator.inprocess import InProcessTransport

    changers: dict[str, Changer] = {}
    drives: dict[str, OpticalDrive] = {}
    for name, library in config.libraries.items():
        timeouts = SmcTimeouts(move_s=library.move_timeout_s)
        changers[name] = SmcChanger(InProcessTransport(room, name), timeouts, name=name)
        for drive in library.drives:
            drives[drive] = MmcDrive(InProcessTransport(room, drive), name=drive)
    burner = InlineBurner(drives)
    tools = Tools(clock, config, paths, changers, drives, burner, load_kernel(), ProgressBoard(clock))
    return Site(config, tools, software(), load_site_key(paths.keys))


__all__ = [
    "furnish_room",
    "paths_of",
    "room_drive",
    "room_plan",
    "serve_room",
    "site_in_process",
    "site_on_socket",
    "site_without_devices",
    "software",
]
