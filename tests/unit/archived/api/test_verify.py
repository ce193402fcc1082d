"""Verification as a peer asks for it: what is due, what a run would take, and beginning one with a seed."""

from datetime import timedelta

import pytest

from archived.catalog import media
from archived.catalog.rows import add
from archived.catalog.tables import image as image_table
from archived.model import Copy, Image, Medium
from archived.states import CopyState, ImageState, MediumState
from tests.unit.archived.api.conftest import Daemon

SIZE = 40 << 20


@pytest.fixture
def archive(daemon: Daemon) -> Daemon:
    """Ten discs, each with an image of 40 chunks that was verified three years ago."""
    now = daemon.services.site.now()
    at = now - timedelta(days=3 * 365)
    with daemon.services.catalog.write() as write:
        for number in range(10):
            name, image_id = f"M{number}", f"I{number}"
            batch = "LOT-1" if number < 4 else "LOT-2"
            media.register(
                write,
                Medium(
                    name,
                    MediumState.GOOD,
                    "bd-r",
                    name,
                    batch,
                    "",
                    1 << 30,
                    "main",
                    1000 + number,
                    1000,
                    None,
                ),
            )
            add(
                write,
                image_table,
                Image(
                    image_id, ImageState.KEPT, "data", "bluray", "F", "S", "30", "open", False, at, size_bytes=SIZE,
                    sha256="00" * 32,
                ),
            )  # fmt: skip
            copy = Copy(
                0, image_id, name, CopyState.VERIFIED, "sealed", "main", at, written_at=at, verified_at=at
            )
            media.add_copy(write, copy)
    return daemon


def test_what_is_due_is_listed_by_rule_and_what_is_to_come_on_request(archive: Daemon) -> None:
    due = archive.ask("GET", "/v1/verify/due").json()["items"]
    assert {(item["rule"], item["medium"]) for item in due} >= {("full", f"M{n}") for n in range(10)}
    only = archive.ask("GET", "/v1/verify/due?rule=sampled&late=true").json()["items"]
    assert {item["rule"] for item in only} == {"sampled"}
    assert len(only) == 10
    assert archive.ask("GET", "/v1/verify/due?rule=no").status_code == 404


def test_a_plan_puts_nothing_on_record_and_a_run_with_its_seed_is_the_same(archive: Daemon) -> None:
    wanted = {
        "how": "sampled",
        "chunks_percent": 10,
        "media_percent": 50,
        "batches": ["LOT-2"],
        "seed": "2027-A",
    }
    plan = archive.ask("POST", "/v1/verify/plan", wanted).json()
    assert (plan["media"], plan["chunks"], plan["mounts"]) == (3, 12, 3)
    assert plan["media_ids"] == archive.ask("POST", "/v1/verify/plan", wanted).json()["media_ids"]
    assert (plan["finds"]["media"], plan["finds"]["media_in_all"]) == (3, 6)
    assert plan["finds"]["chunks_percent"] == 52.5
    assert archive.ask("GET", "/v1/care/verify").json()["items"] == []

    run = archive.ask("POST", "/v1/verify/run", {**wanted, "reason": "audit"}, peer="uid:1001").json()
    assert (run["id"], run["agent"], run["terms"]["seed"]) == ("verify-1", "uid:1001", "2027-A")
    assert {key: plan[key] for key in run["preview"]} == run["preview"]
    shown = archive.ask("GET", "/v1/care/verify/verify-1").json()
    assert sorted({item["medium_id"] for item in shown["run_items"]}) == sorted(plan["media_ids"])
    assert archive.woken


def test_without_a_seed_one_is_drawn_and_recorded(archive: Daemon) -> None:
    run = archive.ask("POST", "/v1/verify/run", {"media": ["M1"], "reason": "dropped"}).json()
    assert len(run["terms"]["seed"]) == 16
    assert run["preview"]["chunks"] == 40
    assert run["preview"]["finds"]["chunks_percent"] == 2.5


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"media": ["M99"]}, 404),
        ({"pools": ["no"]}, 404),
        ({"states": ["lost"]}, 404),
        ({"how": "quick"}, 404),
        ({"batches": ["LOT-9"]}, 422),
        ({"media": ["M1"], "media_percent": 0}, 422),
        ({"media": ["M1"], "hours": "at night"}, 422),
        ({"media": ["M1"], "not_before": "soon"}, 422),
        ({"media": ["M1"], "reason": " "}, 422),
        ({"medium": ["M1"]}, 422),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_begins(
    archive: Daemon, wanted: dict[str, object], status: int
) -> None:
    answer = archive.ask("POST", "/v1/verify/run", {"reason": "x", **wanted})
    assert answer.status_code == status, answer.text
    assert archive.ask("GET", "/v1/care/verify").json()["items"] == []
