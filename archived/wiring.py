"""The only place that constructs changers, drives, burners and codec from configuration.

A burn is a process of its own, starts for every disc, and wires one drive: whatever it can do without is
imported by the function that needs it.
"""

from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

from archived.errors import Refused, Unavailable
from archived.language import _
from archived.media_kinds import TAPE
from archived.sessions.detached import DetachedBurner
from archived.sessions.tools import ProgressBoard, SitePaths, Tools
from backends.interface import CLUSTER_BYTES, OpticalDrive
from backends.optical.drive import MmcDrive
from devices.clock import Clock, SystemClock
from devices.scsi import Transport
from devices.transports.room import RoomTransport

if TYPE_CHECKING:
    from archived.settings import Config
    from archived.stages.work import Site
    from simulator.plan import CartridgePlan as CartridgePlan
    from simulator.plan import DiscPlan as DiscPlan
    from simulator.plan import DrivePlan
    from simulator.plan import RoomPlan as RoomPlan
    from simulator.room import Room

#: How a fresh simulated room is furnished.
SLOTS, MAGAZINE_SLOTS, IMPORT_EXPORT_SLOTS, BLANKS_IN_MAGAZINE = 60, 10, 2, 8
MEDIA_ID = "SIMBDR/A01"
#: Kinds of media as the last two characters of a cartridge's barcode say them.
_SUFFIXES = {"lto-7-m8": "M8"}
_WORM_SUFFIXES = {"lto-5": "V", "lto-6": "W", "lto-7": "X", "lto-8": "Y", "lto-9": "Z"}


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


def room_drive(socket: Path, device: str) -> tuple[OpticalDrive, Transport]:
    """A burner of a simulated room behind its socket, and the way to it."""
    line = RoomTransport(socket, device)
    return MmcDrive(line, name=device), line


def site_on_socket(config: "Config", paths: SitePaths, socket: Path, clock: Clock | None = None) -> "Site":
    """The site as the daemon sees it: devices behind the room's socket, burns as detached processes."""
    from archived.formats.key_files import load_site_key
    from archived.stages.work import Site
    from archived.wiring_devices import drivers_of
    from erasure.kernels import load_kernel

    clock = clock or SystemClock()
    made = drivers_of(config, lambda name: RoomTransport(socket, name))
    targets = {name: {"kind": "room", "socket": str(socket), "device": name} for name in made.drives}
    burner, board = DetachedBurner(paths.burns, clock, targets), ProgressBoard(clock)
    tools = Tools(clock, config, paths, made.changers, made.drives, burner, load_kernel(), board, made.tapes)
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
    from simulator.plan import standard_drives

    library = next(iter(config.libraries))
    drives = standard_drives(len(config.libraries[library].drives))
    plan = _disc_plan(library, drives, disc_capacity_bytes // CLUSTER_BYTES, speed, first=1)
    create_room(folder, plan)
    return plan


def furnish_library(
    paths: SitePaths, config: "Config", library: str, *, cartridge_bytes: int = 0
) -> "RoomPlan":
    """Make the simulated room of a library that a site got later; one that is there already is kept as it is.

    Cartridges hold `cartridge_bytes`, 0 stands for what their makers say. Raises Refused.
    """
    from simulator.errors import SimulatorError
    from simulator.estate import create_room, read_plan
    from simulator.plan import CLUSTER_SECTORS, DRIVE_ADDRESS, DrivePlan

    folder = _room_folder(paths, library)
    settings, speed = config.libraries[library], config.simulation.speed
    number = list(config.libraries).index(library) + 1
    pools = [pool for pool in config.pools.values() if pool.library == library]
    kind = pools[0].media_kind if pools else "lto-8"
    worm = sorted({pool.worm for pool in pools if pool.media_kind == kind}) or [False]
    made_for = "lto-8" if kind in _SUFFIXES else kind
    drives = tuple(
        DrivePlan(name, f"SIM-{name}", DRIVE_ADDRESS + at, made_for if settings.kind == TAPE else "")
        for at, name in enumerate(settings.drives)
    )
    try:
        if folder.exists():
            return read_plan(folder)
        if settings.kind == TAPE:
            plan = _tape_plan(library, drives, kind, worm, number, cartridge_bytes, speed)
        else:
            clusters = read_plan(paths.room).capacity_sectors // CLUSTER_SECTORS
            plan = _disc_plan(library, drives, clusters, speed, first=number * 1000 + 1)
        create_room(folder, plan)
    except SimulatorError as error:
        raise Refused(str(error)) from None
    return plan


def room_folders(paths: SitePaths, config: "Config") -> tuple[Path, ...]:
    """The simulated rooms of a site: that of its first library, then those that it got later."""
    later = (_room_folder(paths, library) for library in config.libraries)
    return (paths.room, *(folder for folder in later if folder.exists()))


def _room_folder(paths: SitePaths, library: str) -> Path:
    return paths.room.with_name(f"{paths.room.name}-{library}")


def _places() -> list[int]:
    """Slots that hold a medium in a fresh room: a few of each magazine stay empty."""
    return [
        magazine * MAGAZINE_SLOTS + place + 1
        for magazine in range(SLOTS // MAGAZINE_SLOTS)
        for place in range(BLANKS_IN_MAGAZINE)
    ]


def _disc_plan(
    library: str, drives: "tuple[DrivePlan, ...]", clusters: int, speed: float, *, first: int
) -> "RoomPlan":
    from simulator.plan import CLUSTER_SECTORS, DiscPlan, RoomPlan

    places = enumerate(_places(), start=first)
    return RoomPlan(
        library=library,
        drives=drives,
        slots=SLOTS,
        magazine_slots=MAGAZINE_SLOTS,
        import_export_slots=IMPORT_EXPORT_SLOTS,
        capacity_sectors=clusters * CLUSTER_SECTORS,
        discs=tuple(DiscPlan(f"SIM{number:05d}", MEDIA_ID, slot) for number, slot in places),
        speed=speed,
    )


def _tape_plan(
    library: str,
    drives: "tuple[DrivePlan, ...]",
    kind: str,
    worm: Sequence[bool],
    number: int,
    cartridge_bytes: int,
    speed: float,
) -> "RoomPlan":
    """Cartridges in the places of the discs, and a cleaning cartridge in the last slot.

    `worm` says which there are, in turn: rewritable ones, write-once ones, or both.
    """
    from simulator.plan import CartridgePlan, RoomPlan

    suffixes = {False: _SUFFIXES.get(kind) or f"L{kind[-1]}", True: f"L{_WORM_SUFFIXES.get(kind, '')}"}
    cartridges = [
        CartridgePlan(f"S{number:02d}{at:03d}{suffixes[once]}", slot, kind, cartridge_bytes, worm=once)
        for (at, slot), once in zip(enumerate(_places(), start=1), cycle(worm), strict=False)
    ]
    cleaner = CartridgePlan(f"CLNS{number:02d}L1", SLOTS, kind, cleaning=True)
    return RoomPlan(
        library=library,
        drives=drives,
        slots=SLOTS,
        magazine_slots=MAGAZINE_SLOTS,
        import_export_slots=IMPORT_EXPORT_SLOTS,
        speed=speed,
        kind=TAPE,
        cartridges=(*cartridges, cleaner),
    )


def room_plan(folder: Path) -> "RoomPlan":
    """How the simulated room in `folder` is furnished. Raises Refused when there is none."""
    from simulator.errors import SimulatorError
    from simulator.estate import read_plan

    try:
        return read_plan(folder)
    except SimulatorError as error:
        raise Refused(str(error)) from None


def serve_room(folders: Sequence[Path], socket: Path, log: Callable[[str], None]) -> None:
    """Serve the simulated rooms of a site until they are told to stop.

    Raises Unavailable when another server has it, Refused when there is none.
    """
    from simulator.errors import RoomOccupied, SimulatorError
    from simulator.server import serve

    try:
        serve(folders, socket, SystemClock(), log)
    except RoomOccupied as error:
        raise Unavailable(str(error), advice=_("it serves already; nothing is to be done")) from None
    except SimulatorError as error:
        raise Refused(str(error)) from None


def site_in_process(
    config: "Config", paths: SitePaths, rooms: "Room | Sequence[Room]", clock: Clock
) -> "Site":
    """The site as a simulation sees it: everything in this process, on one clock."""
    from archived.formats.key_files import load_site_key
    from archived.sessions.inline import InlineBurner
    from archived.stages.work import Site
    from archived.wiring_devices import drivers_of
    from erasure.kernels import load_kernel
    from simulator.inprocess import InProcessTransport
    from simulator.room import Room

    opened = (rooms,) if isinstance(rooms, Room) else tuple(rooms)
    room_of = {device: room for room in opened for device in room.devices}
    made = drivers_of(config, lambda name: InProcessTransport(room_of[name], name))
    burner, board = InlineBurner(made.drives, clock), ProgressBoard(clock)
    tools = Tools(
        clock, config, paths, made.changers, made.drives, burner, load_kernel(), board, made.tapes, 0
    )
    return Site(config, tools, software(), load_site_key(paths.keys))


__all__ = [
    "furnish_library",
    "furnish_room",
    "paths_of",
    "room_drive",
    "room_folders",
    "room_plan",
    "serve_room",
    "site_in_process",
    "site_on_socket",
    "site_without_devices",
    "software",
]
