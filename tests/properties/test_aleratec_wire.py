"""Whatever comes over an Auto Publisher's line is read without a crash, however it is cut."""

import string

from hypothesis import given
from hypothesis import strategies as st

from robotics.wire.aleratec import (
    Alarm,
    Command,
    Ended,
    Parameter,
    Progress,
    Said,
    end_line,
    parameter_line,
    progress_line,
    read_line,
    split,
)

COMMANDS = st.one_of(
    st.builds(Command, st.sampled_from((3, 4, 10)), st.integers(1, 3), st.sampled_from((1, 2, 3, 5))),
    st.builds(Command, st.sampled_from((1, 2, 5, 6)), st.integers(0, 99)),
    st.builds(Command, st.just(7), st.integers(0, 9)),
    st.builds(Command, st.just(8), st.integers(0, 99), st.integers(0, 9)),
    st.builds(Command, st.just(9), st.integers(1, 69), st.integers(-9999, 99999)),
)
#: Rubbish that is no letter of theirs, so that it cannot make a word with what stands beside it.
STRANGE = st.text(alphabet=string.punctuation + "xyz ", max_size=8).map(lambda text: text.encode())


def _is_end_of(command: Command, said: Said, status: int | None) -> bool:
    return (
        isinstance(said, Ended)
        and said.ends(command)
        and (said.command, said.status) == (command.number, status)
    )


@given(COMMANDS)
def test_a_command_is_read_as_it_was_written(command: Command) -> None:
    assert Command.decode(command.encode()) == command
    assert command.encode().endswith(b"\n")
    assert _is_end_of(command, read_line(end_line(command).strip()), None)


@given(st.binary(max_size=300))
def test_rubbish_is_read_without_a_crash(data: bytes) -> None:
    lines, rest = split(data)
    for line in lines:
        read_line(line)
        Command.decode(line)
    assert b"\n" not in rest


@given(st.binary(max_size=60), st.integers(0, 60))
def test_lines_are_the_same_however_they_come(data: bytes, cut: int) -> None:
    whole, left = split(data)
    first, rest = split(data[:cut])
    second, end = split(rest + data[cut:])
    assert (first + second, end) == (whole, left)


@given(STRANGE, STRANGE, st.sampled_from((3, 4, 10)), st.integers(1, 4))
def test_progress_is_found_in_rubbish(before: bytes, after: bytes, command: int, step: int) -> None:
    assert read_line(before + progress_line(command, step).strip() + after) == Progress(command, step)


@given(STRANGE, STRANGE, COMMANDS, st.sampled_from((4, 8)))
def test_an_end_is_found_in_rubbish(before: bytes, after: bytes, command: Command, status: int) -> None:
    line = before + end_line(command, status).strip() + after
    assert _is_end_of(command, read_line(line), status)


@given(STRANGE, st.integers(0, 99), st.integers(0, 255), st.integers(0, 255))
def test_an_alarm_is_found_in_rubbish(before: bytes, error: int, inputs: int, outputs: int) -> None:
    alarm = Alarm(error, f"{inputs:08b}", f"{outputs:08b}")
    assert read_line(before + alarm.encode()) == alarm


@given(STRANGE, st.integers(0, 99), st.integers(-999, 9999))
def test_a_parameter_is_found_in_rubbish(before: bytes, index: int, value: int) -> None:
    assert read_line(before + parameter_line(index, value).strip()) == Parameter(index, value)
