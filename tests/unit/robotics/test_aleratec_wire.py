"""The commands of an Auto Publisher LS and its lines, byte by byte."""

import pytest

from robotics.wire import aleratec
from robotics.wire.aleratec import (
    Alarm,
    Command,
    Ended,
    Ending,
    Noise,
    Parameter,
    Progress,
    Refused,
    end_line,
    read_line,
    split,
)

COMMANDS = [
    (aleratec.load(1, 2), "C03D01N0002"),
    (aleratec.unload(3, 1), "C04D03N0001"),
    (aleratec.clear(1, 5), "C10D01N0005"),
    (aleratec.CALIBRATE, "C01D00"),
    (aleratec.CLEAR_ALARM, "C01D01"),
    (aleratec.STOP, "C01D02"),
    (aleratec.END_CALIBRATION, "C01D03"),
    (aleratec.HOME, "C02D01"),
    (aleratec.HOME_Y, "C02D02"),
    (aleratec.HOME_X, "C02D03"),
    (aleratec.to_bin(5), "C02D15"),
    (aleratec.to_tray(2), "C02D32"),
    (aleratec.STEPPERS_OFF, "C05D00"),
    (aleratec.STEPPERS_ON, "C05D01"),
    (aleratec.MICRO_STEPS, "C05D02"),
    (aleratec.GRAB, "C06D01"),
    (aleratec.RELEASE, "C06D00"),
    (aleratec.HALT, "C07D0"),
    (aleratec.LOWER, "C07D2"),
    (aleratec.FIRST_PARAMETER, "C08D9n1"),
    (aleratec.SECOND_PARAMETER, "C08D9n2"),
    (aleratec.calibration(10, -55), "c09d10n-55"),
    (aleratec.calibration(54, 20000), "c09d54n20000"),
]


@pytest.mark.parametrize(("command", "text"), COMMANDS, ids=[text for _, text in COMMANDS])
def test_a_command_is_a_line(command: Command, text: str) -> None:
    assert command.encode() == text.encode() + b"\n"
    assert Command.decode(text.encode()) == command


@pytest.mark.parametrize(
    "line", [b"", b"C03", b"C03D", b"X03D01", b"C03D01N", b"C03D01N0001S04", b"\xffC02D01"]
)
def test_anything_else_is_no_command(line: bytes) -> None:
    assert Command.decode(line) is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"T03D1", Progress(3, 1)),
        (b"T10D4\r", Progress(10, 4)),
        (b"\x00~T04D2", Progress(4, 2)),
        (b"C03D01N0001S04", Ended(3, 4, 1)),
        (b"S08C03E00I11111000O11111111", Ended(3, 8)),
        (b"C02D01", Ended(2, None, 1)),
        (b"C00", Ended(0, None)),
        (b"S01C01E00I11111000O11111111", Alarm(0, "11111000", "11111111")),
        (b"?S01C01E07I00000000O00000001?", Alarm(7, "00000000", "00000001")),
        (b"S04C03E12I11111000O11111111", Alarm(12, "11111000", "11111111")),
        (b"PARAM02D1", Parameter(2, 1)),
        (b"PARAM01D-55", Parameter(1, -55)),
        (b"\x15", Refused()),
        (b"hello", Noise("hello")),
        (b"T03D9", Noise("T03D9")),
        (b"\xff", Noise("\\xff")),
    ],
)
def test_a_line_is_read(line: bytes, said: object) -> None:
    assert read_line(line) == said


@pytest.mark.parametrize(
    ("command", "status", "ending"),
    [
        (3, 4, Ending.MOVED),
        (3, 8, Ending.NO_DISC),
        (4, 8, Ending.MOVED),
        (4, 4, Ending.NO_DISC),
        (10, 4, Ending.MOVED),
        (10, 8, Ending.NO_DISC),
        (3, None, None),
        (3, 5, None),
        (2, 4, None),
    ],
)
def test_a_status_means_what_it_does_for_its_command(
    command: int, status: int | None, ending: object
) -> None:
    assert Ended(command, status).ending is ending
    if isinstance(ending, Ending):
        assert aleratec.status_of(command, ending) == status


def test_only_the_second_parameter_asks_for_calibration() -> None:
    assert Parameter(2, 1).needs_calibration
    assert not Parameter(2, 0).needs_calibration
    assert not Parameter(1, 1).needs_calibration


def test_an_alarm_has_words() -> None:
    said = read_line(b"S01C01E00I11111000O11111111")
    assert isinstance(said, Alarm)
    assert said.words == "alarm, error 00, inputs 11111000, outputs 11111111"
    assert said.encode() == b"S01C01E00I11111000O11111111\n"


@pytest.mark.parametrize(
    ("data", "lines", "rest"),
    [
        (b"", [], b""),
        (b"T03D1\nT03D2\n", [b"T03D1", b"T03D2"], b""),
        (b"T03D1\nT0", [b"T03D1"], b"T0"),
        (b"\n\nT03D1\n", [b"T03D1"], b""),
        (b"\x15", [b"\x15"], b""),
        (b"ab\x15cd", [b"ab", b"\x15"], b"cd"),
        (b"x" * 1000, [], b"x" * 200),
    ],
)
def test_lines_end_with_lf_and_nak_is_one(data: bytes, lines: list[bytes], rest: bytes) -> None:
    assert split(data) == (lines, rest)


def test_an_end_that_is_told_twice_is_not_the_end_of_the_next_command() -> None:
    raise_arm, to_bin = Command(2, 2), Command(2, 12)
    said = read_line(end_line(raise_arm).strip())
    assert isinstance(said, Ended)
    assert (said.ends(raise_arm), said.ends(to_bin)) == (True, False)
