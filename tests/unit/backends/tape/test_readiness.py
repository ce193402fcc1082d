"""Waiting for a cartridge: as long as a first load takes, and no longer than it must for an empty drive."""

import pytest

from backends.errors import MediumRefused
from backends.interface import Cartridge
from backends.tape.readiness import wait_until_ready
from backends.tape.ssc_drive import SscTapeDrive
from devices.clock import SimulatedClock
from devices.polling import WaitExpired
from tests.unit.devices.scripted import ScriptedTransport


class Loading(SscTapeDrive):
    """Ready after a while on the clock; what it holds is given."""

    def __init__(self, clock: SimulatedClock, ready_after_s: float, *, present: bool = True) -> None:
        super().__init__(ScriptedTransport())
        self._clock = clock
        self._ready_after_s = ready_after_s
        self._present = present

    def is_ready(self) -> bool:
        return self._present and self._clock.monotonic() >= self._ready_after_s

    def inspect(self) -> Cartridge:
        return Cartridge(present=self._present)


def test_a_first_load_may_take_two_hours() -> None:
    clock = SimulatedClock()
    wait_until_ready(Loading(clock, 7190), clock=clock)
    assert 7190 <= clock.monotonic() <= 7192


def test_a_load_that_takes_longer_is_an_unknown_outcome() -> None:
    clock = SimulatedClock()
    with pytest.raises(WaitExpired):
        wait_until_ready(Loading(clock, 8000), clock=clock)


def test_an_empty_drive_is_not_waited_for_that_long() -> None:
    clock = SimulatedClock()
    with pytest.raises(MediumRefused, match="no cartridge"):
        wait_until_ready(Loading(clock, 0, present=False), clock=clock)
    assert 120 <= clock.monotonic() <= 122
