"""Tasks that are overdue: people are told, and more urgently when nobody does anything about it."""

from sqlalchemy import Connection

from archived.catalog import events, tasks
from archived.catalog.events import Attention
from archived.language import _
from archived.policy.due_times import LEVELS
from archived.stages.work import Site
from archived.tasks import Task


def escalate(write: Connection, site: Site, task: Task, level: int) -> None:
    """Put the level on record, and tell who took it and since when."""
    tasks.update_columns(write, task.id, level=level)
    named = {
        "id": task.id,
        "medium": task.medium_id,
        "place": task.from_words,
        "due": task.due_at.isoformat(timespec="minutes"),
        "who": task.taken_by,
        "since": "" if task.taken_at is None else task.taken_at.isoformat(timespec="minutes"),
    }
    words = _("task {id} was due at {due}, and nobody took it: {medium} from {place}")
    if task.taken_by:
        words = _("task {id} was due at {due}; {who} took it at {since}: {medium} from {place}")
    events.append(
        write,
        site.now(),
        "task overdue",
        ("task", task.id),
        outcome="warning",
        level=level,
        taken_by=task.taken_by,
    )
    events.raise_attention(
        write,
        Attention(
            f"task:{task.id}",
            LEVELS[level - 1],
            words.format(**named),
            _("nothing is lost; what needs it waits: {reason}").format(reason=task.reason),
            f"archivectl tasks take {task.id}",
            site.now(),
        ),
    )
