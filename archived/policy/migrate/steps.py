"""What comes next for an image that is written again, from where its bytes and its new copy are. Pure.

A run that is paused lets nothing new begin: what is only planned is taken back, what a drive is at ends by itself. A
run that was cancelled lets go of everything that is not on a medium yet; a copy that was made is kept beside the old.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, unique

from archived.care import ItemState, RunState
from archived.regained import Where
from archived.states import CopyState

#: A new copy that a drive is at, or that waits to be read back.
_UNDER_WAY = (CopyState.WRITING, CopyState.WRITTEN, CopyState.VERIFYING)
DAY = timedelta(hours=24)


@unique
class Next(Enum):
    """What is done with an item now."""

    WAIT = "wait"
    FETCH = "fetch"  # its bytes are wanted in staging
    PLACE = "place"  # its bytes are there: a new medium is chosen
    RETIRE = "retire"  # the new copy was read back: the old one is let go
    AGAIN = "again"  # the new medium was spoiled: another one is taken
    TAKE_BACK = "take back"  # what is planned is not wanted now
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an item is."""

    run: RunState
    item: ItemState
    #: Where the image's bytes are.
    where: Where
    #: State of the copy on the new medium; None while there is none.
    new: CopyState | None = None
    #: How many media it spoiled.
    spoiled: int = 0
    spoiled_max: int = 3
    #: Its packages are packed again, and what happens once its bytes are there is decided for all of its wave.
    repacked: bool = False
    #: ... and they lie in staging already.
    unpacked: bool = False


def next_step(at: Progress) -> Next:
    """What is done with an item that is written again."""
    if at.run is not RunState.RUNNING:
        return _stopped(at)
    if at.item is ItemState.WANTED:
        return Next.FETCH
    if at.unpacked or (at.repacked and at.where is Where.READY):
        return Next.WAIT
    if at.new is CopyState.VERIFIED:
        return Next.RETIRE
    if at.new in (CopyState.PLANNED, *_UNDER_WAY):
        return Next.WAIT
    if at.new is not None:
        return Next.AGAIN if at.spoiled + 1 < at.spoiled_max else Next.FAIL
    return {
        Where.READY: Next.PLACE,
        Where.COMING: Next.WAIT,
        Where.ABSENT: Next.FETCH,
        Where.FAILED: Next.FAIL,
    }[at.where]


def _stopped(at: Progress) -> Next:
    if at.item is not ItemState.WORKING:
        return Next.WAIT
    if at.new is CopyState.PLANNED:
        return Next.TAKE_BACK
    if at.run is RunState.PAUSED or at.new in _UNDER_WAY:
        return Next.WAIT
    return Next.SKIP


@dataclass(frozen=True, slots=True)
class Throttle:
    """How much of a migration goes on at once."""

    images_at_once: int
    #: 0 sets no limit.
    bytes_per_day: int = 0

    def may_begin(
        self, under_way: int, begun: list[tuple[datetime, int]], size_bytes: int, now: datetime
    ) -> bool:
        """Whether one image more may begin.

        Args:
            under_way: images that are under way.
            begun: when the others were begun, and their bytes. One a day may always begin, however large it is.
        """
        if under_way >= self.images_at_once:
            return False
        today = sum(size for at, size in begun if now - at < DAY)
        return not self.bytes_per_day or today == 0 or today + size_bytes <= self.bytes_per_day
