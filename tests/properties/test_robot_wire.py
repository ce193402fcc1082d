"""What robots on serial lines say, with any rubbish around it."""

from hypothesis import given
from hypothesis import strategies as st

from devices.failures import WireDamaged
from robotics.wire.generic_serial import (
    Verdict,
    decode_status,
    decode_verdict,
    encode_status,
    encode_verdict,
)
from robotics.wire.rimage_esc import (
    END_OF_COMMAND,
    Act,
    AtBin,
    AtDrive,
    BinHeight,
    decode_command,
    encode_command,
    take_frames,
)

RUBBISH = st.binary(max_size=40)
SILENT = RUBBISH.map(lambda data: bytes(b for b in data if b not in b"XE\x15"))
WITHOUT_DIGITS = RUBBISH.map(lambda data: bytes(b for b in data if not 0x30 <= b <= 0x39))


@given(SILENT, st.sampled_from(Verdict), st.sampled_from([b"", b"\r", b"\r\n", b"\0"]))
def test_verdict_is_found_behind_any_rubbish(before: bytes, verdict: Verdict, end: bytes) -> None:
    said = encode_verdict(verdict)
    assert decode_verdict(before + said + end) is verdict
    assert decode_verdict(before + said + said + end) is verdict


@given(RUBBISH, st.binary(min_size=1, max_size=8))
def test_verdict_that_something_else_follows_is_none(before: bytes, after: bytes) -> None:
    if after[-1:] not in (b"X", b"E", b"\x15", b"\r", b"\n", b" ", b"\0"):
        assert decode_verdict(before + after) is None


@given(RUBBISH, st.sampled_from(Verdict))
def test_rubbish_never_turns_a_verdict_into_the_other(before: bytes, verdict: Verdict) -> None:
    try:
        assert decode_verdict(before + encode_verdict(verdict)) is verdict
    except WireDamaged:
        assert set(before) & set(b"XE\x15")


@given(WITHOUT_DIGITS, st.integers(0, 99), st.integers(0, 99))
def test_status_is_found_behind_any_rubbish(before: bytes, status: int, old: int) -> None:
    assert decode_status(before + encode_status(status)) == status
    assert decode_status(before + encode_status(old) + b"X" + encode_status(status) + b"\r\n") == status
    assert decode_status(before + encode_status(old) + encode_status(status)) == status


@given(RUBBISH)
def test_any_bytes_are_a_status_of_two_digits_or_none(burst: bytes) -> None:
    status = decode_status(burst)
    assert status is None or encode_status(status) in burst


# Rimage

BODIES = st.sampled_from(["f11C", "f10C", "e1000000C", "f01300241C", "f:1Cu054691"])
#: Nothing that could begin or end a frame.
BETWEEN = st.binary(max_size=20).map(lambda data: bytes(b for b in data if b not in b"\x1b\x04"))


@given(st.lists(st.tuples(BETWEEN, BODIES), max_size=4), BETWEEN)
def test_frames_are_found_in_any_rubbish(framed: list[tuple[bytes, str]], after: bytes) -> None:
    received = b"".join(rubbish + b"\x1b!" + body.encode() + b"\x04" for rubbish, body in framed) + after
    assert take_frames(received) == ([body for _, body in framed], b"")


@given(st.binary(max_size=120), st.integers(0, 120))
def test_frames_are_the_same_in_one_piece_and_in_two(received: bytes, cut: int) -> None:
    whole, _ = take_frames(received)
    first, rest = take_frames(received[:cut])
    second, _ = take_frames(rest + received[cut:])
    assert first + second == whole


@given(st.integers(1, 9), st.integers(1, 10), st.sampled_from(Act))
def test_every_motion_comes_back_as_it_was_sent(drive: int, bin: int, act: Act) -> None:
    for command in (AtDrive(drive, act), AtBin(bin, act), BinHeight(bin)):
        (body,), _ = take_frames(encode_command(command), END_OF_COMMAND)
        assert decode_command(body) == command
