"""What people are told of the pace of a session that wrote to a cartridge."""

from sqlalchemy import Connection

from archived.catalog import events
from archived.catalog.events import Attention
from archived.language import _
from archived.policy.tape_pace import is_judged, slowest_mb_per_s, was_starved
from archived.sessions.tape_write import TapeTask
from archived.stages.work import Site
from backends.tape.appending import SessionReport
from backends.tape.densities import GENERATIONS


def tell_pace(write: Connection, site: Site, task: TapeTask, report: SessionReport) -> None:
    """One event for each session that wrote; a drive that had to stop again and again waits for a person."""
    if not report.images:
        return
    events.append(
        write,
        site.now(),
        "tape session",
        ("medium", task.medium_id),
        drive=task.drive,
        images=len(report.images),
        bytes=report.bytes,
        seconds=round(report.seconds, 1),
        mb_per_s=round(report.mb_per_s, 1),
        underruns=report.underruns,
        flushes=report.flushes,
        repositions=report.repositions,
    )
    native = GENERATIONS[task.label.media_kind].bytes_per_s
    key = f"starved:{task.drive}"
    if not was_starved(report.bytes, report.seconds, native):
        if is_judged(report.bytes, report.seconds):
            events.clear_attention(write, key)
        return
    what = _(
        "drive {drive} wrote cartridge {medium_id} at {rate:.0f} MB/s and needs {needed:.0f} MB/s to go on without "
        "stopping; {count} times it had to wait for data"
    ).format(
        drive=task.drive,
        medium_id=task.medium_id,
        rate=report.mb_per_s,
        needed=slowest_mb_per_s(native),
        count=report.underruns,
    )
    safe = _(
        "what was written counts; a tape that stops and goes back again and again wears out, and the drive too"
    )
    next_ = _(
        "archivectl events --subject {medium_id}   (see what else is busy with the staging disk)"
    ).format(medium_id=task.medium_id)
    events.raise_attention(write, Attention(key, "working-hours", what, safe, next_, site.now()))
