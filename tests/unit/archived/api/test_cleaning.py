"""What a person is told of cleanings and of cleaning cartridges."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archived.api.robot import in_the_way, wait_for_robot
from archived.catalog import cleanings, events, media
from archived.catalog.events import Attention
from archived.catalog.store import Catalog
from archived.cleanings import CleaningEvent
from archived.daemon import under_way
from archived.errors import Unavailable
from archived.model import Drive, Medium
from archived.stages.floor import furnish
from archived.states import MediumState
from tests.unit.archived.api.conftest import Daemon

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    found = Catalog(tmp_path / "catalog.sqlite")
    found.upgrade()
    with found.write() as write:
        media.register_drive(write, Drive("T1", "tl1", 256, "A", True, ""))
        cleanings.ask(write, "T1", urgent=True, agent="uid:0", at=AT)
    yield found
    found.close()


@pytest.mark.parametrize(
    ("attention_id", "stands_already"),
    [
        ("cleaning:T1", True),
        ("robot:tl1", True),
        ("drive-place:T1", True),
        ("drive:T1", False),
        ("trouble:T1", False),
        ("confused:cleaning 1", False),
    ],
)
def test_what_was_told_before_the_order_is_in_the_way_only_if_nothing_moves_because_of_it(
    attention_id: str, stands_already: bool, catalog: Catalog
) -> None:
    with catalog.write() as write:
        for name in ("drive:T2", "cleaning:T2", "robot:tl2", attention_id):
            events.raise_attention(write, Attention(name, "now", f"about {name}", "safe", "next", AT))
        assert in_the_way(write, "T1", []) == [f"about {attention_id}"]
        expected = [f"about {attention_id}"] if stands_already else []
        assert in_the_way(write, "T1", [attention_id]) == expected


def test_a_cleaning_that_was_ordered_is_under_way_when_the_daemon_stops(catalog: Catalog) -> None:
    with catalog.write() as write:
        assert under_way(write) == ""
        cleanings.advance_state(write, 1, CleaningEvent.ORDERED)
        assert under_way(write) == "cleaning of T1"


def test_a_cleaning_cartridge_in_a_slot_is_shown_as_what_it_is_good_for(daemon: Daemon) -> None:
    catalog, library = daemon.services.catalog, next(iter(daemon.services.site.config.libraries))
    names = ("CLNU01L1", "CLNU02L1")
    with catalog.write() as write:
        furnish(write, library, slots={1000: None, 1001: None}, ports=[])
        drive = media.drives(write)[0].name
        for element, name in enumerate(names, start=1000):
            state = MediumState.QUARANTINED
            place = (library, element, element, None)
            media.register(write, Medium(name, state, "lto-cleaning", name, "", "", 0, *place))
        spent = cleanings.ask(write, drive, urgent=False, agent="me", at=AT)
        for event in (CleaningEvent.ORDERED, CleaningEvent.CHOSEN, CleaningEvent.FOUND_UNFIT):
            cleanings.advance_state(write, spent, event, medium_id=names[1])
    slots = daemon.ask("GET", "/v1/library").json()["libraries"][0]["slots"]
    assert {slot["medium"]: slot["state"] for slot in slots} == {names[0]: "cleaning", names[1]: "used up"}


def test_who_waits_for_the_robot_is_answered_when_the_daemon_stops(daemon: Daemon) -> None:
    stopping = replace(daemon.services, is_draining=lambda: True)
    with pytest.raises(Unavailable, match="stays on record"):
        wait_for_robot(stopping, lambda _read: False)
    wait_for_robot(stopping, lambda _read: True)
