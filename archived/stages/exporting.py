"""An export of the catalog: written aside, synced, read back from its disk, signed; then the oldest may go.

Order of writing, and what a crash leaves: (1) `NAME.part`, which the next export removes; (2) `NAME`, whole, with
nothing that vouches for it: removed by the next export too; (3) the signed statement beside it, whose rename is the one
write that makes it an export; (4) the record in the catalog. A crash before (4) makes the next start export again.
"""

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from archived.catalog import events
from archived.catalog.export import schema, write_tables
from archived.catalog.store import Catalog
from archived.errors import ArchivedError, Failed, Refused, WrongState
from archived.formats.bag_making import NOTICE_SIMULATED
from archived.formats.errors import DocumentDamaged
from archived.formats.export_statement import STATEMENT_SUFFIX, SUFFIX, Statement, believed, read, signed
from archived.formats.export_text import End, ExportWriter, read_export
from archived.formats.signing import PublicKey
from archived.language import _
from archived.policy.export_time import to_remove
from archived.stages.work import Site
from backends.durable import name_durably, sync_folder, write_durably

BLOCK_BYTES: Final = 1 << 20
#: Called with (done bytes, total bytes); may raise to give the export up.
Report = Callable[[int, int], None]
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Listed:
    """An export in a folder, and what a look at it says."""

    path: Path
    statement: Statement | None
    #: Why it is not to be relied on; empty when nothing speaks against it.
    problem: str = ""


def export_catalog(
    catalog: Catalog, site: Site, folder: Path, report: Report, *, agent: str = events.DAEMON
) -> Statement:
    """Write, read back and sign one export in `folder`, which must be there.

    Raises:
        Refused: the folder is not there or cannot be written.
        WrongState: another export is under way.
        Failed: the disk did not take it, or gave back something else; nothing of it is left.
    """
    if not folder.is_dir():
        raise Refused(_("{folder} is not a folder; nothing was exported").format(folder=folder))
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        raise WrongState(_("an export of the catalog is under way; one at a time"))
    try:
        remove_unfinished(folder, site)
        return _export(catalog, site, folder, report, agent)
    except OSError as error:
        raise Failed(
            _("the catalog could not be exported to {folder}: {why}; nothing of it is left there").format(
                folder=folder, why=error.strerror or error
            ),
            advice=_("put the place right, then: archivectl catalog export"),
        ) from None
    finally:
        _ONE_AT_A_TIME.release()


def _export(catalog: Catalog, site: Site, folder: Path, report: Report, agent: str) -> Statement:
    made_at = site.now()
    path = _free_name(folder, f"{_prefix(site)}{made_at:%Y%m%dT%H%M%SZ}")
    part = path.with_name(path.name + ".part")
    total = max(1, catalog.path.stat().st_size)
    try:
        end, revision = _write(
            catalog, site, part, made_at, lambda done: report(done * total // 1000, 2 * total)
        )
        size_bytes = part.stat().st_size
        sha256 = _read_back(
            part, end, lambda done: report(total + done * total // max(1, size_bytes), 2 * total)
        )
        name_durably(part, path)
    finally:
        part.unlink(missing_ok=True)
    statement = Statement(
        site=site.config.site.name,
        simulated=site.config.simulated,
        file=path.name,
        size_bytes=size_bytes,
        sha256=sha256,
        content_sha256=end.sha256,
        schema=revision,
        rows=end.rows,
        made_at=made_at,
        read_back_at=site.now(),
        software=site.software,
    )
    text = json.dumps(signed(statement, site.key), ensure_ascii=False, indent=1) + "\n"
    write_durably(statement_of(path), text)
    with catalog.write() as write:
        detail = {"folder": str(folder), "rows": statement.row_count, "size_bytes": size_bytes}
        subject = ("catalog", path.name)
        events.append(
            write, site.now(), "catalog exported", subject, agent=agent, outcome="success", **detail
        )
    return statement


def _write(
    catalog: Catalog, site: Site, part: Path, made_at: datetime, report: Callable[[int], None]
) -> tuple[End, str]:
    """Write the export of one view of the catalog; readers hold up no writer. Returns its end and schema."""
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file, catalog.read() as connection:
        revision = schema(connection)
        head = {
            **({"notice": NOTICE_SIMULATED} if site.config.simulated else {}),
            "site": site.config.site.name,
            "schema": revision,
            "made_at": made_at.isoformat(),
            "software": site.software,
            "key_id": site.key.public.key_id,
        }
        writer = ExportWriter(file, head)
        end = write_tables(connection, writer, lambda done, total: report(1000 * done // max(1, total)))
        file.flush()
        os.fsync(file.fileno())
        # What is read back must come from the disk, not from memory.
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return end, revision


def _read_back(part: Path, end: End, report: Callable[[int], None]) -> str:
    """The sha256 of the file as it lies there. Raises Failed when it does not hold what was written."""
    try:
        found = read_whole(part, report)
    except DocumentDamaged as error:
        raise Failed(
            _("the export did not come back from its disk as it was written: {why}").format(
                why=error.message
            ),
            advice=_("look at that disk; the export is tried again later"),
        ) from None
    if found != end:
        raise Failed(
            _("the export did not come back from its disk as it was written: its rows or digest differ"),
            advice=_("look at that disk; the export is tried again later"),
        )
    return _sha256(part)


def read_whole(path: Path, report: Callable[[int], None] = lambda done: None) -> End:
    """Read all of an export, and hold it to what it says of itself. Raises DocumentDamaged, UnknownVersion."""
    with path.open("rb") as file:
        for number, item in enumerate(read_export(file)):
            if number % 1000 == 0:
                report(file.tell())
            if isinstance(item, End):
                return item
    raise DocumentDamaged(_("the export has no end"))


def check_export(path: Path, keys: Iterable[PublicKey]) -> Statement:
    """Hold an export to its statement, its signature, its digests and its counts, all of it read.

    Raises Refused when a file is missing, DocumentDamaged, UnknownVersion or BadSignature.
    """
    statement = statement_beside(path, keys)
    if path.stat().st_size != statement.size_bytes or _sha256(path) != statement.sha256:
        raise DocumentDamaged(_("{path} is not the file that its statement vouches for").format(path=path))
    end = read_whole(path)
    if end.sha256 != statement.content_sha256 or dict(end.rows) != dict(statement.rows):
        raise DocumentDamaged(_("{path} does not hold what its statement says").format(path=path))
    return statement


def statement_beside(path: Path, keys: Iterable[PublicKey]) -> Statement:
    """The signed statement about an export. Raises Refused when one of the two is missing, and what `believed` does."""
    _demand_both(path)
    return believed(_document(statement_of(path)), keys)


def listed(folder: Path, keys: Iterable[PublicKey], prefix: str = "") -> list[Listed]:
    """Exports in a folder, newest first, as far as a look without reading them can judge."""
    known, found = tuple(keys), []
    for path in sorted(folder.glob(f"{prefix}*{SUFFIX}"), reverse=True):
        statement = None
        try:
            _demand_both(path)
            statement = read(_document(statement_of(path)))
            statement_beside(path, known)
            problem = "" if path.stat().st_size == statement.size_bytes else _("the file has not its size")
        except ArchivedError as error:
            problem = error.message
        except OSError as error:
            problem = error.strerror or str(error)
        found.append(Listed(path, statement, problem))
    return found


def rotate(folder: Path, site: Site, keep: int) -> list[str]:
    """Remove the oldest exports of this site, so that `keep` remain of those that are whole. Returns their names."""
    whole = {
        item.path.name: item.statement.made_at
        for item in listed(folder, [site.key.public], _prefix(site))
        if item.statement is not None and not item.problem
    }
    going = to_remove(whole, keep)
    for name in going:
        # The statement first: what nothing vouches for is no export.
        statement_of(folder / name).unlink(missing_ok=True)
        (folder / name).unlink(missing_ok=True)
    if going:
        sync_folder(folder)
    return going


def remove_unfinished(folder: Path, site: Site) -> None:
    """Remove what an export of this site left that did not come to its end."""
    for path in folder.glob(f"{_prefix(site)}*"):
        is_part = path.name.endswith(".part")
        if is_part or (path.name.endswith(SUFFIX) and not statement_of(path).exists()):
            with suppress(FileNotFoundError):
                path.unlink()


def statement_of(path: Path) -> Path:
    """Where the statement of an export lies."""
    return path.with_name(path.name + STATEMENT_SUFFIX)


def _prefix(site: Site) -> str:
    """Sites may share a place: names begin with the key that vouches for them."""
    return f"catalog-{site.key.public.key_id}-"


def _free_name(folder: Path, stem: str) -> Path:
    path, number = folder / f"{stem}{SUFFIX}", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}{SUFFIX}"
    return path


def _demand_both(path: Path) -> None:
    for wanted in (path, statement_of(path)):
        if not wanted.is_file():
            words = _("{path} is not there; an export is two files, NAME.jsonl.gz and its signed statement")
            raise Refused(words.format(path=wanted))


def _document(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, ValueError) as error:
        raise DocumentDamaged(_("{path} cannot be read: {why}").format(path=path, why=error)) from None


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        _feed(file, digest.update)
    return digest.hexdigest()


def _feed(file: BinaryIO, take: Callable[[bytes], None]) -> None:
    while block := file.read(BLOCK_BYTES):
        take(block)
