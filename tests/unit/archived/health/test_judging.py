"""What was noted of media becomes their states, once, with who and why; what a person said stays what he said."""

from dataclasses import replace

import pytest

from archived.care import SCAN, ItemEvent
from archived.catalog import care, events, health, images, media
from archived.catalog.store import Catalog
from archived.errors import Refused, WrongState
from archived.health_settings import HealthSettings
from archived.medium_health import LOAD, READ_ERROR, SCAN_LDC
from archived.model import Copy, Image
from archived.stages.health import judging, said, scan_orders
from archived.stages.work import Site
from archived.states import CopyState, ImageState, MediumEvent, MediumState
from tests.unit.archived.health.conftest import written

ONE, TWO = "SIM00001", "SIM00002"
YEAR_S = 365.25 * 86400


def state(read, medium_id: str = ONE) -> MediumState:
    return media.get(read, medium_id).state


def add_verified(write, site: Site) -> None:
    """The medium carries an image that was read in full just now."""
    group = ("data", "bluray", "F", "S", "permanent", "")
    image = Image("I000001", ImageState.PROTECTED, *group, held=False, opened_at=site.now())
    images.create(write, image)
    copy = Copy(0, image.id, ONE, CopyState.VERIFIED, "sealed", "main", site.now(), verified_at=site.now())
    media.add_copy(write, copy)


def scanned(write, site: Site, value: float, medium_id: str = ONE) -> None:
    health.note(write, site.now(), medium_id, SCAN_LDC, value, reader="R1", unit="errors")


def test_a_medium_whose_values_ask_for_it_is_watched_and_cleared_when_they_do_no_more(
    catalog: Catalog, site: Site
) -> None:
    with catalog.write() as write:
        written(write, site, ONE)
        scanned(write, site, 20.0)
        assert judging.is_due(write)
        (changed,) = judging.judge_new(write, site)
        assert (changed.medium_id, changed.state) == (ONE, MediumState.WATCH)
        assert "bd-ldc-mean" in media.get(write, ONE).note
        assert not judging.is_due(write)
        assert judging.judge_new(write, site) == []

        site.tools.clock.sleep(86400)
        scanned(write, site, 6.0)
        (changed,) = judging.judge_new(write, site)
        assert changed.state is MediumState.GOOD
        steps = [(step.event, step.agent) for step in health.history(write, ONE)][-2:]
    assert steps == [(MediumEvent.WATCHED, "archived"), (MediumEvent.CLEARED, "archived")]


def test_values_beyond_trust_make_a_medium_suspect_and_only_that_medium(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        written(write, site, ONE)
        written(write, site, TWO)
        scanned(write, site, 100.0)
        scanned(write, site, 5.0, TWO)
        judging.judge_new(write, site)
        assert (state(write), state(write, TWO)) == (MediumState.SUSPECT, MediumState.GOOD)
        assert any(event.type == "medium suspect" for event in events.latest(write, subject_id=ONE))


def test_a_suspect_medium_that_was_read_in_full_is_not_made_suspect_again_by_old_values(
    catalog: Catalog, site: Site
) -> None:
    with catalog.write() as write:
        written(write, site, ONE)
        scanned(write, site, 100.0)
        judging.judge_new(write, site)
        site.tools.clock.sleep(86400)
        media.advance_state(write, ONE, MediumEvent.READ_MATCHED, site.now())
        add_verified(write, site)
        health.note(write, site.now(), ONE, LOAD, None)
        judging.judge_new(write, site)
        assert state(write) is MediumState.WATCH


def test_a_blank_is_not_judged_and_a_crash_before_the_judgement_loses_none(
    catalog: Catalog, site: Site
) -> None:
    with catalog.write() as write:
        health.note(write, site.now(), TWO, READ_ERROR, 3, unit="sectors")
        judging.judge_new(write, site)
        assert state(write, TWO) is MediumState.BLANK
        written(write, site, ONE)
        scanned(write, site, 20.0)
    with catalog.write() as write:  # a later life
        assert [one.medium_id for one in judging.judge_new(write, site)] == [ONE]


def test_what_a_person_watches_only_a_person_clears(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        written(write, site, ONE)
        said.watch(write, site, ONE, agent="uid:7", reason="bought with the bad ones")
        scanned(write, site, 5.0)
        judging.judge_new(write, site)
        assert state(write) is MediumState.WATCH
        with pytest.raises(Refused, match="reason"):
            said.clear(write, site, ONE, agent="uid:7", reason=" ")
        said.clear(write, site, ONE, agent="uid:8", reason="scanned, it is fine")
        assert state(write) is MediumState.GOOD
        step = health.history(write, ONE)[-1]
    assert (step.agent, step.why) == ("uid:8", "scanned, it is fine")


def test_what_was_set_aside_comes_back_as_what_it_was(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        said.quarantine(write, site, ONE, agent="uid:7", reason="dropped")
        assert state(write) is MediumState.QUARANTINED
        assert said.quarantine(write, site, ONE, agent="uid:7", reason="dropped").note == "dropped"
        said.admit(write, site, ONE, agent="uid:7", reason="it was another one")
        assert state(write) is MediumState.BLANK
        with pytest.raises(WrongState, match="not set aside"):
            said.admit(write, site, ONE, agent="uid:7", reason="again")
        with pytest.raises(WrongState, match="only a good one"):
            said.watch(write, site, ONE, agent="uid:7", reason="a blank")
        with pytest.raises(WrongState, match="not watched"):
            said.clear(write, site, ONE, agent="uid:7", reason="a blank")


def test_a_medium_that_is_being_written_is_not_set_aside(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        for event in (MediumEvent.RESERVED, MediumEvent.INTENT):
            media.advance_state(write, ONE, event, site.now())
        with pytest.raises(WrongState, match="cannot be set aside"):
            said.quarantine(write, site, ONE, agent="uid:7", reason="stop")
        assert state(write) is MediumState.WRITING


def test_a_medium_that_somebody_is_at_is_set_aside_when_he_is_done(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        written(write, site, ONE)
        add_verified(write, site)
        scan_orders.begin(write, site, scan_orders.plan(write, site, [ONE]), agent="uid:7", reason="a look")
        (item,) = care.open_items(write, SCAN)
        care.advance_item(write, item.id, ItemEvent.BEGUN)
        with pytest.raises(WrongState, match="being used"):
            said.quarantine(write, site, ONE, agent="uid:7", reason="stop")
        care.advance_item(write, item.id, ItemEvent.INTERRUPTED)
        said.quarantine(write, site, ONE, agent="uid:7", reason="stop")
        assert state(write) is MediumState.QUARANTINED
        said.admit(write, site, ONE, agent="uid:7", reason="go on")
        assert state(write) is MediumState.GOOD, "it carries a verified copy"


def test_what_cannot_be_scanned_is_named_and_nothing_begins(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        with pytest.raises(Refused, match="nothing on it can be scanned"):
            scan_orders.plan(write, site, [TWO])
        with pytest.raises(Refused, match="no disc"):
            scan_orders.plan(write, site, [], ["no such batch"])
        written(write, site, ONE)
        add_verified(write, site)
        order = scan_orders.plan(write, site, [ONE, ONE])
        assert order.preview["media"] == 1
        with pytest.raises(Refused, match="reason"):
            scan_orders.begin(write, site, order, agent="uid:7", reason=" ")
        scan_orders.begin(write, site, order, agent="uid:7", reason="a look")
        with pytest.raises(Refused, match="already"):
            scan_orders.plan(write, site, [ONE])


def test_discs_that_were_not_scanned_for_long_are_scanned_by_themselves_where_the_settings_say_so(
    catalog: Catalog, site: Site
) -> None:
    often = replace(site, config=replace(site.config, health=HealthSettings(scan_days=365.0)))
    with catalog.write() as write:
        written(write, site, ONE)
        add_verified(write, site)
        assert scan_orders.begin_due(write, site) is None, "by itself nothing is scanned"
        run = scan_orders.begin_due(write, often)
        assert run is not None
        assert (run.agent, run.preview["media_ids"]) == ("archived", [ONE])
        assert scan_orders.begin_due(write, often) is None, "one run at a time"
