"""The only place that constructs changers, drives, burners and codec from configuration.

A burn is a process of its own, starts for every disc, and wires one drive: whatever it can do without is
imported by the function that needs it.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archived.errors import Refused, Unavailable
from archived.language import _
from archived.sessions.detached import DetachedBurner
from archived.sessions.tools import ProgressBoard, SitePaths, Tools
from archived.wiring_site import site_of, software
from backends.interface import OpticalDrive
from backends.optical.drive import MmcDrive
from devices.clock import Clock, SystemClock
from devices.scsi import Transport
from devices.transports.room import RoomTransport

if TYPE_CHECKING:
    from archived.settings import Config
    from archived.stages.work import Site
    from simulator.plan import CartridgePlan as CartridgePlan
    from simulator.plan import DiscPlan as DiscPlan
    from simulator.plan import RoomPlan as RoomPlan
    from simulator.room import Room


def paths_of(site: Path, config: "Config") -> SitePaths:
    """Where this site keeps its things."""
    return SitePaths(site, site / config.staging.directory, site / config.recall.directory)


def room_drive(socket: Path, device: str) -> tuple[OpticalDrive, Transport]:
    """A burner of a simulated room behind its socket, and the way to it."""
    line = RoomTransport(socket, device)
    return MmcDrive(line, name=device), line


def site_on_socket(config: "Config", paths: SitePaths, socket: Path, clock: Clock | None = None) -> "Site":
    """The site as the daemon sees it: devices behind the room's socket, burns as detached processes."""
    from archived.wiring_devices import drivers_of
    from archived.wiring_people import libraries_by_person
    from archived.wiring_readers import close_all, readers_on_socket
    from archived.wiring_stackers import ways_on_socket
    from devices.transports.room_cabinet import RoomCabinet

    clock = clock or SystemClock()
    cabinets = {name: RoomCabinet(socket, name) for name in libraries_by_person(config)}
    made = drivers_of(config, lambda name: RoomTransport(socket, name))
    targets = {name: {"kind": "room", "socket": str(socket), "device": name} for name in made.drives}
    readers = readers_on_socket(config, socket, clock)
    return site_of(
        config,
        paths,
        clock,
        made,
        DetachedBurner(paths.burns, clock, targets),
        ways=ways_on_socket(socket),
        cabinets=cabinets,
        readers=readers,
        let_go=lambda: close_all(readers),
    )


def site_without_devices(config: "Config", paths: SitePaths, clock: Clock) -> "Site":
    """The site with its settings, key and clock, and nothing that moves or writes a medium."""
    from archived.formats.key_files import load_site_key
    from archived.sessions.inline import InlineBurner
    from archived.stages.work import Site
    from erasure.kernels import load_kernel

    tools = Tools(clock, config, paths, {}, {}, InlineBurner({}), load_kernel(), ProgressBoard(clock))
    return Site(config, tools, software(), load_site_key(paths.keys))


def room_folders(paths: SitePaths, config: "Config") -> tuple[Path, ...]:
    """The simulated rooms of a site: that of its first library, then those that it got later."""
    later = (room_folder(paths, library) for library in config.libraries)
    return (paths.room, *(folder for folder in later if folder.exists()))


def room_folder(paths: SitePaths, library: str) -> Path:
    """The simulated room of a library that a site got later."""
    return paths.room.with_name(f"{paths.room.name}-{library}")


def room_plan(folder: Path) -> "RoomPlan":
    """How the simulated room in `folder` is furnished. Raises Refused when there is none."""
    from simulator.errors import SimulatorError
    from simulator.estate import read_plan

    try:
        return read_plan(folder)
    except SimulatorError as error:
        raise Refused(str(error)) from None


def serve_room(
    folders: Sequence[Path], socket: Path, log: Callable[[str], None], config: "Config | None" = None
) -> None:
    """Serve the simulated rooms of a site until they are told to stop; with the readers that `config` names.

    Raises Unavailable when another server has it, Refused when there is none.
    """
    from archived.wiring_readers import reader_plans
    from simulator.errors import RoomOccupied, SimulatorError
    from simulator.server import serve

    readers = {} if config is None else reader_plans(config)
    try:
        serve(folders, socket, SystemClock(), log, readers=readers)
    except RoomOccupied as error:
        raise Unavailable(str(error), advice=_("it serves already; nothing is to be done")) from None
    except SimulatorError as error:
        raise Refused(str(error)) from None


def site_in_process(
    config: "Config", paths: SitePaths, rooms: "Room | Sequence[Room]", clock: Clock
) -> "Site":
    """The site as a simulation sees it: everything in this process, on one clock."""
    from archived.sessions.inline import InlineBurner
    from archived.wiring_devices import drivers_of
    from archived.wiring_people import libraries_by_person
    from archived.wiring_readers import readers_in
    from archived.wiring_stackers import ways_in_process
    from simulator.cabinet import SimulatedCabinet
    from simulator.inprocess import InProcessTransport
    from simulator.room import Room

    opened = (rooms,) if isinstance(rooms, Room) else tuple(rooms)
    readers = readers_in(config, opened, clock)
    room_of = {device: room for room in opened for device in room.devices}
    cabinets = {name: SimulatedCabinet(room_of[name]) for name in libraries_by_person(config)}
    made = drivers_of(config, lambda name: InProcessTransport(room_of[name], name))
    return site_of(
        config,
        paths,
        clock,
        made,
        InlineBurner(made.drives, clock),
        ways=ways_in_process(room_of),
        cabinets=cabinets,
        readers=readers,
        tape_blocks_ahead=0,
    )


__all__ = [
    "paths_of",
    "room_drive",
    "room_folder",
    "room_folders",
    "room_plan",
    "serve_room",
    "site_in_process",
    "site_on_socket",
    "site_without_devices",
]
