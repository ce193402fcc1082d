"""Magazines as a peer asks for them."""

import pytest

from archived.catalog import media
from tests.unit.archived.api.conftest import Daemon

UID = "e28011700000020f1a2b0001"


def test_every_magazine_of_a_library_is_a_thing_of_its_own(daemon: Daemon) -> None:
    listed = daemon.ask("GET", "/v1/magazines").json()["items"]
    assert [item["position"] for item in listed][:2] == ["magazine-1", "magazine-2"]
    assert {item["state"] for item in listed} == {"in"}
    shown = daemon.ask("GET", "/v1/magazines/main/magazine-2").json()
    assert shown["id"] == listed[1]["id"]
    with daemon.services.catalog.read() as read:
        here = [medium.id for medium in media.listing(read) if medium.magazine == "magazine-2"]
    assert shown["media"] == here
    assert daemon.ask("GET", "/v1/magazines/nowhere").status_code == 404
    assert [item["id"] for item in daemon.ask("GET", "/v1/magazines").json()["items"]] == [
        i["id"] for i in listed
    ]


def test_a_tag_is_of_one_magazine_only_and_never_that_of_a_medium(daemon: Daemon) -> None:
    with daemon.services.catalog.write() as write:
        media.update_columns(write, media.listing(write)[0].id, rfid_uid="04aa")
    one, two = "/v1/magazines/magazine-1/label", "/v1/magazines/magazine-2/label"
    assert daemon.ask("POST", one, {"rfid": UID.upper()}).json()["rfid_uid"] == UID
    assert daemon.ask("POST", two, {"rfid": UID}).status_code == 409
    assert daemon.ask("POST", two, {"rfid": "04aa"}).status_code == 409
    assert daemon.ask("POST", two, {"rfid": "08aabbcc"}).status_code == 422
    assert daemon.ask("POST", two, {}).status_code == 422
    assert daemon.ask("POST", one, {"rfid": ""}).json()["rfid_uid"] is None
    assert daemon.ask("POST", two, {"rfid": UID}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"position": "magazine-99"}, 422),
        ({"position": "magazine-2", "library": "none"}, 422),
        ({"position": "magazine-2"}, 409),  # another one with media stands there
    ],
)
def test_a_magazine_is_put_only_where_there_is_room_for_it(
    daemon: Daemon, body: dict[str, str], status: int
) -> None:
    assert daemon.ask("POST", "/v1/magazines/magazine-1/put", body).status_code == status
    assert daemon.ask("GET", "/v1/magazines/magazine-1").json()["state"] == "in"
