"""Opening the catalog, and the only two ways into it: `read` and `write`."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from archived.catalog.columns import metadata
from archived.catalog.memory import Changes, memory_of, table_written
from archived.errors import CatalogBusy, CatalogDamaged
from archived.language import _

BUSY_TIMEOUT_MS = 15_000
_MIGRATIONS = Path(__file__).parent / "migrations"


class Catalog:
    """The one truth about intent. Writes are short, serialised in the process, and begin IMMEDIATE.

    A deferred transaction that reads first and writes later fails at once with a busy snapshot in
    SQLite's WAL mode, whatever the busy timeout; so writers take the write lock before they read.
    """

    def __init__(self, path: Path, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        self.path = path
        self._readers = _engine(path, "BEGIN", busy_timeout_ms)
        self._writer = _engine(path, "BEGIN IMMEDIATE", busy_timeout_ms)
        self._writing = threading.RLock()
        self._changes = Changes()
        self._touched: set[str] = set()
        event.listen(self._writer, "before_cursor_execute", self._note_table)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view. End it before any I/O on devices or files. Raises CatalogBusy."""
        with self._busy_named(), self._readers.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """Like `read`, for who asks the same again and again: what nobody changed is not asked anew (`memory`)."""
        counts = self._changes.now()  # before the view begins
        with self.read() as connection:
            memory = memory_of(connection, metadata)
            memory.begin(connection.exec_driver_sql("PRAGMA data_version").scalar_one(), counts)
            try:
                yield connection
            finally:
                memory.end()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One short transaction: committed at the end of the block, rolled back if it raises. CatalogBusy."""
        with self._writing, self._busy_named():
            self._touched.clear()
            try:
                with self._writer.connect() as connection, connection.begin():
                    yield connection
                    self._changes.touched(self._touched)
            finally:
                self._changes.ended(self._touched)

    def _note_table(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        table = table_written(statement)
        if table is not None:
            self._touched.add(table)

    def close(self) -> None:
        self._readers.dispose()
        self._writer.dispose()

    def upgrade(self, to: str | None = None) -> None:
        """Bring the schema to the newest revision, or to `to`. Raises CatalogDamaged for one newer than this code."""
        configuration = AlembicConfig()
        configuration.set_main_option("script_location", str(_MIGRATIONS))
        script = ScriptDirectory.from_config(configuration)
        with self.read() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        known = {revision.revision for revision in script.walk_revisions()}
        if to is not None and to not in known:
            raise CatalogDamaged(
                _("the export has schema {schema}, which this archived does not know").format(schema=to),
                advice=_("take the newer archived that wrote it"),
            )
        if current is not None and current not in known:
            raise CatalogDamaged(
                _("the catalog {path} has schema {current}, which this archived does not know").format(
                    path=self.path, current=current
                ),
                advice=_("run the newer archived that wrote it"),
            )
        if current != (to or script.get_current_head()):
            with self.write() as connection:
                configuration.attributes["connection"] = connection
                command.upgrade(configuration, to or "head")

    @contextmanager
    def _busy_named(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            if "locked" in str(error.orig) or "busy" in str(error.orig):
                raise CatalogBusy(
                    _("the catalog {path} is held by another program").format(path=self.path),
                    advice=_(
                        "end the program that holds it; nothing was changed, the call can be made again"
                    ),
                ) from error
            raise


def _engine(path: Path, begin: str, busy_timeout_ms: int) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool if begin == "BEGIN IMMEDIATE" else None)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {busy_timeout_ms}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin_by_hand(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
