"""A catalog made from an export: a new database aside, at the schema of the export first, then at the present one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from archived.catalog.store import Catalog
from archived.errors import CatalogDamaged
from archived.formats.errors import DocumentDamaged
from archived.formats.export_text import End, Row, Table, read_export
from archived.language import _

BATCH = 2000
#: Rows wait for their batch up to this size: one chunk table is half a megabyte.
BATCH_BYTES = 4 << 20
#: Files that SQLite keeps beside a database.
COMPANIONS = ("-wal", "-shm", "-journal")


def build(path: Path, file: BinaryIO, report: Callable[[int], None] = lambda done: None) -> End:
    """Make the database `path`, which is replaced, from the export in `file`; returns the end of what was read.

    Whoever checked the file before compares: it may be another one by now.

    Raises:
        DocumentDamaged, UnknownVersion: the export cannot be believed.
        CatalogDamaged: it does not make a sound catalog, or is of a later schema.
    """
    remove(path)
    items = read_export(file)
    head = next(items)
    if not isinstance(head, dict):
        raise DocumentDamaged(_("this is no export of a catalog"))
    catalog = Catalog(path)
    try:
        catalog.upgrade(to=str(head.get("schema")))
        with catalog.write() as write:
            write.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            end = _fill(write, items, lambda: report(file.tell()))
        catalog.upgrade()
    except DatabaseError as error:
        raise CatalogDamaged(
            _("the export does not make a sound catalog: {why}").format(why=error.orig)
        ) from None
    finally:
        catalog.close()
    return end


def demand_sound(read: Connection) -> None:
    """Raises CatalogDamaged when the database contradicts itself."""
    found = read.exec_driver_sql("PRAGMA integrity_check(5)").scalars().all()
    broken = read.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
    if list(found) != ["ok"] or broken:
        words = "; ".join([*map(str, found), *(f"{row[0]} → {row[2]}" for row in broken)])
        raise CatalogDamaged(_("the catalog contradicts itself: {words}").format(words=words))


def remove(path: Path) -> None:
    """Remove a database that was never anybody's catalog."""
    for name in ("", *COMPANIONS):
        path.with_name(path.name + name).unlink(missing_ok=True)


def _fill(write: Connection, items: Any, report: Callable[[], None]) -> End:
    """Put every row where it belongs; what migrations put there themselves goes first. Returns the export's end."""
    table: Table | None = None
    waiting: list[Row] = []
    held_bytes = 0

    def flush() -> None:
        if table is not None and waiting:
            places = ", ".join("?" * len(table.columns))
            names = ", ".join(f'"{name}"' for name, _kind in table.columns)
            statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({places})'
            write.exec_driver_sql(statement, [tuple(row) for row in waiting])
            waiting.clear()
            report()

    known = _columns(write)
    for item in items:
        if isinstance(item, list):
            waiting.append(item)
            held_bytes += sum(len(value) for value in item if isinstance(value, str | bytes))
            if len(waiting) >= BATCH or held_bytes >= BATCH_BYTES:
                flush()
                held_bytes = 0
            continue
        flush()
        if isinstance(item, End):
            _demand_every_table(item, known)
            return item
        table = item
        if known.get(table.name) != {name for name, _kind in table.columns}:
            raise CatalogDamaged(
                _("the export has a table {table} that its schema does not have so").format(table=table.name)
            )
        write.exec_driver_sql(f'DELETE FROM "{table.name}"')
    raise DocumentDamaged(_("the export is torn: it ends in the middle of a line"))


def _demand_every_table(end: End, known: dict[str, set[str]]) -> None:
    missing = sorted(set(known) - set(end.rows))
    if missing:
        raise CatalogDamaged(_("the export lacks tables: {names}").format(names=", ".join(missing)))


def _columns(read: Connection) -> dict[str, set[str]]:
    """Columns of every table of the schema, Alembic's own left out."""
    names = read.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
        "AND name != 'alembic_version'"
    ).scalars()
    return {
        name: {row[1] for row in read.exec_driver_sql(f'PRAGMA table_info("{name}")')} for name in names.all()
    }
