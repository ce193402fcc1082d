"""Images whose bytes were brought back from media into staging, so that they can be written again."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique


@unique
class Where(Enum):
    """Where the bytes of an image are, for who wants to write it again."""

    ABSENT = "absent"  # nobody fetches them
    COMING = "coming"  # a recall of ours gathers them
    READY = "ready"  # recipe and bytes lie in staging: it can be written
    FAILED = "failed"  # no source that we know gives them


@dataclass(frozen=True, slots=True)
class Regained:
    """The last time that an image was brought back."""

    image_id: str
    wanted_at: datetime
    #: The recall that gathers it; None when none could be asked for.
    recall_id: str | None = None
    #: When its bytes lay checked in staging, with a recipe.
    ready_at: datetime | None = None
    #: What was read of media for it.
    bytes_read: int = 0
    #: What had to be read, by what came out to be bad.
    bytes_needed: int = 0
    #: Media that were read for it.
    media: tuple[str, ...] = ()
    note: str = ""

    @property
    def file_name(self) -> str:
        """Its bytes, below the staging root."""
        return regained_name(self.image_id)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the bringing back of an image is."""

    where: Where
    words: str = ""
    last: Regained | None = None


def regained_name(image_id: str) -> str:
    """Where the bytes of an image that was brought back lie, below the staging root."""
    return f"regained/{image_id}.image"
