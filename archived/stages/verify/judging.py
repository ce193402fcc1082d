"""What a visit, and what a finished item, mean for the copy, its medium, and the report of the run.

A copy is VERIFIED anew only when all of it was read and was right; a clean sample is on record as a sample, and
changes no state. Where a sample finds damage all of the copy is read, so that repair knows where it is.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from archived import medium_health as health_words
from archived.care import CareItem, CareRun, ItemEvent, RunState
from archived.catalog import care, events, fixity, health, media
from archived.catalog.events import Attention
from archived.catalog.fixity import COMPARABLE
from archived.fixity import BAD, CLEAN, FAILED, FULL, FixityCheck, subject_of
from archived.language import _
from archived.policy.ranges import words as number_words
from archived.policy.verify.findings import grown
from archived.sessions.chunk_read import DIFFERS, UNREADABLE, Trouble
from archived.sessions.examine import BAD_MAX, Examination, Visit
from archived.sessions.read import Expected
from archived.stages.doubting_media import doubt
from archived.stages.floor import drive_failed
from archived.stages.looking_whole import record_whole
from archived.stages.verify import second_drive
from archived.stages.work import Site
from archived.states import MEDIUM, CopyEvent, CopyState, MediumEvent
from erasure.chunks import CHUNK_BYTES

#: So many single entries of health a visit makes of one kind; the rest is one sum.
ENTRIES_MAX = 20
#: Attention for media of which no drive could tell anything.
UNREAD = "verify-unread:"


def judge(write: Connection, site: Site, item: CareItem, task: Examination, visit: Visit) -> None:
    """Put a visit on record; when nothing is left, what the item found."""
    run = care.get(write, item.run_id)
    cursor = _further(item, task, visit)
    others = second_drive.others(write, site, item, task)
    believed = second_drive.is_to_be_believed(write, item, task, visit, cursor)
    note_health(write, site, task, visit, final=believed and not others)
    if visit.ended and _is_to_widen(task, cursor):
        cursor |= {"widened": True, "done": 0}
    elif (
        visit.ended and others and second_drive.is_unreadable(visit, cursor) and run.state is RunState.RUNNING
    ):
        second_drive.ask(write, item, task, cursor)
        return
    elif visit.ended and not believed:
        words = _("what drive {drive} cannot read no other drive could confirm").format(drive=task.drive)
        doing = _("examining medium {medium} in {drive}").format(medium=task.medium_id, drive=task.drive)
        drive_failed(write, site, task.drive, doing, words)
        give_up(write, site, replace(item, tried_in=(*item.tried_in, task.drive)), task, words)
        return
    elif visit.ended:
        _finish(write, site, item, run, task, visit, cursor)
        return
    event = ItemEvent.SKIPPED if run.state is RunState.CANCELLED else ItemEvent.INTERRUPTED
    ended = {"ended_at": site.now()} if event is ItemEvent.SKIPPED else {}
    care.advance_item(write, item.id, event, cursor=cursor, note=visit.why, **ended)


def give_up(write: Connection, site: Site, item: CareItem, task: Examination, words: str) -> None:
    """Drives ended the item without an outcome: nothing is concluded of the medium, and somebody is told."""
    check = _check(site, item, task, FAILED, item.cursor)
    fixity.add(write, check)
    note = _("no drive could tell anything: {words}").format(words=words)
    close(write, site, item, ItemEvent.FAILED, note, tried_in=item.tried_in)
    events.raise_attention(
        write,
        Attention(
            f"{UNREAD}{task.medium_id}",
            "working-hours",
            _(
                "medium {medium} was to be examined, and drives {drives} ended without an outcome: {words}"
            ).format(medium=task.medium_id, drives=", ".join(item.tried_in), words=words),
            _("nothing is concluded of the medium; it is tried again in a week, and its set is as it was"),
            f"archivectl verify run --medium {task.medium_id} --full",
            site.now(),
        ),
    )


def close(write: Connection, site: Site, item: CareItem, event: ItemEvent, note: str, **changes: Any) -> None:
    """An item ends without a finding."""
    care.advance_item(write, item.id, event, ended_at=site.now(), note=note, **changes)
    site.half_reads.forget(item.id)
    if event is ItemEvent.FAILED:
        run = care.get(write, item.run_id)
        named = {"medium": item.medium_id, "image": item.image_id, "words": note}
        care.tell(write, run.id, grown(run.report, {"outcome": "failed", "named": named}))


def note_health(write: Connection, site: Site, task: Examination, visit: Visit, *, final: bool) -> None:
    """What a visit met, for the health of the medium: each thing with its place and what the drive said.

    What could not be read counts for nothing yet (`final`) while another drive is to read it too.
    """
    now, read = site.now(), visit.read

    def note(what: str, value: float, unit: str, trouble: Trouble) -> None:
        detail = {"image": task.expected.image_id, "chunk": trouble.number} | (
            {"sense": trouble.sense} if trouble.sense else {}
        )
        health.note(write, now, task.medium_id, what, value, drive=task.drive, unit=unit, **detail)

    unreadable = [one for one in read.bad if one.what == UNREADABLE]
    wrong = [one for one in read.bad if one.what == DIFFERS]
    for one in unreadable[:ENTRIES_MAX] if final else ():
        note(health_words.READ_ERROR, one.sectors, "sectors", one)
    for one in wrong[:ENTRIES_MAX]:
        note(health_words.WRONG, 1, "chunks", one)
    for one in read.retried[:ENTRIES_MAX]:
        note(health_words.RETRY, 1, "attempts", one)
    for one in read.slow[:ENTRIES_MAX]:
        note(health_words.SLOW, one.seconds, "s", one)


def _note_read(write: Connection, site: Site, task: Examination, cursor: dict[str, Any]) -> None:
    """All that was read of an image was right: how much, and how fast it came."""
    rate = round(cursor["bytes"] / cursor["seconds"]) if cursor["seconds"] > 0 else None
    detail = {"image": task.expected.image_id, "rate": rate}
    value = cursor["bytes"]
    health.note(
        write, site.now(), task.medium_id, health_words.READ, value, drive=task.drive, unit="bytes", **detail
    )


def _further(item: CareItem, task: Examination, visit: Visit) -> dict[str, Any]:
    """The place and the sums of an item after one more visit."""
    before, read = dict(item.cursor), visit.read
    found: dict[str, Any] = {
        "done": task.done + read.done,
        "widened": task.widened,
        "chunks": before.get("chunks", 0) + (0 if task.again else read.done),
        "bytes": before.get("bytes", 0) + read.bytes_read,
        "seconds": round(before.get("seconds", 0.0) + read.seconds, 3),
        "bad": [*before.get("bad", ()), *([one.number, one.what] for one in read.bad)],
        "retries": before.get("retries", 0) + len(read.retried),
        "slow": before.get("slow", 0) + len(read.slow),
        "gave_way": before.get("gave_way", 0) + bool(visit.why),
    }
    return before | found


def _is_to_widen(task: Examination, cursor: dict[str, Any]) -> bool:
    """Whether a sample found damage and the rest of the copy is still to be read."""
    sampled = task.drawing.how != FULL and bool(task.chunk_table)
    return sampled and not task.widened and not task.again and 0 < len(cursor["bad"]) < BAD_MAX


def _finish(
    write: Connection,
    site: Site,
    item: CareItem,
    run: CareRun,
    task: Examination,
    visit: Visit,
    cursor: dict[str, Any],
) -> None:
    site.half_reads.forget(item.id)
    second_drive.blame_first(write, site, item, task, visit, cursor)
    second_drive.remember(write, item, task, visit, cursor)
    copy = media.get_copy(write, task.copy_id)
    if copy.state not in COMPARABLE:
        close(write, site, item, ItemEvent.SKIPPED, _("its copy is not kept any more"))
        return
    words = _what_is_wrong(task, visit, cursor)
    check = _check(site, item, task, BAD if words else CLEAN, cursor, visit)
    fixity.add(write, check)
    if visit.whole is not None:
        record_whole(write, site, copy.id, task.medium_id, task.drive, visit.whole)
    else:
        _tell_copy(write, site, task, check, words, run, copy.verified_at)
    events.clear_attention(write, f"{UNREAD}{task.medium_id}")
    if not words:
        _note_read(write, site, task, cursor)
    finding = {
        "outcome": check.outcome,
        "how": check.how,
        "chunks": check.parts,
        "chunks_bad": len(check.bad),
        "bytes": cursor["bytes"],
        "seconds": cursor["seconds"],
        "retries": cursor["retries"],
        "slow_regions": cursor["slow"],
        "gave_way": cursor["gave_way"],
        "by": check.by,
        "drive": task.drive,
        "first_read_at": (check.begun_at or check.at).isoformat(),
        "last_read_at": check.at.isoformat(),
    }
    if words:
        named = {"medium": task.medium_id, "image": copy.image_id, "words": words}
        finding["named"] = named | {"chunks": number_words([int(one) for one in check.bad])}
    care.advance_item(
        write, item.id, ItemEvent.FINISHED, cursor=cursor, finding=finding, ended_at=site.now(), note=words
    )
    care.tell(write, run.id, grown(run.report, finding))


def _tell_copy(
    write: Connection,
    site: Site,
    task: Examination,
    check: FixityCheck,
    words: str,
    run: CareRun,
    verified_at: datetime | None,
) -> None:
    """The state of the copy and of its medium, and the event."""
    subject = ("image", task.expected.image_id)
    detail: dict[str, Any] = {
        "medium": task.medium_id,
        "drive": task.drive,
        "run": run.id,
        "how": check.how,
        "chunks": check.parts,
        "of": check.parts_total,
        "by": check.by,
        "first_read_at": (check.begun_at or check.at).isoformat(),
    }
    if words:
        media.advance_copy(write, task.copy_id, CopyEvent.READ_DIFFERED, note=words)
        doubt(write, site, task.medium_id, words)
        bad = [[int(one) * CHUNK_BYTES, CHUNK_BYTES] for one in check.bad[:20]]
        events.append(
            write, site.now(), "fixity check", subject, outcome="failure", note=words, bad=bad, **detail
        )
        return
    if check.how == FULL:
        # What was read first is not known to be right any later than that.
        first = check.begun_at or check.at
        first = first if verified_at is None else max(first, verified_at)
        media.advance_copy(write, task.copy_id, CopyEvent.READ_MATCHED, verified_at=first, note="")
        on_it = media.copies_on(write, task.medium_id)
        may = MediumEvent.READ_MATCHED in MEDIUM[media.get(write, task.medium_id).state]
        if may and not any(other.state is CopyState.SUSPECT for other in on_it):
            why = _("all of it was read and is right")
            media.advance_state(write, task.medium_id, MediumEvent.READ_MATCHED, site.now(), why=why)
    events.append(write, site.now(), "fixity check", subject, **detail)


def _what_is_wrong(task: Examination, visit: Visit, cursor: dict[str, Any]) -> str:
    """In words; "" when all that was read is right."""
    if visit.unclosed:
        return _("the disc is {value}, not complete").format(value=visit.unclosed)
    if visit.whole is not None:
        return visit.whole.comparison.words
    if cursor["bad"]:
        counts = {what: sum(one[1] == what for one in cursor["bad"]) for what in (UNREADABLE, DIFFERS)}
        words = _("{unreadable} chunks cannot be read and {wrong} differ, of {count} that were read").format(
            unreadable=counts[UNREADABLE], wrong=counts[DIFFERS], count=cursor["chunks"]
        )
        beyond = len(cursor["bad"]) >= BAD_MAX
        return words + (" " + _("(the rest was not read any more)") if beyond else "")
    if visit.digests and isinstance(task.expected, Expected):
        wanted = {
            "sha256": task.expected.sha256,
            "blake3": task.expected.blake3,
            "xxh3-128": task.expected.xxh3,
        }
        differing = [name for name, digest in wanted.items() if digest and visit.digests[name] != digest]
        if differing:
            return _("every chunk matches, and {digests} of the image differ").format(
                digests=", ".join(differing)
            )
    return ""


def _check(
    site: Site, item: CareItem, task: Examination, outcome: str, cursor: Any, visit: Visit | None = None
) -> FixityCheck:
    by = "chunks"
    if visit is not None and (visit.digests or visit.whole is not None):
        by = "sha256, blake3, xxh3-128"
    drawing = task.drawing
    total = -(-task.expected.size_bytes // CHUNK_BYTES)
    read_all = visit is not None and visit.whole is not None
    return FixityCheck(
        0,
        site.now(),
        subject_of(task.copy_id),
        FULL if read_all else drawing.how,
        outcome,
        task.copy_id,
        task.medium_id,
        parts=total if read_all else cursor.get("chunks", 0),
        parts_total=total,
        bytes_read=cursor.get("bytes", 0),
        bad=tuple(sorted(one[0] for one in cursor.get("bad", ()))),
        by=by,
        drive=task.drive,
        run_id=item.run_id,
        seed=f"{drawing.seed}/{drawing.name}" if drawing.how != FULL else "",
        begun_at=datetime.fromisoformat(cursor["begun_at"]) if cursor.get("begun_at") else None,
    )
