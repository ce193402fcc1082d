"""Tasks for people: what is to be carried where, who is at it, and what he says of it."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import Connection

from archived.api.services import Document, Services, agent_of, plain, services_of
from archived.api.submissions import Reason
from archived.catalog import events, media, tasks
from archived.errors import Refused, Unavailable
from archived.language import _
from archived.model import Medium
from archived.policy.cabinets import FIRST_DRIVE, FIRST_PLACE
from archived.policy.confirming import contradiction
from archived.policy.walking import walking_order
from archived.stages import tasking
from archived.stages.sending import send
from archived.stages.tasking import names_of
from archived.tasks import HOW, RFID, Task, TaskKind, TaskState
from devices.polling import WaitExpired, wait_until

router = APIRouter()
#: A drive needs its time to make out what was laid in; who stands before it is told then.
LOOK_TIMEOUT_S = 240.0
LOOK_INTERVAL_S = 0.1
_BEFORE_IT_ENDS = (TaskState.OPEN, TaskState.TAKEN)
_WORDS = {"open": _BEFORE_IT_ENDS, "all": tuple(TaskState), "mine": _BEFORE_IT_ENDS}


class Taking(BaseModel):
    tasks: list[str]


class Doing(BaseModel):
    """Tasks that are done, with what was read or typed of their media, in any order."""

    tasks: list[str]
    how: str = RFID
    values: list[str] = []
    #: Instead of both: the reader before which the media lie.
    reader: str = ""


class Sending(BaseModel):
    medium: str
    library: str
    #: "CABINET/DRAWER/SLOT"; empty means the first that is free.
    place: str = ""
    reason: str


@router.get("/tasks")
def list_tasks(request: Request, which: str = "open", services: Services = Depends(services_of)) -> Document:
    """Tasks in the order of one walk: "open" ones, those that are "mine", or "all" that ever were."""
    if which not in _WORDS:
        raise Refused(_("tasks are open, mine or all, not {which!r}").format(which=which))
    with services.catalog.read() as read:
        found = tasks.listing(read, *_WORDS[which])
        if which == "mine":
            found = [task for task in found if task.taken_by == agent_of(request)]
        if which != "all":
            found = walking_order(found)
        return services.listed([_document(read, services, task) for task in found])


@router.get("/tasks/{task_id}")
def show_task(task_id: str, services: Services = Depends(services_of)) -> Document:
    """One task with all that happened to it."""
    with services.catalog.read() as read:
        return services.said(_whole(read, services, task_id))


@router.post("/tasks/take")
def take(body: Taking, request: Request, services: Services = Depends(services_of)) -> Document:
    """Begin with tasks: trays open and lamps are lit for them. Answers when they are, or cannot."""
    agent = agent_of(request)
    with services.catalog.write() as write:
        for task_id in _named(body.tasks):
            tasking.take(write, services.site, task_id, agent)
    services.wake()
    _wait(services, body.tasks, lambda task: task.ready_at is not None or task.state is not TaskState.TAKEN)
    return _answer(services, body.tasks)


@router.post("/tasks/done")
def done(body: Doing, request: Request, services: Services = Depends(services_of)) -> Document:
    """Say that tasks are done, and by which media. Answers when drives and sensors were looked at."""
    agent = agent_of(request)
    if body.how not in HOW:
        raise Refused(
            _("a medium is shown by {known}, not by {how!r}").format(known=", ".join(HOW), how=body.how)
        )
    if body.reader:
        body = Doing(tasks=body.tasks, how=RFID, values=_read(services, body))
    with services.catalog.write() as write:
        shown = _shown(write, _named(body.tasks), body)
        wrong = {
            task_id: words
            for task_id, value in shown.items()
            if (words := tasking.confirm(write, services.site, task_id, agent, body.how, value))
        }
    services.wake()
    _wait(services, [task_id for task_id in body.tasks if task_id not in wrong], _is_looked_at)
    answer = _answer(services, body.tasks)
    wrong |= {
        item["id"]: item["note"]
        for item in answer["items"]
        if item["id"] not in wrong and item["state"] != "done"
    }
    if wrong:
        raise Refused(
            "; ".join(f"{task_id}: {words}" for task_id, words in wrong.items()),
            advice=_("put it right, then say done again (or: archivectl tasks refuse ID --reason TEXT)"),
            tasks=sorted(wrong),
        )
    return answer


@router.post("/tasks/send")
def send_medium(body: Sending, request: Request, services: Services = Depends(services_of)) -> Document:
    """Ask for a medium to be carried to another library, where it is at home from then on."""
    with services.catalog.write() as write:
        task = send(
            write, services.site, body.medium, body.library, body.place, agent_of(request), body.reason
        )
    services.wake()
    return _answer(services, [task.id])


@router.post("/tasks/{task_id}/refuse")
def refuse(
    task_id: str, body: Reason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Say that it cannot be done, and why: other ways are tried, and nobody is asked for this medium again."""
    with services.catalog.write() as write:
        tasking.refuse(write, services.site, task_id, agent_of(request), body.reason)
    services.wake()
    return _answer(services, [task_id])


@router.post("/tasks/{task_id}/again")
def again(task_id: str, request: Request, services: Services = Depends(services_of)) -> Document:
    """Let people be asked again for the medium of a task that was refused."""
    with services.catalog.write() as write:
        tasking.ask_again(write, services.site, task_id, agent_of(request))
    services.wake()
    return _answer(services, [task_id])


def _named(task_ids: list[str]) -> list[str]:
    if not task_ids:
        raise Refused(_("no task was named"), advice="archivectl tasks")
    return list(dict.fromkeys(task_ids))


def _read(services: Services, body: Doing) -> list[str]:
    """The tags before a reader, one for each task; those of the media that are meant come first."""
    placed = services.site.tools.readers.get(body.reader)
    if placed is None:
        known = ", ".join(sorted(services.site.tools.readers)) or "-"
        raise Refused(
            _("there is no reader {name!r}; there are: {known}").format(name=body.reader, known=known)
        )
    uids = [tag.uid for tag in placed.reader.read() if tag.fixed]
    with services.catalog.read() as read:
        meant = {media.get(read, tasks.get(read, task_id).medium_id).rfid_uid for task_id in body.tasks}
    uids.sort(key=lambda uid: uid not in meant)
    if len(uids) < len(body.tasks):
        raise Refused(
            _("reader {name} sees {number} of {tasks} tags").format(
                name=body.reader, number=len(uids), tasks=len(body.tasks)
            ),
            advice=_("hold the media before the reader, and say it again"),
        )
    return uids[: len(body.tasks)]


def _shown(read: Connection, task_ids: list[str], body: Doing) -> dict[str, str]:
    """Which value shows the medium of which task. What fits none is said of the tasks that are left, in their order."""
    left = list(body.values)
    if len(left) != len(task_ids):
        raise Refused(
            _("{tasks} tasks, and {values} media were shown: one for each").format(
                tasks=len(task_ids), values=len(left)
            )
        )
    found: dict[str, str] = {}
    for task_id in task_ids:
        asked = names_of(media.get(read, tasks.get(read, task_id).medium_id))
        fits = next((value for value in left if not contradiction(asked, body.how, value, ())), None)
        if fits is not None:
            found[task_id] = fits
            left.remove(fits)
    return {task_id: found[task_id] if task_id in found else left.pop(0) for task_id in task_ids}


def _is_looked_at(task: Task) -> bool:
    return task.settled_at is not None or task.state is not TaskState.DONE


def _wait(services: Services, task_ids: list[str], holds: Any) -> None:
    def check() -> bool:
        with services.catalog.read() as read:
            if all(holds(tasks.get(read, task_id)) for task_id in task_ids):
                return True
        if services.is_draining():
            raise Unavailable(
                _("the daemon stops; what you said is on record, and drives are looked at when it is back"),
                advice="archivectl tasks",
            )
        return False

    clock = services.site.tools.clock
    try:
        wait_until(check, clock=clock, timeout_s=LOOK_TIMEOUT_S, interval_s=LOOK_INTERVAL_S)
    except WaitExpired:
        raise Unavailable(
            _("what you said is on record; the drive does not answer yet"), advice="archivectl tasks"
        ) from None


def _answer(services: Services, task_ids: list[str]) -> Document:
    with services.catalog.read() as read:
        return services.listed([_document(read, services, tasks.get(read, task_id)) for task_id in task_ids])


def _document(read: Connection, services: Services, task: Task) -> Document:
    medium = media.get(read, task.medium_id)
    return {
        **plain(task),
        "barcode": medium.barcode,
        "printed_label": medium.printed_label,
        "words": _sentence(task, medium),
        "overdue": task.state in _BEFORE_IT_ENDS and services.site.now() >= task.due_at,
    }


def _whole(read: Connection, services: Services, task_id: str) -> Document:
    task = tasks.get(read, task_id)
    history = events.latest(read, subject_id=task_id, limit=100)
    return {**_document(read, services, task), "events": [plain(event) for event in history]}


def _sentence(task: Task, medium: Medium) -> str:
    """What is to be done, as one would say it."""
    name = medium.printed_label or task.medium_id
    if task.kind is TaskKind.PUT_BACK:
        words = _("put {medium} back into {to}")
    elif task.to_element is not None and FIRST_DRIVE <= task.to_element < FIRST_PLACE:
        words = _("take {medium} from {place} and put it into {to}")
    else:
        words = _("take {medium} from {place} and lay it into {to}")
    return words.format(medium=name, place=task.from_words, to=task.to_words)
