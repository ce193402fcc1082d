"""The progress board: what is under way, how fast, and how it is cancelled."""

import pytest

from archived.errors import Cancelled
from archived.sessions.tools import ProgressBoard
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
