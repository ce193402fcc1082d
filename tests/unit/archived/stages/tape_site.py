"""A site with a disc library and a tape library, with a protected set in its catalog and no device."""

import atexit
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from types import ModuleType
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from archived.catalog import images, media, packages
from archived.catalog.store import Catalog
from archived.config import FILE_NAME, parse
from archived.formats.signing import SigningKey
from archived.founding import Choices, make_site
from archived.model import Copy, GroupKey, Image, Medium, Package
from archived.stages.work import Context
from archived.states import (
    CopyEvent,
    CopyState,
    ImageEvent,
    ImageState,
    MediumEvent,
    MediumState,
    PackageState,
    SetEvent,
)
from archived.wiring import paths_of, site_without_devices
from devices.clock import SimulatedClock

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MIB = 1 << 20
KEY = GroupKey("bluray", "F", "S", "30", "open")
TAPES = """
[libraries.tl1]
kind = "tape"
drives = ["T1"]
site = "cellar"

[pools.tapes]
library = "tl1"
media_kind = "lto-8"
role = "off-site"
reserve_percent = 0.0
"""


@cache
def _founded() -> Path:
    """A fresh site, made once: every test takes a copy of it."""
    folder = Path(mkdtemp(prefix="archived-tape-site-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    key = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(32)))
    make_site(folder / "site", Choices(4 * MIB, keep_free_bytes=1), SimulatedClock(), key)
    return folder / "site"


class TapeSite:
    """Set of 2 data images and 1 parity image, PROTECTED, each data image with one staged package."""

    def __init__(self, folder: Path, **settings: str) -> None:
        clock = SimulatedClock()
        shutil.copytree(_founded(), folder / "site")
        text = (folder / "site" / FILE_NAME).read_text(encoding="utf-8")
        for name, value in {"n": "2", "m": "1", **settings}.items():
            lines = [
                f"{name} = {value}" if line.startswith(f"{name} = ") else line for line in text.splitlines()
            ]
            text = "\n".join(lines)
        config = parse(text + TAPES)
        paths = paths_of(folder / "site", config)
        self.site = site_without_devices(config, paths, clock)
        self.catalog = Catalog(paths.catalog)
        with self.catalog.write() as write:
            self.set_id = self._protect(write)

    def _protect(self, write: Any) -> str:
        for position in (1, 2):
            item, at = images.join_set(
                write, pool="bluray", n=2, m=1, scope="pool", confidentiality="open", at=NOW
            )
            image = images.open_image(write, KEY, NOW)
            self._package(write, f"P00000{position}", image)
            images.advance_state(
                write, image.id, ImageEvent.CLOSE, set_id=item.id, position=at, closed_at=NOW
            )
            images.advance_state(write, image.id, ImageEvent.FROZEN, size_bytes=MIB)
            recipe = self.site.tools.paths.staging / image.recipe_name
            recipe.parent.mkdir(exist_ok=True)
            recipe.touch()
            images.advance_state(write, image.id, ImageEvent.PROTECTED, sha256="00" * 32)
        parity = replace(
            images.get(write, image.id), id=f"I-{item.id}-3", kind="parity", fonds="", series="", position=3
        )
        images.create(write, parity)
        images.advance_set(write, item.id, SetEvent.CLOSE)
        images.advance_set(write, item.id, SetEvent.ENCODED, protected_at=NOW)
        return item.id

    def _package(self, write: Any, package_id: str, image: Image) -> None:
        package = Package(
            package_id, PackageState.ACCEPTED, "permanent", "F", "S", package_id, 1, "", "30", "open", "", 1000, "",
            1, 1000, "00" * 32, NOW, NOW,
        )  # fmt: skip
        packages.create(write, package)
        packages.wait_for_pools(write, package_id, ["bluray"])
        packages.assign(write, image.id, "bluray", [package_id])

    def cartridge(self, barcode: str, capacity_mib: int = 100, batch: str = "2026") -> str:
        """A blank cartridge in the tape library."""
        with self.catalog.write() as write:
            medium = Medium(
                barcode,
                MediumState.BLANK,
                "lto-8",
                barcode,
                batch,
                "",
                capacity_mib * MIB,
                "tl1",
                7,
                7,
                "cage",
            )
            media.register(write, medium)
        return barcode

    def turn(self, stage: ModuleType) -> int:
        """One look of a stage: what it plans is claimed and recorded; how many actions there were."""
        with self.catalog.read() as read:
            view = stage.due(read, self.site)
        actions = stage.plan(view, Context(now=self.site.now()))
        for action in actions:
            with self.catalog.write() as write:
                claimed = stage.claim(write, self.site, action)
                if claimed is not None:
                    stage.record(write, self.site, claimed, stage.run(claimed, self.site.tools))
        return len(actions)

    def copies(self, *states: CopyState) -> list[Copy]:
        with self.catalog.read() as read:
            return media.copies_in_state(read, *(states or tuple(CopyState)))

    def medium(self, medium_id: str) -> Medium:
        with self.catalog.read() as read:
            return media.get(read, medium_id)

    def package(self, package_id: str) -> Package:
        with self.catalog.read() as read:
            return packages.get(read, package_id)

    def verify(self, *copies: Copy) -> None:
        """Write and read back these copies, on tape one session for each."""
        with self.catalog.write() as write:
            for number, copy in enumerate(copies):
                on_tape = media.get(write, copy.medium_id).holds_many
                media.advance_copy(write, copy.id, CopyEvent.BEGUN, write_drive="T1")
                media.advance_state(write, copy.medium_id, MediumEvent.INTENT)
                place = (
                    {"tape_file": 3 * number + 2, "first_block": 10 * number, "block_bytes": MIB}
                    if on_tape
                    else {}
                )
                media.advance_copy(write, copy.id, CopyEvent.FLUSHED, written_at=NOW, **place)
                done = MediumEvent.APPENDED if on_tape else MediumEvent.WRITTEN
                media.advance_state(write, copy.medium_id, done)
                media.advance_copy(write, copy.id, CopyEvent.READING)
                media.advance_copy(write, copy.id, CopyEvent.READ_MATCHED, verified_at=NOW)

    def image_state(self, image_id: str) -> ImageState:
        with self.catalog.read() as read:
            return images.get(read, image_id).state
