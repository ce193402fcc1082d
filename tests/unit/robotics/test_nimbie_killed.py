"""Whatever is cut at whichever message of a load or an unload: a look afterwards says where the disc is."""

import contextlib
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from devices.clock import SimulatedClock
from robotics.arms.nimbie import ACCEPT, QUEUE, REJECT
from simulator.estate import Estate
from simulator.line_devices import Sent
from simulator.mechanism import Mechanism
from simulator.nimbie_robot import NimbieRobot
from tests.unit.robotics.nimbie_room import NimbieRoom, opened_room

DRIVE_ADDRESS, HAND, ACCEPT_FIRST, REJECT_FIRST, QUEUE_FIRST = 256, 1, 1280, 1536, 1024


class PowerCut(Exception):
    """The room goes dark."""


class CutLine:
    """Lets so many messages pass, and then the power goes: of the machine, or of whoever asks it."""

    def __init__(self, site: NimbieRoom, messages: int) -> None:
        self._line = site.arm._line
        self._left = messages

    def write(self, packet: bytes) -> None:
        self._line.write(packet)

    def read(self, *, timeout_s: float) -> bytes | None:
        if self._left == 0:
            raise PowerCut
        transfer = self._line.read(timeout_s=timeout_s)
        self._left -= transfer is not None
        return transfer

    def reset(self) -> None:
        self._line.reset()

    def close(self) -> None:
        self._line.close()


def load(site: NimbieRoom) -> None:
    site.arm.load(bin=QUEUE, drive=1)


def unload(site: NimbieRoom) -> None:
    site.arm.unload(drive=1, bin=ACCEPT, lifted=lambda: site.tray(out=False))


def described(site: NimbieRoom) -> int | None:
    """Where a look says that the disc is, that was the only one: an address, or None for no place that it sees."""
    state = site.arm.state()
    if state.holding:
        return HAND
    if state.on_tray.get(1):
        return DRIVE_ADDRESS
    return QUEUE_FIRST if state.occupied[QUEUE] else None


@pytest.mark.parametrize("whose", ["of the machine", "of the daemon"])
@pytest.mark.parametrize("motion", [load, unload])
@pytest.mark.parametrize("messages", range(0, 130, 5))
def test_after_a_cut_a_look_says_where_the_disc_is_and_it_can_be_put_away(
    tmp_path: Path, motion: Callable[[NimbieRoom], None], messages: int, whose: str
) -> None:
    clock = SimulatedClock()
    with opened_room(tmp_path / "room", clock, discs=("D1",)) as site:
        site.tray(out=True)
        if motion is unload:
            load(site)
        site.arm._line = CutLine(site, messages)
        with contextlib.suppress(PowerCut):
            motion(site)
        if whose == "of the daemon":
            clock.sleep(30)
            again(NimbieRoom(site.room, clock))
    if whose == "of the machine":
        with opened_room(tmp_path / "room", clock) as site:
            again(site)


def again(site: NimbieRoom) -> None:
    """What the next life does: look, compare with where the disc is, and bring it out of the hand."""
    where = site.where()["D1"]
    if not site.room.estate.world.drives[DRIVE_ADDRESS].tray_open:
        assert where in (HAND, ACCEPT_FIRST)
    assert described(site) == (None if where == ACCEPT_FIRST else where)
    if where == HAND:
        site.tray(out=False)
        site.arm.put_away(bin=REJECT)
        assert site.where()["D1"] == REJECT_FIRST
    assert site.strikes == 0


def parts(messages: int, command: bytes, robot: NimbieRobot) -> list[Sent]:
    return list(itertools.islice(robot.hear(command), messages))


@pytest.mark.parametrize("messages", range(5))
def test_a_machine_that_goes_dark_in_the_middle_of_an_answer_has_moved_the_disc_or_not(
    tmp_path: Path, messages: int
) -> None:
    clock = SimulatedClock()
    with opened_room(tmp_path / "room", clock, discs=("D1",)) as site:
        site.tray(out=True)
        estate, mechanism = site.room.estate, site.room.mechanism
        assert isinstance(estate, Estate)
        assert isinstance(mechanism, Mechanism)
        parts(messages, bytes.fromhex("0000520100000000"), NimbieRobot(estate, mechanism))
    with opened_room(tmp_path / "room", clock) as site:
        where = site.where()["D1"]
        assert where == (QUEUE_FIRST if messages < 2 else DRIVE_ADDRESS)
        assert described(site) == where
