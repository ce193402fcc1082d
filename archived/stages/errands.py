"""A task with all that drives and cabinets at its ends need to know."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from archived.catalog import images, media
from archived.formats.labels import volume_identifier
from archived.model import Image
from archived.sessions.handing import Handing
from archived.states import CopyState, MediumState
from archived.tasks import Task, TaskKind, TaskState

#: Where a medium is that was given out to somebody and not laid down yet.
HAND: Final = 1
_NEW = (MediumState.BLANK, MediumState.RESERVED)
_ON_IT = (CopyState.WRITTEN, CopyState.VERIFYING, CopyState.VERIFIED, CopyState.SUSPECT, CopyState.FOUND)


@dataclass(frozen=True, slots=True)
class Errand:
    """A task that is not settled, as a motion."""

    task: Task
    handing: Handing

    @property
    def is_taken(self) -> bool:
        return self.task.state is TaskState.TAKEN


def handing_of(read: Connection, task: Task) -> Handing:
    """The motion of a task; ends that are no drives are places."""
    drives = {(drive.library, drive.element): drive.name for drive in media.drives(read)}
    medium = media.get(read, task.medium_id)
    on_it = [copy.image_id for copy in media.copies_on(read, task.medium_id) if copy.state in _ON_IT]
    to = (task.to_library, -1 if task.to_element is None else task.to_element)
    source = (task.from_library, -1 if task.from_element is None else task.from_element)
    if task.kind is TaskKind.PUT_BACK:
        source = to  # it is in somebody's hands, where nothing can be looked at
    return Handing(
        task.id,
        task.medium_id,
        source,
        to,
        from_drive=drives.get(source),
        to_drive=drives.get(to),
        blank=medium.state in _NEW and not medium.holds_many,
        volumes=tuple(volume for image_id in on_it for volume in volumes_of(images.get(read, image_id))),
    )


def volumes_of(image: Image) -> tuple[str, ...]:
    """What the volume of an image calls itself on a disc; nothing as long as it has no place in a set."""
    return (volume_identifier(image.name),) if image.name else ()
