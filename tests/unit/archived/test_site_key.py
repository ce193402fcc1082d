"""The key of a site: made with it, or at the first start after an upgrade."""

from dataclasses import replace
from pathlib import Path

import pytest

from archived.catalog import events, packages
from archived.catalog.store import Catalog
from archived.errors import ConfigurationError
from archived.formats.key_files import PRIVATE_NAME, PUBLIC_NAME, load_site_key
from archived.founding import Choices, make_site, provide_key
from archived.policy.submission import SubmissionRequest
from archived.stages import intake
from archived.wiring import paths_of
from devices.clock import SimulatedClock


def test_a_site_of_an_earlier_release_gets_a_key_once_and_its_waiting_packages_are_charged_anew(
    tmp_path: Path,
) -> None:
    site, clock = tmp_path / "site", SimulatedClock()
    config = make_site(site, Choices(8 << 20, keep_free_bytes=1), clock)
    paths = paths_of(site, config)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/page").write_bytes(b"page")
    catalog = Catalog(paths.catalog)
    request = SubmissionRequest(tmp_path / "in", "F", "S", "1", "", None, "permanent", "open")
    taken = intake.accept(request, catalog=catalog, config=config, site=site, clock=clock, owner=1)
    with catalog.write() as write:
        packages.update_columns(write, taken["package"], cost_bytes=1)
    first = load_site_key(paths.keys).public
    provide_key(catalog, config, paths, clock)
    with catalog.read() as read:
        assert packages.get(read, taken["package"]).cost_bytes == 1
    for name in (PRIVATE_NAME, PUBLIC_NAME):
        (paths.keys / name).unlink()
    other = replace(request, volume="2")
    with pytest.raises(ConfigurationError, match="no key to sign with"):
        intake.accept(other, catalog=catalog, config=config, site=site, clock=clock, owner=1)
    for _ in range(2):
        provide_key(catalog, config, paths, clock)
    with catalog.read() as read:
        assert packages.get(read, taken["package"]).cost_bytes > 50_000
        (made,) = [event for event in events.latest(read, limit=50) if event.type == "site key made"]
    assert made.detail["key_id"] == load_site_key(paths.keys).public.key_id != first.key_id
    catalog.close()
