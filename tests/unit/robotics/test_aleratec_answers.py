"""What the arm of an Auto Publisher LS makes of each line, and of lines that belong to something else."""

import contextlib
from collections.abc import Callable

import pytest

from devices.clock import SimulatedClock
from devices.failures import OutcomeUnknown, WireDamaged
from robotics.arms.aleratec import AleratecArm
from robotics.errors import ChangerBroken, ChangerNotReady, RoboticsError, SourceEmpty

ALARM = b"S01C01E00I11111000O11111111\n"


class ScriptedLine:
    """Answers each command with what was written down for it, byte by byte as it was cut; others end at once."""

    def __init__(self, **answers: list[bytes | Callable[[], bytes]]) -> None:
        self.clock = SimulatedClock()
        self.answers: dict[str, list[bytes | Callable[[], bytes]]] = dict(answers)
        self.pending: list[bytes | Callable[[], bytes]] = []
        self.sent: list[str] = []

    def write(self, data: bytes) -> None:
        command = data.decode().strip()
        self.sent.append(command)
        self.pending += self.answers.get(command[:3], [f"{command}\n".encode()])

    def read(self, *, timeout_s: float) -> bytes:
        if not self.pending:
            self.clock.sleep(timeout_s)
            return b""
        data = self.pending.pop(0)
        return data if isinstance(data, bytes) else data()

    def discard(self) -> bytes:
        taken, self.pending = self.pending, []
        return b"".join(one for one in taken if isinstance(one, bytes))

    def close(self) -> None:
        """Nothing to give up."""


def arm_of(line: ScriptedLine) -> AleratecArm:
    """An arm that has answered already, so that nothing of an earlier life goes on."""
    arm = AleratecArm(line, line.clock)
    arm.state()
    line.sent.clear()
    return arm


@pytest.mark.parametrize(
    "said",
    [
        [b"T03D1\nT03D2\nT03D3\nT03D4\nC03D01N0001S04\n"],
        [b"T", b"03", b"D1\n", b"S04C03E00I11111000O11111111", b"\n"],
        [b"\xff\x00~T03D1\n", b"noise\n\n", b"C03D01N0001S04\r\n"],
        [b"T04D1\nC04D01N0002S04\nT03D1\nC03S04\n"],
        [b"C03D01N0001S04\n", b"T03D1\n", b"C03D01N0001S04\n"],
    ],
    ids=["whole", "in pieces", "in rubbish", "behind what is old", "behind an old end of the same"],
)
def test_a_load_that_is_done_is_understood(said: list[bytes]) -> None:
    line = ScriptedLine(C03=list(said))
    arm_of(line).load(bin=1, drive=1)
    assert line.sent == ["C03D01N0001", "C02D02"]


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        ([b"T03D1\n", b"C03S08\n"], SourceEmpty, "bin is empty"),
        ([b"C03S08\n"], SourceEmpty, "bin is empty"),
        ([b"C03S04\n"], OutcomeUnknown, "told no progress"),
        ([b"T03D1\n", b"C03S05\n"], OutcomeUnknown, "says nothing of the disc"),
        ([b"T03D1\n", b"C03\n"], OutcomeUnknown, "says nothing of the disc"),
        ([b"C00\n"], OutcomeUnknown, "says nothing of the disc"),
        ([ALARM], ChangerNotReady, "alarm, error 00.*it did not begin"),
        ([b"T03D1\n", ALARM], OutcomeUnknown, "alarm, error 00.*lets go over bin 1"),
        ([b"T03D1\nT03D2\n", ALARM], ChangerBroken, "alarm, error 00.*lets go over the reject bin"),
        ([b"T03D1\nS04C03E12I11111000O11111111\n"], OutcomeUnknown, "error 12"),
        ([b"\x15"], OutcomeUnknown, "NAK"),
        ([b"T03D1\n", b"\x15"], OutcomeUnknown, "NAK"),
        ([], OutcomeUnknown, "no word for 60 s"),
        ([b"T03D1\nT03D2\n"], OutcomeUnknown, "no word for 60 s"),
        ([b"C04S04\n"], OutcomeUnknown, "no word for 60 s"),
        ([b"PARAM01D0\n"], OutcomeUnknown, "no word for 60 s"),
    ],
)
def test_any_other_end_of_a_load_is_said(said: list[bytes], error: type[Exception], words: str) -> None:
    line = ScriptedLine(C03=list(said))
    with pytest.raises(error, match=words):
        arm_of(line).load(bin=1, drive=1)
    assert line.sent.count("C03D01N0001") == 1, "nothing is told twice"
    assert ("C01D01" in line.sent) == (error is SourceEmpty)


def test_noise_without_end_is_no_answer() -> None:
    line = ScriptedLine()

    def noise() -> bytes:
        line.clock.sleep(30)
        line.pending.append(noise)
        return b"noise\n"

    line.answers["C03"] = [noise]
    with pytest.raises(WireDamaged, match="not over after 300 s"):
        arm_of(line).load(bin=1, drive=1)


@pytest.mark.parametrize(
    ("bin", "number", "before"),
    [(5, 10, ["T10D1"]), (2, 4, ["T04D1", "T04D2"])],
    ids=["the post", "another bin"],
)
def test_the_tray_may_close_when_the_disc_is_away_from_it(bin: int, number: int, before: list[str]) -> None:
    line = ScriptedLine()
    heard: list[str] = []

    def say(text: str) -> Callable[[], bytes]:
        def said() -> bytes:
            heard.append(text)
            return f"{text}\n".encode()

        return said

    steps = [say(f"T{number:02}D{step}") for step in (1, 2, 3, 4)]
    end = say(f"C{number:02}S04" if number == 10 else f"C{number:02}S08")
    line.answers[f"C{number:02}"] = [*steps, end]
    closed: list[list[str]] = []
    arm_of(line).unload(drive=1, bin=bin, lifted=lambda: closed.append(heard.copy()))
    ((*earlier, last),) = closed
    assert earlier == before
    assert last.startswith("T")


@pytest.mark.parametrize(("bin", "end"), [(5, b"T10D1\nC10S04\n"), (2, b"T04D1\nC04S08\n")])
def test_a_machine_that_never_says_so_has_the_tray_closed_at_the_end(bin: int, end: bytes) -> None:
    line = ScriptedLine(C10=[end], C04=[end])
    closed: list[bool] = []
    arm_of(line).unload(drive=1, bin=bin, lifted=lambda: closed.append(True))
    assert closed == [True]


def test_nothing_is_closed_when_there_was_no_disc() -> None:
    line = ScriptedLine(C10=[b"T10D1\nC10S08\n"])
    closed: list[bool] = []
    with pytest.raises(SourceEmpty):
        arm_of(line).unload(drive=1, bin=5, lifted=lambda: closed.append(True))
    assert not closed


def test_an_alarm_that_does_not_go_away_ends_the_preparing() -> None:
    line = ScriptedLine(C08=[ALARM])
    arm = arm_of(line)
    with pytest.raises(ChangerBroken, match="does not go away"):
        arm.prepare()
    assert line.sent == ["C08D9n1", "C01D01", "C08D9n1"]


def test_what_an_earlier_life_began_is_let_come_to_its_end() -> None:
    line = ScriptedLine()
    heard: list[float] = []

    def later() -> bytes:
        line.clock.sleep(20)
        heard.append(line.clock.monotonic())
        return b"T04D3\nT04D4\n"

    line.pending = [later, later]
    AleratecArm(line, line.clock).state()
    assert heard == [20, 40]
    assert line.clock.monotonic() >= 70, "half a minute of silence after its last word"
    assert line.sent == ["C08D9n1"]


def test_a_machine_that_never_falls_silent_is_told_nothing() -> None:
    line = ScriptedLine()

    def noise() -> bytes:
        line.clock.sleep(10)
        line.pending.append(noise)
        return b"T04D3\n"

    line.pending = [noise]
    with pytest.raises(WireDamaged, match="never falls silent"):
        AleratecArm(line, line.clock).load(bin=1, drive=1)
    assert not line.sent


@pytest.mark.parametrize(
    ("said", "holding"),
    [
        ([b"T03D1\nT03D2\nT03D3\nT03D4\nC03S04\n"], False),
        ([b"T03D1\nC03S08\n"], False),
        ([ALARM], False),
        ([], False),
        ([b"\x15"], False),
        ([b"T03D1\n", ALARM], None),
        ([b"T03D1\nT03D2\n", ALARM], None),
        ([b"T03D1\nT03D2\n"], None),
        ([b"T03D1\nC03S05\n"], None),
    ],
    ids=[
        "done",
        "no disc",
        "alarm before",
        "silence",
        "NAK",
        "alarm at 1",
        "alarm at 2",
        "half",
        "unreadable",
    ],
)
def test_what_it_says_of_its_hand_follows_from_what_it_told(said: list[bytes], holding: bool | None) -> None:
    line = ScriptedLine(C03=list(said), C08=[b"PARAM01D0\n"])
    arm = arm_of(line)
    assert arm.state().holding is False, "it stands without an alarm"
    with contextlib.suppress(RoboticsError, OutcomeUnknown):
        arm.load(bin=1, drive=1)
    assert arm.state().holding is holding
    if holding is False:
        with pytest.raises(SourceEmpty, match="held nothing"):
            arm.put_away(bin=5)
    else:
        arm.put_away(bin=5)
    assert arm.state().holding is False


def test_what_an_earlier_life_left_in_its_hand_is_not_known_behind_an_alarm() -> None:
    line = ScriptedLine(C08=[ALARM])
    arm = AleratecArm(line, line.clock)
    assert arm.state().holding is None
    line.answers["C08"] = [b"PARAM01D0\n"]
    arm.prepare()
    assert arm.state().holding is None, "clearing the alarm empties no hand"
    arm.put_away(bin=5)
    assert arm.state().holding is False


def test_a_disc_that_it_was_told_to_hold_is_in_its_hand() -> None:
    line = ScriptedLine(C10=[b"T10D1\nT10D2\n"])
    arm = arm_of(line)

    def stuck() -> None:
        raise OutcomeUnknown("the tray does not go in")

    with pytest.raises(OutcomeUnknown, match="does not go in"):
        arm.unload(drive=1, bin=5, lifted=stuck)
    assert arm.state().holding is True
    arm.put_away(bin=5)


@pytest.mark.parametrize(
    ("steps", "bin"), [(b"T03D1\n", 12), (b"T03D1\nT03D2\nT03D3\n", 15)], ids=["taking", "bringing"]
)
def test_after_an_alarm_the_hand_is_opened_once_before_it_moves_again(steps: bytes, bin: int) -> None:
    line = ScriptedLine(C03=[steps, ALARM], C08=[b"PARAM01D0\n"])
    arm = arm_of(line)
    with pytest.raises((ChangerBroken, OutcomeUnknown)):
        arm.load(bin=2, drive=1)
    for opened in (True, False):
        line.sent.clear()
        arm.prepare()
        hand = ["C02D02", f"C02D{bin}", "C06D00", "C02D02"] if opened else []
        assert line.sent == ["C08D9n1", "C08D9n2", "C01D01", "C05D01", "C02D01", *hand]
        assert arm.state().holding is False
