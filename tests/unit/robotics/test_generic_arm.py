"""One letter, one answer: what the arm makes of everything that a robot may say, byte by byte."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from devices.clock import SimulatedClock
from devices.failures import OutcomeUnknown, TransportTimeout, WireDamaged
from robotics.arms.generic import GenericArm
from robotics.arms.generic_profiles import (
    ACCEPT,
    AMTREN,
    INPUT,
    KODAK,
    MF_DIGITAL,
    MICROBOARDS_OLD,
    REJECT,
    TWO_BANKS,
)
from robotics.errors import ChangerBroken, MoveRefused, NotSupported, RoboticsError, SourceEmpty
from tests.unit.robotics.scripted_line import Said, ScriptedLine


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock()


@pytest.fixture
def line(clock: SimulatedClock) -> ScriptedLine:
    return ScriptedLine(clock)


@pytest.fixture
def arm(line: ScriptedLine, clock: SimulatedClock) -> GenericArm:
    """An Amtren that was asked for its status already, so that its next answer is that to the next letter."""
    made = GenericArm(line, AMTREN, clock, name="tower")
    line.expects(b"S", b"00")
    made.state()
    line.heard.clear()
    return made


def test_a_motion_is_one_letter_and_waits_for_its_end(arm: GenericArm, line: ScriptedLine) -> None:
    line.expects(b"I", Said(b"X", after_s=25.0))
    arm.load(bin=INPUT, drive=1)
    assert line.heard == [b"I"]
    assert 25.0 < line.clock.monotonic() < 28.0


def test_first_motion_of_a_process_asks_for_the_status_first(
    line: ScriptedLine, clock: SimulatedClock
) -> None:
    line.expects(b"S", b"X", b"00").expects(b"I", b"X")
    GenericArm(line, AMTREN, clock).load(bin=INPUT, drive=1)
    line.assert_all_was_said()


def test_disc_goes_to_the_accept_bin_by_one_letter(arm: GenericArm, line: ScriptedLine) -> None:
    line.expects(b"A", b"X")
    told: list[bytes] = []
    arm.unload(drive=1, bin=ACCEPT, lifted=lambda: told.extend(line.heard))
    assert told == [b"A"]


def test_tray_is_closed_between_getting_and_rejecting_a_disc(arm: GenericArm, line: ScriptedLine) -> None:
    line.expects(b"G", b"X").expects(b"R", b"X")
    told: list[list[bytes]] = []
    arm.unload(drive=1, bin=REJECT, lifted=lambda: told.append(list(line.heard)))
    assert told == [[b"G"]]
    assert line.heard == [b"G", b"R"]


def test_tray_that_does_not_close_ends_the_motion_with_the_disc_in_the_hand(
    arm: GenericArm, line: ScriptedLine
) -> None:
    line.expects(b"G", b"X")

    def stuck() -> None:
        raise MoveRefused("the tray is stuck")

    with pytest.raises(MoveRefused, match="stuck"):
        arm.unload(drive=1, bin=REJECT, lifted=stuck)
    assert line.heard == [b"G"]


def test_model_that_accepts_from_its_hand_gets_the_disc_first(
    line: ScriptedLine, clock: SimulatedClock
) -> None:
    line.expects(b"S", b"00").expects(b"G", b"X").expects(b"A", b"X").expects(b"A", b"X")
    arm = GenericArm(line, replace(AMTREN, accept_from_hand=True), clock)
    arm.unload(drive=1, bin=ACCEPT)
    arm.put_away(bin=ACCEPT)
    line.assert_all_was_said()


def test_letters_are_those_of_the_model_and_of_the_drive(line: ScriptedLine, clock: SimulatedClock) -> None:
    line.expects(b"S", b"00").expects(b"K", b"X").expects(b"R", b"X")
    GenericArm(line, MICROBOARDS_OLD, clock).unload(drive=1, bin=REJECT)
    line.expects(b"S", b"00").expects(b"H", b"X").expects(b"R", b"X").expects(b"B", b"X")
    two = GenericArm(line, TWO_BANKS, clock)
    two.unload(drive=2, bin=REJECT)
    two.unload(drive=2, bin=ACCEPT)
    line.assert_all_was_said()


def test_held_disc_goes_on_a_tray_where_a_letter_says_so(arm: GenericArm, line: ScriptedLine) -> None:
    line.expects(b"H", b"X")
    arm.put_on_tray(drive=1)
    assert arm.geometry.puts_in_again
    assert not GenericArm(line, TWO_BANKS, line.clock).geometry.puts_in_again


def test_robot_that_wants_a_sign_on_gets_it_and_its_words_are_kept(
    line: ScriptedLine, clock: SimulatedClock
) -> None:
    line.expects(b"V", b"MF DIGITAL 2.1 EX", Said(b"\r\nX", after_s=0.1))
    identity = GenericArm(line, MF_DIGITAL, clock).identify()
    assert (identity.vendor, identity.product, identity.revision) == (
        "generic",
        "mf-digital",
        "MF DIGITAL 2.1 EX",
    )


def test_robot_that_does_not_sign_on_is_an_unknown_outcome(line: ScriptedLine, clock: SimulatedClock) -> None:
    line.expects(b"V")
    with pytest.raises(TransportTimeout, match="sign-on: no answer within 10 s"):
        GenericArm(line, MF_DIGITAL, clock).prepare()


def test_robot_in_order_is_prepared_by_a_look_alone(arm: GenericArm, line: ScriptedLine) -> None:
    line.expects(b"S", b"22")
    arm.prepare()
    assert line.heard == [b"S"]


def test_robot_that_blames_its_mechanism_is_calibrated_once(arm: GenericArm, line: ScriptedLine) -> None:
    line.expects(b"S", b"18").expects(b"C", b"X").expects(b"S", b"00")
    arm.prepare()
    line.assert_all_was_said()
    line.expects(b"S", b"18").expects(b"C", b"E").expects(b"S", b"18")
    with pytest.raises(ChangerBroken, match=r"status 18 .*needs a person"):
        arm.prepare()


def test_state_is_its_status_in_words_and_nothing_that_it_cannot_tell(
    arm: GenericArm, line: ScriptedLine
) -> None:
    line.expects(b"S", b"21")
    state = arm.state()
    assert state.words == "status 21 (drive tray empty)"
    assert (state.holding, dict(state.occupied), dict(state.on_tray)) == (None, {}, {})
    assert not arm.geometry.tells_hand


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (b"22", SourceEmpty),
        (b"14", OutcomeUnknown),
        (b"15", OutcomeUnknown),
        (b"16", ChangerBroken),
        (b"18", OutcomeUnknown),
        (b"19", OutcomeUnknown),
        (b"21", ChangerBroken),
        (b"65", OutcomeUnknown),
        (b"00", OutcomeUnknown),
    ],
    ids=lambda value: value.decode() if isinstance(value, bytes) else "",
)
def test_why_a_disc_was_not_loaded_is_asked_and_believed(
    arm: GenericArm, line: ScriptedLine, status: bytes, error: type[Exception]
) -> None:
    line.expects(b"I", b"E").expects(b"S", status)
    with pytest.raises(error):
        arm.load(bin=INPUT, drive=1)


@pytest.mark.parametrize(
    ("status", "error"),
    [(b"21", SourceEmpty), (b"16", ChangerBroken), (b"18", OutcomeUnknown), (b"00", OutcomeUnknown)],
    ids=lambda value: value.decode() if isinstance(value, bytes) else "",
)
@pytest.mark.parametrize(("bin", "letter"), [(ACCEPT, b"A"), (REJECT, b"G")], ids=["accept", "reject"])
def test_why_a_disc_was_not_taken_from_a_tray_is_asked_and_believed(
    arm: GenericArm, line: ScriptedLine, status: bytes, error: type[Exception], bin: int, letter: bytes
) -> None:
    line.expects(letter, b"E").expects(b"S", status)
    with pytest.raises(error):
        arm.unload(drive=1, bin=bin)


def test_disc_that_did_not_get_into_the_reject_bin_may_be_anywhere(
    arm: GenericArm, line: ScriptedLine
) -> None:
    line.expects(b"G", b"X").expects(b"R", b"E").expects(b"S", b"16")
    with pytest.raises(ChangerBroken, match="not where it was to go"):
        arm.unload(drive=1, bin=REJECT)


@pytest.mark.parametrize(
    ("act", "letter"),
    [(lambda arm: arm.put_away(bin=REJECT), b"R"), (lambda arm: arm.put_on_tray(drive=1), b"H")],
    ids=["bin", "tray"],
)
def test_hand_that_feels_no_disc_has_none(
    arm: GenericArm, line: ScriptedLine, act: Callable[[GenericArm], None], letter: bytes
) -> None:
    line.expects(letter, b"E").expects(b"S", b"16")
    with pytest.raises(SourceEmpty, match="has none any more"):
        act(arm)
    line.expects(letter, b"E").expects(b"S", b"19")
    with pytest.raises(OutcomeUnknown):
        act(arm)


def test_nak_is_a_failure_like_e(arm: GenericArm, line: ScriptedLine) -> None:
    line.expects(b"I", b"\x15").expects(b"S", b"22")
    with pytest.raises(SourceEmpty):
        arm.load(bin=INPUT, drive=1)


def test_silence_is_an_unknown_outcome_and_nothing_is_repeated(arm: GenericArm, line: ScriptedLine) -> None:
    line.expects(b"I")
    with pytest.raises(TransportTimeout, match="no answer within 60 s"):
        arm.load(bin=INPUT, drive=1)
    assert line.heard == [b"I"]


def test_rubbish_in_place_of_an_answer_is_an_unknown_outcome(arm: GenericArm, line: ScriptedLine) -> None:
    line.expects(b"I", b"\x00\xff", b"xe")
    with pytest.raises(WireDamaged, match="no answer in what it said"):
        arm.load(bin=INPUT, drive=1)


def test_rubbish_before_the_answer_is_stepped_over(arm: GenericArm, line: ScriptedLine) -> None:
    line.comes_unasked(b"EEE")
    line.expects(b"I", b"\x00\xff\r\n", b"X")
    line.clock.sleep(1.0)
    arm.load(bin=INPUT, drive=1)


def test_answer_that_is_said_twice_is_not_that_to_the_next_letter(
    arm: GenericArm, line: ScriptedLine
) -> None:
    line.expects(b"I", b"X", Said(b"X", after_s=0.1))
    arm.load(bin=INPUT, drive=1)
    line.expects(b"A")
    with pytest.raises(TransportTimeout):
        arm.unload(drive=1, bin=ACCEPT)


def test_answers_that_contradict_each_other_are_an_unknown_outcome(
    arm: GenericArm, line: ScriptedLine
) -> None:
    line.expects(b"I", b"X", Said(b"E", after_s=0.1))
    with pytest.raises(WireDamaged, match="done, and that it failed"):
        arm.load(bin=INPUT, drive=1)


def test_late_answer_is_not_that_to_the_next_letter(arm: GenericArm, line: ScriptedLine) -> None:
    line.expects(b"I", Said(b"X", after_s=190.0))
    with pytest.raises(TransportTimeout):
        arm.load(bin=INPUT, drive=1)
    line.expects(b"S")
    with pytest.raises(TransportTimeout, match="was not asked for"):
        arm.unload(drive=1, bin=ACCEPT)
    line.clock.sleep(80.0)
    line.expects(b"S", b"00").expects(b"A")
    with pytest.raises(TransportTimeout):
        arm.unload(drive=1, bin=ACCEPT)
    line.assert_all_was_said()


def test_late_answer_before_the_status_is_old(arm: GenericArm, line: ScriptedLine) -> None:
    line.expects(b"I", Said(b"X", after_s=65.0))
    with pytest.raises(TransportTimeout):
        arm.load(bin=INPUT, drive=1)
    line.expects(b"S", Said(b"00", after_s=6.0)).expects(b"A", b"E").expects(b"S", b"21")
    with pytest.raises(SourceEmpty):
        arm.unload(drive=1, bin=ACCEPT)


def test_question_without_an_answer_is_taken_back_while_nothing_moves(
    arm: GenericArm, line: ScriptedLine
) -> None:
    line.expects(b"S").expects(b"\x03")
    with pytest.raises(TransportTimeout):
        arm.state()
    line.assert_all_was_said()


def test_nothing_is_taken_back_while_a_disc_may_be_under_way(arm: GenericArm, line: ScriptedLine) -> None:
    line.expects(b"I").expects(b"S")
    with pytest.raises(TransportTimeout):
        arm.load(bin=INPUT, drive=1)
    with pytest.raises(TransportTimeout):
        arm.state()


def test_failure_that_it_does_not_explain_is_an_unknown_outcome(arm: GenericArm, line: ScriptedLine) -> None:
    line.expects(b"I", b"E").expects(b"S").expects(b"\x03")
    with pytest.raises(TransportTimeout, match="does not say why"):
        arm.load(bin=INPUT, drive=1)


def test_model_without_a_status_is_listened_to_before_its_first_motion(
    line: ScriptedLine, clock: SimulatedClock
) -> None:
    arm = GenericArm(line, replace(AMTREN, status=""), clock)
    line.comes_unasked(b"X", after_s=50.0)
    line.expects(b"I", b"E")
    with pytest.raises(OutcomeUnknown, match="does not say why"):
        arm.load(bin=INPUT, drive=1)
    assert clock.monotonic() > 50.0
    assert arm.state().words == ""


def test_what_the_robot_has_not_is_refused_without_a_byte(arm: GenericArm, line: ScriptedLine) -> None:
    two = GenericArm(line, TWO_BANKS, line.clock)
    for act in (
        lambda: arm.load(bin=INPUT, drive=2),
        lambda: arm.load(bin=ACCEPT, drive=1),
        lambda: arm.load(bin=7, drive=1),
        lambda: arm.unload(drive=1, bin=INPUT),
        lambda: arm.unload(drive=0, bin=ACCEPT),
        lambda: arm.put_away(bin=ACCEPT),
        lambda: arm.put_away(bin=INPUT),
        lambda: two.put_on_tray(drive=2),
    ):
        with pytest.raises(NotSupported):
            act()
    assert line.heard == []


def kodak(line: ScriptedLine, look_into: Callable[[int], bool | None] | None) -> GenericArm:
    arm = GenericArm(line, KODAK, line.clock, look_into=look_into)
    line.expects(b"S", b"00")
    arm.state()
    return arm


@pytest.mark.parametrize("status", [b"22", b"00"], ids=["22", "00"])
def test_low_bin_whose_disc_came_is_no_failure(line: ScriptedLine, status: bytes) -> None:
    asked: list[int] = []

    def look_into(drive: int) -> bool:
        asked.append(drive)
        return True

    arm = kodak(line, look_into)
    line.expects(b"I", b"E").expects(b"S", status)
    arm.load(bin=INPUT, drive=1)
    assert asked == [1]


@pytest.mark.parametrize(
    ("status", "look_into", "error"),
    [
        (b"22", lambda drive: False, SourceEmpty),
        (b"00", lambda drive: False, MoveRefused),
        (b"22", lambda drive: None, OutcomeUnknown),
        (b"22", None, OutcomeUnknown),
    ],
    ids=["empty", "low", "drive does not say", "nobody to look"],
)
def test_low_bin_is_empty_only_when_the_drive_has_no_disc_either(
    line: ScriptedLine,
    status: bytes,
    look_into: Callable[[int], bool | None] | None,
    error: type[RoboticsError | OutcomeUnknown],
) -> None:
    arm = kodak(line, look_into)
    line.expects(b"I", b"E").expects(b"S", status)
    with pytest.raises(error) as caught:
        arm.load(bin=INPUT, drive=1)
    assert type(caught.value) is error


def test_jam_of_a_robot_that_says_e_for_low_is_a_jam_and_no_tray_is_moved(line: ScriptedLine) -> None:
    def look_into(drive: int) -> bool | None:
        raise AssertionError("the arm may stand over the tray")

    arm = kodak(line, look_into)
    line.expects(b"I", b"E").expects(b"S", b"18")
    with pytest.raises(OutcomeUnknown):
        arm.load(bin=INPUT, drive=1)
