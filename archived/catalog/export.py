"""The catalog as rows for an export: one consistent view, table after table, each in the order of its keys."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

from alembic.migration import MigrationContext
from sqlalchemy import Connection, LargeBinary, Table, func, select, text
from sqlalchemy.types import Boolean, Float, Integer, TypeDecorator, TypeEngine

from archived.catalog import tables as tables  # all of them belong to the metadata
from archived.catalog.columns import metadata
from archived.formats.export_text import Column, End, ExportWriter

BATCH = 1000
#: Rows with a chunk table in them are half a megabyte each.
WIDE_BATCH = 8
#: Called with (rows so far, all rows) after every batch; may raise to give the export up.
Report = Callable[[int, int], None]


def schema(read: Connection) -> str:
    """The revision of the schema of this catalog."""
    return str(MigrationContext.configure(read).get_current_revision())


def exported_tables() -> list[Table]:
    """Every table, each behind those that it refers to; among equals by name."""
    return list(metadata.sorted_tables)


def write_tables(read: Connection, writer: ExportWriter, report: Report = lambda done, total: None) -> End:
    """Write every table of the catalog, as this connection's transaction sees it, and the end of the export."""
    wanted = exported_tables()
    total = sum(int(read.execute(select(func.count()).select_from(table)).scalar_one()) for table in wanted)
    done = 0
    for table in wanted:
        writer.table(table.name, [_column(column.name, column.type) for column in table.columns])
        with closing(read.execution_options(stream_results=True).execute(_all_rows(table))) as found:
            for rows in found.partitions(_batch(table)):
                writer.rows(rows)
                done += len(rows)
                report(done, total)
    return writer.end()


def _batch(table: Table) -> int:
    """So many rows of a table are held in memory at once."""
    return WIDE_BATCH if any(isinstance(column.type, LargeBinary) for column in table.columns) else BATCH


def _all_rows(table: Table) -> Any:
    """The rows as the database holds them: columns of our own kinds are not converted."""
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    return text(f'SELECT {columns} FROM "{table.name}" ORDER BY {keys}')


def _column(name: str, kind: TypeEngine[Any]) -> Column:
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    if isinstance(plain, LargeBinary):
        return name, "hex"
    return name, "number" if isinstance(plain, Integer | Float | Boolean) else "text"
