"""Tasks for people: those in progress, and what became of the others."""

from typing import Any

from sqlalchemy import Connection, select

from archived.catalog.memory import kept
from archived.catalog.rows import add, advance, next_number, one, values
from archived.catalog.task_table import task
from archived.tasks import TASK, Task, TaskEvent, TaskKind, TaskState

_ALL = select(task).order_by(task.c.id)
_UNSETTLED = kept(_ALL.where(task.c.settled_at.is_(None)))
_BROUGHT = (TaskKind.BRING, TaskKind.HOME)


def next_id(connection: Connection) -> str:
    """The id of the next task: T00001, T00002, …"""
    return f"T{next_number(connection, 'task'):05d}"


def put(connection: Connection, item: Task) -> None:
    add(connection, task, item)


def get(connection: Connection, task_id: str) -> Task:
    """Raises NotFound."""
    return one(connection, Task, task, task_id)


def listing(connection: Connection, *states: TaskState) -> list[Task]:
    """Every task, or those in these states, in order of their ids."""
    return values(connection, Task, _ALL.where(task.c.state.in_(states)) if states else _ALL)


def unsettled(connection: Connection) -> list[Task]:
    """Every task for which something is still to be done or looked at."""
    return values(connection, Task, _UNSETTLED)


def refused(connection: Connection) -> dict[str, Task]:
    """Medium → the refused task for it that stands until somebody says otherwise."""
    return {item.medium_id: item for item in listing(connection, TaskState.REFUSED)}


def travels(connection: Connection) -> dict[str, Task]:
    """Medium → the newest settled task that brought it from one library to another, or home again."""
    query = _ALL.where(
        task.c.kind.in_(_BROUGHT), task.c.state == TaskState.DONE, task.c.settled_at.is_not(None)
    )
    return {item.medium_id: item for item in values(connection, Task, query)}


def advance_state(connection: Connection, task_id: str, event: TaskEvent, **changes: Any) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(connection, task, TASK, task_id, event, **changes)


def update_columns(connection: Connection, task_id: str, **changes: Any) -> None:
    connection.execute(task.update().where(task.c.id == task_id).values(**changes))
