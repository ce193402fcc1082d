"""Media that nothing brings to a drive: what wants them, where people may lay them, and which are guests there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import media, recalls, surveys, tasks
from archived.model import Medium
from archived.policy.fetching import Landing, OfflineWant
from archived.robot_kinds import PERSON
from archived.stages import recall_reading
from archived.stages.floor import Floor
from archived.stages.stacker_floor import piles, within_reach
from archived.stages.verify import wants as care_wants
from archived.stages.work import Site
from archived.states import CopyState, LookState, ReadingState
from archived.tasks import Task, TaskKind
from robotics.model import Bin


@dataclass(frozen=True, slots=True)
class Guest:
    """A medium that was brought from another library, and its place there (None where any is as good)."""

    medium: Medium
    home_library: str
    home_element: int | None


def is_offline(site: Site, library: str | None) -> bool:
    """Whether a library is a shelf: people reach it, and no drive is there."""
    settings = site.config.libraries.get(library or "")
    return settings is not None and settings.robot == PERSON and not settings.drives


def offline_wants(read: Connection, site: Site, every_floor: Sequence[Floor]) -> list[OfflineWant]:
    """Recalls, verifications, care and looks that wait for media on shelves, or in bins that a robot only lays into."""
    if not any(floor.bins or is_offline(site, floor.library) for floor in every_floor):
        return []
    found = [("read", item.since, item.medium_id) for item in recall_reading.media_wanted(read)]
    for copy in media.copies_in_state(read, CopyState.WRITTEN, CopyState.VERIFYING):
        found.append(("verify", copy.written_at or copy.planned_at, copy.medium_id))
    for look in surveys.looks_in_state(read, LookState.WANTED, LookState.LOOKING):
        found.append(("look", look.asked_at, look.medium_id))
    for name in (one.library for one in every_floor if one.bins or is_offline(site, one.library)):
        found += [("care", want.since, want.medium_id) for want in care_wants.offline(read, site, name)]
    by_name = {floor.library: floor for floor in every_floor}
    wants = []
    for kind, since, medium_id in found:
        medium = media.get(read, medium_id)
        floor = by_name.get(medium.library or "")
        if floor is None or medium.element is None:
            continue
        if is_offline(site, floor.library) or not within_reach(floor, medium):
            holds = site.config.libraries[floor.library].kind
            wants.append(OfflineWant(medium.id, floor.library, medium.element, holds, kind, since))
    return wants


def landings(site: Site, floors: Iterable[Floor], unsettled: Sequence[Task]) -> list[Landing]:
    """Where people may lay what they bring: free import/export slots, and free drives that they load."""
    promised = {(task.to_library, task.to_element) for task in unsettled}
    promised |= {(task.from_library, task.from_element) for task in unsettled}
    found = []
    for floor in floors:
        settings = site.config.libraries[floor.library]
        if floor.stale or not floor.up:
            continue
        taken = {(floor.library, medium.element) for medium in floor.media} | promised
        by_person = settings.robot == PERSON
        places = [drive.element for drive in floor.up] if by_person else [*floor.ports, *_on_top(floor)]
        free = tuple(
            element
            for element in places
            if (floor.library, element) not in taken and element not in floor.doubtful
        )
        found.append(Landing(floor.library, settings.kind, free, by_person))
    return found


def bin_of(floor: Floor, element: int | None) -> Bin | None:
    """The bin of a disc robot in which an element is a place."""
    return next((one for one in floor.bins if element is not None and element in one), None)


def _on_top(floor: Floor) -> list[int]:
    """The places on top of the first bin from which a disc robot takes, from the bottom up."""
    for pile in piles(floor):
        if pile.takes and pile.next_place is not None:
            return list(range(pile.next_place, pile.first + pile.count))
    return []


def guests(read: Connection, site: Site, floors: Iterable[Floor]) -> list[Guest]:
    """Media that were brought to where they are, and that nothing waits for there any more."""
    travels = tasks.travels(read)
    if not travels:
        return []
    needed = _needed(read)
    found = []
    for floor in floors:
        for medium in floor.media:
            task = travels.get(medium.id)
            if task is None or task.kind is not TaskKind.BRING or task.to_library != floor.library:
                continue
            if task.from_library == floor.library:
                continue  # from a bin that its robot only lays into: it ends there again by itself
            if medium.id not in needed and task.from_library in site.config.libraries:
                found.append(Guest(medium, task.from_library, task.from_element))
    return found


def _needed(read: Connection) -> frozenset[str]:
    """Media that somebody waits for, works with, or is going to write."""
    copies = media.copies_in_state(
        read, CopyState.PLANNED, CopyState.WRITING, CopyState.WRITTEN, CopyState.VERIFYING
    )
    readings = recalls.readings_in_state(read, ReadingState.PENDING, ReadingState.READING)
    looks = surveys.looks_in_state(read, LookState.WANTED, LookState.LOOKING)
    read_of = {media.get_copy(read, reading.copy_id).medium_id for reading in readings}
    examined = care_wants.media_of_runs(read)
    return frozenset({c.medium_id for c in copies} | read_of | {look.medium_id for look in looks} | examined)
