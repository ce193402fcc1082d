"""The next step of one repair, from how far it has come. Pure.

Bytes back in staging, a copy planned, written and read back by everybody's stages, then the old copy retired: each step
follows from what is on record, so nothing has to be remembered between them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, unique

from archived.care import RunState
from archived.regained import Where
from archived.states import CopyState

_UNDER_WAY = (CopyState.WRITING, CopyState.WRITTEN, CopyState.VERIFYING)


@unique
class Step(Enum):
    """What is to be done now."""

    WAIT = "wait"  # others are at it, or there is no room for one more
    BEGIN = "begin"  # bring the bytes back
    PLACE = "place"  # plan a copy on a new medium
    TAKE_BACK = (
        "take back"  # a copy that is planned and not begun: its run was stopped, or nothing asks for it
    )
    FINISH = "finish"  # the new copy is verified: what it replaces is retired
    SKIP = "skip"  # nothing asks for it any more
    FAIL = "fail"  # no source that we know gives the bytes


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one item has come."""

    run: RunState
    #: The copies that were planned for it since it was asked for.
    fresh: Collection[CopyState]
    #: Whether the image lacks a copy still.
    lacks: bool
    where: Where
    #: Whether somebody is at it already, or there is room for one more.
    may_begin: bool = True
    #: A copy that a class asks for is planned by its own stage.
    beside: bool = False


def next_step(progress: Progress) -> Step:
    """What is to be done with one item now."""
    fresh = set(progress.fresh)
    if CopyState.VERIFIED in fresh:
        return Step.FINISH
    if fresh.intersection(_UNDER_WAY):
        return Step.WAIT
    if CopyState.PLANNED in fresh:
        goes_on = progress.run is RunState.RUNNING and progress.lacks
        return Step.WAIT if goes_on else Step.TAKE_BACK
    if progress.run is RunState.CANCELLED or not progress.lacks:
        return Step.SKIP
    if progress.run is RunState.PAUSED:
        return Step.WAIT
    if progress.where is Where.FAILED:
        return Step.FAIL
    if progress.where is Where.COMING:
        return Step.WAIT
    if progress.where is Where.READY and progress.may_begin:
        return Step.WAIT if progress.beside else Step.PLACE
    return Step.BEGIN if progress.may_begin else Step.WAIT
