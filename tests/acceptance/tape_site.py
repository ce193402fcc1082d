"""A site whose only library is a real target with cartridges: sets on tape alone, and what befalls them."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from tests.acceptance.conftest import write_volume
from tests.acceptance.running import PATIENCE_S, Site
from tests.contract.tgt_target import CHANGER_LUN, NAME, OTHER_TAPE_LUN, SLOT, TAPE_LUN, Cartridge, Target

TABLES = """
[libraries.tl1]
kind = "tape"
drives = ["T1", "T2"]
site = "cellar"

{devices}
[pools.vault]
library = "tl1"
media_kind = "lto-8"
n = {n}
m = 1
image_bytes = {image_bytes}
tape_block_bytes = 65536
"""
DEVICE = """[devices.{device}]
portal = "{portal}"
target = "{name}"
lun = {lun}
serial = "{serial}"
profile = "tgt"

"""
SERIALS = {"tl1": "LIB0000001", "T1": "DRV0000001", "T2": "DRV0000002"}
LUNS = {"tl1": CHANGER_LUN, "T1": TAPE_LUN, "T2": OTHER_TAPE_LUN}
WRITING = "select 1 from copy where state = 'writing'"


class TapeSite(Site):
    """Cartridges of different purchase batches in a target's slots, and volumes that are kept on them."""

    def __init__(self, folder: Path, target: Target, *, n: int, image_bytes: int) -> None:
        folder.mkdir()
        self.target = target
        self.sources = folder / "sources"
        devices = "".join(
            DEVICE.format(device=device, portal=target.portal, name=NAME, lun=LUNS[device], serial=serial)
            for device, serial in SERIALS.items()
        )
        tables = folder / "devices.toml"
        tables.write_text(TABLES.format(devices=devices, n=n, image_bytes=image_bytes))
        super().__init__(folder / "site", hardware=tables)

    def begin_with(self, cartridges: tuple[Cartridge, ...]) -> None:
        """Serve, and take every cartridge in as one of a batch of its own."""
        self.start()
        for cartridge in cartridges:
            self.wait_for_rows("select 1 from medium where id = ?", cartridge.barcode)
            self.ask("media", "register", cartridge.barcode, "--pool", "vault", "--batch", cartridge.barcode)

    def hand_in(self, number: int, size_bytes: int) -> str:
        """A volume that fills an image of its own, as its series is its own."""
        name = f"{number:04d}"
        source = write_volume(self.sources / name, seed=number, size_bytes=size_bytes)
        done = self.submit(source, name, series=f"S{number}")
        assert done.status == 0, done
        return name

    def assert_comes_back(self, volume: str) -> None:
        """From media, byte for byte."""
        to = self.sources / f"back-{volume}"
        plan = self.ask("recall", f"F1/S{int(volume)}/{volume}", "--to", to)
        assert not any(item["from_staging"] for item in plan["recalls"]), plan
        for path in (self.sources / volume).rglob("*"):
            if path.is_file():
                back = to / "data" / path.relative_to(self.sources / volume)
                assert back.read_bytes() == path.read_bytes(), path
        shutil.rmtree(to)

    def in_the_middle_of_an_append(self, then: Callable[[], None], *, after_bytes: int) -> str:
        """Do `then` as soon as so many bytes more stand on a cartridge that a session writes; its barcode."""
        files = sorted(self.target.medium_file("").iterdir())
        before = {path: path.stat().st_size for path in files}
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            for path in files:
                if path.stat().st_size > before[path] + after_bytes and self.look(WRITING):
                    then()
                    return path.name
        raise AssertionError(f"no session wrote: {self.words()[-2000:]}")

    def lose(self, barcode: str) -> None:
        """Somebody carries a cartridge away for good, and says so."""
        home = "select element from medium where id = ? and element >= ?"
        ((element,),) = self.wait_for_rows(home, barcode, SLOT)
        self.target.take_out(element)
        self.ask("library", "inventory")
        self.wait_for_rows("select 1 from medium where id = ? and element is null", barcode)
        self.ask("media", "lost", barcode, "--reason", "flooded")
