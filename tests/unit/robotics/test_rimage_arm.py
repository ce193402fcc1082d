"""A Rimage autoloader: what the arm makes of its answers. EXPERIMENTAL, as the driver is."""

import pytest

from devices.clock import SimulatedClock
from devices.failures import OutcomeUnknown, TransportTimeout, WireDamaged
from devices.polling import WaitExpired
from robotics.arms.rimage import LINE, RimageArm
from robotics.errors import PERSON, STARTING, ChangerBroken, ChangerNotReady, SourceEmpty
from tests.unit.robotics.scripted_line import Said, ScriptedLine

STATUS, READY, BUSY, NO_DISC, NO_TRAY, TROUBLE = (
    b"\x1b!e1C",
    b"\x1b!e1000000C\x04",
    b"\x1b!e1002000C\x04",
    b"\x1b!e1003000C\x04",
    b"\x1b!e1007000C\x04",
    b"\x1b!e1009000C\x04",
)
DONE, FAILED = b"\x1b!f11C\x04", b"\x1b!f10C\x04"
GRAB_FROM_BIN, PUT_ON_TRAY, GRAB_FROM_TRAY, PUT_IN_REJECT = (
    b"\x1b!f12002C",
    b"\x1b!f12421C",
    b"\x1b!f12422C",
    b"\x1b!f12021C",
)
HOME = b"\x1b!f12600C"


@pytest.fixture
def line() -> ScriptedLine:
    return ScriptedLine(SimulatedClock())


@pytest.fixture
def arm(line: ScriptedLine) -> RimageArm:
    return RimageArm(line, line.clock, drives=2, name="tower")


def test_its_line_has_hardware_flow_control() -> None:
    assert (LINE.baud, LINE.parity, LINE.hardware_flow) == (38400, "N", True)


def test_load_grabs_and_puts_and_asks_for_the_status_before_each(arm: RimageArm, line: ScriptedLine) -> None:
    line.expects(STATUS, READY).expects(GRAB_FROM_BIN, Said(DONE, after_s=9.0))
    line.expects(STATUS, READY).expects(PUT_ON_TRAY, Said(DONE, after_s=9.0))
    arm.load(bin=1, drive=2)
    line.assert_all_was_said()


def test_tray_is_closed_between_grabbing_and_putting(arm: RimageArm, line: ScriptedLine) -> None:
    line.expects(STATUS, READY).expects(GRAB_FROM_TRAY, DONE)
    line.expects(STATUS, READY).expects(PUT_IN_REJECT, DONE)
    told: list[bytes] = []
    arm.unload(drive=2, bin=3, lifted=lambda: told.append(line.heard[-1]))
    assert told == [GRAB_FROM_TRAY]
    line.assert_all_was_said()


@pytest.mark.parametrize(
    ("status", "error"),
    [(NO_DISC, SourceEmpty), (NO_TRAY, OutcomeUnknown), (TROUBLE, OutcomeUnknown), (READY, OutcomeUnknown)],
    ids=["no disc", "no tray", "not known", "ready"],
)
def test_why_a_disc_was_not_grabbed_is_asked_and_believed(
    arm: RimageArm, line: ScriptedLine, status: bytes, error: type[Exception]
) -> None:
    line.expects(STATUS, READY).expects(GRAB_FROM_BIN, FAILED).expects(STATUS, status)
    with pytest.raises(error):
        arm.load(bin=1, drive=2)


def test_disc_that_was_grabbed_and_not_put_may_be_anywhere(arm: RimageArm, line: ScriptedLine) -> None:
    line.expects(STATUS, READY).expects(GRAB_FROM_BIN, DONE)
    line.expects(STATUS, READY).expects(PUT_ON_TRAY, FAILED).expects(STATUS, NO_DISC)
    with pytest.raises(ChangerBroken, match="not where it was to go"):
        arm.load(bin=1, drive=2)


@pytest.mark.parametrize(("status", "reason"), [(BUSY, STARTING), (TROUBLE, PERSON)], ids=["busy", "other"])
def test_nothing_is_asked_of_a_machine_that_is_not_ready(
    arm: RimageArm, line: ScriptedLine, status: bytes, reason: str
) -> None:
    line.expects(STATUS, status)
    with pytest.raises(ChangerNotReady, match="was not asked for") as caught:
        arm.load(bin=1, drive=2)
    assert caught.value.reason == reason
    assert line.heard == [STATUS]


def test_silence_before_a_motion_says_that_it_was_not_asked_for(arm: RimageArm, line: ScriptedLine) -> None:
    line.expects(STATUS)
    with pytest.raises(TransportTimeout, match="was not asked for"):
        arm.load(bin=1, drive=2)


def test_answers_of_earlier_questions_are_stepped_over(arm: RimageArm, line: ScriptedLine) -> None:
    line.expects(STATUS, b"\xff" + DONE, READY).expects(GRAB_FROM_BIN, READY, b"\x1b!f1", FAILED)
    line.expects(STATUS, NO_DISC)
    with pytest.raises(SourceEmpty):
        arm.load(bin=1, drive=2)


def test_answers_that_contradict_each_other_are_an_unknown_outcome(
    arm: RimageArm, line: ScriptedLine
) -> None:
    line.expects(STATUS, READY).expects(GRAB_FROM_BIN, DONE + FAILED)
    with pytest.raises(WireDamaged, match="done, and that it failed"):
        arm.load(bin=1, drive=2)


def test_machine_that_is_busy_is_waited_for_and_then_homed(arm: RimageArm, line: ScriptedLine) -> None:
    line.expects(STATUS, BUSY).expects(STATUS, READY).expects(HOME, DONE)
    arm.prepare()
    line.assert_all_was_said()


def test_machine_that_stays_busy_is_an_unknown_outcome(arm: RimageArm, line: ScriptedLine) -> None:
    for _ in range(60):
        line.expects(STATUS, BUSY)
    with pytest.raises(WaitExpired):
        arm.prepare()


def test_machine_that_does_not_come_home_needs_a_person(arm: RimageArm, line: ScriptedLine) -> None:
    line.expects(STATUS, READY).expects(HOME, FAILED).expects(STATUS, TROUBLE)
    with pytest.raises(ChangerBroken, match="needs a person"):
        arm.prepare()


def test_identity_and_heights_are_shown_as_they_are_told(arm: RimageArm, line: ScriptedLine) -> None:
    line.expects(b"\x1b!e0C", b"\x1b!e032CLIBERTY 4 VERSION 6.014E\x04").expects(
        b"\x1b!f:C", b"\x1b!f:1Cu054691\x04"
    )
    identity = arm.identify()
    assert (identity.vendor, identity.product, identity.serial) == (
        "Rimage",
        "LIBERTY 4 VERSION 6.014E",
        "u054691",
    )
    line.expects(STATUS, READY).expects(b"\x1b!f0200C", b"\x1b!f01300120C\x04")
    line.expects(b"\x1b!f0201C", b"\x1b!f01365534C\x04").expects(b"\x1b!f0202C", b"\x1b!f01300000C\x04")
    state = arm.state()
    assert (
        state.words == "status 0 (ready), input bin: 120 steps, accept bin: not measured, reject bin: 0 steps"
    )
    assert dict(state.occupied) == {}
