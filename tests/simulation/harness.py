"""A whole site in one process on one simulated clock: submissions, the loop, the robot, and what befalls them."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from archived.catalog import events, images, media, packages, recalls
from archived.catalog.events import Attention
from archived.catalog.store import Catalog
from archived.config import FILE_NAME, load
from archived.formats.signing import SigningKey
from archived.founding import Choices, make_site, provide_libraries
from archived.model import Image, Package, Recall
from archived.policy.submission import SubmissionRequest
from archived.routines.runner import Runner
from archived.sessions.tools import ProgressBoard, SitePaths
from archived.stages import intake, recall_request, withdrawal
from archived.stages.capacity import cost_on_disc, image_limit_bytes
from archived.stages.floor import stale_key
from archived.stages.loop import InlineExecutor, Loop
from archived.stages.pipeline import PIPELINE
from archived.stages.work import Site
from archived.states import CopyState, MediumEvent, MediumState, PackageState, RecallState
from archived.wiring import paths_of, room_folders, site_in_process
from devices.clock import SimulatedClock
from simulator.cartridge import SimulatedCartridge
from simulator.rooms import Rooms
from tests.simulation.killing import Fuse, FusedBoard, FusedCatalog, FusedRoom, Killed, WatchedBurner

MIB = 1 << 20
STEPS_MAX = 4000
#: Longer than every rest that the daemon takes: 30 s by default, 60 s for a silent robot.
NAP_S = 61.0
POOL = "bluray"


class Story:
    """One site and what happens to it: small sets (2 + 1), discs of 41 clusters, a room of this `kind`."""

    def __init__(
        self,
        folder: Path,
        *,
        seed: int = 0,
        n: int = 2,
        m: int = 1,
        disc_mib: float = 2.5625,
        settings: Mapping[str, str] | None = None,
        more_settings: str = "",
        cartridge_mib: int = 64,
        kind: str = "library",
        furniture: Mapping[str, Any] | None = None,
    ) -> None:
        self.seed, self.folder, self.site_folder = seed, folder, folder / "site"
        self.clock = SimulatedClock()
        self.fuse = Fuse()
        self.lives = 0
        #: All that ever waited for a person, by id.
        self.raised: dict[str, Attention] = {}
        self.harmed: set[str] = set()  # barcodes of discs that this story took away or spoiled
        #: Labels as they are now by those before, media that ever were in the rooms, what may have hidden one.
        self.relabelled, self.media_seen, self.troubles = dict[str, str](), 0, list[str]()
        usual: dict[str, Any] = {"speed": 1.0, "keep_free_bytes": 1, "rest_s": 30.0, "room": kind}
        choices = Choices(int(disc_mib * MIB), **usual, **(furniture or {}))
        # Its public half stands on every disc; a replay needs the same bytes.
        key = SigningKey(Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32)))
        make_site(self.site_folder, choices, self.clock, key)
        self.configure({"n": str(n), "m": str(m), **(settings or {})})
        if more_settings:
            self._add(more_settings, cartridge_mib * MIB)
        self._open_rooms()
        self.contents: dict[str, dict[str, bytes]] = {}
        self.burns: list[tuple[str, str]] = []
        self.begin_life()

    # ---- the daemon's life

    def configure(self, settings: Mapping[str, str]) -> None:
        """Change keys of archived.toml (TOML text of the value); takes effect with the next life."""
        path = self.site_folder / FILE_NAME
        lines = path.read_text(encoding="utf-8").splitlines()
        for key, value in settings.items():
            found = [number for number, line in enumerate(lines) if line.startswith(f"{key} = ")]
            assert found, f"archived.toml has no key {key}"
            lines[found[0]] = f"{key} = {value}"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _add(self, settings: str, cartridge_bytes: int) -> None:
        """Libraries, pools and classes that a site gets later, as TOML text."""
        path = self.site_folder / FILE_NAME
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{settings}", encoding="utf-8")
        config = load(self.site_folder)
        catalog = Catalog(paths_of(self.site_folder, config).catalog)
        provide_libraries(catalog, config, self.site_folder, self.clock, cartridge_bytes=cartridge_bytes)
        catalog.close()

    def change_site(self, settings: str, *, cartridge_mib: int = 64) -> None:
        """The daemon and the room end; the site gets libraries, pools or classes (TOML text); both start again."""
        self.end()
        self._add(settings, cartridge_mib * MIB)
        self._open_rooms()
        self.begin_life()

    def begin_life(self) -> None:
        """What a daemon does when it starts: read, look for interrupted intake, believe nothing of the robot."""
        self.fuse.disarm()
        self.lives += 1
        self.config = load(self.site_folder)
        paths = paths_of(self.site_folder, self.config)
        self.catalog = FusedCatalog(paths.catalog)
        self.catalog.fuse = self.fuse
        plain = self.wired(paths)
        board = FusedBoard(self.clock)
        board.fuse = self.fuse
        burner = WatchedBurner(dict(plain.tools.drives), self.room)
        burner.burns = self.burns
        self.site = replace(plain, tools=replace(plain.tools, progress=board, burner=burner))
        self.executor = InlineExecutor(self.seed * 1000 + self.lives)
        self.loop = Loop(self.catalog, self.site, PIPELINE, self.executor)
        self.runner = Runner(self.catalog, self.site)
        intake.recover(catalog=self.catalog, config=self.config, site=self.site_folder, clock=self.clock)
        with self.catalog.write() as write:
            for library in self.config.libraries:
                events.set_setting(write, stale_key(library), "1")

    def wired(self, paths: SitePaths) -> Site:
        """The drivers of this site in this process."""
        return site_in_process(self.config, paths, self.rooms, self.clock)

    def twin(self, folder: Path) -> "Story":
        """The same story on a copy of its folder, as it stands; this one must not go on meanwhile."""
        shutil.copytree(self.folder, folder)
        other = copy(self)
        other.clock = SimulatedClock(self.clock.now())
        other.folder, other.site_folder = folder, folder / "site"
        other.burns, other.harmed, other.raised = list(self.burns), set(self.harmed), dict(self.raised)
        other.contents, other.fuse = dict(self.contents), Fuse()
        other._open_rooms()
        other.begin_life()
        return other

    def end(self) -> None:
        """The daemon and the room stop."""
        self.executor.close()
        self.catalog.close()
        self.close_rooms()

    def crash(self, *, power_cut: bool = False) -> None:
        """The process is gone, with everything that it had not written down; another one starts."""
        self.troubles.append("crash")
        self.executor.close()
        self.catalog.close()
        if power_cut:
            self.close_rooms()
            self._open_rooms()
        self.begin_life()

    def step(self) -> bool:
        """One turn of the loop and one piece of work; False when there was nothing to do."""
        moved = self.loop.turn()
        with self.catalog.look() as read:
            self.raised |= {item.id: item for item in events.attentions(read)}
        ran = self.executor.run_one()
        return ran or moved

    def settle(self, *, naps: int = 12) -> None:
        """Run until nothing happens any more, or only the same refusal again and again."""
        for _ in range(naps):
            self._run_dry()
            self.clock.sleep(NAP_S)
            self.runner.turn()
            if not self.step():
                return
        self._run_dry()

    def until(self, holds: Callable[[], Any]) -> None:
        """Run until `holds`; fails when it never does."""
        naps = 0
        for _ in range(STEPS_MAX):
            if holds():
                return
            if not self.step():
                naps += 1
                assert naps < 30, "the story came to rest before what was waited for"
                self.clock.sleep(NAP_S)
        raise AssertionError("what was waited for never came")

    def until_killed(self, nth: int = 1, which: Callable[[str], bool] = lambda step: True) -> str:
        """Run until the daemon dies at the nth such step; returns its name, or "" when it came to rest."""
        self.fuse.arm(nth, which)
        try:
            self.settle()
        except Killed as killed:
            return str(killed)
        self.fuse.disarm()
        return ""

    def _run_dry(self) -> None:
        idle = 0
        for _ in range(STEPS_MAX):
            # Twice: a turn that only prepared the catalog for the next one began nothing.
            idle = 0 if self.step() else idle + 1
            if idle == 2:
                return
        raise AssertionError("the loop does not come to rest")

    def _open_rooms(self) -> None:
        config = load(self.site_folder)
        self.rooms = [
            self._open(folder) for folder in room_folders(paths_of(self.site_folder, config), config)
        ]
        #: That of the first library, which is one of discs.
        self.room = self.rooms[0]

    def _open(self, folder: Path) -> FusedRoom:
        room = FusedRoom(folder, clock=self.clock, sync=lambda descriptor: None)
        room.fuse = self.fuse
        return room

    def close_rooms(self) -> None:
        for room in self.rooms:
            room.close()

    # ---- what people do

    def submit(
        self,
        volume: str,
        size_bytes: int = 200_000,
        *,
        fonds: str = "F1",
        series: str = "S1",
        retention: str = "30",
        confidentiality: str = "open",
        correction: str = "",
    ) -> str:
        """Hand in a folder of two files, one with a Chinese name; returns the package id."""
        files = self._content(f"{fonds}/{series}/{volume}{correction}", size_bytes)
        source = (
            self.folder / "sources" / hashlib.sha256(f"{volume}{correction}{size_bytes}".encode()).hexdigest()
        )
        for name, data in files.items():
            path = source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            os.utime(path, (1_700_000_000, 1_700_000_000))
        # Times of folders are kept too: the same story must have the same ones.
        for folder in (source, *(path for path in source.rglob("*") if path.is_dir())):
            os.utime(folder, (1_700_000_000, 1_700_000_000))
        request = SubmissionRequest(
            source,
            fonds,
            series,
            volume,
            title=f"{volume} 卷",
            retention=retention,
            confidentiality=confidentiality,
            new_version=bool(correction),
            reason=correction,
        )
        receipt = self.accept(request)
        self.contents[receipt["package"]] = {f"data/{name}": data for name, data in files.items()}
        return str(receipt["package"])

    def accept(self, request: SubmissionRequest) -> dict[str, Any]:
        """Intake as the API does it, with the limits of this site."""
        with self.catalog.read() as read:
            largest = {name: image_limit_bytes(read, self.site, name) for name in self.config.pools}
        n = max(pool.n for pool in self.config.pools.values())
        limits = intake.Limits(largest, cost_bytes=partial(cost_on_disc, request, n))
        return intake.accept(
            request,
            catalog=self.catalog,
            config=self.config,
            site=self.site_folder,
            clock=self.clock,
            owner=1000,
            limits=limits,
        )

    def submit_set(self, count: int = 2, *, first: int = 1, size_bytes: int = 530_000) -> list[str]:
        """Volumes of which each fills an image of its own."""
        return [self.submit(f"{first + k:04d}", size_bytes) for k in range(count)]

    def close_images(self) -> None:
        with self.catalog.write() as write:
            withdrawal.ask_images_to_close(write, self.site, None, agent="uid:1000")

    def close_sets(self) -> None:
        with self.catalog.write() as write:
            withdrawal.ask_sets_to_close(write, self.site, None, agent="uid:1000")

    def close_everything(self) -> None:
        """Ask images to close until no package waits for company, then sets; run until all that comes to rest."""
        while self.waiting():
            before = self.waiting()
            self.close_images()
            self.settle()
            if self.waiting() == before:
                break
        self.close_sets()
        self.settle()

    def waiting(self) -> list[str]:
        """Packages that no image carries yet."""
        with self.catalog.read() as read:
            return [package.id for package in packages.waiting(read, POOL)]

    def withdraw(self, package_id: str) -> None:
        with self.catalog.write() as write:
            package = packages.get(write, package_id)
            withdrawal.withdraw(write, self.site, package, agent="uid:1000", reason="not ours")

    def hold(self, image_id: str) -> None:
        with self.catalog.write() as write:
            withdrawal.hold(write, self.site, image_id, agent="uid:1000", reason="under review")

    def release(self, image_id: str) -> None:
        with self.catalog.write() as write:
            withdrawal.release(write, self.site, image_id, agent="uid:1000", reason="reviewed")

    def set_drive(self, name: str, *, up: bool) -> None:
        with self.catalog.write() as write:
            media.set_drive(write, name, up=up, note="a person said so")

    def hold_writes(self, paused: bool) -> None:
        with self.catalog.write() as write:
            events.set_setting(write, "writes_paused", "a person said so" if paused else "")

    def look(self) -> None:
        """archivectl library inventory."""
        with self.catalog.write() as write:
            for library in self.config.libraries:
                events.set_setting(write, stale_key(library), "1")

    def forget_staging(self, package_id: str) -> None:
        """Staged bytes of a package are gone, and the catalog says so."""
        with self.catalog.write() as write:
            package = packages.get(write, package_id)
            packages.update_columns(write, package_id, staged=False)
        folder = self.site.tools.paths.staging / package.staging_name
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        folder.rmdir()

    def recall(self, package_id: str, paths: Iterable[str] = ()) -> str:
        """Ask for files of a package, all by default; returns the id of the recall."""
        package = self.package(package_id)
        asked, _ = recall_request.request(self.catalog, self.site, package, tuple(paths), owner=1000)
        return asked.id

    def recalled(self, recall_id: str) -> dict[str, bytes]:
        """The bytes of a recall that is ready, by path in the bag."""
        recall = self.get_recall(recall_id)
        assert recall.state is RecallState.READY, recall.note
        if recall.from_staging:
            folder = self.site.tools.paths.staging / f"packages/{recall.package_id}"
            return {path: (folder / path).read_bytes() for path in recall.paths}
        with self.catalog.read() as read:
            image_id, package_id = str(recall.image_id), str(recall.package_id)
            places = packages.extents(read, image_id, package_id)
        spool = self.site.tools.paths.recalls / recall_id / f"{image_id}.spool"
        found = {}
        with spool.open("rb") as file:
            for path in recall.paths:
                lba, size = places[path]
                file.seek(lba * 2048)
                found[path] = file.read(size)
        return found

    def assert_given_back(self, package_id: str, recall_id: str) -> None:
        """Every byte that was handed in came back."""
        found = self.recalled(recall_id)
        for path, data in self.contents[package_id].items():
            assert found[path] == data, f"{path} of {package_id} came back changed"

    # ---- what befalls the room

    def control(self, verb: str, **arguments: Any) -> Any:
        return Rooms(self.rooms).control(verb, arguments)

    def cartridge(self, medium_id: str) -> AbstractContextManager[SimulatedCartridge]:
        """A cartridge as it lies in its room, whatever the catalog says."""
        room = next(room for room in self.rooms if room.estate.plan.library == self.medium(medium_id).library)
        return room.cartridge(room.carrier(medium_id))

    def fault(self, name: str, **arguments: Any) -> None:
        self.troubles.append(name)
        self.control("fault", name=name, **arguments)

    def lose(self, medium_id: str) -> None:
        """A disc is carried out of the room, and a look finds that."""
        self.harmed.add(medium_id)
        self.control("lose", medium=medium_id)
        self.look()

    def damage(self, medium_id: str, **arguments: Any) -> None:
        self.harmed.add(medium_id)
        self.control("damage", medium=medium_id, **arguments)

    def set_aside_blanks(self, *, but: int) -> list[str]:
        """All blanks but this many, of different magazines and batches, are set aside; returns those left."""
        blanks = self.media(MediumState.BLANK)
        left = [medium.id for medium in blanks[::9]][:but]
        self.set_aside(medium.id for medium in blanks if medium.id not in left)
        return left

    def set_aside(self, medium_ids: Iterable[str]) -> None:
        with self.catalog.write() as write:
            for medium_id in medium_ids:
                media.advance_state(write, medium_id, MediumEvent.SET_ASIDE, note="kept for later")

    # ---- looking

    def package(self, package_id: str) -> Package:
        with self.catalog.read() as read:
            return packages.get(read, package_id)

    def packages(self, state: PackageState | None = None) -> list[Package]:
        with self.catalog.read() as read:
            return packages.listing(read, state)

    def images(self) -> list[Image]:
        with self.catalog.read() as read:
            return images.listing(read)

    def image_of(self, package_id: str) -> Image:
        with self.catalog.read() as read:
            return images.get(read, packages.image_ids(read, package_id)[POOL] or "")

    def image(self, image_id: str) -> Image:
        with self.catalog.read() as read:
            return images.get(read, image_id)

    def sets(self) -> list[Any]:
        with self.catalog.read() as read:
            return images.set_listing(read)

    def media(self, state: MediumState | None = None) -> list[Any]:
        with self.catalog.read() as read:
            return media.listing(read, state)

    def medium(self, medium_id: str) -> Any:
        with self.catalog.read() as read:
            return media.get(read, medium_id)

    def copies(self, *states: CopyState) -> list[Any]:
        with self.catalog.read() as read:
            return media.copies_in_state(read, *(states or tuple(CopyState)))

    def copy_of(self, image_id: str, *states: CopyState) -> Any:
        """The newest copy of an image in one of these states (verified by default)."""
        wanted = states or (CopyState.VERIFIED,)
        with self.catalog.read() as read:
            return [copy for copy in media.copies_of(read, image_id) if copy.state in wanted][-1]

    def members(self, set_id: str) -> list[Image]:
        with self.catalog.read() as read:
            return images.of_set(read, set_id)

    def get_recall(self, recall_id: str) -> Recall:
        with self.catalog.read() as read:
            return recalls.get(read, recall_id)

    def readings(self, recall_id: str) -> list[Any]:
        with self.catalog.read() as read:
            return recalls.readings(read, recall_id)

    def attentions(self) -> dict[str, Attention]:
        with self.catalog.read() as read:
            return {item.id: item for item in events.attentions(read)}

    def history(self) -> list[tuple[Any, ...]]:
        """Every event that ever was, in order."""
        with self.catalog.read() as read:
            found = events.since(read, 0, limit=100_000)
        return [(e.at, e.type, e.subject_kind, e.subject_id, e.outcome, repr(e.detail)) for e in found]

    def happened(self, type_: str) -> int:
        return sum(event[1] == type_ for event in self.history())

    def all_archived(self) -> bool:
        return all(p.state is PackageState.ARCHIVED for p in self.packages())

    def _content(self, name: str, size_bytes: int) -> dict[str, bytes]:
        chance = Random(f"{self.seed} {name}")
        return {"文 件.txt": f"{name}\n".encode(), "scans/0001.tif": chance.randbytes(size_bytes)}


__all__ = ["MIB", "POOL", "Killed", "ProgressBoard", "Story"]
