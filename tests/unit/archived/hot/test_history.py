"""A look costs what lies in the hot folder and what is open, not what was ever taken from it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, insert

from archived.catalog import hot_items
from archived.catalog.hot_item_table import hot_item
from archived.catalog.store import Catalog
from archived.hot_items import HotItem, HotItemState
from tests.unit.archived.hot.conftest import Hot

FINISHED = (HotItemState.ARCHIVED, HotItemState.REMOVED, HotItemState.REJECTED)


@pytest.fixture
def rows_read(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every row of a hot folder that was read."""
    found: list[Any] = []
    values = hot_items.values

    def counted(*words: Any) -> Any:
        rows = values(*words)
        found.extend(rows)
        return rows

    monkeypatch.setattr(hot_items, "values", counted)
    return found


def statements(catalog: Catalog, act: Callable[[], object]) -> list[tuple[str, Any]]:
    """What was asked of the table of drops while `act` ran, with its parameters."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if "FROM hot_item" in statement:
            found.append((statement, parameters))

    event.listen(catalog._readers, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(catalog._readers, "before_cursor_execute", note)
    return found


def finished(hot: Hot, count: int) -> None:
    """So many drops that were dealt with, long ago."""
    columns = [name for name in HotItem.__dataclass_fields__ if name != "id"]
    rows = []
    for number in range(count):
        state = FINISHED[number % len(FINISHED)]
        item = HotItem(0, "scans", f"F1/S0/{number:06d}", state, "d", "i", hot.site.now())
        rows.append({name: getattr(item, name) for name in columns})
    with hot.catalog.write() as write:
        write.execute(insert(hot_item), rows)


def test_a_look_reads_no_more_rows_when_more_was_taken_before(hot: Hot, rows_read: list[Any]) -> None:
    hot.volume()
    hot.look()
    rows_read.clear()
    hot.look(1)
    few = len(rows_read)
    assert few > 0, "what lies there is looked up"
    finished(hot, 1200)
    rows_read.clear()
    hot.look(1)
    assert len(rows_read) == few


def test_the_database_goes_by_its_indexes_for_a_look(hot: Hot) -> None:
    hot.volume()
    hot.look()
    finished(hot, 1200)
    asked = statements(hot.catalog, lambda: hot.look(1))
    assert len(asked) >= 3
    steps = 0

    def tick() -> int:
        nonlocal steps
        steps += 1
        return 0

    with hot.catalog.read() as read:
        raw: Any = read.connection.dbapi_connection
        raw.set_progress_handler(tick, 100)
        for statement, parameters in asked:
            plan = raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            assert not [line for line in plan if "SCAN hot_item" in line[-1]], plan
            raw.execute(statement, parameters).fetchall()
        raw.set_progress_handler(None, 0)
    # 1200 rows of history take some ten thousand steps of SQLite's machine when they are walked through.
    assert steps < 30


def test_more_names_than_one_question_takes_are_all_found(hot: Hot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hot_items, "PATHS_A_QUERY", 7)
    finished(hot, 30)
    finished(hot, 30)
    paths = [f"F1/S0/{number:06d}" for number in range(40)]
    with hot.catalog.read() as read:
        found = hot_items.newest(read, "scans", paths)
        assert hot_items.newest(read, "other", paths) == {}
    assert list(found) == paths[:30]
    assert min(item.id for item in found.values()) == 31, "the later of two drops of one name"
