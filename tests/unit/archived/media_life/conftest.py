"""A site without devices, for what people say of media."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archived.catalog.store import Catalog
from archived.config import load
from archived.founding import Choices, make_site
from archived.stages.work import Site
from archived.wiring import paths_of, site_without_devices
from devices.clock import SimulatedClock


@pytest.fixture
def site(tmp_path: Path) -> Site:
    folder, clock = tmp_path / "site", SimulatedClock()
    make_site(folder, Choices(4 << 20, keep_free_bytes=1), clock)
    config = load(folder)
    return site_without_devices(config, paths_of(folder, config), clock)


@pytest.fixture
def catalog(site: Site) -> Iterator[Catalog]:
    made = Catalog(site.tools.paths.catalog)
    yield made
    made.close()
