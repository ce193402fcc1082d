"""A library that a site gets later: its simulated room is furnished once, and put on record with its cartridges."""

from pathlib import Path

import pytest

from archived.catalog import media
from archived.catalog.store import Catalog
from archived.config import FILE_NAME, load
from archived.errors import ConfigurationError
from archived.founding import Choices, make_site, provide_libraries
from archived.states import MediumState
from archived.wiring import paths_of, room_folders
from archived.wiring_rooms import furnish_library
from devices.clock import SimulatedClock

TAPES = '\n[libraries.tl1]\nkind = "tape"\ndrives = ["T1"]\n\n[pools.tapes]\nlibrary = "tl1"\nmedia_kind = "lto-7"\n'


def test_a_new_library_waits_for_its_room_survives_a_crash_and_is_furnished_once(tmp_path: Path) -> None:
    site, clock = tmp_path / "site", SimulatedClock()
    make_site(site, Choices(disc_capacity_bytes=2 << 20, keep_free_bytes=1), clock)
    path = site / FILE_NAME
    path.write_text(path.read_text(encoding="utf-8") + TAPES, encoding="utf-8")
    config = load(site)
    paths = paths_of(site, config)
    catalog = Catalog(paths.catalog)

    with pytest.raises(ConfigurationError, match="runs without it"):
        provide_libraries(catalog, config, site, clock, served=True)
    assert room_folders(paths, config) == (paths.room,)

    furnish_library(paths, config, "tl1")  # and the process is gone before anything is on record
    assert provide_libraries(catalog, config, site, clock) == ["tl1"]
    assert provide_libraries(catalog, config, site, clock, served=True) == []

    assert room_folders(paths, config) == (paths.room, site / "room-tl1")
    with catalog.read() as read:
        found = [medium for medium in media.listing(read) if medium.library == "tl1"]
        assert media.get_drive(read, "T1").library == "tl1"
    catalog.close()
    assert {medium.kind for medium in found} == {"lto-7", "lto-cleaning"}
    blanks = [medium for medium in found if medium.state is MediumState.BLANK]
    assert len(blanks) == len(found) - 1
    assert all(medium.id.endswith("L7") and medium.capacity_bytes == 6 * 10**12 for medium in blanks)
