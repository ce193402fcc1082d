"""The next move of the robot, from what is wanted and where everything is.

One move at a time; the caller records it, commands it, looks, and asks again. A cleaning comes first: it takes
minutes, and a dirty head harms what it reads. Reads (a person waits) come
before verifications (staging waits) before writes before care runs before looks of a survey; inside a kind by
priority, then age, then medium. A medium whose work in its drive is done goes home to its slot before anything
else happens to it, so a disc that was written always leaves the drive before it is read back: moves from drive to
drive are not assumed. A medium in use is never moved. No clock: ages are compared, not measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

#: Kinds of wanted work, most urgent first.
KINDS = ("clean", "read", "verify", "write", "care", "look")


@dataclass(frozen=True, slots=True)
class DriveView:
    """A drive as the robot's planner sees it."""

    name: str
    element: int
    up: bool
    #: A session is using the drive: neither it nor its medium may be touched.
    busy: bool
    medium_id: str | None = None
    #: The medium has work that may be done in this very drive and load. False for a disc that was written
    #: here and has not left the drive since, whatever else is wanted of it.
    work_waiting: bool = False
    #: The slot that the loaded medium goes back to, and its magazine.
    home_element: int | None = None
    home_magazine: str | None = None
    #: The medium is going to be read here again soon: it leaves only for somebody else's read.
    held: bool = False


@dataclass(frozen=True, slots=True)
class Want:
    """Work that needs a medium in a drive; a lower `priority` number goes first."""

    medium_id: str
    home_element: int | None
    #: Where the medium is; None when it is not in the library.
    at_element: int | None
    kind: str
    #: Names of drives that may do it, best first.
    allowed_drives: tuple[str, ...]
    priority: int
    since: datetime


@dataclass(frozen=True, slots=True)
class SlotView:
    """A storage slot that is empty."""

    element: int
    magazine: str | None = None
    #: The only media that may be put there; None: any.
    only: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class MovePlan:
    """Carry a medium from one element to another, and why, in words for the record."""

    medium_id: str
    source: int
    destination: int
    why: str


def next_move(
    drives: Sequence[DriveView], wants: Sequence[Want], robot_busy: bool, free_slots: Sequence[SlotView]
) -> MovePlan | None:
    """The move to make now, or None when there is nothing to move or the robot is at work."""
    if robot_busy:
        return None
    ordered = sorted(wants, key=urgency)
    for want in ordered:
        plan = _serve(want, drives, ordered, free_slots)
        if plan is not None:
            return plan
    for drive in drives:
        if done_with(drive, ordered) and not drive.held:
            plan = _send_home(drive, drives, ordered, free_slots, "return home")
            if plan is not None:
                return plan
    return None


def urgency(want: Want) -> tuple[int, int, datetime, str]:
    """By this key wants are sorted: the most urgent first."""
    return KINDS.index(want.kind), want.priority, want.since, want.medium_id


def _serve(
    want: Want, drives: Sequence[DriveView], wants: Sequence[Want], free_slots: Sequence[SlotView]
) -> MovePlan | None:
    """One move that brings `want` nearer, if there is one."""
    holder = next((d for d in drives if d.medium_id == want.medium_id), None)
    if holder is not None:
        if not done_with(holder, wants):
            return None
        return _send_home(holder, drives, wants, free_slots, f"leaves {holder.name} before {want.kind}")
    if want.at_element is None:
        return None
    by_name = {drive.name: drive for drive in drives if drive.up and not drive.busy}
    allowed = [by_name[name] for name in want.allowed_drives if name in by_name]
    for drive in allowed:
        if drive.medium_id is None:
            return MovePlan(want.medium_id, want.at_element, drive.element, f"{want.kind} in {drive.name}")
    for drive in sorted(allowed, key=lambda drive: drive.held):
        if done_with(drive, wants) and (not drive.held or want.kind == "read"):
            return _send_home(
                drive, drives, wants, free_slots, f"{drive.name} is wanted to {want.kind} {want.medium_id}"
            )
    return None


def done_with(drive: DriveView, wants: Sequence[Want]) -> bool:
    """True when the drive holds a medium that nothing is to be done with there."""
    if drive.medium_id is None or drive.busy or drive.work_waiting:
        return False
    # Only a verification asks for a fresh load; whoever wants to read or write may go on in this one.
    return not any(
        want.medium_id == drive.medium_id
        and want.kind != "verify"
        and drive.up
        and drive.name in want.allowed_drives
        for want in wants
    )


def _send_home(
    drive: DriveView,
    drives: Sequence[DriveView],
    wants: Sequence[Want],
    free_slots: Sequence[SlotView],
    why: str,
) -> MovePlan | None:
    """Unload to the home slot; if that is taken, a slot of the same magazine, else any; else stay."""
    fitting = [slot for slot in free_slots if slot.only is None or drive.medium_id in slot.only]
    if drive.medium_id is None or not fitting:
        return None
    homes_of_others = {d.home_element for d in drives if d.medium_id != drive.medium_id}
    homes_of_others |= {w.home_element for w in wants if w.medium_id != drive.medium_id}
    slot = min(
        fitting,
        key=lambda s: (
            s.element != drive.home_element,
            s.magazine is None or s.magazine != drive.home_magazine,
            s.element in homes_of_others,
            s.element,
        ),
    )
    return MovePlan(drive.medium_id, drive.element, slot.element, why)
