"""The eight-byte commands of a Nimbie and its messages, byte by byte."""

import pytest

from devices.failures import WireDamaged
from robotics.wire.nimbie import (
    Code,
    Command,
    State,
    find_code,
    find_state,
    messages_in,
    reply_with,
    transfer_of,
)

PACKETS = {
    Command.STATE: "0000430000000000",
    Command.PLACE: "0000520100000000",
    Command.LIFT: "0000470100000000",
    Command.ACCEPT: "0000520200000000",
    Command.REJECT: "0000520300000000",
}


@pytest.mark.parametrize("command", Command, ids=lambda c: c.name)
def test_a_command_is_eight_bytes(command: Command) -> None:
    assert command.encode().hex() == PACKETS[command]
    assert Command.decode(command.encode()) is command


@pytest.mark.parametrize(
    "packet", ["", "00004300000000", "000043000000000000", "0000520400000000", "4300000000000000"]
)
def test_anything_else_is_no_command(packet: str) -> None:
    with pytest.raises(WireDamaged, match="no command"):
        Command.decode(bytes.fromhex(packet))


@pytest.mark.parametrize(
    ("text", "queue", "on_tray", "lifted", "tray_out"),
    [
        ("{0000001xx}", False, False, False, False),
        ("{0000011xx}", False, False, False, True),
        ("{0100011xx}", True, False, False, True),
        ("{0001011xx}", False, True, False, True),
        ("{0100101xx}", True, False, True, False),
        ("{000010}", False, False, True, False),
    ],
)
def test_a_state_is_read(text: str, queue: bool, on_tray: bool, lifted: bool, tray_out: bool) -> None:
    assert State.decode(text) == State(queue, on_tray, lifted, tray_out, text)


def test_a_state_is_written_as_the_machine_does() -> None:
    assert State(True, False, False, True).encode() == "{0100011xx}"
    assert State(False, True, False, True).encode() == "{0001011xx}"


@pytest.mark.parametrize(
    "text",
    ["", "{", "{}", "{00000}", "{010x011xx}", "0100011xx", "{0100011xx", "{01\uff10011xx}", "AT+O"],
)
def test_what_is_no_state_is_not_taken_for_one(text: str) -> None:
    with pytest.raises(WireDamaged, match="no state"):
        State.decode(text)


@pytest.mark.parametrize(
    ("transfer", "messages"),
    [
        (b"", ("",)),
        (b"\0", ("",)),
        (b"OK\0", ("OK",)),
        (b"OK", ("OK",)),
        (b"OK\0AT+O\0", ("OK", "AT+O")),
        (b"OK" + bytes(62), ("OK",)),
        (b"\0OK\0", ("", "OK")),
        (b"\xff\0", ("\\xff",)),
    ],
)
def test_a_transfer_is_messages(transfer: bytes, messages: tuple[str, ...]) -> None:
    assert messages_in(transfer) == messages


def test_a_message_ends_with_a_nul() -> None:
    assert transfer_of("OK") == b"OK\0"
    assert transfer_of("") == b"\0"


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (("", "OK", "AT+S07", ""), "S07"),
        (("OK", "AT+O"), "O"),
        (("AT+S14",), "S14"),
        (("", "", "??", "AT+S10"), "S10"),
        (("OK", "S03"), "S03"),
        (("", "OK"), None),
        (("", "OK", ""), None),
        (("OK", "{0000001xx}"), None),
        ((), None),
        (("at+o",), None),
    ],
)
def test_the_code_follows_ok_or_begins_with_at(messages: tuple[str, ...], code: str | None) -> None:
    assert find_code(messages) == code


def test_a_state_is_found_behind_what_is_late_of_another_answer() -> None:
    state = find_state(("", "OK", "AT+O", "", "", "OK", "{0000101xx}", ""))
    assert state is not None
    assert state.lifted
    assert find_state(("", "OK", "AT+O", "")) is None


@pytest.mark.parametrize("code", Code, ids=lambda c: c.name)
def test_each_code_is_read_back_and_has_words(code: Code) -> None:
    assert Code(find_code(reply_with(code))) is code
    assert code.words
    assert code.is_good == (code.value in ("S07", "O"))
