"""No original goes while its package is not safe on its media, or while a hold says that nobody knows."""

import os

import pytest

from archived.catalog import events
from archived.routines import hot_folders
from archived.routines.hot_attention import Troubles, attentions
from archived.routines.hot_tree import HotTree
from archived.stages import hold
from tests.unit.archived.hot.conftest import Hot
from tests.unit.archived.on_discs import find_again, lose

ONE = "F1/S1/0001"


@pytest.fixture
def archived(hot: Hot) -> Hot:
    """A package that is archived, whose original still lies there."""
    hot.restart(originals="remove-after-archived")
    hot.volume()
    hot.look()
    hot.archive(hot.packages()[0].id)
    return hot


def place_hold(hot: Hot) -> None:
    with hot.catalog.write() as write:
        hold.place(write, [], cause="restore", note="", agent="uid:0", at=hot.site.now())


def notes(hot: Hot) -> str:
    return "; ".join(wait.note for wait in hot.hot.seen.waits)


@pytest.mark.parametrize("member", [0, 1], ids=["data", "parity"])
def test_an_original_stays_while_any_disc_of_its_set_is_away(archived: Hot, member: int) -> None:
    lose(archived.catalog, archived.discs[member], archived.site.now())
    archived.look()
    assert (archived.path / ONE / "page.txt").exists()
    assert archived.states() == {ONE: "archived"}
    assert f"no verified copy of member {member + 1}" in notes(archived)
    (said,) = attentions("scans", Troubles(waits=archived.hot.seen.waits), now=archived.site.now())
    assert said.id == "hot:scans:unsafe"
    assert f"{ONE}: set" in said.what

    find_again(archived.catalog, archived.discs[member], archived.site.now())
    archived.look()
    assert archived.states() == {ONE: "removed"}
    assert not attentions("scans", Troubles(waits=archived.hot.seen.waits), now=archived.site.now())


def test_an_original_stays_while_a_hold_is_in_force(archived: Hot) -> None:
    place_hold(archived)
    archived.look()
    assert archived.states() == {ONE: "archived"}
    assert "until a person releases the hold" in notes(archived)
    archived.restart()
    with archived.catalog.write() as write:
        hold.release(write, archived.site, agent="uid:0", reason="all was looked at")
        assert not events.settings(write)[hold.SETTING]
    archived.look()
    assert archived.states() == {ONE: "removed"}


@pytest.mark.parametrize("trouble", ["disc", "hold"])
def test_what_becomes_unsafe_while_the_original_is_compared_stops_the_removal(
    archived: Hot, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    compare = hot_folders.difference

    def slow(*words: object, **options: object) -> str:
        if trouble == "disc":
            lose(archived.catalog, archived.discs[1], archived.site.now())
        else:
            place_hold(archived)
        return compare(*words, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as inside:
        inside.setattr(hot_folders, "difference", slow)
        archived.look()
    assert archived.states() == {ONE: "archived"}
    assert archived.names(ONE) == ["empty", "page.txt"]


def test_a_removal_that_a_crash_interrupted_does_not_go_on_under_a_hold(
    archived: Hot, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(BaseException):
        pass

    def crash(self: HotTree, *words: object) -> None:
        raise Crash

    with monkeypatch.context() as inside:
        inside.setattr(HotTree, "remove", crash)
        with pytest.raises(Crash):
            archived.look()
    place_hold(archived)
    archived.restart()
    archived.look()
    assert archived.states() == {ONE: "removing"}
    assert os.listdir(archived.path / "F1/S1/.0001.removing-1"), "what was parked lies there still"
    assert "until a person releases the hold" in notes(archived)


def test_what_came_later_under_the_name_is_taken_although_the_first_one_must_stay(archived: Hot) -> None:
    place_hold(archived)
    archived.look()
    (archived.path / f"{ONE}.package.json").write_text('{"new_version": true, "reason": "another page"}')
    (archived.path / ONE / "more.txt").write_text("more")
    archived.ready()
    archived.look()
    assert [package.version for package in archived.packages()] == [1, 2]
    assert (archived.path / ONE / "more.txt").exists()
