"""Lists of media that leave, as a peer asks for them."""

from typing import Any

import pytest

from archived.catalog import media
from archived.states import MediumEvent
from tests.unit.archived.api.conftest import Daemon

DISC = "SIM00001"


def open_list(daemon: Daemon, *wanted: str, to: str = "Depot", **more: Any) -> tuple[int, Any]:
    body = {"media": list(wanted), "to": to, "reason": "second site", **more}
    answer = daemon.ask("POST", "/v1/transports", body, peer="uid:7")
    return answer.status_code, answer.json()


def test_a_list_says_where_each_medium_is_and_what_it_carries(daemon: Daemon) -> None:
    status, said = open_list(daemon, DISC, "SIM00002")
    assert (status, said["id"], said["opened_by"], said["thinner"]) == (200, "TR00001", "uid:7", [])
    assert [(row["medium"], row["way"]) for row in said["items"]] == [
        (DISC, "wanted"),
        ("SIM00002", "wanted"),
    ]
    assert said["items"][0]["place"].startswith("slot ")
    listed = daemon.ask("GET", "/v1/transports").json()["items"]
    assert [(item["id"], item["open"], item["media_count"]) for item in listed] == [("TR00001", True, 2)]


def test_what_is_out_stands_on_the_list_of_the_vault(daemon: Daemon) -> None:
    open_list(daemon, DISC)
    with daemon.services.catalog.write() as write:
        media.update_columns(write, DISC, element=None)  # a look does not see it any more
    assert daemon.ask("POST", "/v1/transports/TR00001/packed", {}, peer="uid:7").status_code == 200
    (row,) = daemon.ask("GET", "/v1/vault").json()["items"]
    assert (row["medium"], row["way"], row["place"], row["transport"]) == (DISC, "out", "Depot", "TR00001")
    said = daemon.ask("POST", "/v1/transports/TR00001/arrived", {}, peer="uid:8").json()
    assert said["counts"]["arrived"] == 1
    said = daemon.ask("POST", "/v1/transports/TR00001/return", {"reason": "wanted"}, peer="uid:8").json()
    assert said["items"][0]["way"] == "coming"


@pytest.mark.parametrize(
    ("wanted", "more", "status", "words"),
    [
        ([], {}, 422, "between 1"),
        (["NONE"], {}, 404, "NONE"),
        ([DISC], {"to": "main"}, 422, "has a robot"),
        ([DISC], {"reason": " "}, 422, "reason"),
    ],
)
def test_a_list_that_cannot_be_is_refused(
    daemon: Daemon, wanted: list[str], more: dict[str, str], status: int, words: str
) -> None:
    code, said = open_list(daemon, *wanted, **more)
    assert (code, words in said["message"]) == (status, True), said
    assert daemon.ask("GET", "/v1/transports").json()["items"] == []


def test_one_medium_that_cannot_leave_keeps_the_list_from_being_opened(daemon: Daemon) -> None:
    with daemon.services.catalog.write() as write:
        media.advance_state(write, "SIM00002", MediumEvent.RESERVED, daemon.services.site.now())
    code, said = open_list(daemon, DISC, "SIM00002")
    assert (code, len(said["detail"]["reasons"])) == (409, 1)


def test_a_medium_that_stays_after_all_may_be_listed_again(daemon: Daemon) -> None:
    open_list(daemon, DISC)
    assert open_list(daemon, DISC)[0] == 409
    struck = daemon.ask("POST", "/v1/transports/TR00001/strike", {"media": [DISC], "reason": "stays"}).json()
    assert struck["counts"]["cancelled"] == 1
    assert open_list(daemon, DISC)[1]["id"] == "TR00002"
    assert daemon.ask("POST", "/v1/transports/TR00002/arrived", {"media": [DISC]}).status_code == 409
    assert daemon.ask("POST", "/v1/transports/TR00002/packed", {"media": ["SIM00009"]}).status_code == 404
