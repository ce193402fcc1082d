"""Which media the care of what is kept wants in a drive, and when a drive is given to somebody who waits.

A run is worked on in its hours, one medium after the other; what it wants comes after everything that people and
staging wait for. A medium that lies in a drive which somebody else needs is not wanted there any more, so it goes
home like any other, and its run goes on with the next chunk when a drive is free.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from archived.care import SCAN, VERIFY, CareRun
from archived.catalog import care_work, events
from archived.model import Medium
from archived.policy.mounting import Want
from archived.policy.sources import drives_to_try
from archived.policy.verify.giving_way import CARE, CareDrive, drives_to_give
from archived.stages import hold
from archived.stages.floor import Floor
from archived.stages.work import Site
from archived.time_of_day import lies_in_hours

#: So many media of a library are kept ready for its drives, for each of them.
AHEAD = 2
#: Kinds of runs that only read media, in the drives that they lie in.
READING = (VERIFY, SCAN)


def worked_on(read: Connection, site: Site, *kinds: str) -> list[CareRun]:
    """Runs of these kinds that may go on now: running, in their hours, and no hold is in force."""
    runs = [run for kind in kinds for run in care_work.running(read, kind)]
    if not runs or hold.in_force(events.settings(read)):
        return []
    now = site.now()
    return [run for run in runs if is_open(run, now)]


def is_open(run: CareRun, now: datetime) -> bool:
    """Whether its terms let a run go on at this time."""
    begins = str(run.terms.get("not_before") or "")
    if begins and now < datetime.fromisoformat(begins):
        return False
    return lies_in_hours(now, str(run.terms.get("hours") or ""))


def with_care(
    read: Connection, site: Site, floor: Floor, wants: Sequence[Want], ready: set[str]
) -> tuple[list[Want], set[str]]:
    """What is wanted of a library, with what runs want; and the media whose work may be done where they lie.

    A medium in a drive that somebody else needs is in neither, as long as only care of it is wanted.
    """
    run_ids = [run.id for run in worked_on(read, site, *READING)] if floor.up else []
    mine = _wants(read, floor, run_ids) if run_ids else []
    everything = [*wants, *mine]
    if not any(want.kind == CARE for want in everything):
        return everything, ready
    drives = []
    for drive in floor.up:
        medium = floor.in_drive(drive)
        drives.append(CareDrive(drive.name, None if medium is None else medium.id))
    given = drives_to_give(drives, everything)
    leaving = {drive.medium_id for drive in drives if drive.name in given}
    here = {want.medium_id for want in mine} & {drive.medium_id for drive in drives}
    staying = [want for want in everything if want.medium_id not in leaving]
    return staying, (ready | {medium_id for medium_id in here if medium_id}) - {str(one) for one in leaving}


def media_of_runs(read: Connection) -> set[str]:
    """Media that runs which are worked on have still to read."""
    return care_work.media_of(read, [run.id for kind in READING for run in care_work.running(read, kind)])


def offline(read: Connection, site: Site, library: str) -> list[Want]:
    """Media of a library that no robot serves and that runs want; people bring them."""
    run_ids = [run.id for run in worked_on(read, site, *READING)]
    if not run_ids:
        return []
    works = care_work.media_with_work(read, run_ids, library, AHEAD)
    return [Want(work.medium_id, None, None, CARE, (), work.run_priority, work.since) for work in works]


def _wants(read: Connection, floor: Floor, run_ids: Sequence[str]) -> list[Want]:
    up = [drive.name for drive in floor.up]
    loaded = [medium.id for drive in floor.up if (medium := floor.in_drive(drive)) is not None]
    works = care_work.media_with_work(read, run_ids, floor.library, AHEAD * len(up), loaded=loaded)
    tried: dict[str, tuple[str, ...]] = {}
    for item in care_work.open_on(read, run_ids, [work.medium_id for work in works]):
        tried.setdefault(item.medium_id or "", item.tried_in)
    found = []
    for work in works:
        medium = floor.medium(work.medium_id)
        if medium is None or medium.element is None or medium.element in floor.frozen:
            continue
        found.append(_want(medium, work, drives_to_try(up, tried.get(medium.id, ()))))
    return found


def _want(medium: Medium, work: care_work.MediumWork, drives: tuple[str, ...]) -> Want:
    priority = work.run_priority * 1000 + work.priority
    return Want(medium.id, medium.home_element, medium.element, CARE, drives, priority, work.since)
