"""A site with one hot folder, looked at by hand: the pool works at once, on the thread of the test."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from archived.catalog import events, hot_items, media, packages
from archived.catalog.hot_item_table import hot_item
from archived.catalog.store import Catalog
from archived.config import parse
from archived.formats.key_files import make_site_key
from archived.hot_items import HotItem
from archived.model import Medium, Package
from archived.routines.hot_desk import Surroundings
from archived.routines.hot_folders import HotFolder
from archived.routines.hot_opening import place_of
from archived.sessions.inline import InlineBurner
from archived.sessions.tools import ProgressBoard, Tools
from archived.settings import HotFolderSettings
from archived.settings_text import template
from archived.stages import intake
from archived.stages.work import Site
from archived.states import MediumState, PackageState
from archived.wiring import paths_of
from devices.clock import SimulatedClock
from erasure.kernels import load_kernel
from tests.unit.archived.on_discs import put_on_discs


class Unsynced(Catalog):
    """A killed process loses nothing that it handed to the system; only a power cut would, and none comes here."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)

        @event.listens_for(self._writer, "connect")
        def without_sync(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA synchronous = OFF")


class AtOnce(Executor):
    """Does everything on the calling thread, or keeps it until it is told."""

    def __init__(self) -> None:
        self.holds = False
        self.worked = False
        self.kept: list[Callable[[], Any]] = []

    def submit(self, work: Any, /, *args: Any, **options: Any) -> Future[Any]:  # type: ignore[override]
        self.worked = True
        self.kept.append(lambda: work(*args, **options))
        if not self.holds:
            self.release()
        return Future()

    def release(self) -> None:
        while self.kept:
            self.kept.pop(0)()


@dataclass
class Hot:
    """A hot folder, and all that lies behind it."""

    path: Path
    folder: Path
    catalog: Catalog
    site: Site
    settings: HotFolderSettings
    pool: AtOnce = field(default_factory=AtOnce)
    draining: bool = False
    hot: HotFolder = field(init=False)
    #: Where the package lies that was archived last.
    discs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self, **changes: Any) -> None:
        """A new life of the daemon: only the catalog and the disks remember."""
        self.settings = replace(self.settings, **changes)
        self.pool = AtOnce()
        around = Surroundings(self.catalog, self.site, lambda: self.draining, lambda: None)
        intake.recover(
            catalog=self.catalog, config=self.site.config, site=self.folder, clock=self.site.tools.clock
        )
        self.hot = HotFolder(place_of("scans", self.settings), around, self.pool, wake=lambda: None)

    def look(self, times: int = 5) -> None:
        """Look as often as there is something to do, and at most so often."""
        for _look in range(times):
            self.pool.worked = False
            if not self.hot.look() and not self.pool.worked:
                return

    def volume(self, name: str = "F1/S1/0001", *, text: str = "one", ready: bool = True) -> Path:
        """A folder that is complete; with its marker."""
        there = self.path / name
        there.mkdir(parents=True)
        (there / "page.txt").write_text(text, encoding="utf-8")
        (there / "empty").mkdir()
        if ready:
            self.ready(name)
        return there

    def ready(self, name: str = "F1/S1/0001") -> Path:
        marker = self.path / f"{name}.ready"
        marker.unlink(missing_ok=True)
        marker.touch()
        return marker

    def document(self, name: str) -> dict[str, Any]:
        return json.loads((self.path / name).read_text(encoding="utf-8"))

    def items(self) -> list[HotItem]:
        with self.catalog.read() as read:
            paths = list(read.execute(select(hot_item.c.path).distinct()).scalars())
            newest = hot_items.newest(read, "scans", paths)
        return list(newest.values())

    def states(self) -> dict[str, str]:
        return {item.path: item.state.value for item in self.items()}

    def packages(self) -> list[Package]:
        with self.catalog.read() as read:
            return packages.in_state(read, PackageState.ACCEPTED, PackageState.ARCHIVED)

    def archive(self, package_id: str) -> None:
        """As if every disc of it had been read back."""
        receipt = {"receipt": "archived", "package": package_id}
        self.discs = put_on_discs(self.catalog, package_id, self.site.now(), archived_receipt=receipt)

    def pass_s(self, seconds: float) -> None:
        self.site.tools.clock.sleep(seconds)

    def waits(self) -> dict[str, str]:
        return {wait.path: wait.why.value for wait in self.hot.seen.waits}

    def names(self, below: str = "") -> list[str]:
        """Everything that is visible below a folder."""
        root = self.path / below
        found = (str(path.relative_to(root)) for path in root.rglob("*"))
        return sorted(name for name in found if not any(part.startswith(".") for part in name.split("/")))

    def events(self) -> list[str]:
        with self.catalog.read() as read:
            return [event.type for event in events.latest(read, limit=500)]


@pytest.fixture(scope="session")
def empty_catalog(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("catalog") / "catalog.sqlite"
    catalog = Catalog(path)
    catalog.upgrade()
    blank = Medium("D1", MediumState.BLANK, "bd-r", "D1", "b", "m", 64 << 20, "main", 1, 1, "magazine-1")
    with catalog.write() as write:
        media.register(write, blank)
    catalog.close()
    return path.read_bytes()


@pytest.fixture
def hot(tmp_path: Path, empty_catalog: bytes) -> Iterator[Hot]:
    folder, drop = tmp_path / "site", tmp_path / "drop"
    folder.mkdir()
    drop.mkdir()
    (folder / "catalog.sqlite").write_bytes(empty_catalog)
    catalog = Unsynced(folder / "catalog.sqlite")
    config = parse(template(speed=0, keep_free_bytes=0))
    clock = SimulatedClock()
    paths = paths_of(folder, config)
    tools = Tools(clock, config, paths, {}, {}, InlineBurner({}), load_kernel(), ProgressBoard(clock))
    key, _made = make_site_key(paths.keys)
    settings = HotFolderSettings(str(drop), retention="30 years", confidentiality="open")
    yield Hot(drop, folder, catalog, Site(config, tools, "archived", key), settings)
    catalog.close()
