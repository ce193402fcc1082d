"""The bytes of single-letter robots, whole and with rubbish around them."""

import pytest

from devices.failures import WireDamaged
from robotics.wire.generic_serial import (
    StatusCode,
    Verdict,
    decode_status,
    encode_status,
    encode_verdict,
    find_verdict,
    holds_status,
    printable,
    status_words,
)


@pytest.mark.parametrize(
    ("received", "verdict"),
    [(b"X", Verdict.DONE), (b"E", Verdict.FAILED), (b"\x15", Verdict.FAILED)],
    ids=["X", "E", "NAK"],
)
def test_one_byte_is_the_answer(received: bytes, verdict: Verdict) -> None:
    heard = find_verdict(received)
    assert heard is not None
    assert (heard.verdict, heard.before, heard.after) == (verdict, b"", b"")


def test_silence_and_rubbish_are_no_answer() -> None:
    assert find_verdict(b"") is None
    assert find_verdict(b"\x00\xff x e\r\n") is None


def test_first_answer_counts_and_the_same_again_is_only_said_twice() -> None:
    heard = find_verdict(b"\x00X\r\nX")
    assert heard is not None
    assert (heard.verdict, heard.before, heard.after) == (Verdict.DONE, b"\x00", b"\r\nX")
    assert not heard.is_contradicted


@pytest.mark.parametrize(
    "received", [b"XE", b"EX", b"X\x15", b"\x15\r\nX"], ids=["XE", "EX", "X NAK", "NAK X"]
)
def test_two_answers_that_contradict_each_other_are_told(received: bytes) -> None:
    heard = find_verdict(received)
    assert heard is not None
    assert heard.is_contradicted


def test_nak_and_e_say_the_same() -> None:
    heard = find_verdict(b"\x15E")
    assert heard is not None
    assert not heard.is_contradicted


@pytest.mark.parametrize("code", list(StatusCode), ids=lambda code: code.name)
def test_every_status_is_read_and_has_words(code: StatusCode) -> None:
    assert decode_status(encode_status(code)) == code
    assert "not known" not in status_words(code)
    assert f"{code:02d}" in status_words(code)


def test_status_that_no_source_has_is_kept_as_its_number() -> None:
    assert decode_status(b"42") == 42
    assert status_words(42) == "status 42 (not known)"


def test_late_verdicts_and_earlier_answers_are_stepped_over() -> None:
    assert decode_status(b"X22") == 22
    assert decode_status(b"00\r\n16\r\n") == 16
    assert decode_status(b"0016") == 16


@pytest.mark.parametrize(
    "received", [b"", b"X", b"2", b"222", b"00 1"], ids=["-", "X", "one", "three", "00 1"]
)
def test_what_is_not_pairs_of_digits_is_no_status(received: bytes) -> None:
    with pytest.raises(WireDamaged):
        decode_status(received)


def test_status_is_there_when_two_digits_lie_side_by_side() -> None:
    assert not holds_status(b"X2")
    assert not holds_status(b"2 2")
    assert holds_status(b"X22")


def test_status_of_three_digits_cannot_be_sent() -> None:
    with pytest.raises(ValueError, match="two digits"):
        encode_status(100)


def test_sign_on_is_told_without_what_people_cannot_read() -> None:
    assert printable(b"\x00Amtren V1.2\r\nX") == "Amtren V1.2"
    assert printable(b"X") == ""


def test_verdicts_are_what_robots_send() -> None:
    assert (encode_verdict(Verdict.DONE), encode_verdict(Verdict.FAILED)) == (b"X", b"E")
