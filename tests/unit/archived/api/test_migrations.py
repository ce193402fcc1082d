"""Migrations as a peer asks for them: plans, runs, and release by two persons."""

import pytest

from archived.catalog import media
from archived.states import MediumEvent, MediumState
from tests.unit.archived.api.conftest import Daemon

ONE, TWO, ROOT = "uid:1000", "uid:1001", "uid:0"


@pytest.fixture
def retired(daemon: Daemon) -> list[str]:
    """Two media that were written, and retired at the same time."""
    with daemon.services.catalog.write() as write:
        found = [medium.id for medium in media.listing(write)][:2]
        for medium_id in found:
            for event in ("RESERVED", "INTENT", "WRITTEN", "RETIRED"):
                media.advance_state(write, medium_id, MediumEvent[event], daemon.services.site.now())
    return found


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({}, "nothing says which media"),
        ({"repack": True}, "nothing says which media"),
        ({"pools": ["nowhere"]}, "no pool 'nowhere'"),
        ({"by_rule": True, "to_pool": "nowhere"}, "no pool 'nowhere'"),
    ],
)
def test_a_plan_needs_to_be_told_which_media_are_meant(
    daemon: Daemon, terms: dict[str, object], words: str
) -> None:
    answer = daemon.ask("POST", "/v1/migrate/plan", terms)
    assert answer.status_code == 422
    assert words in answer.json()["message"]


def test_a_plan_over_nothing_is_empty_and_cannot_be_run(daemon: Daemon) -> None:
    plan = daemon.ask("POST", "/v1/migrate/plan", {"by_rule": True, "media": ["SIM00001"]}).json()
    assert (plan["waves"], plan["media"], plan["refused"]) == ([], 0, [])
    assert "SIM00001" in plan["notes"][0]
    run = daemon.ask("POST", "/v1/migrate/run", {"terms": {"by_rule": True}, "reason": "rules changed"})
    assert run.status_code == 422
    assert "nothing to migrate" in run.json()["message"]
    assert daemon.ask("GET", "/v1/care/migrate").json()["items"] == []


@pytest.mark.parametrize("terms", [{"states": ["suspcet"]}, {"batches": ["2O31-A"]}, {"kinds": ["bdr"]}])
def test_a_mistyped_word_is_refused_and_does_not_look_like_an_archive_without_trouble(
    daemon: Daemon, terms: dict[str, list[str]]
) -> None:
    answer = daemon.ask("POST", "/v1/migrate/plan", terms)
    assert answer.status_code == 422, answer.text
    assert "that can be migrated" in answer.json()["message"]


def test_what_was_retired_is_kept_for_its_time_and_released_by_two_who_are_not_root(
    daemon: Daemon, retired: list[str]
) -> None:
    listed = daemon.ask("GET", "/v1/migrate/retired").json()["items"]
    assert [item["medium"] for item in listed] == retired
    assert all("is kept until" in item["held_by"][0] for item in listed)
    asking = {"media": retired, "reason": "their time is over"}
    assert daemon.ask("POST", "/v1/migrate/release", asking, peer=ONE).status_code == 409
    daemon.services.site.tools.clock.sleep(91 * 86_400)

    assert all(not item["held_by"] for item in daemon.ask("GET", "/v1/migrate/retired").json()["items"])
    assert daemon.ask("POST", "/v1/migrate/release", asking, peer=ROOT).status_code == 403
    approval = daemon.ask("POST", "/v1/migrate/release", {"reason": "their time is over"}, peer=ONE).json()
    assert [item["medium"] for item in approval["terms"]["media"]] == retired
    give = f"/v1/approvals/{approval['id']}/give"
    assert daemon.ask("POST", give, {"reason": "seen"}, peer=ONE).status_code == 403
    assert daemon.ask("POST", give, {"reason": "seen"}, peer=ROOT).status_code == 403
    assert daemon.ask("POST", give, {"reason": "seen"}, peer=TWO).status_code == 200
    with daemon.services.catalog.read() as read:
        assert [medium.id for medium in media.listing(read, MediumState.RELEASED)] == retired
    assert daemon.ask("POST", "/v1/migrate/release", {"reason": "more"}, peer=ONE).status_code == 422
