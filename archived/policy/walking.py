"""The order in which one person does many tasks in one walk."""

from collections.abc import Iterable

from archived.policy.cabinets import FIRST_PLACE
from archived.tasks import Task, TaskKind


def walking_order(tasks: Iterable[Task]) -> list[Task]:
    """First what he has in his hands already, then what drives give out, then what he fetches, place by place.

    What goes out is laid down on the way to what comes in; both are in the order in which the places stand.
    """
    return sorted(tasks, key=_step)


def _step(task: Task) -> tuple[int, str, int, str]:
    if task.kind is TaskKind.PUT_BACK:
        return 0, task.to_library, task.to_element or 0, task.id
    if task.from_element is not None and task.from_element < FIRST_PLACE:
        return 1, task.to_library, task.to_element or 0, task.id
    return 2, task.from_library, task.from_element or 0, task.id
