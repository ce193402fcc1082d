"""One motion of the robot, believed only after a look."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from archived.sessions.inventory import take_inventory
from archived.sessions.mount import Carry, asked_anew, carry, resume
from backends.interface import Disc, DiscStatus
from devices.clock import SimulatedClock
from devices.failures import DeviceRefused, TransportLost, TransportTimeout
from devices.sense import ILLEGAL_REQUEST, NOT_READY, UNIT_ATTENTION, Sense
from robotics.errors import PAUSED, PERSON, STARTING, ChangerNotReady, InventoryStale, SourceEmpty
from robotics.model import ChangerAbilities, Element, ElementKind, ElementRange, Inventory

SLOT, OTHER_SLOT, DRIVE, HAND = 1001, 1002, 2001, 1


@dataclass
class Robot:
    """A changer over a dictionary of barcodes; `behaviour` says what the next moves do."""

    places: dict[int, str | None]
    behaviour: list[Any] = field(default_factory=list)
    commanded: list[tuple[int, int]] = field(default_factory=list)
    silent_looks: int = 0
    #: What the next looks give, before the places are told.
    looks: list[Any] = field(default_factory=list)
    initialized: list[ElementRange | None] = field(default_factory=list)

    abilities = ChangerAbilities(random_access=True, barcode_reader=True, import_export=True, exchange=False)

    def initialize(self, addresses: ElementRange | None = None) -> None:
        self.initialized.append(addresses)

    def move(self, *, source: int, destination: int) -> None:
        self.commanded.append((source, destination))
        how = self.behaviour.pop(0) if self.behaviour else "moves"
        if isinstance(how, Exception):
            raise how
        if how == "refuses":
            raise SourceEmpty("nothing there", Sense(ILLEGAL_REQUEST, 0x3B, 0x0E))
        if how in ("moves", "moves in silence"):
            self.places[destination] = self.places.pop(source)
        if how == "stops with it in the hand":
            self.places[HAND] = self.places.pop(source)
        if how != "moves":
            raise TransportTimeout("the robot did not answer")

    def inventory(self) -> Inventory:
        if self.silent_looks:
            self.silent_looks -= 1
            raise TransportTimeout("the robot did not answer")
        if self.looks:
            told = self.looks.pop(0)
            if isinstance(told, Exception):
                raise told
            return told  # type: ignore[no-any-return]
        kinds = {HAND: ElementKind.TRANSPORT, DRIVE: ElementKind.DRIVE}
        return Inventory(
            tuple(
                Element(address, kinds.get(address, ElementKind.STORAGE), True, code)
                for address, code in self.places.items()
            )
        )


@dataclass
class Tray:
    """A drive that takes `looks_until_ready` looks to make its disc out."""

    looks_until_ready: int = 0
    open: bool = False

    def lock_tray(self, locked: bool) -> None:
        assert not locked

    def eject(self) -> None:
        self.open = True

    def load(self) -> None:
        self.open = False

    def inspect(self) -> Disc:
        self.looks_until_ready -= 1
        return Disc(DiscStatus.ABSENT if self.open or self.looks_until_ready >= 0 else DiscStatus.BLANK)


def tools(robot: Robot, tray: Tray) -> Any:
    return SimpleNamespace(clock=SimulatedClock(), changers={"main": robot}, tapes={}, drives={"B1": tray})


LOAD = Carry("main", "D1", "D1", SLOT, DRIVE, None, "B1")
UNLOAD = Carry("main", "D1", "D1", DRIVE, SLOT, "B1", None)


def test_load_ends_with_a_disc_that_the_drive_made_out() -> None:
    robot, tray = Robot({SLOT: "D1"}), Tray(looks_until_ready=3)

    found = carry(tools(robot, tray), LOAD)

    assert (found.kind, found.note, found.unready) == ("arrived", "", False)
    assert found.seen == {DRIVE: "D1"}


def test_drive_that_never_makes_the_disc_out_is_reported_with_the_disc_in_it() -> None:
    found = carry(tools(Robot({SLOT: "D1"}), Tray(looks_until_ready=10_000)), LOAD)

    assert found.kind == "arrived"
    assert found.unready
    assert "B1: the medium was brought and does not become ready" in found.note


def test_move_that_was_made_in_silence_has_arrived_and_is_not_made_again() -> None:
    robot = Robot({SLOT: "D1"}, ["moves in silence"])

    found = carry(tools(robot, Tray()), LOAD)

    assert found.kind == "arrived"
    assert "did not answer" in found.note
    assert not found.unready
    assert robot.commanded == [(SLOT, DRIVE)]


@pytest.mark.parametrize("how", ["refuses", "stays in silence"])
def test_disc_that_stayed_in_the_drive_has_its_tray_drawn_in_again(how: str) -> None:
    tray = Tray()

    found = carry(tools(Robot({DRIVE: "D1"}, [how]), tray), UNLOAD)

    assert found.kind == "stayed"
    assert not tray.open
    assert not found.unready


def test_disc_in_the_robots_hand_has_vanished_from_both_ends_and_is_seen_where_it_is() -> None:
    found = carry(tools(Robot({SLOT: "D1"}, ["stops with it in the hand"]), Tray()), LOAD)

    assert found.kind == "vanished"
    assert found.seen == {HAND: "D1"}


def test_unit_attention_says_the_move_was_not_begun_so_it_is_commanded_after_a_look() -> None:
    robot = Robot({SLOT: "D1"}, [InventoryStale("a door was opened", Sense(UNIT_ATTENTION, 0x28, 0x00))])

    assert carry(tools(robot, Tray()), LOAD).kind == "arrived"
    assert robot.commanded == [(SLOT, DRIVE), (SLOT, DRIVE)]


@pytest.mark.parametrize(
    "found_by_the_look", [{SLOT: "D2"}, {OTHER_SLOT: "D1"}, {SLOT: "D1", DRIVE: "D2"}, {SLOT: None}]
)
def test_unit_attention_and_a_look_that_shows_another_medium_there_move_nothing(
    found_by_the_look: dict[int, str | None],
) -> None:
    attention = InventoryStale("a door was opened", Sense(UNIT_ATTENTION, 0x28, 0x01))
    robot = Robot(found_by_the_look, [attention])

    found = carry(tools(robot, Tray()), LOAD)

    assert robot.commanded == [(SLOT, DRIVE)], "once, and the robot did not begin it"
    assert (found.kind, found.called_off) == ("stayed", True)
    assert found.seen == found_by_the_look
    assert "door" in found.note


@pytest.mark.parametrize(
    ("code", "stands"),
    [((0x04, 0x85), PAUSED), ((0x3A, 0x02), PERSON), ((0x04, 0x03), PERSON), ((0x04, 0x01), STARTING)],
)
def test_robot_that_stands_is_told_apart_from_one_that_says_nothing(
    code: tuple[int, int], stands: str
) -> None:
    robot = Robot({SLOT: "D1"}, [ChangerNotReady("no", Sense(NOT_READY, *code))])

    found = carry(tools(robot, Tray()), LOAD)

    assert (found.kind, found.stands) == ("stayed", stands)


def test_robot_that_stands_is_not_waited_for() -> None:
    robot, clock = Robot({SLOT: "D1"}), SimulatedClock()
    robot.looks = [ChangerNotReady("no", Sense(NOT_READY, 0x04, 0x85))] * 500
    looked = take_inventory(SimpleNamespace(changers={"main": robot}, clock=clock), "main")  # type: ignore[arg-type]

    assert (looked.seen, looked.stands) == (None, PAUSED)
    assert clock.monotonic() == 0


def test_robot_that_wants_to_look_into_its_elements_is_told_to() -> None:
    robot = Robot({SLOT: "D1"})
    robot.looks = [ChangerNotReady("no", Sense(NOT_READY, 0x04, 0x02))]

    assert take_inventory(tools(robot, Tray()), "main").seen == {SLOT: "D1"}
    assert robot.initialized == [None]


def test_barcodes_that_were_not_scanned_are_scanned_when_somebody_asks_for_a_look() -> None:
    unread = [
        Element(a, ElementKind.STORAGE, full=True, exception=(0x83, 0x00)) for a in (SLOT + 5, SLOT + 8)
    ]
    first = Inventory((*unread, Element(SLOT, ElementKind.STORAGE, full=True, barcode="D1")))
    robot = Robot({SLOT: "D1"})
    robot.looks = [first]
    assert take_inventory(tools(robot, Tray()), "main", scan=True).seen == {SLOT: "D1"}
    assert robot.initialized == [ElementRange(SLOT + 5, 4)]
    robot.looks = [first]
    assert take_inventory(tools(robot, Tray()), "main").seen == {SLOT: "D1", SLOT + 5: None, SLOT + 8: None}


def test_empty_element_that_is_not_in_order_is_in_doubt_and_not_empty() -> None:
    away = Element(OTHER_SLOT, ElementKind.STORAGE, full=False, exception=(0x83, 0x02))
    robot = Robot({})
    robot.looks = [Inventory((away, Element(SLOT, ElementKind.STORAGE, full=False)))]
    looked = take_inventory(tools(robot, Tray()), "main")

    assert (looked.seen, looked.doubtful) == ({}, {OTHER_SLOT: (0x83, 0x02)})


def test_other_disc_at_the_destination_is_not_taken_for_ours() -> None:
    found = resume(tools(Robot({SLOT: "D1", DRIVE: "D2"}), Tray()), LOAD)

    assert found.kind == "stayed"


def test_resumed_motion_commands_nothing_and_draws_the_tray_in() -> None:
    robot, tray = Robot({DRIVE: "D1"}), Tray(open=True)

    found = resume(tools(robot, tray), LOAD)

    assert found.kind == "arrived"
    assert not robot.commanded
    assert not tray.open
    assert "an earlier life" in found.note


def test_robot_that_is_silent_for_a_while_is_asked_until_it_answers() -> None:
    assert take_inventory(tools(Robot({SLOT: "D1"}, silent_looks=20), Tray()), "main").seen == {SLOT: "D1"}


def test_robot_that_stays_silent_leaves_everything_unknown() -> None:
    found = resume(tools(Robot({SLOT: "D1"}, silent_looks=10**6), Tray()), LOAD)

    assert found.kind == "vanished"
    assert found.seen is None
    assert "does not answer an inventory" in found.note


@pytest.mark.parametrize(("error", "unready"), [(TransportLost, False), (TransportTimeout, True)])
def test_tape_drive_whose_library_lost_its_power_is_not_blamed(error: type[Exception], unready: bool) -> None:
    class Drive:
        def load(self) -> None:
            raise error("T1")

        def alerts(self) -> tuple[()]:
            raise error("T1")

    site = tools(Robot({SLOT: "V1"}), Tray())
    site.tapes["T1"] = Drive()
    found = carry(site, Carry("main", "V1", "V1", SLOT, DRIVE, None, "T1"))

    assert (found.kind, found.unready) == ("arrived", unready)
    assert "T1: the medium was brought and does not become ready" in found.note


@pytest.mark.parametrize("times", [1, 2, 3])
def test_what_a_robot_and_a_drive_tell_once_is_heard_and_the_look_made_anew(times: int) -> None:
    reset = Sense(UNIT_ATTENTION, 0x29, 0x00)
    told: list[Exception] = [
        InventoryStale("reset", reset),
        DeviceRefused(reset, b"", "B1"),
        DeviceRefused(reset, b"", "B1"),
    ][:times]

    def ask() -> str:
        if told:
            raise told.pop(0)
        return "D1"

    if times < 3:
        assert asked_anew(ask) == "D1"
    else:
        with pytest.raises(DeviceRefused):
            asked_anew(ask)


def test_another_refusal_is_an_answer() -> None:
    def ask() -> None:
        raise DeviceRefused(Sense(ILLEGAL_REQUEST, 0x20, 0x00), b"", "B1")

    with pytest.raises(DeviceRefused):
        asked_anew(ask)
