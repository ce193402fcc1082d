"""Sense data: byte-exact samples, words and blame."""

import pytest

from devices.sense import Blame, Sense, blame_of


def test_fixed_sense_is_encoded_to_the_byte() -> None:
    sense = Sense(key=3, asc=0x11, ascq=0x05, information=0x1234)
    assert sense.encode().hex() == "f00003000012340a00000000110500000000"


def test_fixed_sense_without_information_is_not_marked_valid() -> None:
    assert Sense(key=5, asc=0x21, ascq=0x01).encode().hex() == "700005000000000a00000000210100000000"


def test_flags_and_deferral_survive() -> None:
    sense = Sense(filemark=True, eom=True, ili=True, information=-1, deferred=True)
    assert sense.encode()[:7].hex() == "f100e0ffffffff"
    assert Sense.decode(sense.encode()) == sense


def test_descriptor_sense_gives_information_and_stream_flags() -> None:
    header = bytes.fromhex("7203110000000010")
    information = bytes.fromhex("000a8000000000000000abcd")
    stream = bytes.fromhex("040200a0")
    sense = Sense.decode(header + information + stream)
    assert sense == Sense(key=3, asc=0x11, ascq=0, information=0xABCD, filemark=True, ili=True)


def test_descriptor_sense_may_be_deferred() -> None:
    assert Sense.decode(bytes.fromhex("7303 0c00 00000000")) == Sense(3, 0x0C, 0, deferred=True)


def test_sense_keeps_the_bytes_it_came_from() -> None:
    raw = bytes.fromhex("700002000000000a000000003a01") + b"vendor bytes"
    assert Sense.decode(raw).raw == raw


@pytest.mark.parametrize("raw", [b"", b"\x70", b"\x72\x03", b"\x00\x01\x02", b"\xff" * 40])
def test_rubbish_decodes_to_something(raw: bytes) -> None:
    assert Sense.decode(raw).raw == raw


def test_short_fixed_sense_counts_missing_bytes_as_zero() -> None:
    assert Sense.decode(b"\x70\x00\x05") == Sense(key=5)


def test_information_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Sense(information=2**31).encode()


@pytest.mark.parametrize(
    ("sense", "words"),
    [
        (Sense(5, 0x21, 0x01), "5/21/01 invalid element address"),
        (Sense(6, 0x29, 0x07), "6/29/07 power on, reset or bus reset"),
        (Sense(3, 0x99, 0x01), "3/99/01 medium error"),
        (
            Sense(0, 0, 0, filemark=True, information=3),
            "0/00/00 no additional information, filemark, information 3",
        ),
        (Sense(3, 0x0C, 0, deferred=True), "3/0C/00 write error, deferred"),
    ],
)
def test_sense_speaks_in_code_and_words(sense: Sense, words: str) -> None:
    assert str(sense) == words


@pytest.mark.parametrize(
    ("sense", "blame"),
    [
        (Sense(3, 0x11, 0x05), Blame.MEDIUM),
        (Sense(5, 0x30, 0x05), Blame.MEDIUM),
        (Sense(7, 0x27, 0x00), Blame.MEDIUM),
        (Sense(8, 0x00, 0x05), Blame.MEDIUM),
        (Sense(0xD, 0x00, 0x02), Blame.MEDIUM),
        (Sense(2, 0x30, 0x00), Blame.MEDIUM),
        (Sense(4, 0x44, 0x00), Blame.DRIVE),
        (Sense(0xB, 0x00, 0x06), Blame.DRIVE),
        (Sense(4, 0x83, 0x00), Blame.LIBRARY),
        (Sense(5, 0x24, 0x00), Blame.CALLER),
        (Sense(5, 0x3B, 0x0E), Blame.STATE_CHANGED),
        (Sense(6, 0x28, 0x01), Blame.STATE_CHANGED),
        (Sense(2, 0x04, 0x01), Blame.NOT_READY),
        (Sense(2, 0x3A, 0x02), Blame.NOT_READY),
        (Sense(1, 0x18, 0x00), Blame.NONE),
        (Sense(0, 0x00, 0x01), Blame.NONE),
    ],
)
def test_blame_falls_where_the_table_says(sense: Sense, blame: Blame) -> None:
    assert blame_of(sense) is blame


def test_the_speaker_answers_for_hardware_errors() -> None:
    assert blame_of(Sense(4, 0x15, 0x01), speaker=Blame.LIBRARY) is Blame.LIBRARY
