"""Readers of PC/SC at their seam, and what is said where pyscard, its service or the reader is not there."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from devices.failures import TransportLost, WireDamaged
from robotics.errors import ReaderRefused
from robotics.readers.interface import Tag, TagKind
from robotics.readers.pcsc import GET_UID, NoTagThere, PcscReader, pcsc_reader


class SmartcardException(Exception):
    """As pyscard's root is called."""


class NoCardException(SmartcardException):
    """As pyscard says that nothing lies there."""


class Card:
    """A reader of the system, with what its connections answer."""

    def __init__(self, name: str, answer: Any) -> None:
        self.name, self.answer = name, answer
        self.open = 0

    def __str__(self) -> str:
        return self.name

    def createConnection(self) -> "Card":
        return self

    def connect(self) -> None:
        if isinstance(self.answer, Exception):
            raise self.answer
        self.open += 1

    def transmit(self, apdu: list[int]) -> tuple[list[int], int, int]:
        assert bytes(apdu) == GET_UID
        return self.answer  # type: ignore[no-any-return]

    def disconnect(self) -> None:
        self.open = 0


def pyscard(*readers: Card, service: Exception | None = None) -> Callable[[str], Any]:
    def known() -> list[Card]:
        if service is not None:
            raise service
        return list(readers)

    modules = {
        "smartcard.System": SimpleNamespace(readers=known),
        "smartcard.Exceptions": SimpleNamespace(
            SmartcardException=SmartcardException, NoCardException=NoCardException
        ),
    }
    return lambda name: modules[name]


def missing(name: str) -> Any:
    raise ImportError(name)


def test_a_uid_is_read_and_the_connection_given_back() -> None:
    card = Card("ACS ACR122U 00 00", ([0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6], 0x90, 0x00))
    reader = pcsc_reader("ACS ACR122U", name="desk", load=pyscard(card, Card("Other", None)))
    assert reader.read() == (Tag("04a1b2c3d4e5f6", TagKind.HF),)
    assert card.open == 0
    assert reader.identify().product == "ACS ACR122U"


def test_the_only_reader_needs_no_name() -> None:
    card = Card("ACS ACR122U 00 00", ([0x08, 0xA1, 0xB2, 0xC3], 0x90, 0x00))
    (tag,) = pcsc_reader("", load=pyscard(card)).read()
    assert not tag.fixed


@pytest.mark.parametrize("answer", [NoCardException(), ([], 0x63, 0x00)], ids=["no card", "no uid"])
def test_no_tag_is_nothing(answer: Any) -> None:
    assert pcsc_reader("", load=pyscard(Card("R", answer))).read() == ()


@pytest.mark.parametrize(
    ("load", "error", "words"),
    [
        (missing, ReaderRefused, r"pip install 'archived\[pcsc\]'"),
        (pyscard(service=RuntimeError("no service")), TransportLost, "is pcscd running"),
        (pyscard(), TransportLost, "0 readers are called '', ?|the system knows none"),
        (pyscard(Card("A", None), Card("B", None)), TransportLost, "2 readers .* knows A, B"),
        (pyscard(Card("A", SmartcardException("gone"))), TransportLost, "the tag left it"),
        (pyscard(Card("A", ([], 0x6A, 0x81))), ReaderRefused, "status 6a81"),
        (pyscard(Card("A", ([1, 2, 3], 0x90, 0x00))), WireDamaged, "3 bytes"),
    ],
    ids=["extra", "service", "none", "two", "lost", "refused", "uid"],
)
def test_what_is_in_the_way_is_said_in_words(
    load: Callable[[str], Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        pcsc_reader("", name="desk", load=load).read()


def test_nothing_is_asked_before_the_first_question() -> None:
    reader = pcsc_reader("", load=missing)
    assert reader.identify().product == "PC/SC"
    reader.close()


def test_a_transmit_of_one_s_own_is_enough() -> None:
    def nobody(apdu: bytes) -> bytes:
        raise NoTagThere

    assert PcscReader(nobody, product="X").read() == ()
