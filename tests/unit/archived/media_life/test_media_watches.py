"""Scratch pools that run low, and media that wait or are late on their way."""

from dataclasses import replace

from archived.catalog import media, transports
from archived.catalog.store import Catalog
from archived.model import Medium
from archived.routines import media_watches
from archived.stages.capacity import usable_blanks
from archived.stages.floor import floors
from archived.stages.media_life import transporting
from archived.stages.work import Site
from archived.states import MediumState
from archived.transports import TravelState

DISC = "SIM00001"


def with_low_water(site: Site, count: int) -> Site:
    pools = {name: replace(pool, low_water=count) for name, pool in site.config.pools.items()}
    return replace(site, config=replace(site.config, pools=pools))


def test_a_pool_is_low_below_what_was_asked_for_and_says_what_is_on_order(
    catalog: Catalog, site: Site
) -> None:
    with catalog.write() as write:
        there = len(usable_blanks(write, site, "bluray"))
        assert media_watches.low_water(write, site) == []
        assert media_watches.low_water(write, with_low_water(site, there)) == []
        media.register(
            write,
            Medium("NEW01", MediumState.BLANK, "bd-r", "NEW01", "2031", "", 1, None, None, None, None),
        )
        (told,) = media_watches.low_water(write, with_low_water(site, there + 1))
    assert (told.id, told.urgency) == ("low-water:bluray", "working-hours")
    assert f"{there} blank media at hand, fewer than {there + 1}; 1 of its kind" in told.what


def test_media_in_import_export_slots_wait_for_somebody(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        transporting.open_list(write, site, [DISC], to="Depot", agent="uid:7", reason="x")
        assert media_watches.waiting_in_ports(write, site) == []
        port = floors(write, site)[0].ports[0]
        media.saw(write, DISC, port, site.now())
        (told,) = media_watches.waiting_in_ports(write, site)
    assert DISC in told.what
    assert "library inventory --library main" in told.next


def test_what_nobody_received_is_asked_after(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        item = transporting.open_list(write, site, [DISC], to="Depot", agent="uid:7", reason="x")
        media.saw(write, DISC, None, site.now())
        transporting.take_away(write, site, item.id, [], agent="uid:7")
        assert media_watches.late_on_the_way(write, site) == []
        site.tools.clock.sleep(media_watches.LATE.total_seconds() + 1)
        (told,) = media_watches.late_on_the_way(write, site)
        assert (told.id, DISC in told.what) == ("on-the-way:TR00001", True)
        transporting.receive(write, site, item.id, [], agent="uid:8")
        assert media_watches.late_on_the_way(write, site) == []
        assert {one.state for one in transports.media_of(write, item.id)} == {TravelState.ARRIVED}
