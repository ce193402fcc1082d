"""A delivery of media, handed in as a list: all of it or nothing."""

import base64
from typing import Any

from archived.catalog import media, purchases
from archived.stages.floor import slots_of
from archived.stages.settling import settle
from archived.states import MediumState
from tests.unit.archived.api.conftest import Daemon

DELIVERY = """barcode,batch,vendor,order,price,currency,bought at
NEW01,2031,Foo,PO-1,3.20,EUR,2031-02-03
NEW02,2031,Foo,PO-1,3.20,EUR,2031-02-03
"""


def hand_in(daemon: Daemon, text: str, **said: Any) -> tuple[int, Any]:
    data = base64.b64encode(text.encode()).decode()
    answer = daemon.ask("POST", "/v1/media/register-list", {"data": data, **said}, peer="uid:7")
    return answer.status_code, answer.json()


def test_a_dry_run_says_what_would_become_of_each_row_and_changes_nothing(daemon: Daemon) -> None:
    status, said = hand_in(daemon, DELIVERY, dry_run=True)
    assert (status, said["counts"]["announced"], said["problems"]) == (200, 2, [])
    assert daemon.ask("GET", "/v1/media/NEW01").status_code == 404
    assert hand_in(daemon, DELIVERY + "NEW01,2031,,,,,\n", dry_run=True)[1]["problems"][0]["row"] == 4


def test_one_bad_row_keeps_the_whole_list_out_and_every_bad_row_is_named(daemon: Daemon) -> None:
    status, said = hand_in(daemon, DELIVERY + "SIM00001,other,,,,,\nNEW03,2031,,,x,,\n")
    assert status == 422
    assert [line.split(":")[0] for line in said["detail"]["reasons"]] == ["row 4, SIM00001", "row 5, NEW03"]
    assert daemon.ask("GET", "/v1/media/NEW01").status_code == 404


def test_a_delivery_is_announced_and_a_robot_that_sees_it_makes_it_a_blank_at_home(daemon: Daemon) -> None:
    assert hand_in(daemon, DELIVERY)[0] == 200
    shown = daemon.ask("GET", "/v1/media/NEW01").json()
    assert (shown["state"], shown["element"], shown["batch"]) == ("blank", None, "2031")
    assert shown["purchase"]["order_number"] == "PO-1"
    assert shown["events"][-1]["agent"] == "uid:7"
    site = daemon.services.site
    with daemon.services.catalog.write() as write:
        slot = max(slots_of(write, "main"))
        settle(write, site, "main", {slot: "NEW01"})
        seen = media.get(write, "NEW01")
    assert (seen.state, seen.library, seen.element, seen.home_element) == (
        MediumState.BLANK,
        "main",
        slot,
        slot,
    )
    assert seen.magazine is not None


def test_the_same_list_again_changes_nothing(daemon: Daemon) -> None:
    hand_in(daemon, DELIVERY)
    with daemon.services.catalog.read() as read:
        before = purchases.listing(read)
    daemon.services.site.tools.clock.sleep(60)
    status, said = hand_in(daemon, DELIVERY)
    assert (status, said["counts"]["unchanged"]) == (200, 2)
    with daemon.services.catalog.read() as read:
        assert purchases.listing(read) == before


def test_what_was_bought_long_ago_is_completed(daemon: Daemon) -> None:
    with daemon.services.catalog.read() as read:
        first = media.listing(read)[0]
    assert hand_in(daemon, f"barcode,batch,vendor\n{first.barcode},{first.batch},Foo\n")[0] == 200
    assert daemon.ask("GET", f"/v1/media/{first.id}").json()["purchase"]["vendor"] == "Foo"
    assert hand_in(daemon, f"barcode,batch,order\n{first.barcode},{first.batch},PO-9\n")[0] == 200
    kept = daemon.ask("GET", f"/v1/media/{first.id}").json()["purchase"]
    assert (kept["vendor"], kept["order_number"]) == ("Foo", "PO-9")


def test_what_did_not_arrive_whole_is_refused(daemon: Daemon) -> None:
    answer = daemon.ask("POST", "/v1/media/register-list", {"data": "###"})
    assert answer.status_code == 422
