"""Killed or not, at every step of a removal somebody writes into the original: not one byte of that is lost."""

import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archived.catalog import hot_items
from archived.hot_items import HotItem, HotItemState
from archived.routines.hot_tree import HotTree
from tests.simulation.killing import Fuse, Killed
from tests.unit.archived.hot.conftest import Hot
from tests.unit.archived.hot.stepping import fuse_tree
from tests.unit.archived.hot.test_crashes import Mortal

LATE = "written late, and never archived"


class Producer:
    """Writes into an original, wherever it lies by now, at one chosen step."""

    def __init__(self, hot: Hot, change: Callable[[Path], None]) -> None:
        self.hot, self.change = hot, change
        self.name = ""
        self.wrote = False

    def act(self) -> None:
        parked = sorted((self.hot.path / "F1/S1").glob(f".{self.name}.removing-*"))
        there = [path for path in (self.hot.path / "F1/S1" / self.name, *parked) if path.is_dir()]
        for path in there[:1]:
            self.change(path)
            self.wrote = True


class Meddled(Fuse):
    """A fuse at which, before it burns through, the producer writes; it may only let him write."""

    producer: Producer
    kills = True

    def step(self, name: str) -> None:
        try:
            super().step(name)
        except Killed:
            self.producer.act()
            if self.kills:
                raise


@pytest.fixture
def mortal(hot: Hot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hot]:
    catalog = Mortal(hot.folder / "catalog.sqlite")
    catalog.fuse = Meddled()
    hot.catalog.close()
    hot.catalog = catalog

    fuse_tree(monkeypatch, catalog.step, ("listing", "move", "remove", "_remove_one"))
    hot.restart(originals="remove-after-archived")
    hot.look(1)
    yield hot
    catalog.close()


def new_file(there: Path) -> None:
    (there / "late.txt").write_text(LATE)


def new_file_below(there: Path) -> None:
    (there / "empty").mkdir(exist_ok=True)
    (there / "empty/late.txt").write_text(LATE)


def written_anew(there: Path) -> None:
    (there / "page.txt").write_text(LATE)


def replaced(there: Path) -> None:
    """By one of the same size and time, as `cp --preserve` and a rename do it."""
    half = there / ".half"
    half.write_text(LATE[:1])
    page = there / "page.txt"
    if page.exists():
        shutil.copystat(page, half)
    half.rename(page)


def lost(hot: Hot, text: str) -> bool:
    files = [path for path in hot.path.rglob("*") if path.is_file() and path.suffix == ".txt"]
    return not any(path.read_text() == text for path in files)


EVERY_TIME = [(new_file_below, True), (written_anew, False)]
OFTEN = [
    (new_file_below, False),
    (written_anew, True),
    *((change, kills) for change in (new_file, replaced) for kills in (True, False)),
]


@pytest.mark.parametrize(
    ("change", "kills"),
    [*EVERY_TIME, *(pytest.param(*both, marks=pytest.mark.simulate) for both in OFTEN)],
    ids=lambda value: value.__name__ if callable(value) else "killed" if value else "alive",
)
def test_what_is_written_at_any_step_of_the_removal_is_never_removed(
    mortal: Hot, change: Callable[[Path], None], kills: bool
) -> None:
    fuse = mortal.catalog.fuse  # type: ignore[attr-defined]
    fuse.producer, fuse.kills = Producer(mortal, change), kills
    nth, seen = 0, set()
    while True:
        nth += 1
        name = f"{nth:04d}"
        mortal.volume(f"F1/S1/{name}", text=f"page {nth}")
        mortal.look()
        mortal.archive(mortal.packages()[-1].id)
        mortal.look(1)  # its archived receipt is written
        fuse.producer.name, fuse.producer.wrote = name, False
        fuse.arm(nth)
        try:
            mortal.look()
        except Killed:
            mortal.catalog.is_dead = False  # type: ignore[attr-defined]
        finished = fuse.armed
        fuse.disarm()
        mortal.restart()
        mortal.look()
        state = mortal.states()[f"F1/S1/{name}"]
        seen.add(state)
        if fuse.producer.wrote:
            assert not lost(mortal, LATE[:1] if change is replaced else LATE), f"lost at step {nth}"
            assert state == "kept"
        else:
            assert state == "removed"
            assert sorted((mortal.path / "F1/S1").glob(f"*{name}")) == []
        shutil.rmtree(mortal.path / "F1/S1")
        mortal.look()
        if finished:
            break
    assert nth > 10
    assert seen == {"kept", "removed"}


def notes(hot: Hot) -> list[str]:
    with hot.catalog.read() as read:
        return [item.note for item in hot_items.in_state(read, "scans", HotItemState.KEPT)]


def broken_off(hot: Hot, monkeypatch: pytest.MonkeyPatch, act: Callable[[Path], None]) -> Path:
    """The daemon dies before it removes anything that it moved out of sight, and somebody is there meanwhile."""

    def die(self: HotTree, *words: Any) -> None:
        raise Killed

    hot.archive(hot.packages()[0].id)
    with monkeypatch.context() as inside:
        inside.setattr(HotTree, "remove", die)
        with pytest.raises(Killed):
            hot.look()
    (parked,) = (hot.path / "F1/S1").glob(".*.removing-*")
    act(parked)
    hot.restart()
    hot.look()
    return parked


@pytest.fixture
def taking(hot: Hot) -> Hot:
    rules = {name: replace(found, symlinks="record") for name, found in hot.site.config.classes.items()}
    hot.site = replace(hot.site, config=replace(hot.site.config, classes=rules))
    hot.restart(originals="remove-after-archived")
    (hot.path / "F1/S1").mkdir(parents=True)
    return hot


def bag(hot: Hot) -> None:
    there = hot.path / "F1/S1/0001"
    (there / "data").mkdir(parents=True)
    (there / "data/a.txt").write_text("first")
    (there / "data/b.txt").write_text("second")
    (there / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    (there / "manifest-md5.txt").write_text(
        "8b04d5e3775d298e78455efc5ca404d5  data/a.txt\na9f0e61a137d86aa9db53465e0801612  data/b.txt\n"
    )


def hard_names(hot: Hot) -> None:
    there = hot.volume(ready=False)
    (there / "colon: and \x01").write_text("hard")
    (there / "link").symlink_to("page.txt")


@pytest.mark.parametrize(
    ("put", "gone"),
    [(bag, "bagit.txt"), (bag, "data/a.txt"), (hard_names, "page.txt"), (hard_names, "link")],
    ids=["bag without declaration", "bag without a file", "names without a file", "names without a link"],
)
def test_what_is_left_of_a_removal_goes_when_it_is_the_package_s(
    taking: Hot, monkeypatch: pytest.MonkeyPatch, put: Callable[[Hot], None], gone: str
) -> None:
    put(taking)
    taking.ready()
    taking.look()
    parked = broken_off(taking, monkeypatch, lambda there: (there / gone).unlink())
    assert not parked.exists()
    assert taking.states() == {"F1/S1/0001": "removed"}


def test_what_is_left_and_holds_more_stays_where_it_is_and_is_told_until_a_person_took_it_away(
    taking: Hot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meddle(there: Path) -> None:
        (there / "data/a.txt").unlink()
        (there / "data/b.txt").write_text("other")

    bag(taking)
    taking.ready()
    taking.look()
    parked = broken_off(taking, monkeypatch, meddle)
    assert (parked / "data/b.txt").read_text() == "other"
    assert "data/b.txt" in notes(taking)[0]
    assert f"lies at F1/S1/{parked.name}" in notes(taking)[0]
    taking.look()
    assert taking.states() == {"F1/S1/0001": "kept"}, "its own name is free, and yet it is not gone"
    shutil.rmtree(parked)
    taking.look()
    assert taking.states() == {"F1/S1/0001": "removed"}


def test_a_link_that_points_elsewhere_by_now_stays(taking: Hot, monkeypatch: pytest.MonkeyPatch) -> None:
    def meddle(there: Path) -> None:
        (there / "link").unlink()
        (there / "link").symlink_to("elsewhere")

    hard_names(taking)
    taking.ready()
    taking.look()
    broken_off(taking, monkeypatch, meddle)
    assert "link" in notes(taking)[0]


@pytest.mark.parametrize("changed", [False, True], ids=["as it was", "written into"])
def test_an_archive_is_held_against_the_one_that_was_handed_in(
    taking: Hot, monkeypatch: pytest.MonkeyPatch, changed: bool
) -> None:
    def meddle(there: Path) -> None:
        if changed:
            there.write_bytes(there.read_bytes() + b"more")

    with zipfile.ZipFile(taking.path / "F1/S1/0001.zip", "w") as packed:
        packed.writestr("0001/page.txt", "one")
    taking.ready("F1/S1/0001.zip")
    taking.look()
    broken_off(taking, monkeypatch, meddle)
    assert taking.states() == {"F1/S1/0001.zip": "kept" if changed else "removed"}
    assert (taking.path / "F1/S1/0001.zip").exists() == changed, "it has its name back, or is gone"


def test_what_we_gave_its_name_back_is_not_taken_for_a_new_one(
    taking: Hot, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking.restart(ready="rename")
    taking.volume(ready=False)
    taking.look()
    broken_off(taking, monkeypatch, new_file)
    taking.look()
    items: list[HotItem] = taking.items()
    assert [item.state for item in items] == [HotItemState.KEPT]
    assert (taking.path / "F1/S1/0001/late.txt").read_text() == LATE
