"""The progress board: what is under way, how fast, and how it is cancelled."""

import pytest

from archived.errors import Cancelled
from archived.sessions.tools import PATIENCE_S, ProgressBoard
from devices.clock import SimulatedClock


def test_rate_and_time_left_follow_from_what_was_reported() -> None:
    clock = SimulatedClock()
    board = ProgressBoard(clock)
    report = board.begin("k", "work")
    clock.sleep(2)
    report(20, 100)
    (item,) = board.items()
    assert (item.rate_bytes_per_s, item.left_s) == (10, 8)


def test_cancelled_work_ends_at_its_next_report() -> None:
    board = ProgressBoard(SimulatedClock())
    report = board.begin("k", "taking in F/S/V", cancellable=True)
    report(1, 2)
    assert board.cancel("k")
    with pytest.raises(Cancelled, match=r"taking in F/S/V was cancelled; nothing of it was kept"):
        report(2, 2)


def test_what_the_physics_does_not_allow_to_stop_is_not_cancelled() -> None:
    board = ProgressBoard(SimulatedClock())
    report = board.begin("copy", "burning")
    assert not board.cancel("copy")
    assert not board.cancel("nothing of this name")
    report(1, 2)


def test_the_end_of_cancelled_work_frees_its_key() -> None:
    board = ProgressBoard(SimulatedClock())
    board.begin("k", "first", cancellable=True)
    board.cancel("k")
    board.end("k")
    report = board.begin("k", "second", cancellable=True)
    report(1, 2)
    assert [item.what for item in board.items()] == ["second"]


def test_a_long_wait_says_how_long_it_lasts_already() -> None:
    board = ProgressBoard(SimulatedClock())
    board.begin("k", "moving T00001L9")
    waited = board.waiting("k", "preparing T00001L9, {minutes} minutes so far")
    waited(PATIENCE_S - 1)
    assert board.items()[0].what == "moving T00001L9", "an ordinary load is no news"
    waited(3600.0)
    assert board.items()[0].what == "preparing T00001L9, 60 minutes so far"


def test_who_is_to_stop_gives_up_a_long_wait_and_lets_a_short_one_end() -> None:
    board = ProgressBoard(SimulatedClock())
    board.begin("k", "moving T00001L9")
    waited = board.waiting("k", "preparing T00001L9, {minutes} minutes so far")
    board.hurry()
    waited(PATIENCE_S - 1)
    with pytest.raises(Cancelled, match="60 minutes so far; the wait was given up"):
        waited(3600.0)
