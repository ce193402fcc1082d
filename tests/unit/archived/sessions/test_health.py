"""What a tape drive says late, in place of an answer, ends no session and no motion, and is told."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from archived.catalog import events
from archived.sessions.health import ask_health
from archived.sessions.mount import Carry, carry
from archived.stages.tape_trouble import tell_alerts, tell_health
from backends.errors import WriteFailed
from backends.interface import DriveCounters, TapeAlert
from devices.clock import SimulatedClock
from devices.failures import TransportTimeout
from robotics.model import Element, ElementKind, Inventory
from tests.unit.archived.stages.tape_site import TapeSite
from tests.unit.backends.tape.memory_tape import MemoryTape

SLOT, DRIVE = 1001, 256
LOST = WriteFailed(17, "a block that was taken did not get onto the tape", unit="block")


class LateTape(MemoryTape):
    """A drive that tells its errors in place of the next answers about alerts or counters."""

    def __init__(self, *, alerts: list[Exception], counters: list[Exception] | None = None) -> None:
        super().__init__()
        self._alerts, self._counters = alerts, counters or []

    def alerts(self) -> tuple[TapeAlert, ...]:
        if self._alerts:
            raise self._alerts.pop(0)
        return super().alerts()

    def counters(self) -> DriveCounters:
        if self._counters:
            raise self._counters.pop(0)
        return super().counters()

    def lock_cartridge(self, locked: bool) -> None:
        assert not locked


class Robot:
    """Moves what it is told, and says where it is."""

    places = (DRIVE, SLOT)

    def move(self, *, source: int, destination: int) -> None:
        assert (source, destination) == (DRIVE, SLOT)
        self.places = (SLOT, DRIVE)

    def inventory(self) -> Inventory:
        full = self.places[0]
        kinds = {DRIVE: ElementKind.DRIVE, SLOT: ElementKind.STORAGE}
        return Inventory(
            tuple(
                Element(at, kind, at == full, "000001L8" if at == full else None)
                for at, kind in kinds.items()
            )
        )


def tools(tape: MemoryTape) -> Any:
    return SimpleNamespace(clock=SimulatedClock(), changers={"tl1": Robot()}, tapes={"T1": tape}, drives={})


@pytest.mark.parametrize(
    "tape", [LateTape(alerts=[LOST]), LateTape(alerts=[], counters=[LOST])], ids=["alerts", "counters"]
)
def test_a_deferred_error_in_place_of_an_answer_is_kept_and_the_drive_asked_again(tape: LateTape) -> None:
    health = ask_health(tools(tape), "T1")
    assert health is not None
    assert "did not get onto the tape" in health.late
    assert (health.alerts, health.counters) == (MemoryTape().alerts(), MemoryTape().counters())


def test_a_drive_that_does_not_answer_is_asked_the_next_time() -> None:
    assert ask_health(tools(LateTape(alerts=[TransportTimeout("silence")])), "T1") is None


def test_a_drive_that_only_ever_tells_errors_is_heard_and_not_asked_for_ever() -> None:
    health = ask_health(tools(LateTape(alerts=[LOST] * 9)), "T1")
    assert health is not None
    assert (health.alerts, health.late) == ((), str(LOST))


def test_a_cartridge_leaves_its_drive_though_that_tells_an_error_late() -> None:
    task = Carry("tl1", "000001L8", "000001L8", DRIVE, SLOT, "T1", None)
    found = carry(tools(LateTape(alerts=[LOST])), task)
    assert (found.kind, found.note) == ("arrived", "")
    assert [health.late for health in found.health] == [str(LOST)]


def test_what_was_told_late_waits_for_a_person_until_the_drive_says_nothing_more(tmp_path: Path) -> None:
    site = TapeSite(tmp_path)
    site.cartridge("000001L8")
    health = ask_health(tools(LateTape(alerts=[LOST])), "T1")
    assert health is not None
    with site.catalog.write() as write:
        tell_health(write, site.site, health, "000001L8")
        (up,) = [item.what for item in events.attentions(write) if item.id == "alerts:T1"]
        latest = events.latest(write, subject_id="000001L8", limit=1)
        tell_alerts(write, site.site, "T1", "000001L8", ())
        left = [item.id for item in events.attentions(write)]
    assert "did not get onto the tape" in up
    assert latest[0].detail["late"] == str(LOST)
    assert "alerts:T1" not in left
    site.catalog.close()
