"""The catalog's two doors, and that migrations and models say the same."""

import sqlite3
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from archived.catalog import events, media
from archived.catalog.columns import metadata
from archived.catalog.export import schema, write_tables
from archived.catalog.importing import build
from archived.catalog.store import Catalog
from archived.errors import CatalogBusy, CatalogDamaged
from archived.formats.export_text import ExportWriter

UUID = "6f9619ff-8b86-4011-b42d-00c04fc964ff"


@pytest.fixture
def catalog(tmp_path: Path):
    found = Catalog(tmp_path / "catalog.sqlite", busy_timeout_ms=200)
    found.upgrade()
    yield found
    found.close()


def test_migrations_make_exactly_what_the_models_say(catalog: Catalog) -> None:
    with catalog.read() as read:
        context = MigrationContext.configure(read, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_cartridge_of_an_earlier_release_comes_through_without_a_label_on_record(tmp_path: Path) -> None:
    older = Catalog(tmp_path / "older.sqlite")
    older.upgrade(to="0010")
    with older.write() as write:
        write.exec_driver_sql(
            "INSERT INTO medium "
            "(id, state, kind, barcode, batch, media_id, capacity_bytes, note, simulated, used_bytes) VALUES "
            "('000001L8', 'appendable', 'lto-8', '000001L8', '', '', 1, '', 0, 1)"
        )
    older.upgrade()
    with older.write() as write:
        assert media.get(write, "000001L8").label_uuid is None
        media.update_columns(write, "000001L8", label_uuid=UUID)
    exported = tmp_path / "export"
    with exported.open("wb") as out, older.read() as read:
        write_tables(read, ExportWriter(out, {"schema": schema(read)}))
    older.close()
    with exported.open("rb") as back:
        build(tmp_path / "restored.sqlite", back)
    restored = Catalog(tmp_path / "restored.sqlite")
    with restored.read() as read:
        assert media.get(read, "000001L8").label_uuid == UUID, "an export carries it"
    restored.close()


def test_upgrading_twice_changes_nothing(catalog: Catalog) -> None:
    with catalog.write() as write:
        events.set_setting(write, "room", "simulated")
    catalog.upgrade()
    with catalog.read() as read:
        assert events.settings(read) == {"room": "simulated"}


def test_a_schema_of_a_later_release_is_refused_by_name(catalog: Catalog) -> None:
    with catalog.write() as write:
        write.exec_driver_sql("UPDATE alembic_version SET version_num = 'future'")
    with pytest.raises(CatalogDamaged, match="future"):
        catalog.upgrade()


def test_a_write_that_raises_leaves_nothing(catalog: Catalog) -> None:
    def spoil() -> None:
        with catalog.write() as write:
            events.set_setting(write, "half", "done")
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        spoil()
    with catalog.read() as read:
        assert events.settings(read) == {}


def test_a_catalog_that_another_program_holds_is_named_and_nothing_is_lost(catalog: Catalog) -> None:
    other = sqlite3.connect(catalog.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    def write() -> None:
        with catalog.write() as connection:
            events.set_setting(connection, "a", "b")

    with pytest.raises(CatalogBusy, match="is held by another program"):
        write()
    other.execute("ROLLBACK")
    other.close()
    write()
    with catalog.read() as read:
        assert events.settings(read) == {"a": "b"}


def test_readers_see_the_last_commit_while_somebody_writes(catalog: Catalog) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def write() -> None:
        with catalog.write() as connection:
            events.set_setting(connection, "seen", "late")
            inside.set()
            go_on.wait(10)

    thread = threading.Thread(target=write)
    thread.start()
    assert inside.wait(10)
    with catalog.read() as read:
        assert events.settings(read) == {}
    go_on.set()
    thread.join()
    with catalog.read() as read:
        assert events.settings(read) == {"seen": "late"}


def test_writers_wait_for_each_other_instead_of_failing(catalog: Catalog) -> None:
    def count() -> None:
        for _ in range(20):
            with catalog.write() as write:
                before = int(events.settings(write).get("n", "0"))
                events.set_setting(write, "n", str(before + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with catalog.read() as read:
        assert events.settings(read)["n"] == "80"


def test_the_journal_is_synced_at_every_commit(catalog: Catalog) -> None:
    with catalog.write() as write:
        assert write.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert write.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert write.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
