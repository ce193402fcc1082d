"""Waiting for something to become true: the only place that waits on a device's behalf."""

from collections.abc import Callable
from typing import TypeVar

from devices.clock import Clock
from devices.failures import OutcomeUnknown

T = TypeVar("T")


class WaitExpired(OutcomeUnknown):
    """What was waited for did not come in time."""


def wait_until(check: Callable[[], T | None], *, clock: Clock, timeout_s: float, interval_s: float) -> T:
    """Call `check` until it returns something true, and return that.

    `check` is called at least once, and once more when the time is up. An exception of `check` ends the wait.
    Raises WaitExpired after `timeout_s`; ValueError for an interval that would never let time pass.
    """
    if interval_s <= 0:
        raise ValueError(f"the interval between two looks must be positive, not {interval_s}")
    deadline_s = clock.monotonic() + timeout_s
    while True:
        found = check()
        if found:
            return found
        left_s = deadline_s - clock.monotonic()
        if left_s <= 0:
            raise WaitExpired(f"not within {timeout_s:g} s; look at the device before deciding anything")
        clock.sleep(min(interval_s, left_s))
