"""The loop is told what the catalog says now, whoever wrote to it, though it is not asked the same twice."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select

from archived.catalog import events, media
from archived.catalog.columns import metadata
from archived.catalog.memory import EVERYTHING, is_kept, kept, table_written, tables_of
from archived.catalog.rows import answers, values
from archived.catalog.store import Catalog
from archived.catalog.tables import copy, medium, setting
from archived.model import Medium
from archived.states import MediumState

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    catalog.upgrade()
    yield catalog
    catalog.close()


class Ear:
    """Counts what the readers of a catalog really ask."""

    def __init__(self, catalog: Catalog) -> None:
        self.heard: list[str] = []
        event.listen(catalog._readers, "before_cursor_execute", self._hear)

    def _hear(self, _connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            self.heard.append(statement)


def labels(catalog: Catalog) -> list[str]:
    with catalog.look() as read:
        return [item.id for item in media.listing(read)]


def register(catalog: Catalog, medium_id: str) -> None:
    with catalog.write() as write:
        media.register(
            write,
            Medium(
                id=medium_id,
                state=MediumState.BLANK,
                kind="bd-r",
                batch="b1",
                media_id="SIMBDR/A01",
                barcode=medium_id,
                capacity_bytes=1 << 20,
                library=None,
                element=None,
                home_element=None,
                magazine=None,
                seen_at=NOW,
            ),
        )


def test_the_same_is_asked_once_while_nobody_writes(catalog: Catalog) -> None:
    register(catalog, "D1")
    ear = Ear(catalog)
    assert [labels(catalog) for _turn in range(5)] == [["D1"]] * 5
    assert len(ear.heard) == 1


def test_what_is_written_is_seen_by_the_next_look(catalog: Catalog) -> None:
    for number in range(3):
        register(catalog, f"D{number}")
        assert labels(catalog) == [f"D{k}" for k in range(number + 1)]


def test_a_write_to_other_tables_makes_nothing_be_asked_again(catalog: Catalog) -> None:
    register(catalog, "D1")
    labels(catalog)
    ear = Ear(catalog)
    with catalog.write() as write:
        events.set_setting(write, "writes_paused", "because")
    assert labels(catalog) == ["D1"]
    assert not ear.heard


def test_what_was_rolled_back_is_not_remembered(catalog: Catalog) -> None:
    register(catalog, "D1")
    connection = catalog.write()
    write = connection.__enter__()
    media.update_columns(write, "D1", note="wrong")
    connection.__exit__(RuntimeError, RuntimeError(), None)
    with catalog.look() as read:
        assert [item.note for item in media.listing(read)] == [""]


def test_what_is_committed_in_the_middle_of_a_look_is_seen_by_the_next_one(catalog: Catalog) -> None:
    register(catalog, "D1")
    with catalog.look():
        pass
    with catalog.look() as read:
        events.settings(read)
        with catalog.write() as write:  # as a thread of the API does
            media.update_columns(write, "D1", note="set aside")
        assert [item.note for item in media.listing(read)] == [""]
    with catalog.look() as read:
        assert [item.note for item in media.listing(read)] == ["set aside"]


def test_another_process_is_heard_too(catalog: Catalog) -> None:
    register(catalog, "D1")
    assert labels(catalog) == ["D1"]
    other = Catalog(catalog.path)
    register(other, "D2")
    other.close()
    assert labels(catalog) == ["D1", "D2"]


def test_rows_that_go_to_the_driver_as_they_are_are_seen(catalog: Catalog) -> None:
    query = kept(select(setting.c.key).order_by(setting.c.key))

    def keys() -> list[str]:
        with catalog.look() as read:
            return [key for (key,) in answers(read, query) if key.startswith("x")]

    assert keys() == []
    with catalog.write() as write:
        write.exec_driver_sql("INSERT INTO setting (key, value) VALUES ('x1', '')")
    assert keys() == ["x1"]


def test_a_reader_may_do_with_its_list_what_it_likes(catalog: Catalog) -> None:
    register(catalog, "D1")
    with catalog.look() as read:
        media.listing(read).clear()
        assert len(media.listing(read)) == 1


def test_questions_that_nobody_kept_and_plain_readers_are_answered_anew(catalog: Catalog) -> None:
    register(catalog, "D1")
    ear = Ear(catalog)
    for _turn in range(2):
        with catalog.look() as read:
            values(read, Medium, select(medium))
        with catalog.read() as read:
            media.listing(read)
    assert len(ear.heard) == 4


def test_the_tables_of_a_question_are_found_in_joins_and_beneath() -> None:
    beneath = select(copy.c.medium_id)
    query = kept(select(medium.c.id).where(medium.c.id.in_(beneath)))
    assert is_kept(query)
    assert tables_of(query, metadata) == {"medium", "copy"}


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("INSERT INTO copy (id) VALUES (?)", "copy"),
        ('UPDATE "copy" SET note=?', "copy"),
        ("DELETE FROM setting WHERE 1", "setting"),
        ("insert or replace into setting values (1)", "setting"),
        ("SELECT 1", None),
        ("BEGIN IMMEDIATE", None),
        ("PRAGMA user_version", None),
        ("WITH x AS (SELECT 1) DELETE FROM copy", EVERYTHING),
        ("DROP TABLE copy", EVERYTHING),
    ],
)
def test_what_a_statement_writes_to_is_told_or_taken_for_everything(
    statement: str, table: str | None
) -> None:
    assert table_written(statement) == table
