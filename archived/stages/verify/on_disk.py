"""Staged packages and exports of the catalog, compared with their digests where they lie: no drive is needed.

A package is read file by file, so many at a visit; an export at one. What is wrong is told at once: of a package
that is not archived yet it may be the only place of these bytes.
"""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from archived.care import CareItem, CareRun, ItemEvent, ItemState, RunState
from archived.catalog import care, events, fixity, packages
from archived.catalog.events import Attention
from archived.errors import ArchivedError
from archived.fixity import BAD, CLEAN, FULL, FixityCheck
from archived.formats.key_files import public_keys
from archived.language import _
from archived.model import PackageFile
from archived.policy.verify.findings import grown
from archived.sessions.examine import SLICE_S
from archived.sessions.half_reads import HalfReads
from archived.sessions.tools import Tools
from archived.stages.exporting import check_export
from archived.stages.verify.targets import EXPORT, PACKAGE
from archived.stages.work import Action, Broken, Site
from archived.states import PackageState
from erasure.digests import Digests

#: So many files of a package at one visit.
FILES_AT_ONCE = 2000
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class DiskTask:
    """Files of a package from number `done` on, or an export."""

    key: str
    item_id: int
    subject: str
    memory: HalfReads
    files: tuple[PackageFile, ...] = ()
    folder: Path = Path()
    done: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """So many files were compared; those that are missing or wrong by name."""

    done: int
    bytes_read: int
    seconds: float
    bad: tuple[str, ...] = ()
    ended: bool = True
    words: str = ""


def claim(write: Connection, site: Site, action: Action, item: CareItem, run: CareRun) -> Action | None:
    """WORKING is on record; what is not there any more is skipped."""
    subject, done = str(item.cursor.get("subject", "")), int(item.cursor.get("done", 0))
    task = DiskTask(action.key, item.id, subject, site.half_reads, done=done)
    if item.what == PACKAGE:
        package = packages.get(write, subject)
        if not package.staged or package.state is PackageState.STAGING:
            _skip(write, site, item, _("its bytes are not in staging any more"))
            return None
        rows = islice(packages.files(write, subject), done, done + FILES_AT_ONCE)
        folder = site.tools.paths.staging / package.staging_name
        task = DiskTask(action.key, item.id, subject, site.half_reads, tuple(rows), folder, done)
    else:
        path = Path(site.config.catalog.export_directory) / subject
        if not path.is_file():
            _skip(write, site, item, _("the export is not there any more"))
            return None
        task = DiskTask(action.key, item.id, subject, site.half_reads, folder=path)
    if item.state is ItemState.WANTED:
        care.advance_item(write, item.id, ItemEvent.BEGUN)
    site.half_reads.begin(action.key)
    return action.having(task)


def run(task: DiskTask, tools: Tools) -> Compared:
    """Compare what lies on disk; files are opened by their own names and never through links."""
    what = _("comparing {subject} with its digests").format(subject=task.subject)
    report = tools.progress.begin(task.key, what, sum(file.size_bytes for file in task.files))
    began_s = tools.clock.monotonic()
    if not task.files and task.folder.is_file():
        try:
            statement = check_export(task.folder, public_keys(tools.paths.keys).values())
        except ArchivedError as error:
            return Compared(1, 0, tools.clock.monotonic() - began_s, (task.subject,), words=error.message)
        return Compared(1, statement.size_bytes, tools.clock.monotonic() - began_s)
    bad: list[str] = []
    read_bytes, total = 0, sum(file.size_bytes for file in task.files)
    for number, file in enumerate(task.files):
        seconds = tools.clock.monotonic() - began_s
        if number and (seconds > SLICE_S or task.memory.why_stop(task.key) or tools.progress.hurried):
            return Compared(number, read_bytes, seconds, tuple(bad), ended=False)
        if not file.is_directory and not _matches(task.folder / file.path, file):
            bad.append(file.path)
        read_bytes += file.size_bytes
        report(read_bytes, total)
    ended = len(task.files) < FILES_AT_ONCE
    return Compared(len(task.files), read_bytes, tools.clock.monotonic() - began_s, tuple(bad), ended)


def record(write: Connection, site: Site, item: CareItem, task: DiskTask, outcome: object) -> float:
    """Put what was compared on record; at the end, what it means."""
    if not isinstance(outcome, Compared):
        note = str(outcome.error) if isinstance(outcome, Broken) else "no outcome"
        care.advance_item(write, item.id, ItemEvent.INTERRUPTED, note=note)
        return site.config.rest_s
    before = item.cursor
    cursor: dict[str, Any] = {
        "subject": task.subject,
        "done": task.done + outcome.done,
        "bytes": before.get("bytes", 0) + outcome.bytes_read,
        "seconds": round(before.get("seconds", 0.0) + outcome.seconds, 3),
        "bad": [*before.get("bad", ()), *outcome.bad],
    }
    run = care.get(write, item.run_id)
    if not outcome.ended:
        cancelled = run.state is RunState.CANCELLED
        event = ItemEvent.SKIPPED if cancelled else ItemEvent.INTERRUPTED
        ended = {"ended_at": site.now()} if cancelled else {}
        care.advance_item(write, item.id, event, cursor=cursor, **ended)
        return 0
    _finish(write, site, item, run, cursor, outcome.words)
    return 0


def _finish(
    write: Connection, site: Site, item: CareItem, run: CareRun, cursor: dict[str, Any], words: str
) -> None:
    subject, bad = cursor["subject"], cursor["bad"]
    outcome = BAD if bad else CLEAN
    check = FixityCheck(
        0, site.now(), subject, FULL, outcome, parts=cursor["done"], parts_total=cursor["done"],
        bytes_read=cursor["bytes"], bad=tuple(bad), by="sha256, blake3, xxh3-128", run_id=run.id,
    )  # fmt: skip
    fixity.add(write, check)
    finding: dict[str, Any] = {
        "outcome": outcome,
        "how": FULL,
        "files": cursor["done"],
        "files_bad": len(bad),
        "bytes": cursor["bytes"],
        "seconds": cursor["seconds"],
    }
    words = words or (_("{count} files are missing or differ").format(count=len(bad)) if bad else "")
    if bad:
        finding["named"] = {item.what: subject, "words": words, "files": bad[:20]}
        events.raise_attention(write, _attention(site, item.what, subject, words))
    else:
        events.clear_attention(write, f"verify-{item.what}:{subject}")
    events.append(
        write, site.now(), "fixity check", (item.what, subject),
        outcome="failure" if bad else "success", run=run.id, files=cursor["done"], bad=bad[:20],
    )  # fmt: skip
    care.advance_item(
        write, item.id, ItemEvent.FINISHED, cursor=cursor, finding=finding, ended_at=site.now(), note=words
    )
    care.tell(write, run.id, grown(run.report, finding))


def _attention(site: Site, what: str, subject: str, words: str) -> Attention:
    if what == EXPORT:
        return Attention(
            f"verify-{what}:{subject}",
            "working-hours",
            _("export {subject} of the catalog is damaged: {words}").format(subject=subject, words=words),
            _("the catalog itself is not in doubt, and neither are other exports"),
            "archivectl catalog export",
            site.now(),
        )
    return Attention(
        f"verify-{what}:{subject}",
        "now",
        _("staged bytes of package {subject} are damaged: {words}").format(subject=subject, words=words),
        _("nothing is written from them; what lies on media of this package is not in doubt"),
        _("archivectl staging mend {subject} ORIGINAL").format(subject=subject),
        site.now(),
    )


def _skip(write: Connection, site: Site, item: CareItem, note: str) -> None:
    care.advance_item(write, item.id, ItemEvent.SKIPPED, ended_at=site.now(), note=note)


def _matches(path: Path, file: PackageFile) -> bool:
    """Whether a regular file has the length and all digests that were accepted."""
    try:
        if path.is_symlink() or path.stat().st_size != file.size_bytes:
            return False
        digests = Digests()
        with path.open("rb") as reading:
            while block := reading.read(_BLOCK_BYTES):
                digests.update(block)
    except OSError:
        return False
    found = digests.hexdigests()
    return (found["sha256"], found["blake3"], found["xxh3-128"]) == (file.sha256, file.blake3, file.xxh3)
