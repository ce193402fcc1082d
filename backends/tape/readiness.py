"""Waiting for a cartridge: LTO-9 and later condition a new one for up to two hours at its first load."""

from collections.abc import Callable

from backends.errors import MediumRefused
from backends.interface import TapeDrive
from devices.clock import Clock
from devices.polling import wait_until

FIRST_LOAD_S = 2 * 3600.0
#: How long a drive may say that it holds nothing before it is believed: the cartridge may still be drawn in.
PRESENCE_S = 120.0


def _ignore(_waited_s: float) -> None:
    """Nobody wants to know."""


def wait_until_ready(
    drive: TapeDrive,
    *,
    clock: Clock,
    timeout_s: float = FIRST_LOAD_S,
    presence_s: float = PRESENCE_S,
    interval_s: float = 2.0,
    waiting: Callable[[float], None] = _ignore,
) -> None:
    """Return when the cartridge in `drive` can be used.

    `waiting` is told the seconds so far whenever it is not ready; what it raises ends the wait. Raises
    MediumRefused when there is none after `presence_s`, WaitExpired after `timeout_s`.
    """
    began_s = clock.monotonic()

    def is_ready() -> bool:
        if drive.is_ready():
            return True
        waited_s = clock.monotonic() - began_s
        waiting(waited_s)
        if waited_s >= presence_s and not drive.inspect().present:
            raise MediumRefused("the drive holds no cartridge that it could load; look at the library first")
        return False

    wait_until(is_ready, clock=clock, timeout_s=timeout_s, interval_s=interval_s)
