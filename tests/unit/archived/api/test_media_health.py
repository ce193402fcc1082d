"""How media are, over the API: what was seen, what it means and why, who changed states; what people say of these."""

from archived.catalog import health, media
from archived.medium_health import LOAD, READ_ERROR, SCAN_LDC
from archived.states import MediumEvent
from tests.unit.archived.api.conftest import Daemon

ONE = "SIM00001"


def noted(daemon: Daemon) -> None:
    site = daemon.services.site
    with daemon.services.catalog.write() as write:
        for event in (MediumEvent.RESERVED, MediumEvent.INTENT, MediumEvent.WRITTEN):
            media.advance_state(write, ONE, event, site.now())
        health.note(write, site.now(), ONE, LOAD, None, drive="B1")
        health.note(write, site.now(), ONE, READ_ERROR, 2, unit="sectors", drive="B1", lba=64)
        health.note(write, site.now(), ONE, SCAN_LDC, 14.5, unit="errors", reader="R1")


def test_a_medium_says_all_that_was_seen_of_it_and_what_that_means(daemon: Daemon) -> None:
    noted(daemon)
    document = daemon.ask("GET", f"/v1/media/{ONE}/health").json()
    assert (document["loads"], document["read_errors"], document["values_say"]) == (1, 2, "watch")
    assert {reason["threshold"] for reason in document["reasons"]} == {"read-errors", "bd-ldc-mean"}
    assert all(reason["source"] and reason["confidence"] for reason in document["reasons"])
    assert [entry["what"] for entry in document["entries"]] == [LOAD, READ_ERROR, SCAN_LDC]
    assert [step["after"] for step in document["history"]] == ["blank", "reserved", "writing", "good"]


def test_all_media_that_carry_something_are_listed_the_worst_first(daemon: Daemon) -> None:
    noted(daemon)
    with daemon.services.catalog.write() as write:
        health.note(write, daemon.services.site.now(), "SIM00002", LOAD, None)
    rows = daemon.ask("GET", "/v1/health").json()["items"]
    assert [(row["id"], row["values_say"]) for row in rows] == [(ONE, "watch"), ("SIM00002", "good")]
    assert rows[0]["last_scan"] == {"LDC": 14.5}


def test_thresholds_are_shown_with_where_they_come_from(daemon: Daemon) -> None:
    document = daemon.ask("GET", "/v1/health/thresholds").json()
    assert all(row["source"] for row in document["items"])
    assert document["forecast"]["confidence"] == "ours"


def test_people_change_states_with_a_reason_that_stays(daemon: Daemon) -> None:
    noted(daemon)
    for step, state in (
        ("watch", "watch"),
        ("clear", "good"),
        ("quarantine", "quarantined"),
        ("quarantine", "quarantined"),
    ):
        answer = daemon.ask("POST", f"/v1/media/{ONE}/state/{step}", {"reason": f"to {step} it"})
        assert (answer.status_code, answer.json()["state"]) == (200, state)
    assert daemon.ask("POST", f"/v1/media/{ONE}/state/clear", {"reason": "no"}).status_code == 409
    assert daemon.ask("POST", f"/v1/media/{ONE}/state/burn", {"reason": "no"}).status_code == 404
    assert daemon.ask("POST", f"/v1/media/{ONE}/state/watch", {"reason": " "}).status_code == 422
    steps = daemon.ask("GET", f"/v1/media/{ONE}/health").json()["history"]
    assert [(step["after"], step["why"]) for step in steps[-2:]] == [
        ("good", "to clear it"),
        ("quarantined", "to quarantine it"),
    ]
    assert steps[-1]["agent"].startswith("uid:")
