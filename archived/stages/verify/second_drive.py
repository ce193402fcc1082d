"""What one drive cannot read is read in another before anything is concluded of the medium, where there is another.

Only what could not be read: bytes that came and differ are wrong in any drive. The chunks of the first drive stand in
the cursor of the item from then on, and the item waits for a drive that did not try it.
"""

from typing import Any

from sqlalchemy import Connection

from archived.care import CareItem, ItemEvent
from archived.catalog import care, events, media
from archived.catalog.care_work import GONE
from archived.language import _
from archived.sessions.chunk_read import UNREADABLE
from archived.sessions.examine import Examination, Visit
from archived.stages.floor import drive_failed, floors
from archived.stages.work import Site

#: The drive that could not read it, and the chunks that are read again; both stay until the item ends.
FIRST, AGAIN = "first_drive", "again"


def others(read: Connection, site: Site, item: CareItem, task: Examination) -> tuple[str, ...]:
    """Drives that may give a second opinion on this medium; () when one was asked, or there is none.

    A disc robot that only lays into bins cannot bring a medium again, and nothing fetches one that was set aside.
    """
    if FIRST in item.cursor or media.get(read, task.medium_id).state in GONE:
        return ()
    floor = next((one for one in floors(read, site) if one.library == task.library), None)
    if floor is None or floor.bins:
        return ()
    return tuple(drive.name for drive in floor.up if drive.name not in (task.drive, *item.tried_in))


def is_unreadable(visit: Visit, cursor: dict[str, Any]) -> bool:
    """Whether a drive refused anything of what was to be read."""
    if visit.whole is not None:
        return bool(visit.whole.comparison.unreadable)
    return any(what == UNREADABLE for _number, what in cursor["bad"])


def is_to_be_believed(
    read: Connection, item: CareItem, task: Examination, visit: Visit, cursor: dict[str, Any]
) -> bool:
    """Whether what this drive could not read may be held against the medium.

    Not where it alone says so of a second medium in a row, and not where it is asked again for want of another.
    """
    if not is_unreadable(visit, cursor):
        return True
    if FIRST in item.cursor:
        return bool(item.cursor[FIRST] != task.drive)
    return events.settings(read).get(_key(task.drive), "") in ("", task.medium_id)


def remember(
    write: Connection, item: CareItem, task: Examination, visit: Visit, cursor: dict[str, Any]
) -> None:
    """Which medium this drive alone found unreadable last; nothing once it read one well."""
    if not is_unreadable(visit, cursor):
        events.set_setting(write, _key(task.drive), "")
    elif FIRST not in item.cursor:
        events.set_setting(write, _key(task.drive), task.medium_id)


def ask(write: Connection, item: CareItem, task: Examination, cursor: dict[str, Any]) -> None:
    """The item waits for another drive, which reads what this one could not."""
    again = [number for number, what in cursor["bad"] if what == UNREADABLE]
    wrong = [one for one in cursor["bad"] if one[1] != UNREADABLE]
    changes = {"done": 0, "bad": wrong, FIRST: task.drive, AGAIN: again}
    note = _("drive {drive} could not read all of it: another drive tries").format(drive=task.drive)
    tried_in = (*item.tried_in, task.drive)
    care.advance_item(
        write, item.id, ItemEvent.INTERRUPTED, cursor=cursor | changes, note=note, tried_in=tried_in
    )


def blame_first(
    write: Connection, site: Site, item: CareItem, task: Examination, visit: Visit, cursor: dict[str, Any]
) -> None:
    """The second drive read all that the first could not: it is the drive, not the medium."""
    first = str(item.cursor.get(FIRST, ""))
    if first in ("", task.drive) or is_unreadable(visit, cursor):
        return
    doing = _("examining medium {medium} in {drive}").format(medium=task.medium_id, drive=first)
    words = _("it could not read what drive {drive} reads well").format(drive=task.drive)
    drive_failed(write, site, first, doing, words)


def _key(drive: str) -> str:
    return f"unreadable_in:{drive}"
