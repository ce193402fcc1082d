"""A site with an empty catalog, and the producer's side: folders and bags to hand in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from archived.catalog import packages
from archived.catalog.store import Catalog
from archived.config import parse
from archived.formats.key_files import make_site_key
from archived.model import PackageFile
from archived.policy.reading_rights import Reader
from archived.sessions.tools import KEYS_FOLDER
from archived.settings import Config
from archived.settings_text import template
from archived.stages import intake
from archived.stages.intake import NO_LIMITS, Limits, SubmissionRequest
from devices.clock import SimulatedClock


@dataclass
class Site:
    """Everything that `accept` needs, and a folder for producers."""

    folder: Path
    producer: Path
    catalog: Catalog
    config: Config
    clock: SimulatedClock = field(default_factory=SimulatedClock)

    def request(self, path: Path | None = None, **changes: Any) -> SubmissionRequest:
        fields: dict[str, Any] = {
            "path": path or self.producer,
            "fonds": "J001",
            "series": "A",
            "volume": "12",
            "title": "账簿",
            "retention": "permanent",
            "confidentiality": "open",
        }
        return SubmissionRequest(**(fields | changes))

    def accept(
        self,
        path: Path | None = None,
        *,
        limits: Limits = NO_LIMITS,
        progress: Any = None,
        reader: Reader | None = None,
        **changes: Any,
    ) -> Any:
        return intake.accept(
            self.request(path, **changes),
            catalog=self.catalog,
            config=self.config,
            site=self.folder,
            clock=self.clock,
            owner=1000,
            limits=limits,
            progress=progress,
            reader=reader,
        )

    def would_accept(self, path: Path | None = None, *, limits: Limits = NO_LIMITS, **changes: Any) -> Any:
        return intake.would_accept(
            self.request(path, **changes),
            catalog=self.catalog,
            config=self.config,
            site=self.folder,
            clock=self.clock,
            limits=limits,
        )

    def recover(self) -> list[str]:
        return intake.recover(catalog=self.catalog, config=self.config, site=self.folder, clock=self.clock)

    def staged(self, package_id: str) -> Path:
        return self.folder / "staging" / "packages" / package_id

    def left_in_staging(self) -> list[str]:
        folder = self.folder / "staging" / "packages"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    def rows(self, package_id: str) -> dict[str, PackageFile]:
        with self.catalog.read() as connection:
            return {row.path: row for row in packages.files(connection, package_id)}

    def states(self) -> list[str]:
        with self.catalog.read() as connection:
            return [package.state.value for package in packages.listing(connection)]


@pytest.fixture(scope="session")
def empty_catalog(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A migrated catalog file; migrating once saves most of the time of these tests."""
    path = tmp_path_factory.mktemp("catalog") / "catalog.sqlite"
    catalog = Catalog(path)
    catalog.upgrade()
    with catalog.write() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 1")
    catalog.close()
    return path.read_bytes()


@pytest.fixture
def site(tmp_path: Path, empty_catalog: bytes) -> Iterator[Site]:
    folder = tmp_path / "site"
    folder.mkdir()
    producer = tmp_path / "producer"
    producer.mkdir()
    make_site_key(folder / KEYS_FOLDER)
    (folder / "catalog.sqlite").write_bytes(empty_catalog)
    catalog = Catalog(folder / "catalog.sqlite")
    yield Site(folder, producer, catalog, parse(template(speed=0, keep_free_bytes=0)))
    catalog.close()


@pytest.fixture
def volume(site: Site) -> Path:
    """A small volume with everything that must work in it."""
    for path, text in {
        "a.txt": "first",
        ".hidden": "dot",
        "with space/第一页.txt": "中文",
        "empty.bin": "",
    }.items():
        there = site.producer / path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(text, encoding="utf-8")
    (site.producer / "空").mkdir()
    return site.producer
