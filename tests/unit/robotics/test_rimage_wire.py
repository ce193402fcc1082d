"""The frames of a Rimage autoloader, byte by byte as they were heard, and with rubbish around them."""

import pytest

from devices.failures import WireDamaged
from robotics.wire.rimage_esc import (
    END_OF_COMMAND,
    Act,
    AtBin,
    AtDrive,
    BinHeight,
    Command,
    Measured,
    Moved,
    Plain,
    Reply,
    Status,
    StatusNumber,
    Told,
    decode_command,
    decode_reply,
    encode_command,
    encode_reply,
    status_words,
    take_frames,
)


@pytest.mark.parametrize(
    ("command", "sent"),
    [
        (Plain.SERIAL, b"\x1b!f:C"),
        (Plain.VERSION, b"\x1b!e0C"),
        (Plain.STATUS, b"\x1b!e1C"),
        (Plain.HOME, b"\x1b!f12600C"),
        (Plain.ABOVE_DRIVES, b"\x1b!f12400C"),
        (Plain.PROBE, b"\x1b!f12402C"),
        (Plain.PROBED, b"\x1b!f0240C"),
        (Plain.POSITION, b"\x1b!f0220C"),
        (AtDrive(1, Act.MOVE), b"\x1b!f12410C"),
        (AtDrive(4, Act.PUT), b"\x1b!f12441C"),
        (AtDrive(2, Act.GRAB), b"\x1b!f12422C"),
        (AtBin(1, Act.GRAB), b"\x1b!f12002C"),
        (AtBin(3, Act.PUT), b"\x1b!f12021C"),
        (BinHeight(1), b"\x1b!f0200C"),
        (BinHeight(3), b"\x1b!f0202C"),
    ],
    ids=lambda value: value.decode("ascii")[1:] if isinstance(value, bytes) else "",
)
def test_commands_are_the_frames_that_were_heard(command: Command, sent: bytes) -> None:
    assert encode_command(command) == sent
    (body,), rest = take_frames(sent, END_OF_COMMAND)
    assert decode_command(body) == command
    assert rest == b""


@pytest.mark.parametrize(
    ("reply", "heard"),
    [
        (Moved(True), b"\x1b!f11C\x04"),
        (Moved(False), b"\x1b!f10C\x04"),
        (Status(0), b"\x1b!e1000000C\x04"),
        (Status(2), b"\x1b!e1002000C\x04"),
        (Status(7), b"\x1b!e1007000C\x04"),
        (Measured(0, 500), b"\x1b!f01000500C\x04"),
        (Measured(0, 2585), b"\x1b!f01002585C\x04"),
        (Measured(3, 241), b"\x1b!f01300241C\x04"),
        (Measured(3, None), b"\x1b!f01365534C\x04"),
        (Told(Plain.SERIAL, "u054691"), b"\x1b!f:1Cu054691\x04"),
        (Told(Plain.VERSION, "LIBERTY 4 VERSION 6.014E"), b"\x1b!e032CLIBERTY 4 VERSION 6.014E\x04"),
    ],
    ids=lambda value: value.decode("ascii")[1:-1] if isinstance(value, bytes) else "",
)
def test_answers_are_the_frames_that_were_heard(reply: Reply, heard: bytes) -> None:
    assert encode_reply(reply) == heard
    (body,), rest = take_frames(heard)
    assert decode_reply(body) == reply
    assert rest == b""


@pytest.mark.parametrize("body", ["", "f1", "f12C", "e1C", "e1000001C", "f0100050C", "x11C"])
def test_answer_that_nobody_heard_is_none(body: str) -> None:
    with pytest.raises(WireDamaged, match="no answer"):
        decode_reply(body)


@pytest.mark.parametrize("body", ["", "f", "f12403", "f124", "f1200", "f020", "f12500"])
def test_command_that_nobody_heard_is_none(body: str) -> None:
    with pytest.raises(WireDamaged, match="no command"):
        decode_command(body)


@pytest.mark.parametrize(
    "command",
    [AtDrive(0, Act.PUT), AtDrive(10, Act.PUT), AtBin(0, Act.GRAB), AtBin(11, Act.GRAB), BinHeight(0)],
    ids=["drive 0", "drive 10", "bin 0", "bin 11", "height 0"],
)
def test_number_without_a_digit_is_refused(command: Command) -> None:
    with pytest.raises(ValueError, match="outside"):
        encode_command(command)


def test_frames_come_in_pieces() -> None:
    assert take_frames(b"\x1b") == ([], b"\x1b")
    assert take_frames(b"\x1b!f1") == ([], b"\x1b!f1")
    assert take_frames(b"\x1b!f11C\x04\x1b!e") == (["f11C"], b"\x1b!e")


def test_frame_that_begins_anew_or_is_not_printable_is_rubbish() -> None:
    assert take_frames(b"\x1b!f1\x1b!f10C\x04") == (["f10C"], b"")
    assert take_frames(b"\x1b!f\xff1C\x04\x1b!f11C\x04") == (["f11C"], b"")
    assert take_frames(b"\x1b!" + b"x" * 200) == ([], b"")


@pytest.mark.parametrize("number", [*StatusNumber, 9], ids=str)
def test_every_status_has_words(number: int) -> None:
    assert str(int(number)) in status_words(number)
    assert ("not known" in status_words(number)) == (number == 9)
