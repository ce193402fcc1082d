"""A site with media on record, and nothing that moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from archived.catalog import media
from archived.catalog.store import Catalog
from archived.config import load
from archived.founding import Choices, make_site, paths_of
from archived.stages.work import Site
from archived.states import MediumEvent
from archived.wiring import site_without_devices
from devices.clock import SimulatedClock


@pytest.fixture
def site(tmp_path: Path) -> Site:
    clock = SimulatedClock()
    make_site(tmp_path / "site", Choices(4 << 20, keep_free_bytes=1), clock)
    config = load(tmp_path / "site")
    return site_without_devices(config, paths_of(tmp_path / "site", config), clock)


@pytest.fixture
def catalog(site: Site) -> Iterator[Catalog]:
    made = Catalog(site.tools.paths.catalog)
    yield made
    made.close()


def written(write: Connection, site: Site, medium_id: str) -> None:
    """The medium is GOOD."""
    for event in (MediumEvent.RESERVED, MediumEvent.INTENT, MediumEvent.WRITTEN):
        media.advance_state(write, medium_id, event, site.now())
