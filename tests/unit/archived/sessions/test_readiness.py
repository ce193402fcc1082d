"""How long we wait for a drive that makes out its disc."""

from dataclasses import dataclass, field

import pytest

from archived.sessions.mount import READY_INTERVAL_S, READY_TIMEOUT_S, await_ready
from backends.interface import Disc, DiscStatus
from devices.clock import SimulatedClock
from devices.failures import DeviceRefused
from devices.polling import WaitExpired
from devices.sense import NOT_READY, UNIT_ATTENTION, Sense

MEDIUM_CHANGED = Sense(UNIT_ATTENTION, 0x28, 0x00)
BECOMING_READY = Sense(NOT_READY, 0x04, 0x01)


@dataclass
class Drive:
    """Refuses with each sense in turn, then says what lies in it."""

    refusals: list[Sense] = field(default_factory=list)
    looks: int = 0

    def inspect(self) -> Disc:
        self.looks += 1
        if self.refusals:
            raise DeviceRefused(self.refusals.pop(0), b"\0" * 6, "B1")
        return Disc(DiscStatus.BLANK)


def waited_s(*refusals: Sense) -> float:
    clock = SimulatedClock()
    await_ready(clock, Drive(list(refusals)))  # type: ignore[arg-type]
    return clock.monotonic()


def test_a_disc_that_turns_is_not_waited_for() -> None:
    assert waited_s() == 0


def test_hearing_of_the_change_of_disc_costs_no_time() -> None:
    assert waited_s(MEDIUM_CHANGED) == 0


def test_a_disc_that_starts_to_turn_is_looked_at_now_and_then() -> None:
    assert waited_s(BECOMING_READY, BECOMING_READY, MEDIUM_CHANGED) == 2 * READY_INTERVAL_S


def test_a_drive_that_only_ever_tells_changes_does_not_keep_us_for_ever() -> None:
    drive = Drive([MEDIUM_CHANGED] * 10_000)
    with pytest.raises(WaitExpired):
        await_ready(SimulatedClock(), drive)  # type: ignore[arg-type]
    assert drive.looks <= 2 * (READY_TIMEOUT_S / READY_INTERVAL_S + 1)
