"""What the arm of a Nimbie makes of each answer, by what its sensors say beside it; packet by packet."""

import pytest

from devices.clock import SimulatedClock
from devices.failures import OutcomeUnknown, TransportLost, WireDamaged
from robotics.arms.nimbie import ACCEPT, QUEUE, REJECT, NimbieArm, NimbieTimeouts
from robotics.errors import ChangerBroken, DestinationFull, MoveRefused, SourceEmpty, TrayInTheWay
from robotics.wire.nimbie import Command, State, reply, transfer_of

OUT = State(queue_occupied=True, on_tray=False, lifted=False, tray_out=True)
LAID = State(queue_occupied=True, on_tray=True, lifted=False, tray_out=True)
LIFTED = State(queue_occupied=True, on_tray=False, lifted=True, tray_out=True)
HELD = State(queue_occupied=True, on_tray=False, lifted=True, tray_out=False)
AWAY = State(queue_occupied=True, on_tray=False, lifted=False, tray_out=False)
EMPTY = State(queue_occupied=False, on_tray=False, lifted=False, tray_out=True)


class ScriptedLine:
    """Answers motions with what was written down, and looks with the next state; the last one stays."""

    def __init__(self, clock: SimulatedClock, states: list[State | str], answers: list[list[bytes]]) -> None:
        self.clock = clock
        self.states, self.answers = states, answers
        self.commands: list[Command] = []
        self.pending: list[bytes] = []
        self.resets = 0
        self.away = 0

    def write(self, packet: bytes) -> None:
        command = Command.decode(packet)
        if command is Command.STATE:
            state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
            said = state.encode() if isinstance(state, State) else state
            self.pending += [transfer_of(message) for message in reply(said)]
        else:
            self.commands.append(command)
            self.pending += self.answers.pop(0)

    def read(self, *, timeout_s: float) -> bytes | None:
        if self.away:
            self.away -= 1
            raise TransportLost("gone")
        if self.pending:
            return self.pending.pop(0)
        self.clock.sleep(timeout_s)
        return None

    def reset(self) -> None:
        self.resets += 1
        self.away = 3

    def close(self) -> None:
        """Nothing to give up."""


def scripted(*states: State | str, said: list[str] | list[bytes]) -> tuple[NimbieArm, ScriptedLine]:
    """An arm whose motion is answered with these messages, or these very transfers."""
    clock = SimulatedClock()
    transfers = [transfer_of(one) if isinstance(one, str) else one for one in said]
    line = ScriptedLine(clock, list(states), [transfers])
    return NimbieArm(line, clock), line


def load(arm: NimbieArm) -> None:
    arm.load(bin=QUEUE, drive=1)


def unload(arm: NimbieArm) -> None:
    arm.unload(drive=1, bin=ACCEPT)


def put_away(arm: NimbieArm) -> None:
    arm.put_away(bin=REJECT)


@pytest.mark.parametrize(
    ("move", "states", "code", "error"),
    [
        (load, (EMPTY, EMPTY), "S14", SourceEmpty),
        (load, (OUT, OUT), "S14", MoveRefused),
        (load, (OUT, AWAY), "S10", TrayInTheWay),
        (load, (OUT, OUT), "S10", TrayInTheWay),
        (load, (OUT, OUT), "S12", DestinationFull),
        (load, (OUT, OUT), "S03", ChangerBroken),
        (load, (EMPTY, EMPTY), "S03", SourceEmpty),
        (load, (OUT, OUT), "E09", ChangerBroken),
        (load, (OUT, OUT), "E01", ChangerBroken),
        (unload, (EMPTY, EMPTY), "S00", SourceEmpty),
        (unload, (LAID, LAID), "S00", MoveRefused),
        (unload, (LAID, LAID), "S03", ChangerBroken),
        (unload, (EMPTY, EMPTY), "S03", SourceEmpty),
        (unload, (LAID, AWAY), "S10", OutcomeUnknown),
        (put_away, (HELD, HELD), "S03", ChangerBroken),
        (put_away, (HELD, HELD, LIFTED), "S10", TrayInTheWay),
        # An old answer, and the motion under way: nothing is concluded from it.
        (load, (OUT, OUT, OUT, LAID), "S14", OutcomeUnknown),
        (load, (OUT, OUT, OUT, LAID), "S10", OutcomeUnknown),
        (load, (OUT, EMPTY, EMPTY), "S14", OutcomeUnknown),
        (load, (OUT, LAID), "S12", OutcomeUnknown),
        (unload, (LAID, LAID, LIFTED), "S00", OutcomeUnknown),
        (unload, (LAID, EMPTY), "S00", OutcomeUnknown),
        (put_away, (HELD, HELD, AWAY), "S03", OutcomeUnknown),
    ],
)
def test_a_refusal_is_read_with_the_sensors(move, states, code, error) -> None:  # type: ignore[no-untyped-def]
    arm, line = scripted(*states, said=["", "OK", f"AT+{code}", ""])
    with pytest.raises(error) as raised:
        move(arm)
    assert type(raised.value) is error
    assert f"AT+{code}" in str(raised.value)
    assert len(line.commands) == 1, "nothing is told twice"


@pytest.mark.parametrize(
    "said",
    [
        ["", "OK", "AT+S07", ""],
        ["OK", "AT+S07"],
        ["", "AT+O", ""],
        ["", "", "", "OK", "S07"],
        [b"", b"OK\0AT+S07\0"],
        [b"\xff\xfe", b"OK", b"AT+S07"],
        [b"{01", b"OK\0", b"AT+S07\0", b""],
    ],
    ids=[
        "whole",
        "no empty ones",
        "no OK",
        "by what follows OK",
        "in one transfer",
        "no NULs",
        "after rubbish",
    ],
)
def test_every_way_to_say_yes_is_understood(said: list[str] | list[bytes]) -> None:
    arm, _ = scripted(OUT, OUT, LAID, said=said)
    load(arm)


def test_a_code_that_nobody_knows_says_nothing() -> None:
    arm, line = scripted(OUT, LAID, said=["", "OK", "AT+S99", ""])
    with pytest.raises(WireDamaged, match="'S99', which is no code that is known"):
        load(arm)
    assert len(line.commands) == 1


def test_part_of_an_answer_is_silence() -> None:
    arm, line = scripted(OUT, said=["", "OK"])
    with pytest.raises(OutcomeUnknown, match=r"no answer within 20 s, only \['', 'OK'\]"):
        load(arm)
    assert line.clock.monotonic() >= 20


def test_messages_without_end_are_no_answer() -> None:
    arm, _ = scripted(OUT, said=["noise"] * 500)
    with pytest.raises(WireDamaged, match="without end"):
        load(arm)


def test_an_error_in_place_of_its_state_asks_for_a_reset() -> None:
    arm, _ = scripted("AT+E09", said=[])
    with pytest.raises(ChangerBroken, match="reset of its USB port"):
        arm.prepare()


def test_a_late_answer_to_a_motion_is_no_answer_to_a_look() -> None:
    arm, line = scripted(HELD, said=[])
    line.pending = []
    asked = line.write

    def write(packet: bytes) -> None:
        line.pending += [transfer_of(message) for message in ("OK", "AT+O", "")]
        asked(packet)

    line.write = write  # type: ignore[method-assign]
    assert arm.state().holding


def test_it_comes_back_from_a_reset_when_its_port_does() -> None:
    arm, line = scripted(AWAY, said=[])
    arm.prepare(reset=True)
    assert line.resets == 1
    assert line.clock.monotonic() >= 60 + 3 * 0.5


def test_it_is_not_reset_unasked() -> None:
    arm, line = scripted(AWAY, said=[])
    arm.prepare()
    assert line.resets == 0


def test_after_a_start_it_says_nothing_of_its_discs_before_all_has_come_to_rest() -> None:
    arm, line = scripted(LAID, said=[])
    arm.state()
    assert line.clock.monotonic() >= 20
    began_s = line.clock.monotonic()
    arm.state()
    assert line.clock.monotonic() - began_s < 1


def test_after_an_unknown_outcome_it_comes_to_rest_before_it_says_how_things_are() -> None:
    arm, line = scripted(OUT, said=["", "OK", "AT+S07", ""])
    with pytest.raises(OutcomeUnknown, match="never showed the end"):
        load(arm)
    line.answers.append([])
    with pytest.raises(OutcomeUnknown, match="no answer"):
        load(arm)
    silent_s = line.clock.monotonic()
    arm.state()
    assert line.clock.monotonic() - silent_s >= 19


@pytest.mark.parametrize("speed", [0, 1, 100])
def test_a_machine_that_is_played_faster_is_waited_for_less(speed: float) -> None:
    real, played = NimbieTimeouts(), NimbieTimeouts.at_speed(speed)
    assert (played == real) == (speed == 1)
    assert played.still_s <= real.still_s
    assert (played.reply_s, played.motion_s) == (real.reply_s, real.motion_s)
