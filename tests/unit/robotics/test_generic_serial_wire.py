"""The bytes of single-letter robots, whole and with rubbish around them."""

import pytest

from devices.failures import WireDamaged
from robotics.wire.generic_serial import (
    StatusCode,
    Verdict,
    decode_status,
    decode_verdict,
    encode_status,
    encode_verdict,
    printable,
    status_words,
)


@pytest.mark.parametrize(
    ("burst", "verdict"),
    [(b"X", Verdict.DONE), (b"E", Verdict.FAILED), (b"\x15", Verdict.FAILED), (b"X\r\n", Verdict.DONE)],
    ids=["X", "E", "NAK", "X with a line end"],
)
def test_one_byte_is_the_answer(burst: bytes, verdict: Verdict) -> None:
    assert decode_verdict(burst) is verdict


@pytest.mark.parametrize(
    "burst",
    [b"", b"\0\r\n", b"\x00\xff x e?", b"\xffX\xfe", b"E."],
    ids=["-", "padding", "small", "in it", "E."],
)
def test_rubbish_is_no_answer_whatever_lies_in_it(burst: bytes) -> None:
    assert decode_verdict(burst) is None


def test_answer_behind_rubbish_counts_and_the_same_again_is_only_said_twice() -> None:
    assert decode_verdict(b"\x00\xff?X") is Verdict.DONE
    assert decode_verdict(b"XX") is Verdict.DONE
    assert decode_verdict(b"\x15E") is Verdict.FAILED


@pytest.mark.parametrize("burst", [b"XE", b"EX", b"X\x15", b"\x15\r\nX"], ids=["XE", "EX", "X NAK", "NAK X"])
def test_two_answers_that_contradict_each_other_are_no_answer(burst: bytes) -> None:
    with pytest.raises(WireDamaged, match="done, and that it failed"):
        decode_verdict(burst)


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
    "burst", [b"", b"X", b"2", b"222", b"0 1", b"22?"], ids=["-", "X", "one", "three", "0 1", "rubbish"]
)
def test_what_does_not_end_with_pairs_of_digits_is_no_status(burst: bytes) -> None:
    assert decode_status(burst) is None


def test_status_of_three_digits_cannot_be_sent() -> None:
    with pytest.raises(ValueError, match="two digits"):
        encode_status(100)


def test_sign_on_is_told_without_what_people_cannot_read() -> None:
    assert printable(b"\x00Amtren V1.2\r\nX") == "Amtren V1.2"
    assert printable(b"X") == ""


def test_verdicts_are_what_robots_send() -> None:
    assert (encode_verdict(Verdict.DONE), encode_verdict(Verdict.FAILED)) == (b"X", b"E")
