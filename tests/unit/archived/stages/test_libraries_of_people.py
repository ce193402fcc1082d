"""Libraries whose media people move: what a look makes of them, what is loaded, and what is ordered."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archived.catalog import events, media, tasks
from archived.catalog.store import Catalog
from archived.config import load
from archived.errors import NotFound, Refused, WrongState
from archived.founding import Choices, make_site
from archived.stages.blank_loading import load_blanks
from archived.stages.floor import floors
from archived.stages.hand_orders import order_by_hand
from archived.stages.hands_look import STRANGE, settle_told
from archived.stages.place_words import place_words
from archived.stages.sending import send
from archived.stages.tasking import ask_again, refuse
from archived.stages.work import Site
from archived.states import MediumEvent, MediumState
from archived.tasks import TaskKind
from archived.wiring import paths_of, site_without_devices
from devices.clock import SimulatedClock
from robotics.model import Element, ElementKind, Inventory

TABLES = """
[libraries.manual]
robot = "person"
drives = ["B1"]
[libraries.manual.cabinets."cabinet 1"]
drawers = 2
slots = 2
[libraries.vault]
robot = "person"
drives = []
[libraries.vault.cabinets.shelf]
slots = 1
[devices.B1]
path = "/dev/sr0"
serial = "A"
[pools.bluray]
library = "manual"
capacity_bytes = 25025314816
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Site, Catalog]]:
    clock = SimulatedClock()
    make_site(tmp_path / "site", Choices(hardware=TABLES), clock)
    config = load(tmp_path / "site")
    paths = paths_of(tmp_path / "site", config)
    catalog = Catalog(paths.catalog)
    made = site_without_devices(config, paths, clock)
    with catalog.write() as write:
        for library in config.libraries:
            settle_told(write, made, library, seen())
    yield made, catalog
    catalog.close()


def seen(**drives: bool) -> Inventory:
    """What drive B1 tells, if anything."""
    told = tuple(Element(256, ElementKind.DRIVE, full=full) for full in drives.values())
    return Inventory(told or (Element(256, ElementKind.DRIVE, full=False, told=False),))


def load_two(site: tuple[Site, Catalog], where: str = "cabinet 1:2") -> list[str]:
    made, catalog = site
    with catalog.write() as write:
        return load_blanks(write, made, "manual", where, 2, pool="bluray", batch="2026-03", agent="uid:1")


def test_a_look_puts_cabinets_and_drives_of_a_real_library_on_record(site: tuple[Site, Catalog]) -> None:
    made, catalog = site
    with catalog.read() as read:
        manual, vault = floors(read, made)
        drawers = {1024: "cabinet 1/1", 1025: "cabinet 1/1", 1026: "cabinet 1/2", 1027: "cabinet 1/2"}
        assert dict(manual.slots) == drawers
        assert [(drive.name, drive.element, drive.serial) for drive in manual.drives] == [("B1", 256, "A")]
        assert (list(vault.slots), vault.drives, vault.by_person) == ([1024], (), True)
        assert place_words(read, made, "manual", 1027) == "cabinet 1, drawer 2, slot 2"
        assert place_words(read, made, "manual", 256) == "drive B1"
        assert place_words(read, made, "manual", 1) == "somebody's hands"
        assert place_words(read, made, "gone", 1) == "outside every library"


def test_blanks_are_laid_into_the_free_places_of_a_drawer(site: tuple[Site, Catalog]) -> None:
    _made, catalog = site
    ids = load_two(site)
    with catalog.write() as write:
        laid = [media.get(write, medium_id) for medium_id in ids]
        assert [(one.element, one.home_element, one.magazine) for one in laid] == [
            (1026, 1026, "cabinet 1/2"), (1027, 1027, "cabinet 1/2"),
        ]  # fmt: skip
    with pytest.raises(WrongState, match="room for 0 media"):
        load_two(site)
    with pytest.raises(NotFound, match="its cabinets are cabinet 1"):
        load_two(site, "cabinet 9")


def test_what_lies_in_a_drive_and_nobody_told_of_takes_it_down_until_it_is_out(
    site: tuple[Site, Catalog],
) -> None:
    made, catalog = site
    with catalog.write() as write:
        settle_told(write, made, "manual", seen(B1=True))
        assert (media.get_drive(write, "B1").up, media.get_drive(write, "B1").note) == (False, STRANGE)
        assert "place:manual:256" in {item.id for item in events.attentions(write)}
        settle_told(write, made, "manual", seen(B1=False))
        assert media.get_drive(write, "B1").up
        assert "place:manual:256" not in {item.id for item in events.attentions(write)}


def test_what_somebody_took_out_of_a_drive_unasked_is_missed_and_what_is_not_told_stays(
    site: tuple[Site, Catalog],
) -> None:
    made, catalog = site
    one, two = load_two(site)
    with catalog.write() as write:
        media.saw(write, one, 256, made.now())
        settle_told(write, made, "manual", seen())
        assert media.get(write, one).element == 256
        settle_told(write, made, "manual", seen(B1=False))
        assert media.get(write, one).element is None
        assert media.get(write, two).element == 1027
        assert f"missing:{one}" in {item.id for item in events.attentions(write)}


def test_a_blank_that_nobody_finds_is_promised_to_nobody_until_it_is_asked_for_again(
    site: tuple[Site, Catalog],
) -> None:
    made, catalog = site
    one, _two = load_two(site)
    with catalog.write() as write:
        media.advance_state(write, one, MediumEvent.RESERVED)
        task = order_by_hand(write, made, one, 256)
        assert task is not None
        refuse(write, made, task.id, "uid:1", "not there")
        assert media.get(write, one).state is MediumState.QUARANTINED
        ask_again(write, made, task.id, "uid:1")
        assert media.get(write, one).state is MediumState.BLANK


def test_an_ordered_motion_is_a_task_and_is_ordered_once(site: tuple[Site, Catalog]) -> None:
    made, catalog = site
    one, two = load_two(site)
    with catalog.write() as write:
        task = order_by_hand(write, made, one, 256)
        assert task is not None
        assert (task.kind, task.from_words, task.to_words) == (
            TaskKind.ORDER, "cabinet 1, drawer 2, slot 1", "drive B1",
        )  # fmt: skip
    for medium_id in (one, two):
        with (
            pytest.raises(WrongState, match="T00001 is about this medium or this place"),
            catalog.write() as write,
        ):
            order_by_hand(write, made, medium_id, 256)


def test_a_medium_is_sent_to_a_free_place_of_another_library(site: tuple[Site, Catalog]) -> None:
    made, catalog = site
    one, two = load_two(site)
    with catalog.write() as write:
        with pytest.raises(Refused, match="has no place 'shelf/1/7'"):
            send(write, made, one, "vault", "shelf/1/7", "uid:1", "x")
        task = send(write, made, one, "vault", "shelf/1/1", "uid:1", "kept elsewhere")
        assert (task.kind, task.to_element, task.reason) == (TaskKind.HOME, 1024, "kept elsewhere")
        assert tasks.unsettled(write) == [task]
        with pytest.raises(WrongState, match="no free place"):
            send(write, made, two, "vault", "", "uid:1", "x")
