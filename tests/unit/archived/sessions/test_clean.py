"""Waiting for a drive that cleans itself: what it says while it does, and what that means."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from archived.errors import Cancelled
from archived.sessions.clean import (
    CLEAN_TIMEOUT_S,
    CLEANED,
    DRAWN_IN_S,
    FAILED,
    UNFIT,
    CleanTask,
    await_cleaned,
    await_no_cleaning,
)
from backends.interface import Cartridge, CartridgeMemory
from backends.tape.alerts import CLEAN_NOW, CLEANING_MEDIA, EXPIRED_CLEANER, INVALID_CLEANER, alert_of
from devices.clock import SimulatedClock
from devices.failures import DeviceRefused, WorldDiffers
from devices.sense import HARDWARE_ERROR, NOT_READY, UNIT_ATTENTION, Sense
from robotics.model import Element, ElementKind

TASK = CleanTask("tl1", 2001, "T1", "CLN001L1", "CLN001L1")


@dataclass
class Drive:
    """Holds the cartridge from `there_from_s` to `there_until_s`; refuses first with each of `refusals`."""

    clock: SimulatedClock
    there_from_s: float = 0.0
    there_until_s: float = 100.0
    flags: tuple[int, ...] = ()
    refusals: list[Sense] = field(default_factory=list)
    memory: CartridgeMemory | None = None

    def inspect(self) -> Cartridge:
        if self.refusals:
            raise DeviceRefused(self.refusals.pop(0), b"\0" * 6, "T1")
        there = self.there_from_s <= self.clock.monotonic() < self.there_until_s
        return Cartridge(present=there, cleaning=there)

    def alerts(self) -> tuple[Any, ...]:
        return tuple(alert_of(flag) for flag in self.flags)

    def attributes(self) -> CartridgeMemory:
        if self.memory is None:
            raise DeviceRefused(Sense(NOT_READY, 0x30, 0x03), b"\0" * 16, "T1")
        return self.memory


def tools(drive: Drive, seen: str | None = "CLN001L1") -> Any:
    robot = SimpleNamespace(
        element=lambda address: Element(address, ElementKind.DRIVE, seen is not None, seen)
    )
    return SimpleNamespace(clock=drive.clock, changers={"tl1": robot}, tapes={"T1": drive})


def clean(drive: Drive, **arguments: Any) -> Any:
    return await_cleaned(tools(drive, **arguments), TASK, lambda waited_s: None)


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        ((), CLEANED),
        ((CLEAN_NOW,), FAILED),
        ((EXPIRED_CLEANER, CLEAN_NOW), UNFIT),
        ((INVALID_CLEANER,), UNFIT),
    ],
)
def test_what_the_drive_says_at_the_end_decides(flags: tuple[int, ...], kind: str) -> None:
    drive = Drive(SimulatedClock(), flags=flags)
    assert clean(drive).kind == kind
    assert drive.clock.monotonic() >= 100


def test_refusals_on_the_way_end_nothing() -> None:
    refusals = [Sense(UNIT_ATTENTION, 0x28, 0x00), Sense(HARDWARE_ERROR, 0x30, 0x07)]
    assert clean(Drive(SimulatedClock(), refusals=refusals)).kind == CLEANED


def test_a_drive_that_has_not_drawn_it_in_yet_is_not_taken_for_one_that_gave_it_out() -> None:
    drive = Drive(SimulatedClock(), there_from_s=30.0)
    assert clean(drive).kind == CLEANED
    assert drive.clock.monotonic() >= 100


def test_who_comes_when_it_is_over_learns_that_by_the_alerts_or_by_waiting() -> None:
    at_once = Drive(SimulatedClock(), there_until_s=0.0, flags=(CLEANING_MEDIA,))
    assert (clean(at_once).kind, at_once.clock.monotonic()) == (CLEANED, 0)
    in_time = Drive(SimulatedClock(), there_until_s=0.0)
    assert clean(in_time).kind == CLEANED
    assert DRAWN_IN_S <= in_time.clock.monotonic() < DRAWN_IN_S + 5


def test_a_cartridge_that_does_not_come_out_is_no_cleaning() -> None:
    found = clean(Drive(SimulatedClock(), there_until_s=10 * CLEAN_TIMEOUT_S))
    assert found.kind == FAILED
    assert "within 20 minutes" in found.note


def test_how_often_it_was_loaded_comes_from_its_chip_where_the_drive_tells() -> None:
    assert clean(Drive(SimulatedClock(), memory=CartridgeMemory(loads=17, cleaning=True))).loads == 17
    assert clean(Drive(SimulatedClock(), memory=CartridgeMemory(loads=17))).loads is None
    assert clean(Drive(SimulatedClock())).loads is None


@pytest.mark.parametrize("seen", [None, "000123L8"])
def test_another_cartridge_is_never_taken_for_the_one_that_cleans(seen: str | None) -> None:
    with pytest.raises(WorldDiffers):
        clean(Drive(SimulatedClock()), seen=seen)


def test_a_daemon_that_is_to_stop_does_not_wait_for_the_end() -> None:
    drive = Drive(SimulatedClock())

    def waiting(waited_s: float) -> None:
        if waited_s > 10:
            raise Cancelled("the wait was given up")

    with pytest.raises(Cancelled):
        await_cleaned(tools(drive), TASK, waiting)


def test_nothing_is_taken_from_a_drive_that_cleans() -> None:
    drive = Drive(SimulatedClock())
    await_no_cleaning(drive, drive.clock)  # type: ignore[arg-type]
    assert 100 <= drive.clock.monotonic() < 105
