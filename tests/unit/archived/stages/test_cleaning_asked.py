"""What a drive that asks to be cleaned leaves on record, and what closes it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archived.catalog import cleanings, events, media
from archived.cleanings import Cleaning, CleaningEvent, CleaningState
from archived.errors import Refused, WrongState
from archived.model import Drive, Medium
from archived.policy.cartridge_labels import CLEANING
from archived.policy.cleaners import AGAIN
from archived.stages import cleaning_asked
from archived.states import MediumState
from tests.unit.archived.stages.tape_site import TapeSite

T1 = Drive("T1", "tl1", 2001, "SIM-T1", up=True)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[TapeSite]:
    made = TapeSite(tmp_path)
    with made.catalog.write() as write:
        media.register_drive(write, T1)
    yield made
    made.catalog.close()


def newest(site: TapeSite) -> Cleaning:
    with site.catalog.read() as read:
        return cleanings.newest(read)["T1"]


def asks(site: TapeSite, *, urgent: bool = True) -> Cleaning:
    with site.catalog.write() as write:
        cleaning_asked.drive_asks(write, site.site, T1, urgent=urgent)
    return newest(site)


def told(site: TapeSite) -> set[str]:
    with site.catalog.read() as read:
        return {item.id for item in events.attentions(read)}


def test_a_drive_that_asks_is_wanted_clean_once_however_often_it_says_so(site: TapeSite) -> None:
    first = asks(site)
    assert (first.state, first.urgent) == (CleaningState.WANTED, True)
    assert asks(site) == first
    assert asks(site, urgent=False) == first
    assert "cleaning:T1" not in told(site), "no person is needed yet"


def test_a_drive_that_is_due_and_then_must_be_cleaned_stops_writing(site: TapeSite) -> None:
    due = asks(site, urgent=False)
    now = asks(site)
    assert now.id != due.id
    assert now.urgent
    with site.catalog.read() as read:
        assert cleanings.get(read, due.id).state is CleaningState.WITHDRAWN


@pytest.mark.parametrize("rest_s", [AGAIN.total_seconds() - 60, AGAIN.total_seconds()], ids=["soon", "later"])
def test_a_drive_that_asks_again_soon_after_a_cleaning_is_shown_to_a_person(
    site: TapeSite, rest_s: float
) -> None:
    done = asks(site)
    cleaner = site.cartridge("CLN001L1")
    with site.catalog.write() as write:
        cleanings.advance_state(write, done.id, CleaningEvent.CHOSEN, medium_id=cleaner)
        cleanings.advance_state(write, done.id, CleaningEvent.CLEANED, ended_at=site.site.now())
    site.site.tools.clock.sleep(rest_s)
    soon = rest_s < AGAIN.total_seconds()
    assert asks(site).state is (CleaningState.ASKED if soon else CleaningState.WANTED)
    assert ("cleaning:T1" in told(site)) is soon


def test_what_a_person_ordered_is_not_closed_by_a_drive_that_does_not_ask(site: TapeSite) -> None:
    asks(site)
    with site.catalog.write() as write:
        cleaning_asked.drive_is_content(write, site.site, "T1")
    assert newest(site).state is CleaningState.WITHDRAWN
    with site.catalog.write() as write:
        ordered = cleanings.ask(write, "T1", urgent=False, agent="uid:1000", at=site.site.now())
        cleaning_asked.drive_is_content(write, site.site, "T1")
    assert newest(site).id == ordered
    assert newest(site).state is CleaningState.ASKED


def test_who_puts_a_drive_into_use_says_that_it_is_clean(site: TapeSite) -> None:
    asks(site)
    with site.catalog.write() as write:
        cleaning_asked.said_clean(write, site.site, "T1", "uid:1000")
    assert newest(site).state is CleaningState.WITHDRAWN
    assert newest(site).note == "uid:1000 says that it is clean"


def test_an_order_answers_what_the_drive_asked_for_and_needs_a_cartridge_that_cleans(site: TapeSite) -> None:
    tools = replace(site.site.tools, tapes={"T1": object()})  # type: ignore[dict-item]
    with site.catalog.write() as write:
        cleanings.ask(write, "T1", urgent=True, agent=events.DAEMON, at=site.site.now())
        cleaning_asked.tell(write, site.site, "T1", "it asks", "clean it", urgent=True)
    ready = replace(site.site, tools=tools)
    with pytest.raises(WrongState, match="no cleaning cartridge"), site.catalog.write() as write:
        cleaning_asked.order(write, ready, "T1", "uid:1000")
    with site.catalog.write() as write:
        cleaner = Medium(
            "CLN001L1", MediumState.QUARANTINED, CLEANING, "CLN001L1", "", "", 0, "tl1", 9, 9, None
        )
        media.register(write, cleaner)
        cleaning_asked.order(write, ready, "T1", "uid:1000")
    assert newest(site).state is CleaningState.WANTED
    assert "cleaning:T1" not in told(site)


def test_a_burner_is_not_cleaned_so(site: TapeSite) -> None:
    with pytest.raises(Refused, match="only tape drives"), site.catalog.write() as write:
        cleaning_asked.order(write, site.site, "B1", "uid:1000")
