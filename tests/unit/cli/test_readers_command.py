"""archivectl readers: who answers where, what lies before one, and tags in simulated hands."""

import json
from typing import Any

import pytest

from .conftest import FakeClient, Run

DESK = {
    "name": "desk",
    "kind": "pn532",
    "place": "hand",
    "library": "main",
    "element": None,
    "magazine": None,
}
TAG = {
    "uid": "04a1b2c3d4e5f6",
    "kind": "hf",
    "rssi_dbm": None,
    "fixed": True,
    "medium": "SIM00003",
    "magazine": None,
    "flaw": "",
    "advice": "",
}


def answering(daemon: FakeClient, *tags: dict[str, Any]) -> None:
    daemon.answers["GET /v1/readers/desk/read"] = {"reader": DESK, "tags": list(tags)}


def test_readers_are_listed_with_their_places_and_who_answers(run: Run, daemon: FakeClient) -> None:
    places = (
        {"place": "hand"},
        {"place": "picker"},
        {"place": "port"},
        {"place": "port", "element": 16},
        {"place": "bay", "magazine": 2},
    )
    items = [{**DESK, **place, "answers": True, "product": "PN532 1.6", "problem": ""} for place in places]
    silent = {**DESK, "name": "gone", "answers": False, "product": "", "problem": "no such line"}
    daemon.answers["GET /v1/readers"] = {"items": [*items, silent]}
    said = run("readers").stdout
    for words in (
        "at a desk",
        "over the robot's hand",
        "at the import/export slots",
        "at import/export slot 16",
        "at magazine 2",
        "PN532 1.6",
        "no such line",
    ):
        assert words in said
    assert json.loads(run("readers", "--json").stdout)["items"][0]["name"] == "desk"


def test_where_no_reader_is_set_up_the_page_is_named(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/readers"] = {"items": []}
    assert "docs/rfid.md" in run("readers").stdout


def test_what_a_reader_sees_is_told_with_its_medium(run: Run, daemon: FakeClient) -> None:
    answering(daemon, TAG)
    said = run("readers", "read", "desk").stdout
    assert "04a1b2c3d4e5f6" in said
    assert "SIM00003" in said
    answering(daemon)
    assert "sees no tag" in run("readers", "read", "desk").stdout


def test_a_tag_that_is_nobody_s_or_no_identity_is_told_with_what_to_do(run: Run, daemon: FakeClient) -> None:
    answering(daemon, {**TAG, "medium": None})
    assert "media label MEDIUM --rfid 04a1b2c3d4e5f6" in run("readers", "read", "desk").stdout
    daemon.answers["GET /v1/readers/desk/read"]["reader"] = {**DESK, "place": "bay", "magazine": 2}
    assert "magazines label MAGAZINE --rfid 04a1b2c3d4e5f6" in run("readers", "read", "desk").stdout
    answering(daemon, {**TAG, "medium": None, "magazine": "cage-2"})
    said = run("readers", "read", "desk").stdout
    assert "cage-2" in said
    assert "on record for no" not in said
    answering(daemon, {**TAG, "medium": None, "fixed": False, "flaw": "it is made up", "advice": "another"})
    assert "it is made up: another" in run("readers", "read", "desk").stdout


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("stick-tag D1 04a1b2c3d4e5f6", {"verb": "stick-tag", "medium": "D1", "uid": "04a1b2c3d4e5f6"}),
        ("stick-magazine-tag 2 e2801170", {"verb": "stick-magazine-tag", "number": 2, "uid": "e2801170"}),
        ("exchange-tags D1 D2", {"verb": "exchange-tags", "medium": "D1", "other": "D2"}),
        (
            "exchange-magazines 1 3 --library s1",
            {"verb": "exchange-magazines", "number": 1, "other": 3, "library": "s1"},
        ),
        ("hold-to desk --medium D1", {"verb": "hold-to", "reader": "desk", "medium": "D1"}),
        ("hold-to desk --magazine 2", {"verb": "hold-to", "reader": "desk", "number": 2}),
        ("hold-to desk", {"verb": "hold-to", "reader": "desk"}),
    ],
)
def test_hands_do_things_with_tags(line: str, sent: dict[str, Any], run: Run, daemon: FakeClient) -> None:
    run("simulate", *line.split())
    assert daemon.calls == [("POST", "/v1/simulate", sent)]
