"""Repair as a peer asks for it: what would be made, and a run of it."""

import pytest

from archived.catalog import media
from archived.catalog.rows import add
from archived.catalog.tables import image as image_table
from archived.catalog.tables import protection_set
from archived.model import Copy, Image, Medium, ProtectionSet
from archived.states import CopyState, ImageState, MediumState, SetState
from tests.unit.archived.api.conftest import Daemon

SIZE = 40 << 20


@pytest.fixture
def archive(daemon: Daemon) -> Daemon:
    """A set of 1 + 1, of which the data disc gave wrong bytes."""
    at = daemon.services.site.now()
    with daemon.services.catalog.write() as write:
        add(write, protection_set, ProtectionSet("S1", SetState.COMPLETE, "bluray", 1, 1, "p", "open", at))
        for place, kind, state in ((1, "data", MediumState.SUSPECT), (2, "parity", MediumState.GOOD)):
            name = f"M{place}"
            media.register(
                write,
                Medium(
                    name,
                    state,
                    "bd-r",
                    name,
                    f"B{place}",
                    "",
                    1 << 30,
                    "main",
                    1000 + place,
                    1000 + place,
                    None,
                ),
            )
            add(
                write,
                image_table,
                Image(
                    f"I{place}", ImageState.KEPT, kind, "bluray", "F", "S", "30", "open", False, at, set_id="S1",
                    position=place, size_bytes=SIZE, sha256="00" * 32, payload_bytes=SIZE,
                ),
            )  # fmt: skip
            found = CopyState.SUSPECT if place == 1 else CopyState.VERIFIED
            media.add_copy(write, Copy(0, f"I{place}", name, found, "sealed", "main", at, verified_at=at))
    return daemon


def test_the_plan_says_what_is_read_and_where_it_goes(archive: Daemon) -> None:
    plan = archive.ask("GET", "/v1/repair/plan").json()
    (item,) = plan["items"]
    assert (item["image"], item["why"], item["spare"], item["replaces"]) == ("I1", "suspect", 0, "M1")
    assert (item["from"], item["bytes_to_read"], item["media"]) == ("own copy and set", SIZE, ["M1"])
    assert plan["media_to_write"] == {"bluray": 1}
    assert archive.ask("GET", "/v1/repair/plan?image=I2").json()["items"] == []
    assert archive.ask("GET", "/v1/repair/plan?set=NONE").status_code == 404


def test_a_run_needs_a_reason_and_something_to_make(archive: Daemon) -> None:
    assert archive.ask("POST", "/v1/repair/run", {"reason": " "}).status_code == 422
    begun = archive.ask("POST", "/v1/repair/run", {"reason": "scratched", "media": ["M1"]}, peer="uid:1000")
    document = begun.json()
    assert (document["id"], document["state"], document["agent"]) == ("repair-1", "running", "uid:1000")
    assert document["preview"]["bytes_to_read"] == SIZE
    again = archive.ask("POST", "/v1/repair/run", {"reason": "scratched"})
    assert again.status_code == 422
    assert "nothing has to be made again" in again.json()["message"]
