"""Readers of tags, as a peer asks for them: who answers, what is seen, and whose it is."""

from dataclasses import replace

import pytest

from archived.api.application import create_application
from archived.catalog import media
from archived.sessions.placed_reader import PlacedReader
from devices.failures import TransportTimeout
from robotics.errors import ReaderRefused
from robotics.readers.interface import ReaderIdentity, Tag, TagKind
from tests.unit.archived.api.conftest import Daemon

UID, MADE_UP = "04a23fb2c15d80", "08a1b2c3"


class Reader:
    """Sees what it is told, and may be out of order."""

    def __init__(self, *tags: Tag, trouble: Exception | None = None) -> None:
        self.tags, self.trouble = tags, trouble

    def identify(self) -> ReaderIdentity:
        if self.trouble is not None:
            raise self.trouble
        return ReaderIdentity("PN532", "1.6")

    def read(self) -> tuple[Tag, ...]:
        if self.trouble is not None:
            raise self.trouble
        return self.tags

    def close(self) -> None:
        """Nothing is open."""


def with_readers(daemon: Daemon, **readers: Reader) -> Daemon:
    placed = {name: PlacedReader(reader, "pn532", "hand", "main") for name, reader in readers.items()}
    site = daemon.services.site
    tools = replace(site.tools, readers=placed)
    services = replace(daemon.services, site=replace(site, tools=tools))
    return Daemon(create_application(services), services)


def test_readers_are_listed_with_who_answers_and_one_that_does_not_hides_no_other(daemon: Daemon) -> None:
    asked = with_readers(daemon, mute=Reader(trouble=TransportTimeout("mute: nobody")), desk=Reader())
    items = asked.ask("GET", "/v1/readers").json()["items"]
    assert [(one["name"], one["answers"], one["product"], one["problem"]) for one in items] == [
        ("mute", False, "", "mute: nobody"),
        ("desk", True, "PN532 1.6", ""),
    ]
    assert daemon.ask("GET", "/v1/readers").json()["items"] == []


def test_a_tag_is_told_with_the_medium_that_has_it_on_record(daemon: Daemon) -> None:
    with daemon.services.catalog.read() as read:
        medium = media.listing(read)[0].id
    assert daemon.ask("POST", f"/v1/media/{medium}/label", {"rfid": UID}).status_code == 200
    desk = Reader(Tag(UID, TagKind.HF), Tag("e2801170", TagKind.UHF, -45))
    answer = with_readers(daemon, desk=desk).ask("GET", "/v1/readers/desk/read").json()
    assert answer["reader"]["place"] == "hand"
    assert [(one["uid"], one["medium"], one["rssi_dbm"], one["flaw"]) for one in answer["tags"]] == [
        (UID, medium, None, ""),
        ("e2801170", None, -45, ""),
    ]


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        (Tag(MADE_UP, TagKind.HF, fixed=False), "makes its uid up"),
        (Tag("000000000000000000000000", TagKind.UHF), "nothing of its own"),
        (Tag("", TagKind.UHF), "no uid"),
    ],
)
def test_a_tag_that_is_no_identity_is_told_as_such(daemon: Daemon, tag: Tag, words: str) -> None:
    (told,) = with_readers(daemon, desk=Reader(tag)).ask("GET", "/v1/readers/desk/read").json()["tags"]
    assert words in told["flaw"]
    assert told["advice"]
    assert told["medium"] is None


def test_what_cannot_be_read_is_said_in_words(daemon: Daemon) -> None:
    asked = with_readers(daemon, desk=Reader(trouble=ReaderRefused("desk: the reader refused")))
    answer = asked.ask("GET", "/v1/readers/desk/read")
    assert answer.status_code >= 400
    assert "desk: the reader refused" in answer.text
    missing = asked.ask("GET", "/v1/readers/attic/read")
    assert missing.status_code == 404
    assert "there are: desk" in missing.text


def test_the_tag_of_a_magazine_is_told_as_such_and_is_never_that_of_a_medium(daemon: Daemon) -> None:
    uid = "30751feb705c5904e3d50d70"
    cage = daemon.ask("POST", "/v1/magazines/magazine-1/label", {"rfid": uid}).json()["id"]
    bay = with_readers(daemon, bay=Reader(Tag(uid, TagKind.UHF, -45)))
    (told,) = bay.ask("GET", "/v1/readers/bay/read").json()["tags"]
    assert (told["medium"], told["magazine"]) == (None, cage)
    with daemon.services.catalog.read() as read:
        medium = media.listing(read)[0].id
    refused = daemon.ask("POST", f"/v1/media/{medium}/label", {"rfid": uid})
    assert refused.status_code == 409
    assert cage in refused.text
