"""Which motions people are asked for now: all that can be made in one walk, and not one after the other.

A robot has one hand and is told one motion at a time. A person carries many media and walks seldom: so every motion
that needs no other one first is asked for at once, as many as drives and free places allow. A medium that is to be
read back goes straight into the other drive, where that one is free: somebody carries it in his hand anyway.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from archived.policy.mounting import KINDS, DriveView, MovePlan, SlotView, Want, next_move


@dataclass(frozen=True, slots=True)
class Asked:
    """One motion to ask for, and the kind of work that wants it; None when the medium only goes home."""

    move: MovePlan
    kind: str | None


def moves_to_ask(
    drives: Sequence[DriveView],
    wants: Sequence[Want],
    free_slots: Sequence[SlotView],
    *,
    asked_media: Collection[str] = (),
    asked_places: Collection[int] = (),
) -> list[Asked]:
    """Every motion that is to be asked for beside those that are asked already (their media and their places)."""
    views = [replace(drive, busy=drive.busy or drive.element in asked_places) for drive in drives]
    left = [want for want in wants if want.medium_id not in asked_media]
    slots = [slot for slot in free_slots if slot.element not in asked_places]
    found: list[Asked] = []
    while True:
        move = _straight_across(views, left) or next_move(views, left, False, slots)
        if move is None or move.medium_id in asked_media:
            return found
        found.append(Asked(move, _kind(move, left)))
        ends = (move.source, move.destination)
        views = [replace(drive, busy=drive.busy or drive.element in ends) for drive in views]
        left = [want for want in left if want.medium_id != move.medium_id]
        slots = [slot for slot in slots if slot.element not in ends]


def still_needed(move: MovePlan, drives: Sequence[DriveView], wants: Sequence[Want]) -> bool:
    """Whether a motion that somebody was asked for, and has not begun, is still to be made."""
    to_drive = next((drive for drive in drives if drive.element == move.destination), None)
    if to_drive is not None:
        return to_drive.up and any(
            want.medium_id == move.medium_id and to_drive.name in want.allowed_drives for want in wants
        )
    from_drive = next((drive for drive in drives if drive.element == move.source), None)
    if from_drive is None or from_drive.work_waiting:
        return from_drive is None
    # It is wanted in the very drive that it is to leave: nobody needs to walk.
    return _must_leave(from_drive, move.medium_id, wants)


def _straight_across(drives: Sequence[DriveView], wants: Sequence[Want]) -> MovePlan | None:
    """From a drive into another, free one, for what may not be done in the first."""
    ordered = sorted(
        wants, key=lambda want: (KINDS.index(want.kind), want.priority, want.since, want.medium_id)
    )
    free = {drive.name: drive for drive in drives if drive.up and not drive.busy and drive.medium_id is None}
    for want in ordered:
        holder = next((drive for drive in drives if drive.medium_id == want.medium_id), None)
        if (
            holder is None
            or holder.busy
            or holder.work_waiting
            or not _must_leave(holder, want.medium_id, wants)
        ):
            continue
        target = next((free[name] for name in want.allowed_drives if name in free), None)
        if target is not None:
            return MovePlan(want.medium_id, holder.element, target.element, f"{want.kind} in {target.name}")
    return None


def _must_leave(holder: DriveView, medium_id: str, wants: Sequence[Want]) -> bool:
    return not any(
        want.medium_id == medium_id
        and want.kind != "verify"
        and holder.up
        and holder.name in want.allowed_drives
        for want in wants
    )


def _kind(move: MovePlan, wants: Sequence[Want]) -> str | None:
    """The most urgent work that the motion serves: of the medium itself, or of whoever waits for its drive."""
    kinds = [want.kind for want in wants if want.medium_id == move.medium_id]
    return min(kinds, key=KINDS.index, default=None)
