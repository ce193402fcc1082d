"""Killed before and after every commit and every write into the hot folder: nothing twice, every receipt comes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from tests.simulation.killing import Fuse, Killed
from tests.unit.archived.hot.conftest import Hot, Unsynced
from tests.unit.archived.hot.stepping import fuse_tree


class Mortal(Unsynced):
    """A catalog whose process may die before a commit or right behind it, and writes nothing afterwards."""

    fuse: Fuse
    is_dead = False

    @contextmanager
    def write(self) -> Iterator[Connection]:
        if self.is_dead:
            raise Killed("dead already")
        with super().write() as connection:
            yield connection
            self.step("before a commit")
        self.step("after a commit")

    def step(self, name: str) -> None:
        try:
            self.fuse.step(name)
        except Killed:
            self.is_dead = True
            raise


@pytest.fixture
def mortal(hot: Hot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hot]:
    catalog = Mortal(hot.folder / "catalog.sqlite")
    catalog.fuse = Fuse()
    hot.catalog.close()
    hot.catalog = catalog

    fuse_tree(monkeypatch, catalog.step, ("write", "move", "unlink", "remove"))
    hot.look(1)  # the folder is met: that is tested for itself
    yield hot
    catalog.close()


def killed_at_every_step(hot: Hot, prepare: Callable[[int], None], check: Callable[[int], None]) -> int:
    """Kill one life after the other, each a step later than the one before; returns how many steps there were."""
    nth = 0
    while True:
        nth += 1
        prepare(nth)
        hot.catalog.fuse.arm(nth)
        try:
            hot.look()
        except Killed:
            hot.catalog.is_dead = False
        finished = hot.catalog.fuse.armed
        hot.catalog.fuse.disarm()
        hot.restart()
        hot.look()
        check(nth)
        if finished:
            return nth


def beside(hot: Hot, name: str) -> list[str]:
    return sorted(path.name.removeprefix(name) for path in (hot.path / "F1/S1").glob(f"*{name}*"))


def test_killed_anywhere_while_it_takes_nothing_is_taken_twice_and_the_receipt_comes(mortal: Hot) -> None:
    def check(nth: int) -> None:
        assert [p.volume for p in mortal.packages()] == [f"{n:04d}" for n in range(1, nth + 1)]
        receipt = mortal.document(f"F1/S1/{nth:04d}.accepted.json")
        assert receipt["package"] == mortal.packages()[-1].id
        assert beside(mortal, f"{nth:04d}") == ["", ".accepted.json"]
        assert mortal.states()[f"F1/S1/{nth:04d}"] == "receipted"

    steps = killed_at_every_step(
        mortal, lambda nth: mortal.volume(f"F1/S1/{nth:04d}", text=str(nth)) and None, check
    )
    assert steps > 15


def test_killed_anywhere_while_it_refuses_the_reasons_lie_beside_it_once(mortal: Hot) -> None:
    def prepare(nth: int) -> None:
        (mortal.path / f"F1/S1/{nth:04d}").mkdir(parents=True)
        mortal.ready(f"F1/S1/{nth:04d}")

    def check(nth: int) -> None:
        rejected = mortal.path / "rejected/F1/S1"
        names = sorted(path.name for path in rejected.glob(f"{nth:04d}*"))
        assert names == [f"{nth:04d}", f"{nth:04d}.refused.json", f"{nth:04d}.refused.txt"]
        assert beside(mortal, f"{nth:04d}") == []
        assert mortal.packages() == []

    assert killed_at_every_step(mortal, prepare, check) > 10


def test_killed_anywhere_while_it_removes_the_original_goes_and_both_receipts_stay(mortal: Hot) -> None:
    mortal.restart(originals="remove-after-archived")

    def prepare(nth: int) -> None:
        mortal.volume(f"F1/S1/{nth:04d}", text=str(nth))
        mortal.look()
        mortal.archive(mortal.packages()[-1].id)

    def check(nth: int) -> None:
        assert beside(mortal, f"{nth:04d}") == [".accepted.json", ".archived.json"]
        assert mortal.states()[f"F1/S1/{nth:04d}"] == "removed"

    assert killed_at_every_step(mortal, prepare, check) > 8


def test_killed_between_its_file_and_its_record_the_folder_is_known_by_its_file(
    hot: Hot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*words: Any) -> None:
        raise Killed

    with monkeypatch.context() as inside:
        inside.setattr("archived.routines.hot_opening._remember", crash)
        with pytest.raises(Killed):
            hot.look(1)
    known = Path(hot.path / ".archived-hot-folder.json").read_text()
    hot.volume()
    hot.restart()
    hot.look()
    assert len(hot.packages()) == 1
    assert Path(hot.path / ".archived-hot-folder.json").read_text() == known
