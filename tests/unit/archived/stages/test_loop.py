"""The loop: one action for a thing, lanes kept apart, outcomes recorded once, and a busy catalog waited for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from archived.catalog import events
from archived.catalog.store import Catalog
from archived.errors import CatalogBusy
from archived.sessions.tools import ProgressBoard
from archived.stages.loop import InlineExecutor, Loop, ThreadExecutor
from archived.stages.work import CPU, Action, Broken, Context, drive_lane
from devices.clock import SimulatedClock


class Stage:
    """Wants the same actions again and again."""

    __name__ = "stage"

    def __init__(self, *wanted: Action, rest_s: float = 0, error: Exception | None = None) -> None:
        self.wanted, self.rest_s, self.error = list(wanted), rest_s, error
        self.claimed: list[str] = []
        self.recorded: list[tuple[str, Any]] = []

    def due(self, read: Any, site: Any) -> list[Action]:
        return self.wanted

    def plan(self, view: list[Action], context: Context) -> list[Action]:
        return context.choose(view)

    def claim(self, write: Any, site: Any, action: Action) -> Action | None:
        self.claimed.append(action.key)
        return action

    def run(self, action: Action, tools: Any) -> str:
        if self.error is not None:
            raise self.error
        return f"{action.key} done"

    def record(self, write: Any, site: Any, action: Action, outcome: Any) -> float:
        self.recorded.append((action.key, outcome))
        return self.rest_s


class BusyCatalog(Catalog):
    """A catalog that another program holds now and then."""

    busy = False

    @contextmanager
    def write(self) -> Iterator[Any]:
        if self.busy:
            raise CatalogBusy("held by another program")
        with super().write() as connection:
            yield connection


def action(key: str, *lanes: str) -> Action:
    return Action("stage", key, lanes, None)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[BusyCatalog]:
    found = BusyCatalog(tmp_path / "catalog.sqlite")
    found.upgrade()
    yield found
    found.close()


def loop_over(catalog: Catalog, stage: Stage, executor: Any) -> tuple[Loop, SimulatedClock]:
    clock = SimulatedClock()
    site: Any = SimpleNamespace(
        tools=SimpleNamespace(clock=clock, progress=ProgressBoard(clock)), now=clock.now
    )
    return Loop(catalog, site, (stage,), executor), clock


def test_action_in_flight_is_not_claimed_again(catalog: BusyCatalog) -> None:
    stage = Stage(action("copy 1"))
    loop, _ = loop_over(catalog, stage, InlineExecutor())

    loop.turn()
    loop.turn()

    assert stage.claimed == ["copy 1"]
    assert [item.key for item in loop.in_flight] == ["copy 1"]


def test_two_actions_never_hold_one_drive(catalog: BusyCatalog) -> None:
    lane = drive_lane("B1")
    stage = Stage(action("copy 1", lane), action("copy 2", lane), action("copy 3", drive_lane("B2")))
    executor = InlineExecutor()
    loop, _ = loop_over(catalog, stage, executor)

    loop.turn()

    assert stage.claimed == ["copy 1", "copy 3"]


def test_outcome_is_recorded_once_and_the_thing_rests(catalog: BusyCatalog) -> None:
    stage, executor = Stage(action("copy 1"), rest_s=30), InlineExecutor()
    loop, clock = loop_over(catalog, stage, executor)
    loop.turn()
    executor.run_one()

    loop.turn()
    assert stage.recorded == [("copy 1", "copy 1 done")]
    assert stage.claimed == ["copy 1"]
    clock.sleep(31)
    loop.turn()
    assert stage.claimed == ["copy 1", "copy 1"]


def test_run_that_raises_is_an_outcome_that_nobody_could_tell(catalog: BusyCatalog) -> None:
    stage, executor = Stage(action("copy 1"), error=OSError("no space")), InlineExecutor()
    loop, _ = loop_over(catalog, stage, executor)
    loop.turn()
    executor.run_one()

    loop.turn()

    assert isinstance(stage.recorded[0][1], Broken)
    assert str(stage.recorded[0][1].error) == "no space"


def test_an_outcome_that_the_catalog_refuses_is_told_in_words_until_it_is_recorded(
    catalog: BusyCatalog,
) -> None:
    class Refusing(Stage):
        def record(self, write: Any, site: Any, action: Action, outcome: Any) -> float:
            if not self.recorded:
                self.recorded.append((action.key, outcome))
                write.execute(text("INSERT INTO cleaning (drive) VALUES ('T1')"))
            return super().record(write, site, action, outcome)

    def waiting() -> dict[str, str]:
        with catalog.read() as read:
            return {item.id: item.what for item in events.attentions(read)}

    executor = InlineExecutor()
    loop, clock = loop_over(catalog, Refusing(action("move CLNU01L1")), executor)
    loop.turn()
    executor.run_one()
    loop.turn()
    told = waiting()["confused:move CLNU01L1"]
    assert "the catalog refused the record" in told
    assert "INSERT" not in told
    clock.sleep(700)
    loop.turn()
    executor.run_one()
    loop.turn()
    assert waiting() == {}


def test_outcome_waits_for_a_busy_catalog_and_is_not_lost(catalog: BusyCatalog) -> None:
    stage, executor = Stage(action("copy 1"), rest_s=1), InlineExecutor()
    loop, _ = loop_over(catalog, stage, executor)
    loop.turn()
    executor.run_one()

    catalog.busy = True
    assert not loop.turn()
    assert not stage.recorded
    assert [item.key for item in loop.in_flight] == ["copy 1"]
    catalog.busy = False
    loop.turn()
    assert stage.recorded == [("copy 1", "copy 1 done")]


def test_claim_against_a_busy_catalog_starts_nothing(catalog: BusyCatalog) -> None:
    stage, executor = Stage(action("copy 1")), InlineExecutor()
    loop, _ = loop_over(catalog, stage, executor)
    catalog.busy = True

    with pytest.raises(CatalogBusy):
        loop.turn()

    assert not loop.in_flight
    assert not executor.run_one()


def test_threads_keep_the_order_of_a_lane_and_wake_the_loop(catalog: BusyCatalog) -> None:
    stage, executor = (
        Stage(action("copy 1", drive_lane("B1")), action("sum", CPU), rest_s=60),
        ThreadExecutor(),
    )
    loop, _ = loop_over(catalog, stage, executor)
    loop.turn()
    executor.close()

    loop.wait(5)
    loop.turn()

    assert sorted(key for key, _ in stage.recorded) == ["copy 1", "sum"]
    assert not loop.in_flight


def test_seed_decides_the_order_in_which_waiting_actions_run() -> None:
    def order(seed: int) -> list[str]:
        executor, ran = InlineExecutor(seed), list[str]()
        for number in range(8):
            executor.submit(action(str(number)), lambda: None, lambda done, _: ran.append(done.key))
        while executor.run_one():
            pass
        return ran

    assert order(1) == order(1)
    assert order(1) != order(2)
