"""How soon a task is to be done, and how loud it becomes when it is not."""

from datetime import datetime, timedelta

from archived.settings import TaskSettings

#: Priorities of tasks, by the kind of work that wants the medium (`archived.policy.mounting.KINDS`).
RECALL, WRITE, OTHER = 1, 2, 3
_PRIORITIES = {"clean": RECALL, "read": RECALL, "verify": WRITE, "write": WRITE}
#: People are told when a task is overdue, and more urgently when it is as overdue again.
LEVELS = ("working-hours", "now")


def priority_of(kind: str | None) -> int:
    """The priority of a task for this kind of work; None: it only goes home."""
    return _PRIORITIES.get(kind or "", OTHER)


def due_at(settings: TaskSettings, priority: int, opened_at: datetime) -> datetime:
    """When it is overdue."""
    hours = {RECALL: settings.recall_h, WRITE: settings.write_h}.get(priority, settings.other_h)
    return opened_at + timedelta(hours=hours)


def level_at(opened_at: datetime, due: datetime, now: datetime) -> int:
    """How loud it is: 0 in time, 1 overdue, 2 overdue for as long as it had in the first place."""
    if now < due:
        return 0
    return 1 if now < due + (due - opened_at) else len(LEVELS)
