"""Furnishes the simulated rooms of a site: libraries with slots, stackers with bins, cabinets that people walk to."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

from archived.errors import Refused
from archived.language import _
from archived.media_kinds import TAPE
from archived.robot_kinds import ALERATEC, GENERIC, NIMBIE, PERSON, STACKERS
from archived.sessions.tools import SitePaths
from archived.wiring import room_folder
from backends.interface import CLUSTER_BYTES

if TYPE_CHECKING:
    from archived.settings import Config, LibrarySettings
    from robotics.model import Bin
    from simulator.plan import DrivePlan, RoomPlan

#: How a fresh simulated room is furnished; a bin is loaded with as many blanks as there are in all magazines.
SLOTS, MAGAZINE_SLOTS, IMPORT_EXPORT_SLOTS, BLANKS_IN_MAGAZINE = 60, 10, 2, 8
MEDIA_ID = "SIMBDR/A01"
#: Kinds of media as the last two characters of a cartridge's barcode say them.
_SUFFIXES = {"lto-7-m8": "M8"}
_WORM_SUFFIXES = {"lto-5": "V", "lto-6": "W", "lto-7": "X", "lto-8": "Y", "lto-9": "Z"}


def furnish_room(
    folder: Path, config: "Config", *, disc_capacity_bytes: int, speed: float, slots: int = SLOTS
) -> "RoomPlan":
    """Make the simulated room of a fresh site, with blanks where its robot or its people take them from.

    `slots` are those of a library; other robots have the places of their models.
    """
    from simulator.estate import create_room
    from simulator.plan import standard_drives

    library = next(iter(config.libraries))
    settings = config.libraries[library]
    drives = standard_drives(len(settings.drives))
    clusters = disc_capacity_bytes // CLUSTER_BYTES
    plan = _plan_of_discs(library, settings, drives, clusters, speed, first=1, slots=slots)
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

    folder = room_folder(paths, library)
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
            first = number * 1000 + 1
            plan = _plan_of_discs(library, settings, drives, clusters, speed, first=first)
        create_room(folder, plan)
    except SimulatorError as error:
        raise Refused(str(error)) from None
    return plan


def _places(slots: int = SLOTS) -> list[int]:
    """Slots that hold a medium in a fresh room: a few of each magazine stay empty."""
    return [
        magazine * MAGAZINE_SLOTS + place + 1
        for magazine in range(slots // MAGAZINE_SLOTS)
        for place in range(BLANKS_IN_MAGAZINE)
    ]


def _plan_of_discs(
    library: str,
    settings: "LibrarySettings",
    drives: "tuple[DrivePlan, ...]",
    clusters: int,
    speed: float,
    *,
    first: int,
    slots: int = SLOTS,
) -> "RoomPlan":
    if settings.robot in STACKERS:
        return _stacker_plan(library, settings.robot, drives, clusters, speed)
    plan = _disc_plan(library, drives, clusters, speed, first=first, slots=slots)
    return _cabinet_plan(plan, settings) if settings.robot == PERSON else plan


def _stacker_plan(
    library: str, robot: str, drives: "tuple[DrivePlan, ...]", clusters: int, speed: float
) -> "RoomPlan":
    """Blanks in the first bin that the arm takes from, with the ids of their media printed on them."""
    from simulator.plan import CLUSTER_SECTORS, SLOT_ADDRESS, DiscPlan, RoomPlan

    bins = bins_of(robot, len(drives))
    pile = next(one for one in bins if one.takes)
    slot = pile.first - SLOT_ADDRESS
    blanks = min(pile.count, len(_places()))
    return RoomPlan(
        library=library,
        drives=drives,
        slots=0,
        magazine_slots=1,
        import_export_slots=0,
        capacity_sectors=clusters * CLUSTER_SECTORS,
        discs=tuple(
            DiscPlan(f"{library}-{number:05d}", MEDIA_ID, slot + number) for number in range(1, blanks + 1)
        ),
        speed=speed,
        robot=robot,
        bins=bins,
    )


def bins_of(robot: str, drives: int) -> "tuple[Bin, ...]":
    """The bins of a simulated stacker: those of the model that it is played as."""
    if robot == NIMBIE:
        from robotics.arms.nimbie import BINS

        return BINS
    if robot == ALERATEC:
        from robotics.arms.aleratec import BINS as BINS_OF_ALERATEC

        return BINS_OF_ALERATEC
    if robot == GENERIC:
        from robotics.arms.generic_profiles import AMTREN, AMTREN_TWO_DRIVES

        return AMTREN.bins if drives == 1 else AMTREN_TWO_DRIVES.bins
    raise Refused(_("there is no simulated room with a robot of kind {robot!r}").format(robot=robot))


def _cabinet_plan(plan: "RoomPlan", settings: "LibrarySettings") -> "RoomPlan":
    """The same media in the places of cabinets, as far as there are so many; none where there is no drive."""
    from simulator.plan import BY_PERSON, CabinetPlan

    cabinets = tuple(
        CabinetPlan(name, one.drawers, one.slots, sensors=True) for name, one in settings.cabinets.items()
    )
    places = sum(one.size for one in cabinets)
    return replace(
        plan,
        robot=BY_PERSON,
        cabinets=cabinets,
        slots=places,
        import_export_slots=0,
        discs=tuple(disc for disc in plan.discs if disc.slot <= places) if plan.drives else (),
    )


def _disc_plan(
    library: str, drives: "tuple[DrivePlan, ...]", clusters: int, speed: float, *, first: int, slots: int
) -> "RoomPlan":
    from simulator.plan import CLUSTER_SECTORS, DiscPlan, RoomPlan

    places = enumerate(_places(slots), start=first)
    return RoomPlan(
        library=library,
        drives=drives,
        slots=slots,
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
