"""What becomes of a task of people once drives, sensors and discs were asked."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from archived.catalog import events, images, media, tasks
from archived.catalog.events import Attention
from archived.language import _
from archived.policy.cabinets import places
from archived.sessions.handing import Found, Ready
from archived.stages.errands import Errand, volumes_of
from archived.stages.robot_trouble import LOOK_REST_S
from archived.stages.task_cases import weigh_carriers
from archived.stages.tasking import (
    CONTRADICTIONS_MAX,
    CONTRADICTIONS_TOLD,
    end_motion,
    open_task,
    refuse,
    tell_contradictions,
)
from archived.stages.work import Site
from archived.states import MoveEvent
from archived.tasks import Task, TaskEvent, TaskKind, TaskState


def not_ready(write: Connection, site: Site, errand: Errand, outcome: Ready) -> float:
    """Trays do not open, or a sensor says that the motion cannot be made."""
    task = errand.task
    if outcome.refused:
        _back_in_drive(write, errand)
        refuse(write, site, task.id, events.DAEMON, outcome.wrong)
        return 0
    return _trouble(write, site, task, outcome.wrong)


def said_otherwise(write: Connection, site: Site, errand: Errand, outcome: Found) -> float:
    """Nobody could tell what lies where: it is looked at again after a rest."""
    return _trouble(write, site, errand.task, outcome.contradiction)


def settle_task(write: Connection, site: Site, errand: Errand, found: Found) -> float:
    """Commit what the look says; the one write after which a medium is where a task brought it."""
    task = errand.task
    events.clear_attention(write, f"hands:{task.id}")
    words, carriers = found.contradiction, _carriers(write, found)
    if carriers:
        words = _("{words}: it is {media}").format(words=words, media=" / ".join(carriers))
    if task.state is TaskState.DONE:
        if words:
            if contradicted(write, site, task, words):
                _back_in_drive(write, errand)
            if task.contradictions + 1 >= CONTRADICTIONS_TOLD:
                weigh_carriers(write, site, task, carriers)
        else:
            _arrived(write, site, errand)
    elif words or not errand.handing.to_drive:
        _given_up(write, site, errand, found)
    else:
        # It was refused or cancelled, and lies in the drive all the same.
        _arrived(write, site, errand)
    return 0


def _arrived(write: Connection, site: Site, errand: Errand) -> None:
    task, now = errand.task, site.now()
    media.saw(write, task.medium_id, task.to_element, now)
    media.update_columns(write, task.medium_id, library=task.to_library)
    place = places(site.config.libraries[task.to_library].cabinets).get(task.to_element or 0)
    if place is not None:
        home = {"home_element": task.to_element, "magazine": place.drawer_words}
        media.update_columns(write, task.medium_id, **home)
    end_motion(write, site, task, MoveEvent.ARRIVED, "")
    tasks.update_columns(write, task.id, settled_at=now)
    if errand.handing.to_drive is not None and task.taken_at is not None:
        events.learn_pace(write, "load_s", (now - task.taken_at).total_seconds())
    detail: dict[str, Any] = {"source": task.from_element, "destination": task.to_element, "why": task.reason}
    detail |= {"task": task.id, "by": task.ended_by}
    events.append(write, now, "move", ("medium", task.medium_id), **detail)
    for attention in (f"move:{task.medium_id}", f"task:{task.id}", f"missing:{task.medium_id}"):
        events.clear_attention(write, attention)


def contradicted(write: Connection, site: Site, task: Task, words: str) -> bool:
    """He is still at it: trays open again, and he is told what is wrong. True when it is given up."""
    count = task.contradictions + 1
    told = replace(task, contradictions=count, note=words)
    tasks.advance_state(
        write, task.id, TaskEvent.CONTRADICTED, note=words, contradictions=count, ready_at=None, ended_at=None
    )
    detail = {"medium": task.medium_id, "note": words}
    events.append(write, site.now(), "task contradicted", ("task", task.id), outcome="failure", **detail)
    tell_contradictions(write, site, told)
    if count < CONTRADICTIONS_MAX:
        return False
    refuse(write, site, task.id, events.DAEMON, words)
    return True


def _given_up(write: Connection, site: Site, errand: Errand, found: Found) -> None:
    """Refused or cancelled: the medium is in its drive still, or goes back to where it was or was to go."""
    task, handing = errand.task, errand.handing
    now = site.now()
    tasks.update_columns(write, task.id, settled_at=now)
    end_motion(write, site, task, MoveEvent.STAYED, task.note)
    if handing.from_drive is not None and found.contradiction:
        _back_in_drive(write, errand)
        return
    if handing.from_drive is not None and handing.to_drive is None:
        put_back(write, site, task, (task.to_library, task.to_element))
    elif handing.from_drive is not None or (
        task.state is TaskState.CANCELLED and task.kind is not TaskKind.PUT_BACK
    ):
        put_back(write, site, task, (task.from_library, task.from_element))


def put_back(write: Connection, site: Site, task: Task, place: tuple[str, int | None]) -> None:
    """Somebody has the medium in his hands for nothing: he is asked to lay it where it belongs."""
    medium = media.get(write, task.medium_id)
    open_task(
        write,
        site,
        TaskKind.PUT_BACK,
        task.medium_id,
        (medium.library or place[0], medium.element),
        place,
        reason=_("task {id} is not needed any more").format(id=task.id),
        priority=task.priority,
        moves=False,
    )


def _back_in_drive(write: Connection, errand: Errand) -> None:
    """It did not leave the drive: sessions may go on with it."""
    if errand.handing.from_drive is not None:
        media.update_columns(write, errand.task.medium_id, element=errand.task.from_element)


def _carriers(read: Connection, found: Found) -> list[str]:
    """The media that carry what a disc told that it is."""
    if not found.other_volume:
        return []
    return [
        copy.medium_id
        for image in images.listing(read)
        if found.other_volume in volumes_of(image)
        for copy in media.copies_of(read, image.id)
    ]


def _trouble(write: Connection, site: Site, task: Task, words: str) -> float:
    events.raise_attention(
        write,
        Attention(
            f"hands:{task.id}",
            "working-hours",
            _("task {id} waits for a drive that does not answer: {words}").format(id=task.id, words=words),
            _(
                "the medium is where the task says until a look says otherwise; it is tried again after a rest"
            ),
            f"archivectl tasks show {task.id}",
            site.now(),
        ),
    )
    return LOOK_REST_S
