"""What waits for media in each library, and its drives as planners of motions see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from archived.catalog import events, media
from archived.model import Drive, Medium, Move
from archived.policy.mounting import DriveView, Want
from archived.policy.stacks import Fate
from archived.robot_kinds import PERSON
from archived.stages import hold, recall_area
from archived.stages.floor import Floor, floors
from archived.stages.giving_out import kept_media
from archived.stages.stacker_floor import fates
from archived.stages.wanted_media import media_wanted
from archived.stages.work import Context, Order, Site, drive_lane
from archived.states import MoveState


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for media in one library."""

    floor: Floor
    wants: tuple[Want, ...]
    #: Media whose work may be done in the very drive they lie in.
    ready_in_place: frozenset[str]
    #: Media that an order is going to read on as soon as there is room.
    held: frozenset[str]
    #: Media that a drive which is down does not give out.
    kept: frozenset[str]
    #: Moves that are on record and not known to be over.
    moving: tuple[Move, ...]
    orders: tuple[Order, ...]
    #: What becomes of media that lie in no bin of a disc robot.
    fates: Mapping[str, Fate] = field(default_factory=dict)


def work_waiting(read: Connection, site: Site, *, by_person: bool = False) -> list[Work]:
    """What waits in every library that a robot serves, or in every one where people do."""
    if not any(is_by_person(site, library) is by_person for library in site.config.libraries):
        return []
    settings = events.settings(read)
    paused = bool(settings.get("writes_paused")) or hold.in_force(settings)
    moves = media.moves_in_state(read, MoveState.MOVING)
    held = recall_area.media_held(read, site)
    found = []
    for floor in floors(read, site):
        if is_by_person(site, floor.library) is not by_person:
            continue
        wants, ready = media_wanted(read, site, floor, writes_paused=paused)
        mine = tuple(move for move in moves if move.library == floor.library)
        orders = tuple(order for order in site.orders.waiting() if floor.medium(order.medium_id) is not None)
        kept = kept_media(read, floor)
        found.append(
            Work(floor, tuple(wants), frozenset(ready), held, kept, mine, orders, fates(read, floor))
        )
    return found


def is_by_person(site: Site, library: str) -> bool:
    """Whether people move the media of a library."""
    return site.config.libraries[library].robot == PERSON


def drive_views(work: Work, context: Context) -> list[DriveView]:
    """The drives of a library; one whose medium just failed to move, or is kept, counts as busy."""
    views = []
    for drive in work.floor.drives:
        medium = work.floor.in_drive(drive)
        at_rest = medium is not None and (f"move {medium.id}" in context.busy_keys or medium.id in work.kept)
        ready = (
            medium is not None
            and medium.id in work.ready_in_place
            and drive.up
            and _allowed(work, medium, drive)
        )
        views.append(
            DriveView(
                name=drive.name,
                element=drive.element,
                up=drive.up and drive.element not in work.floor.doubtful,
                busy=drive_lane(drive.name) in context.busy_lanes or at_rest,
                medium_id=medium.id if medium else None,
                work_waiting=ready,
                held=medium is not None and medium.id in work.held and drive.up and not context.draining,
                home_element=medium.home_element if medium else None,
                home_magazine=medium.magazine if medium else None,
            )
        )
    return views


def _allowed(work: Work, medium: Medium, drive: Drive) -> bool:
    return any(w.medium_id == medium.id and drive.name in w.allowed_drives for w in work.wants)


def movable(wants: tuple[Want, ...], context: Context) -> list[Want]:
    """Wants of media that are not in a motion, and do not rest after one."""
    return [want for want in wants if f"move {want.medium_id}" not in context.busy_keys]
