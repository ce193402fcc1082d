"""What a look at a real changer makes of the floor: slots, ports, drives that moved, drives that are none of ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from archived.catalog import cleanings, events, media
from archived.catalog.cleaning_table import cleaning
from archived.catalog.store import Catalog
from archived.cleanings import CleaningEvent, CleaningState
from archived.config import load
from archived.errors import WrongState
from archived.founding import Choices, found_again, make_site
from archived.sessions.inventory import in_doubt
from archived.stages.floor import Floor, floors
from archived.stages.furnishing import furnish_as_seen
from archived.stages.orders import check_move
from archived.stages.registration import register_blanks
from archived.stages.settling import settle
from archived.stages.work import Site
from archived.wiring import paths_of, site_without_devices
from devices.clock import SimulatedClock
from robotics.model import Element, ElementKind, Inventory

TABLES = """
[libraries.tl1]
kind = "tape"
drives = ["T1", "T2"]
magazine_slots = 2
[devices.tl1]
path = "/dev/sg3"
serial = "L"
[devices.T1]
path = "/dev/sg1"
serial = "A"
[devices.T2]
path = "/dev/sg2"
serial = "B"
[pools.tapes]
library = "tl1"
media_kind = "lto-8"
image_bytes = 1000000
"""
SERIALS = {"T1": "A", "T2": "B"}
ABSENT = (0x83, 0x02)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[Site, Catalog]]:
    clock = SimulatedClock()
    make_site(tmp_path / "site", Choices(hardware=TABLES), clock)
    config = load(tmp_path / "site")
    paths = paths_of(tmp_path / "site", config)
    catalog = Catalog(paths.catalog)
    yield site_without_devices(config, paths, clock), catalog
    catalog.close()


def seen(
    *drives: str | None,
    barcodes: dict[int, str] | None = None,
    last_slot: tuple[int, int] | None = ABSENT,
) -> Inventory:
    """A changer with these drives from element 256 on, four slots (the last without its magazine), one port."""
    full = barcodes or {}

    def element(address: int, kind: ElementKind, **more: object) -> Element:
        return Element(address, kind, address in full, full.get(address), **more)  # type: ignore[arg-type]

    slots = [
        element(1000 + n, ElementKind.STORAGE, exception=last_slot if n == 3 else None) for n in range(4)
    ]
    bays = [element(256 + n, ElementKind.DRIVE, drive_serial=serial) for n, serial in enumerate(drives)]
    return Inventory((*slots, element(16, ElementKind.IMPORT_EXPORT), *bays))


def looked(made: tuple[Site, Catalog], inventory: Inventory) -> tuple[Floor, dict[str, str]]:
    """The floor after a look, and what waits for a person."""
    site, catalog = made
    with catalog.write() as write:
        furnish_as_seen(write, site, "tl1", inventory)
        barcodes = {e.address: e.barcode for e in inventory.elements if e.full}
        settle(write, site, "tl1", barcodes, in_doubt(inventory))
    with catalog.read() as read:
        return floors(read, site)[0], {item.id: item.what for item in events.attentions(read)}


def drives_of(floor: Floor) -> dict[str, tuple[int, bool]]:
    return {drive.name: (drive.element, drive.up) for drive in floor.drives}


def test_a_look_tells_slots_ports_and_drives(made: tuple[Site, Catalog]) -> None:
    floor, waiting = looked(made, seen("B", "A"))
    assert floor.slots == {
        1000: "magazine-1", 1001: "magazine-1", 1002: "magazine-2", 1003: "magazine-2",
    }  # fmt: skip
    assert floor.doubtful == {1003: ABSENT}
    assert (floor.ports, floor.others) == ((16,), ())
    assert drives_of(floor) == {"T2": (256, True), "T1": (257, True)}
    assert not waiting


def test_drives_that_changed_places_are_where_they_are_now_and_as_a_person_left_them(
    made: tuple[Site, Catalog],
) -> None:
    looked(made, seen("A", "B"))
    with made[1].write() as write:
        media.set_drive(write, "T1", up=False, note="noisy")
    floor, _ = looked(made, seen("B", "A"))
    assert drives_of(floor) == {"T2": (256, True), "T1": (257, False)}


def test_a_drive_that_is_not_told_is_out_of_use_and_named_until_it_is(made: tuple[Site, Catalog]) -> None:
    looked(made, seen("A", "B"))
    with made[1].write() as write:
        media.set_drive(write, "T1", up=False, note="noisy")
    for _ in range(2):
        floor, waiting = looked(made, seen(None, None))
        assert drives_of(floor) == {"T1": (256, False), "T2": (257, False)}
        assert "257 (no serial number)" in waiting["drive-place:T2"]
    floor, waiting = looked(made, seen("A", "B"))
    assert not waiting
    # What a person said of a drive stays said.
    assert {drive.name: (drive.up, drive.note) for drive in floor.drives} == {
        "T1": (False, "noisy"), "T2": (True, ""),
    }  # fmt: skip


@pytest.mark.parametrize("state", CleaningState)
def test_cleanings_in_any_state_outlive_each_look_and_drives_that_change_places(
    made: tuple[Site, Catalog], state: CleaningState
) -> None:
    looked(made, seen("A", "B"))
    with made[1].write() as write:
        ended = cleanings.ask(write, "T1", urgent=True, agent="me", at=made[0].now())
        write.execute(update(cleaning).values(state=state))
    for told in (("A", "B"), ("B", "A"), ("A", "B"), ("A", "B")):
        floor, waiting = looked(made, seen(*told))
        assert drives_of(floor) == {
            name: (256 + told.index(serial), True) for name, serial in SERIALS.items()
        }
        assert not waiting
    with made[1].read() as read:
        assert (cleanings.get(read, ended).drive, cleanings.get(read, ended).state) == ("T1", state)


def test_a_drive_whose_place_another_has_taken_is_in_no_element_and_keeps_its_cleanings(
    made: tuple[Site, Catalog],
) -> None:
    looked(made, seen("A", "B"))
    with made[1].write() as write:
        ended = cleanings.ask(write, "T1", urgent=True, agent="me", at=made[0].now())
        cleanings.advance_state(write, ended, CleaningEvent.ORDERED)
        media.set_drive(write, "T1", up=False, note="noisy")
    for serials in (("B",), ("B",), (None, "B"), ("B", "X")):
        floor, waiting = looked(made, seen(*serials))
        assert drives_of(floor) == {"T2": (256 + serials.index("B"), True)}
        assert set(waiting) == {"drive-place:T1"}
    floor, waiting = looked(made, seen("A", "B"))
    assert {drive.name: (drive.element, drive.up, drive.note) for drive in floor.drives} == {
        "T1": (256, False, "noisy"), "T2": (257, True, ""),
    }  # fmt: skip
    assert not waiting


def test_a_drive_that_is_none_of_ours_keeps_what_lies_in_it(made: tuple[Site, Catalog]) -> None:
    floor, _ = looked(made, seen("A", "B", "C", barcodes={258: "X00001L8", 1000: "X00002L8"}))
    assert floor.others == (258,)
    assert floor.in_hand is None
    home = {medium.id: (medium.home_element, medium.magazine) for medium in floor.media}
    assert home == {"X00001L8": (None, None), "X00002L8": (1000, "magazine-1")}


@pytest.mark.parametrize(
    ("said", "element", "told"),
    [(ABSENT, None, "magazine:tl1"), ((0x83, 0x07), 1003, "doubt:tl1")],
    ids=["magazine away", "not in order"],
)
def test_a_slot_that_is_not_in_order_stays_a_slot_in_doubt_and_its_medium_is_not_missed(
    made: tuple[Site, Catalog], said: tuple[int, int], element: int | None, told: str
) -> None:
    looked(made, seen("A", "B", barcodes={1003: "X00003L8"}, last_slot=None))

    floor, waiting = looked(made, seen("A", "B", barcodes={1000: "X00002L8"}, last_slot=said))

    assert floor.slots[1003] == "magazine-2"
    assert floor.doubtful == {1003: said}
    assert floor.in_hand is None
    medium = next(medium for medium in floor.media if medium.id == "X00003L8")
    assert (medium.element, medium.home_element) == (element, 1003)
    assert told in waiting
    assert "missing:X00003L8" not in waiting
    with made[1].read() as read, pytest.raises(WrongState, match="not in order"):
        check_move(read, made[0], "X00002L8", 1003)

    floor, waiting = looked(made, seen("A", "B", barcodes={1003: "X00003L8"}, last_slot=None))
    assert next(medium.element for medium in floor.media if medium.id == "X00003L8") == 1003
    assert not floor.doubtful
    assert told not in waiting


def test_a_real_site_whose_catalog_is_gone_knows_its_floor_after_a_look(made: tuple[Site, Catalog]) -> None:
    site, catalog = made
    catalog.close()
    folder = site.tools.paths.site
    site.tools.paths.catalog.unlink()
    anew = Catalog(site.tools.paths.catalog)
    anew.upgrade()
    try:
        assert found_again(anew, site.config, folder, SimulatedClock())
        floor, waiting = looked((site, anew), seen("A", "B", barcodes={1001: "X00001L8"}))
    finally:
        anew.close()
    assert set(drives_of(floor)) == {"T1", "T2"}
    assert [medium.home_element for medium in floor.media] == [1001]
    assert set(waiting) == {"catalog-empty"}


def test_many_new_media_are_one_thing_to_do_until_all_of_them_are_registered(
    made: tuple[Site, Catalog],
) -> None:
    barcodes = [f"N{number:05d}L8" for number in range(10)]
    slots = [Element(1000 + n, ElementKind.STORAGE, True, code) for n, code in enumerate(barcodes)]
    bays = [Element(256, ElementKind.DRIVE, False, drive_serial="A")]
    bays.append(Element(257, ElementKind.DRIVE, False, drive_serial="B"))
    _, waiting = looked(made, Inventory((*slots, *bays)))
    assert set(waiting) == {"strangers:tl1"}
    assert waiting["strangers:tl1"].startswith("10 media of library tl1")

    def registered(wanted: list[str]) -> dict[str, str]:
        site, catalog = made
        with catalog.write() as write:
            register_blanks(
                write, site, wanted, pool="tapes", batch="b", media_id="", capacity_bytes=None, agent="me"
            )
            return {item.id: item.what for item in events.attentions(write)}

    assert registered(barcodes[:7])["strangers:tl1"].startswith("3 media")
    _, waiting = looked(made, Inventory((*slots[:9], *bays)))  # somebody took one out
    assert waiting["strangers:tl1"].startswith("2 media")
    assert registered(barcodes[7:9]) == {}
