"""Retention as people ask for it: what counts, holds, rulings, forgetting by two, and what destroying would take."""

from datetime import timedelta
from typing import Any

import pytest

from archived.catalog import packages
from archived.model import Package
from archived.states import PackageState
from tests.unit.archived.api.conftest import Daemon

ANNA, BO = "uid:1000", "uid:1001"


@pytest.fixture
def site(daemon: Daemon) -> Daemon:
    """Two archived packages: one for thirty years, one for ever."""
    now = daemon.services.site.now()
    for number, retention in ((1, "30年"), (2, "永久")):
        with daemon.services.catalog.write() as write:
            packages.create(
                write,
                Package(
                    f"P{number:06d}", PackageState.ARCHIVED, "permanent", "Z109", "2003", f"000{number}", 1, "卷",
                    retention, "内部", "/x", 1000, "", 1, 10, "0" * 64, now,
                    accepted_at=now, archived_at=now - timedelta(days=1), staged=False,
                ),
            )  # fmt: skip
    return daemon


def say(daemon: Daemon, path: str, body: dict[str, Any], peer: str = ANNA) -> tuple[int, Any]:
    answer = daemon.ask("POST", path, {"reason": "appraisal", **body}, peer=peer)
    return answer.status_code, answer.json()


def listed(daemon: Daemon, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = daemon.ask("GET", path).json()["items"]
    return found


def test_two_persons_forget_what_two_persons_said_is_over(site: Daemon) -> None:
    rows = {row["id"]: row for row in listed(site, "/v1/retention")}
    assert (rows["P000002"]["ends_on"], rows["P000001"]["confidentiality"]) == (None, "内部")
    assert listed(site, "/v1/retention/due") == []
    said = {"subject": "series", "name": "Z109/2003", "starts_on": "1980-05-01"}
    status, answer = say(site, "/v1/retention/rulings", said)
    assert (status, answer["approval"]["kind"]) == (200, "loosen retention")
    assert say(site, f"/v1/approvals/{answer['approval']['id']}/give", {}, ANNA)[0] == 403
    assert say(site, f"/v1/approvals/{answer['approval']['id']}/give", {}, BO)[0] == 200
    assert [(row["id"], row["ends_on"]) for row in listed(site, "/v1/retention/due")] == [
        ("P000001", "2011-01-01")
    ]
    (ruled,) = listed(site, "/v1/retention/rulings")
    assert (ruled["agent"], ruled["agreed_by"], ruled["value"]) == (ANNA, BO, "1980-05-01")

    status, refused = say(site, "/v1/retention/forget", {"packages": ["Z109/2003/0001", "P000002"]})
    assert (status, "it stays for ever" in refused["message"]) == (409, True)
    status, asked = say(site, "/v1/retention/forget", {"packages": ["Z109/2003/0001"]})
    assert (status, asked["kind"], asked["terms"]["packages"][0]["ends_on"]) == (200, "forget", "2011-01-01")
    assert say(site, f"/v1/approvals/{asked['id']}/give", {}, BO)[0] == 200
    states = {row["id"]: row["state"] for row in listed(site, "/v1/retention")}
    assert states == {"P000001": "forgotten", "P000002": "archived"}


def test_holds_are_placed_by_one_and_are_on_record_for_ever(site: Daemon) -> None:
    status, placed = say(site, "/v1/retention/holds", {"subject": "package", "name": "Z109/2003/0002"})
    assert (status, placed["name"]) == (200, "P000002")
    assert say(site, "/v1/retention/holds", {"subject": "fonds", "name": "Z110"})[0] == 404
    assert say(site, "/v1/retention/holds", {"subject": "shelf", "name": "Z109"})[0] == 422
    assert say(site, "/v1/retention/holds", {"subject": "fonds", "name": "Z109", "reason": " "})[0] == 422
    assert [row["holds"] for row in listed(site, "/v1/retention")] == [[], [1]]
    assert say(site, f"/v1/retention/holds/{placed['id']}/release", {}, BO)[0] == 200
    assert say(site, f"/v1/retention/holds/{placed['id']}/release", {}, BO)[0] == 409
    assert listed(site, "/v1/retention/holds") == []
    (kept,) = listed(site, "/v1/retention/holds?everything=1")
    assert (kept["agent"], kept["released_by"]) == (ANNA, BO)


def test_what_destroying_takes_is_shown_before_anybody_asks(site: Daemon) -> None:
    body = {"packages": ["P000001"], "dry_run": True}
    status, shown = say(site, "/v1/destructions", body)
    assert (status, shown["plan"]["refusals"]) == (
        200,
        ["package P000001 is archived; only what two persons have forgotten is destroyed"],
    )
    status, refused = say(site, "/v1/destructions", {"packages": ["P000001"]})
    assert (status, shown["plan"]["refusals"][0] in refused["message"]) == (409, True)
    assert listed(site, "/v1/destructions") == []
    assert site.ask("GET", "/v1/destructions/D00001").status_code == 404
