"""Clocks, and waiting on them."""

from datetime import UTC, datetime, timedelta

import pytest

from devices.clock import SimulatedClock, SystemClock
from devices.polling import WaitExpired, wait_until


def test_simulated_sleep_takes_no_time_and_moves_both_readings() -> None:
    clock = SimulatedClock(datetime(2026, 5, 1, tzinfo=UTC))
    clock.sleep(90)
    clock.sleep(-5)
    assert clock.monotonic() == 90
    assert clock.now() == datetime(2026, 5, 1, 0, 1, 30, tzinfo=UTC)


def test_simulated_clock_wants_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        SimulatedClock(datetime(2026, 5, 1))


def test_system_clock_is_aware_and_goes_forward() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(0.01)
    assert clock.monotonic() - before >= 0.01
    assert clock.now().utcoffset() == timedelta(0)


def test_waiting_returns_what_the_check_found() -> None:
    clock = SimulatedClock()
    answers = iter([None, None, "ready"])
    assert wait_until(lambda: next(answers), clock=clock, timeout_s=60, interval_s=5) == "ready"
    assert clock.monotonic() == 10


def test_waiting_looks_once_more_when_the_time_is_up() -> None:
    clock = SimulatedClock()
    found = wait_until(lambda: clock.monotonic() >= 7, clock=clock, timeout_s=7, interval_s=5)
    assert found
    assert clock.monotonic() == 7


def test_waiting_ends() -> None:
    clock = SimulatedClock()
    looks: list[float] = []
    with pytest.raises(WaitExpired, match="7 s"):
        wait_until(lambda: looks.append(clock.monotonic()), clock=clock, timeout_s=7, interval_s=5)
    assert looks == [0, 5, 7]


def test_a_failing_check_ends_the_wait() -> None:
    clock = SimulatedClock()
    with pytest.raises(ZeroDivisionError):
        wait_until(lambda: 1 // 0, clock=clock, timeout_s=7, interval_s=5)
    assert clock.monotonic() == 0


def test_an_interval_that_lets_no_time_pass_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        wait_until(lambda: None, clock=SimulatedClock(), timeout_s=1, interval_s=0)
