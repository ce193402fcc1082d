"""Tasks as people and stages change them: opened, taken, done, refused, cancelled. Each is one write with its event."""

from dataclasses import replace

from sqlalchemy import Connection

from archived.catalog import events, media, tasks
from archived.catalog.events import Attention
from archived.errors import WrongState
from archived.language import _
from archived.model import Medium, Move
from archived.policy.confirming import Names, contradiction
from archived.policy.due_times import due_at
from archived.stages.labelling import uid_of_text
from archived.stages.place_words import place_words
from archived.stages.task_cases import weigh_shown
from archived.stages.work import Site
from archived.states import CopyState, MediumEvent, MediumState, MoveEvent, MoveState
from archived.tasks import RFID, Task, TaskEvent, TaskKind, TaskState

#: So often somebody may show another medium, or nothing may be found: then others are told.
CONTRADICTIONS_TOLD = 2
#: ... and then the daemon gives it up, as nobody gets any further by asking once more.
CONTRADICTIONS_MAX = 4
_BEFORE_IT_ENDS = (TaskState.OPEN, TaskState.TAKEN)


def open_task(
    write: Connection,
    site: Site,
    kind: TaskKind,
    medium_id: str,
    source: tuple[str, int | None],
    destination: tuple[str, int | None],
    *,
    reason: str,
    priority: int,
    moves: bool,
) -> Task:
    """Put a task on the list; with `moves` its motion is on record in the same write, as one that is under way."""
    now = site.now()
    move_id = None
    if moves and source[1] is not None and destination[1] is not None:
        move = Move(0, MoveState.MOVING, destination[0], medium_id, source[1], destination[1], reason, now)
        move_id = media.begin_move(write, move)
    task = Task(
        id=tasks.next_id(write),
        kind=kind,
        state=TaskState.OPEN,
        medium_id=medium_id,
        from_library=source[0],
        from_element=source[1],
        from_words=place_words(write, site, *source),
        to_library=destination[0],
        to_element=destination[1],
        to_words=place_words(write, site, *destination),
        reason=reason,
        priority=priority,
        opened_at=now,
        due_at=due_at(site.config.tasks, priority, now),
        move_id=move_id,
    )
    tasks.put(write, task)
    detail = {"medium": medium_id, "from": task.from_words, "to": task.to_words, "reason": reason}
    events.append(write, now, "task opened", ("task", task.id), **detail)
    return task


def take(write: Connection, site: Site, task_id: str, agent: str) -> Task:
    """Somebody begins, or takes over from whoever began. Raises NotFound, WrongState."""
    task = _not_ended(write, task_id)
    tasks.advance_state(write, task_id, TaskEvent.TAKEN, taken_by=agent, taken_at=site.now())
    events.append(write, site.now(), "task taken", ("task", task_id), agent=agent, before=task.taken_by)
    return tasks.get(write, task_id)


def confirm(write: Connection, site: Site, task_id: str, agent: str, how: str, value: str) -> str:
    """Somebody says that it is done, and shows by which medium; what speaks against that, in words, or "".

    When another medium was shown the task stays as it is, and that is on record. Raises NotFound, WrongState; Refused
    for a tag that is none.
    """
    task = _not_ended(write, task_id)
    value = uid_of_text(value) if how == RFID else value
    everything = [names_of(item) for item in media.listing(write)]
    asked = names_of(media.get(write, task.medium_id))
    words = contradiction(asked, how, value, everything)
    now, shown = site.now(), {"how": how, "value": value}
    if words:
        tasks.update_columns(write, task_id, contradictions=task.contradictions + 1, note=words)
        subject = ("task", task_id)
        events.append(
            write, now, "task contradicted", subject, agent=agent, outcome="failure", note=words, **shown
        )
        told = replace(task, contradictions=task.contradictions + 1, note=words)
        tell_contradictions(write, site, told)
        if told.contradictions >= CONTRADICTIONS_TOLD:
            weigh_shown(write, site, told, how, value, agent)
        return words
    ended = {"ended_by": agent, "ended_at": now, "confirmed_how": how, "confirmed_value": value, "note": ""}
    taken = {} if task.taken_by else {"taken_by": agent, "taken_at": now}
    tasks.advance_state(write, task_id, TaskEvent.CONFIRMED, **ended, **taken)
    events.append(write, now, "task done", ("task", task_id), agent=agent, medium=task.medium_id, **shown)
    return ""


def refuse(write: Connection, site: Site, task_id: str, agent: str, reason: str) -> Task:
    """It cannot be done: not asked again until somebody says so. Raises NotFound, WrongState."""
    task = _not_ended(write, task_id)
    now = site.now()
    begun = task.state is TaskState.TAKEN
    tasks.advance_state(
        write,
        task_id,
        TaskEvent.REFUSED,
        ended_by=agent,
        ended_at=now,
        note=reason,
        settled_at=None if begun else now,
    )
    if not begun:
        end_motion(write, site, task, MoveEvent.STAYED, reason)
    detail = {"medium": task.medium_id, "reason": reason}
    events.append(write, now, "task refused", ("task", task_id), agent=agent, outcome="failure", **detail)
    events.clear_attention(write, f"task:{task_id}")
    _set_blank_aside(write, site, task, reason)
    _tell_refused(write, site, task, reason)
    return tasks.get(write, task_id)


def ask_again(write: Connection, site: Site, task_id: str, agent: str) -> Task:
    """What was refused may be asked for again, as a new task. Raises NotFound, WrongState."""
    task = tasks.get(write, task_id)
    if task.state is not TaskState.REFUSED:
        raise WrongState(
            _("task {id} was not refused").format(id=task_id), advice=f"archivectl tasks show {task_id}"
        )
    tasks.advance_state(write, task_id, TaskEvent.ASKED_AGAIN)
    events.append(
        write, site.now(), "task asked again", ("task", task_id), agent=agent, medium=task.medium_id
    )
    events.clear_attention(write, f"refused:{task.medium_id}")
    medium = media.get(write, task.medium_id)
    is_new = all(copy.state is CopyState.CANCELLED for copy in media.copies_on(write, medium.id))
    if medium.state is MediumState.QUARANTINED and medium.note == task.note and is_new:
        media.advance_state(write, medium.id, MediumEvent.ADMITTED, site.now(), note="")
    return tasks.get(write, task_id)


def cancel(write: Connection, site: Site, task: Task, note: str) -> None:
    """Nothing needs it any more. Where somebody may be at it already, a look follows."""
    now = site.now()
    begun = task.state is TaskState.TAKEN
    tasks.advance_state(
        write,
        task.id,
        TaskEvent.CANCELLED,
        ended_by=events.DAEMON,
        ended_at=now,
        note=note,
        settled_at=None if begun else now,
    )
    if not begun:
        end_motion(write, site, task, MoveEvent.STAYED, note)
    events.append(write, now, "task cancelled", ("task", task.id), medium=task.medium_id, reason=note)
    events.clear_attention(write, f"task:{task.id}")


def end_motion(write: Connection, site: Site, task: Task, event: MoveEvent, note: str) -> None:
    """The motion of a task is over."""
    if task.move_id is not None:
        media.end_move(write, task.move_id, event, site.now(), note)


def _set_blank_aside(write: Connection, site: Site, task: Task, reason: str) -> None:
    """What was planned on a blank that nobody brings goes onto another one."""
    if media.get(write, task.medium_id).state is not MediumState.RESERVED:
        return
    media.withdraw_plans_on(write, task.medium_id, reason, site.now())
    media.advance_state(write, task.medium_id, MediumEvent.SET_ASIDE, site.now(), note=reason)


def names_of(medium: Medium) -> Names:
    """All that a medium is known by."""
    return Names(medium.id, medium.barcode or "", medium.rfid_uid or "", medium.printed_label or "")


def tell_contradictions(write: Connection, site: Site, task: Task) -> None:
    """Others are told when it does not help to ask once more."""
    if task.contradictions < CONTRADICTIONS_TOLD:
        return
    words = _("task {id} does not come out right, {number} times now: {note}").format(
        id=task.id, number=task.contradictions, note=task.note
    )
    events.raise_attention(
        write,
        Attention(
            f"task:{task.id}",
            "now",
            words,
            _("nothing was written to any of these media, and none is believed to be where it was not seen"),
            f"archivectl tasks show {task.id}",
            site.now(),
        ),
    )


def _tell_refused(write: Connection, site: Site, task: Task, reason: str) -> None:
    events.raise_attention(
        write,
        Attention(
            f"refused:{task.medium_id}",
            "working-hours",
            _("medium {medium} is not brought from {place}: {reason}").format(
                medium=task.medium_id, place=task.from_words, reason=reason
            ),
            _("nobody is asked for it again; recalls go on through other copies or the set"),
            _(
                "archivectl tasks again {id}   (gone for good: archivectl media lost {medium} --reason TEXT)"
            ).format(id=task.id, medium=task.medium_id),
            site.now(),
        ),
    )


def _not_ended(read: Connection, task_id: str) -> Task:
    task = tasks.get(read, task_id)
    if task.state not in _BEFORE_IT_ENDS:
        raise WrongState(
            _("task {id} is {state} already").format(id=task_id, state=task.state.value),
            advice=f"archivectl tasks show {task_id}",
        )
    return task
