"""A thread of the pool ends its work in the middle of a look: nothing is decided from what was before."""

from collections.abc import Callable
from typing import Any

import pytest

from archived.catalog import hot_items
from archived.hot_items import HotItem
from archived.policy.hot_folders import LookUp
from archived.routines import hot_folders
from archived.routines.hot_desk import Desk
from tests.unit.archived.hot.conftest import Hot

ONE = "F1/S1/0001"
#: Every call of a look between which the pool may come to its end.
MOMENTS: list[tuple[Any, str]] = [
    (Desk, "busy"),
    (hot_folders, "list_packages"),
    (hot_items, "newest"),
    (hot_items, "on_discs"),
    (Desk, "resting"),
    (hot_folders, "decide"),
]


@pytest.fixture(
    params=[(moment, after) for moment in MOMENTS for after in (False, True)],
    ids=lambda param: f"{'after' if param[1] else 'before'} {param[0][1]}",
)
def ends_meanwhile(
    request: pytest.FixtureRequest, hot: Hot, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """One look, in the middle of which all that the pool holds is done."""
    (place, name), after = request.param

    def look() -> None:
        original = getattr(place, name)

        def with_the_pool(*words: Any, **options: Any) -> Any:
            if not after:
                hot.pool.release()
            answer = original(*words, **options)
            if after:
                hot.pool.release()
            return answer

        with monkeypatch.context() as inside:
            inside.setattr(place, name, with_the_pool)
            hot.look(1)
        assert not hot.pool.kept
        hot.pool.holds = False
        hot.look()

    return look


def test_an_intake_that_ends_during_a_look_is_no_interrupted_one(
    hot: Hot, ends_meanwhile: Callable[[], None]
) -> None:
    hot.volume()
    hot.pool.holds = True
    hot.look(1)
    assert hot.states() == {ONE: "taking"}
    ends_meanwhile()
    assert hot.states() == {ONE: "receipted"}
    assert len(hot.packages()) == 1
    assert hot.hot.desk.failed() == {}


@pytest.mark.parametrize("ready", ["marker", "rename"])
def test_a_removal_that_ends_during_a_look_is_over(
    hot: Hot, ends_meanwhile: Callable[[], None], ready: str
) -> None:
    hot.restart(originals="remove-after-archived", ready=ready)
    hot.volume(ready=ready == "marker")
    hot.look()
    hot.archive(hot.packages()[0].id)
    hot.pool.holds = True
    hot.look(2)
    assert hot.states() == {ONE: "archived"}
    assert hot.pool.kept
    ends_meanwhile()
    assert hot.states() == {ONE: "removed"}
    assert hot.hot.desk.failed() == {}
    assert len(hot.items()) == len(hot.packages()) == 1


@pytest.fixture
def stale(hot: Hot) -> tuple[HotItem, HotItem]:
    """The record of one thing: while it was being taken, and while it was to be removed. It is gone by now."""
    hot.restart(originals="remove-after-archived")
    hot.volume()
    hot.pool.holds = True
    hot.look(1)
    (taking,) = hot.items()
    hot.pool.holds = False
    hot.pool.release()
    hot.look()
    hot.archive(hot.packages()[0].id)
    hot.pool.holds = True
    hot.look(2)
    (archived,) = hot.items()
    hot.pool.holds = False
    hot.pool.release()
    assert hot.states() == {ONE: "removed"}
    return taking, archived


def test_what_is_decided_from_an_old_record_does_nothing(hot: Hot, stale: tuple[HotItem, HotItem]) -> None:
    taking, archived = stale
    before = hot.events()
    hot.hot._taker.look_up(LookUp(taking))
    hot.hot._remove(archived)
    assert hot.states() == {ONE: "removed"}
    assert hot.hot.desk.failed() == {}
    assert hot.events() == before
