"""Every simulated room that `archived init --room` offers holds together: settings, plan, world and catalog."""

from pathlib import Path

import pytest

from archived.catalog import counters, media
from archived.catalog.store import Catalog
from archived.config import load
from archived.founding import Choices, make_site
from archived.model import Medium
from archived.simulated_rooms import ROOMS
from archived.wiring import paths_of, room_plan
from devices.clock import SimulatedClock
from simulator.plan import RoomPlan
from simulator.world import furnish


def founded(folder: Path, room: str) -> tuple[RoomPlan, list[Medium], dict[str, int]]:
    make_site(folder, Choices(2 << 20, keep_free_bytes=1, room=room), SimulatedClock())
    paths = paths_of(folder, load(folder))
    catalog = Catalog(paths.catalog)
    with catalog.read() as read:
        found = media.listing(read)
        counted = counters.values(read)
    catalog.close()
    return room_plan(paths.room), found, counted


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_the_catalog_of_a_fresh_room_equals_the_room(tmp_path: Path, room: str) -> None:
    plan, found, _counted = founded(tmp_path / "site", room)
    wanted = ROOMS[room]
    assert load(tmp_path / "site").libraries["main"].robot == plan.robot == wanted.robot
    assert tuple(drive.name for drive in plan.drives) == wanted.drives
    lies = {carrier.barcode: carrier.address for carrier in furnish(plan).carriers.values()}
    assert {medium.barcode or medium.printed_label: medium.element for medium in found} == lies
    assert len(lies) >= 40


def test_blanks_in_a_bin_are_known_by_their_labels_and_the_next_loaded_get_new_ones(tmp_path: Path) -> None:
    plan, found, counted = founded(tmp_path / "site", "stacker")
    assert [medium.id for medium in found][:2] == ["main-00001", "main-00002"]
    assert {medium.barcode for medium in found} == {medium.magazine for medium in found} == {None}
    assert counted["medium:main"] == len(found)
    assert len({medium.batch for medium in found[:4]}) == 4, "neighbours in a bin go into one set"
    assert all(plan.bins[0].takes and (medium.element or 0) in plan.bins[0] for medium in found)


def test_a_drawer_is_what_the_rules_of_spreading_know_as_a_magazine(tmp_path: Path) -> None:
    _plan, found, _counted = founded(tmp_path / "site", "manual")
    assert found[0].magazine == "cabinet 1/1"
    assert {medium.magazine for medium in found} == {f"cabinet 1/{drawer}" for drawer in range(1, 7)}
    assert all(medium.barcode == medium.id for medium in found)
