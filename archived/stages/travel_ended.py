"""What becomes of a medium that was brought to a robot, or taken home from it, once its library was looked at."""

from collections.abc import Mapping

from sqlalchemy import Connection

from archived.catalog import events, media, tasks
from archived.errors import WrongState
from archived.language import _
from archived.policy.cabinets import places
from archived.stages.errands_ended import contradicted, put_back
from archived.stages.floor import floors
from archived.stages.offline import bin_of
from archived.stages.place_words import place_words
from archived.stages.stacking import put_in_bin
from archived.stages.work import Site
from archived.tasks import Task, TaskKind, TaskState


def settle_travel(
    write: Connection, site: Site, task: Task, library: str, port: int, seen: Mapping[int, str | None]
) -> None:
    """Commit what a look at the robot's library says; `seen` are full elements with their barcodes."""
    medium = media.get(write, task.medium_id)
    label = medium.barcode
    in_library = next((e for e, code in seen.items() if code is not None and code == label), None)
    if in_library is None and port in seen and seen[port] is None:
        in_library = port  # it has no label that the robot reads, and somebody showed who it is
    if task.kind is TaskKind.BRING:
        _brought(write, site, task, library, port, in_library)
    else:
        _left(write, site, task, in_library)


def laid_in_bin(write: Connection, site: Site, task: Task, bin: str) -> None:
    """Somebody laid a medium on top of a bin, into which nobody sees: his word counts until its disc is read."""
    now = site.now()
    if task.state is not TaskState.DONE:
        tasks.update_columns(write, task.id, settled_at=now)
        if task.state is TaskState.CANCELLED:
            put_back(write, site, task, (task.from_library, task.from_element))
        return
    before = media.get(write, task.medium_id)
    try:
        put_in_bin(write, site, task.to_library, bin, [task.medium_id], agent=task.ended_by)
    except WrongState as refused:
        contradicted(write, site, task, refused.message)
        return
    sink(write, site, before.library, before.element)
    _settled(write, site, task, media.get(write, task.medium_id).element)


def sink(write: Connection, site: Site, library: str | None, element: int | None) -> None:
    """What lay on top of a disc in a bin lies one place lower since somebody took it out from beneath."""
    floor = next((floor for floor in floors(write, site) if floor.library == library), None)
    pile = None if floor is None else bin_of(floor, element)
    if floor is None or pile is None or element is None:
        return
    on_top = [(m.element, m.id) for m in floor.media if m.element is not None and m.element in pile]
    for place, medium_id in sorted(on_top):
        if place > element:
            media.update_columns(write, medium_id, element=place - 1)


def _brought(
    write: Connection, site: Site, task: Task, library: str, port: int, in_library: int | None
) -> None:
    if in_library is not None:
        media.saw(write, task.medium_id, in_library, site.now())
        media.update_columns(write, task.medium_id, library=library, home_element=None, magazine=None)
        _settled(write, site, task, in_library)
    elif task.state is TaskState.DONE:
        where = place_words(write, site, library, port)
        words = _("the robot of library {library} does not see {medium} in {place}")
        contradicted(write, site, task, words.format(library=library, medium=task.medium_id, place=where))
    else:
        tasks.update_columns(write, task.id, settled_at=site.now())
        if task.state is TaskState.CANCELLED:
            put_back(write, site, task, (task.from_library, task.from_element))


def _left(write: Connection, site: Site, task: Task, in_library: int | None) -> None:
    if in_library is not None:
        media.update_columns(write, task.medium_id, library=task.from_library, element=in_library)
        if task.state is TaskState.DONE:
            words = _("the robot of library {library} sees {medium} still")
            contradicted(write, site, task, words.format(library=task.from_library, medium=task.medium_id))
        else:
            tasks.update_columns(write, task.id, settled_at=site.now())
        return
    if task.state is TaskState.DONE:
        place = places(site.config.libraries[task.to_library].cabinets).get(task.to_element or 0)
        home = {"home_element": task.to_element, "magazine": place.drawer_words} if place is not None else {}
        media.update_columns(write, task.medium_id, **home)
        sink(write, site, task.from_library, task.from_element)
        _settled(write, site, task, task.to_element)
        return
    tasks.update_columns(write, task.id, settled_at=site.now())
    put_back(write, site, task, (task.to_library, task.to_element))


def _settled(write: Connection, site: Site, task: Task, element: int | None) -> None:
    now = site.now()
    tasks.update_columns(write, task.id, settled_at=now)
    detail = {"source": task.from_words, "destination": task.to_words, "task": task.id, "by": task.ended_by}
    subject = ("medium", task.medium_id)
    events.append(write, now, "medium brought", subject, library=task.to_library, element=element, **detail)
    for attention in (f"task:{task.id}", f"missing:{task.medium_id}"):
        events.clear_attention(write, attention)
