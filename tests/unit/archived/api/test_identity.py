"""What media are known by, whose medium is in the hand, and cases, as a peer asks for them."""

from dataclasses import replace
from typing import Any

import pytest

from archived.catalog import media
from archived.sessions.placed_reader import PlacedReader
from robotics.readers.interface import ReaderIdentity, Tag, TagKind
from tests.unit.archived.api.conftest import Daemon

UID = "04a23fb2c15d80"


@pytest.fixture
def two(daemon: Daemon) -> tuple[str, str]:
    with daemon.services.catalog.read() as read:
        first, second = media.listing(read)[:2]
    return first.id, second.id


def labelled(daemon: Daemon, medium: str, **labels: str) -> None:
    answer = daemon.ask("POST", f"/v1/media/{medium}/label", labels, peer="uid:7")
    assert answer.status_code == 200, answer.text


def test_a_medium_is_known_by_what_was_put_on_record(daemon: Daemon, two: tuple[str, str]) -> None:
    labelled(daemon, two[0], rfid="04:A2:3F B2-C15D80", printed="0123-07")
    shown = daemon.ask("GET", f"/v1/media/{two[0]}").json()
    assert (shown["rfid_uid"], shown["printed_label"]) == (UID, "0123-07")
    assert shown["events"][-1]["type"] == "medium labelled"
    for read in ({"rfid": UID.upper()}, {"label": "0123-07"}, {"barcode": two[0]}):
        found = daemon.ask("POST", "/v1/media/identify", read).json()
        assert (found["outcome"], found["medium"]["id"]) == ("agree", two[0])


@pytest.mark.parametrize(
    ("labels", "status", "words"),
    [
        ({"rfid": "08aabbcc"}, 422, "makes its uid up"),
        ({"rfid": "xyz"}, 422, "no uid"),
        ({}, 422, "known by"),
        ({"rfid": UID}, 409, "already"),
        ({"printed": "0123-07"}, 409, "known by"),
        ({"printed": "a\nb"}, 422, "can be seen"),
    ],
)
def test_what_is_no_identity_is_refused(
    daemon: Daemon, two: tuple[str, str], labels: dict[str, str], status: int, words: str
) -> None:
    labelled(daemon, two[0], rfid=UID, printed="0123-07")
    answer = daemon.ask("POST", f"/v1/media/{two[1]}/label", labels)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert daemon.ask("GET", f"/v1/media/{two[1]}").json()["rfid_uid"] is None


def test_a_label_is_taken_off_the_record_and_may_be_another_s_then(
    daemon: Daemon, two: tuple[str, str]
) -> None:
    labelled(daemon, two[0], rfid=UID)
    labelled(daemon, two[0], rfid="")
    labelled(daemon, two[1], rfid=UID)


def test_a_tag_that_nobody_knows_is_offered_beside_a_label_that_is_known(
    daemon: Daemon, two: tuple[str, str]
) -> None:
    found = daemon.ask("POST", "/v1/media/identify", {"rfid": UID, "barcode": two[0]}).json()
    assert found["medium"]["id"] == two[0]
    assert found["learn"] == [f"archivectl media label {two[0]} --rfid {UID}"]
    assert daemon.ask("GET", f"/v1/media/{two[0]}").json()["rfid_uid"] is None


def test_what_nobody_knows_is_said_and_opens_no_case(daemon: Daemon) -> None:
    found = daemon.ask("POST", "/v1/media/identify", {"rfid": UID}).json()
    assert (found["outcome"], found["medium"], found["case"]) == ("unknown", None, None)
    assert daemon.ask("POST", "/v1/media/identify", {}).status_code == 422


def test_a_tag_on_the_wrong_medium_opens_a_case_that_a_person_closes(
    daemon: Daemon, two: tuple[str, str]
) -> None:
    labelled(daemon, two[0], rfid=UID)
    found = daemon.ask("POST", "/v1/media/identify", {"rfid": UID, "barcode": two[1]}).json()
    assert (found["outcome"], found["medium"], found["case"]) == ("disagree", None, "C00001")

    listed = daemon.ask("GET", "/v1/cases?state=open").json()["items"]
    assert [item["id"] for item in listed] == ["C00001"]
    shown = daemon.ask("GET", "/v1/cases/C00001").json()
    assert shown["media"] == sorted(two)
    assert len(shown["witnesses"]) == 2
    assert daemon.ask("GET", f"/v1/media/{two[1]}").json()["cases"] == ["C00001"]
    waiting = daemon.ask("GET", "/v1/attention").json()["items"]
    assert "case:C00001" in [item["id"] for item in waiting]

    path = "/v1/cases/C00001/close"
    assert daemon.ask("POST", path, {"reason": " "}).status_code == 422
    body = {"reason": "the tag was put back", "medium_is": two[1]}
    done = daemon.ask("POST", path, body, peer="uid:7").json()
    assert (done["state"], done["closed_by"], done["closed_how"]) == ("closed", "uid:7", "person")
    assert daemon.ask("POST", path, body).status_code == 409
    assert daemon.ask("GET", "/v1/cases?state=open").json()["items"] == []


@pytest.mark.parametrize("lines", [[], [{"read": ["", ""], "place": "slot 1"}]])
def test_a_walk_on_which_nothing_was_read_puts_nothing_on_record(
    daemon: Daemon, two: tuple[str, str], lines: list[Any]
) -> None:
    with daemon.services.catalog.read() as read:
        before = media.listing(read)
    answer = daemon.ask("POST", "/v1/vault/walk", {"library": "main", "lines": lines})
    assert answer.status_code == 422, answer.text
    assert "nothing was put on record" in answer.text
    with daemon.services.catalog.read() as read:
        assert media.listing(read) == before


def test_a_walk_along_the_slots_of_a_robot_says_what_is_there_and_changes_no_place(
    daemon: Daemon, two: tuple[str, str]
) -> None:
    with daemon.services.catalog.read() as read:
        everything = [medium for medium in media.listing(read) if medium.id != two[0]]
        places = {medium.id: medium.element for medium in media.listing(read)}
    lines = [{"read": [medium.id]} for medium in everything] + [{"read": ["nobody's"]}]
    library = everything[0].library

    report = daemon.ask("POST", "/v1/vault/walk", {"library": library, "lines": lines}, peer="uid:7").json()

    assert report["counts"] == {
        "present": len(everything), "missing": 1, "misplaced": 0, "unknown": 1, "twice": 0, "disagree": 0,
    }  # fmt: skip
    assert report["followed"] is False
    with daemon.services.catalog.read() as read:
        assert {medium.id: medium.element for medium in media.listing(read)} == places
    assert daemon.ask("GET", f"/v1/media/{two[1]}").json()["seen_by"] == "uid:7"
    assert (
        daemon.ask("POST", "/v1/vault/walk", {"library": "none", "lines": [{"read": ["x"]}]}).status_code
        == 422
    )


class Reader:
    """A reader at a desk that sees what a test says."""

    def __init__(self, *tags: Tag) -> None:
        self.tags = tags

    def identify(self) -> ReaderIdentity:
        return ReaderIdentity("test")

    def read(self) -> tuple[Tag, ...]:
        return self.tags

    def close(self) -> None:
        """There is no line."""


@pytest.mark.parametrize(
    ("tags", "status", "words"),
    [
        ((Tag(UID, TagKind.HF),), 200, UID),
        ((), 409, "sees 0 tags"),
        ((Tag(UID, TagKind.HF), Tag("04bb", TagKind.HF)), 409, "sees 2 tags"),
        ((Tag("aabbccdd", TagKind.HF, fixed=False),), 422, "makes its uid up"),
    ],
)
def test_a_tag_is_read_at_a_desk_where_just_one_is_held(
    daemon: Daemon, two: tuple[str, str], tags: tuple[Tag, ...], status: int, words: str
) -> None:
    desk = PlacedReader(Reader(*tags), "pn532", "hand", "main")
    tools = replace(daemon.services.site.tools, readers={"desk": desk})
    services = replace(daemon.services, site=replace(daemon.services.site, tools=tools))
    daemon.application.state.services = services
    answer = daemon.ask("POST", f"/v1/media/{two[0]}/label", {"reader": "desk"})
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    found = daemon.ask("POST", "/v1/media/identify", {"reader": "desk"})
    assert found.status_code == status
    if status == 200:
        assert found.json()["medium"]["id"] == two[0]
        assert found.json()["witnesses"][0]["by"] == "reader:desk"
    assert daemon.ask("POST", "/v1/media/identify", {"reader": "none"}).status_code == 404
