"""Motions that a person orders where people move media: each is a task at once."""

from sqlalchemy import Connection

from archived.catalog import media, tasks
from archived.errors import WrongState
from archived.language import _
from archived.policy.due_times import OTHER
from archived.stages.tasking import open_task
from archived.stages.work import Site
from archived.stages.work_waiting import is_by_person
from archived.tasks import Task, TaskKind


def order_by_hand(write: Connection, site: Site, medium_id: str, destination: int) -> Task | None:
    """The task of an ordered motion (`stages.orders.check_move` allows it); None where a robot makes it.

    Raises WrongState when there is a task for this medium, or one that ends there.
    """
    medium = media.get(write, medium_id)
    if medium.library is None or not is_by_person(site, medium.library):
        return None
    for task in tasks.unsettled(write):
        if task.medium_id == medium_id or (task.to_library, task.to_element) == (medium.library, destination):
            raise WrongState(
                _("task {id} is about this medium or this place already").format(id=task.id),
                advice=f"archivectl tasks show {task.id}",
            )
    return open_task(
        write,
        site,
        TaskKind.ORDER,
        medium_id,
        (medium.library, medium.element),
        (medium.library, destination),
        reason=_("ordered by a person"),
        priority=OTHER,
        moves=True,
    )
