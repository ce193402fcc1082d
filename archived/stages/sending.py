"""Media that a person sends to another library: to a shelf, to a vault, or to where their drives are."""

from sqlalchemy import Connection

from archived.catalog import events, media, tasks
from archived.errors import NotFound, Refused, WrongState
from archived.language import _
from archived.model import Medium
from archived.policy.cabinets import places
from archived.policy.due_times import OTHER
from archived.stages.floor import Floor, floors
from archived.stages.offline import landings
from archived.stages.orders import in_session
from archived.stages.tasking import open_task
from archived.stages.work import Site
from archived.stages.work_waiting import is_by_person
from archived.states import MediumState
from archived.tasks import Task, TaskKind

_PROMISED = (MediumState.RESERVED, MediumState.WRITING)


def send(
    write: Connection, site: Site, medium_id: str, library: str, place: str, agent: str, reason: str
) -> Task:
    """Ask for a medium to be carried to another library, where it is at home from then on.

    `place` is "CABINET/DRAWER/SLOT"; empty means the first that is free. Raises NotFound, Refused, WrongState.
    """
    medium = media.get(write, medium_id)
    if library not in site.config.libraries:
        raise Refused(_("there is no library {name!r}").format(name=library))
    if medium.library is None or medium.element is None or medium.library not in site.config.libraries:
        raise NotFound(_("medium {medium_id} is not in a library").format(medium_id=medium_id), id=medium_id)
    if not is_by_person(site, library) or library == medium.library:
        raise Refused(
            _("media are sent to another library whose media people move, and {library} is none").format(
                library=library
            )
        )
    if in_session(write, medium_id) or medium.state in _PROMISED:
        raise WrongState(
            _("medium {medium_id} is at work, or promised to an image").format(medium_id=medium_id),
            advice=f"archivectl media {medium_id}",
        )
    if any(task.medium_id == medium_id for task in tasks.unsettled(write)):
        raise WrongState(
            _("there is a task for medium {medium_id} already").format(medium_id=medium_id),
            advice="archivectl tasks",
        )
    every_floor = floors(write, site)
    task = open_task(
        write,
        site,
        TaskKind.HOME,
        medium_id,
        (medium.library, _way_out(write, site, every_floor, medium)),
        (library, _place(write, site, library, place)),
        reason=reason,
        priority=OTHER,
        moves=is_by_person(site, medium.library),
    )
    events.append(
        write,
        site.now(),
        "medium sent",
        ("medium", medium_id),
        agent=agent,
        library=library,
        reason=reason,
        task=task.id,
    )
    return task


def _way_out(read: Connection, site: Site, every_floor: list[Floor], medium: Medium) -> int:
    """Where somebody takes it from: its place, or a free import/export slot of its robot."""
    floor = next(floor for floor in every_floor if floor.library == medium.library)
    if medium.element is not None and (is_by_person(site, floor.library) or medium.element in floor.ports):
        return medium.element
    free = [
        one.free for one in landings(site, every_floor, tasks.unsettled(read)) if one.library == floor.library
    ]
    if not free or not free[0]:
        raise WrongState(
            _("library {library} has no free import/export slot now").format(library=floor.library),
            advice="archivectl tasks",
        )
    return free[0][0]


def _place(read: Connection, site: Site, library: str, place: str) -> int:
    known = places(site.config.libraries[library].cabinets)
    taken = {medium.element for medium in media.listing(read) if medium.library == library}
    taken |= {task.to_element for task in tasks.unsettled(read) if task.to_library == library}
    if not place:
        free = next((element for element in known if element not in taken), None)
        if free is None:
            raise WrongState(_("library {library} has no free place").format(library=library))
        return free
    wanted = place.strip().rsplit("/", 2)
    found = next(
        (e for e, one in known.items() if [one.cabinet, str(one.drawer), str(one.slot)] == wanted), None
    )
    if found is None:
        raise Refused(
            _("library {library} has no place {place!r}; places are CABINET/DRAWER/SLOT").format(
                library=library, place=place
            )
        )
    if found in taken:
        raise WrongState(_("{place} is taken").format(place=known[found].words))
    return found
