"""The ways to burn a disc: by the program or by commands, in a process of their own or in this one.

A new way is one more row of `BURNER_PLACES`.
"""

import hashlib
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from archived.sessions.detached import DetachedBurner
from archived.sessions.inline import InlineBurner
from archived.sessions.tools import Burner, BurnJob
from archived.settings import DeviceSettings
from archived.wiring_devices import burner_drive
from archived.wiring_hardware import burn_target, device_transport
from backends.interface import SECTOR_BYTES, Disc
from backends.optical.drive import MmcDrive
from backends.recipe import FileExtent, RecipeWriter, ZeroExtent
from devices.clock import SimulatedClock, SystemClock
from devices.failures import DeviceFailure, DeviceRefused
from devices.polling import wait_until
from devices.scsi import Transport
from erasure.digests import Digests
from robotics.changers.smc import SmcChanger
from robotics.errors import InventoryStale
from robotics.profiles import PROFILES
from simulator.inprocess import InProcessTransport, furnish_room
from tests.contract.conftest import PLAN
from tests.contract.served_room import served
from tests.contract.tgt_target import CHANGER_LUN, DVD_DRIVE, DVD_LUN, NAME, SLOT, Target, tgt_target

DRIVE = "B1"
_NUMBERS = count(1)
USER, SECRET = "archive", "a secret of tgt"


@dataclass(slots=True)
class BurnPlace:
    """A burner of the name `DRIVE` with discs that a robot brings; `folder` is for recipes, staging and jobs.

    `bring` and `take` are the robot's.
    """

    burner: Burner
    drive: MmcDrive
    folder: Path
    bring: Callable[[], None]
    take: Callable[[], None]
    #: The burn goes on without whoever began it.
    outlives: bool = True
    #: More sectors than a disc of this place has.
    too_many_sectors: int = 512
    #: A simulated one; a real drive may take minutes to make a disc out.
    is_quick: bool = True
    _jobs: list[int] = field(default_factory=list)

    @property
    def jobs(self) -> Path:
        return self.folder / "burns"

    def job(self, content: bytes, *, zeros: int = 0) -> BurnJob:
        """A recipe of `content`, a staged file, and of so many bytes of zeros behind it."""
        self._jobs.append(len(self._jobs) + 1)
        number = self._jobs[-1]
        staging = self.folder / "staging"
        staging.mkdir(exist_ok=True)
        (staging / str(number)).write_bytes(content)
        recipe = self.folder / f"recipe-{number}"
        digests = Digests()
        digests.update(memoryview(content))
        with RecipeWriter(recipe, image=f"I{number}", label="l") as writer:
            writer.add(FileExtent(str(number), 0, len(content), digests.hexdigests(), "name"))
            if zeros:
                writer.add(ZeroExtent(zeros))
            size_bytes = writer.commit()
        return BurnJob(number, f"I{number}", "M1", DRIVE, recipe, staging, size_bytes // SECTOR_BYTES)

    def load(self) -> None:
        self.bring()
        with suppress(DeviceRefused):
            self.drive.load()
        self.drive.load()
        self._ready()

    def reload(self) -> None:
        """After it the disc says what it is, and not what its drive remembers."""
        self._ready()
        self.drive.eject()
        self.take()
        self.load()

    def look(self) -> Disc:
        self._ready()
        return self.drive.inspect()

    def _ready(self) -> None:
        timeout_s, interval_s = (10.0, 0.01) if self.is_quick else (180.0, 0.5)
        wait_until(self.drive.is_ready, clock=SystemClock(), timeout_s=timeout_s, interval_s=interval_s)


def content_of(size_bytes: int, seed: int = 7) -> bytes:
    return random.Random(seed).randbytes(size_bytes)


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@contextmanager
def by_commands_in_this_process() -> Iterator[BurnPlace]:
    with tempfile.TemporaryDirectory() as name:
        room = furnish_room(Path(name) / "room", PLAN, clock=SimulatedClock(), sync=lambda descriptor: None)
        changer = SmcChanger(InProcessTransport(room, PLAN.library))
        drive = MmcDrive(InProcessTransport(room, DRIVE), name=DRIVE)
        yield BurnPlace(
            InlineBurner({DRIVE: drive}), drive, Path(name), *_hands(changer, 256), outlives=False
        )
        room.close()


@contextmanager
def by_the_program_to_a_simulated_burner() -> Iterator[BurnPlace]:
    with tempfile.TemporaryDirectory() as name, served(PLAN, Path(name) / "socket") as (transport, _):
        drive = MmcDrive(transport(DRIVE), name=DRIVE)
        target = {"kind": "room", "socket": f"{name}/socket", "device": DRIVE}
        burner = DetachedBurner(Path(name) / "burns", SystemClock(), {DRIVE: target})
        yield BurnPlace(burner, drive, Path(name), *_hands(SmcChanger(transport(PLAN.library)), 256))


def _hands(changer: SmcChanger, drive: int) -> tuple[Callable[[], None], Callable[[], None]]:
    def moved(source: int, destination: int) -> None:
        for _ in range(2):  # a new session is told of a reset, once
            with suppress(InventoryStale):
                changer.inventory()
        changer.move(source=source, destination=destination)

    return lambda: moved(SLOT, drive), lambda: moved(drive, SLOT)


@contextmanager
def by_commands_over_iscsi(target: Target) -> Iterator[BurnPlace]:
    """With CHAP: the burn finds the secret in its file. Each time a new disc lies in the slot."""
    with tempfile.TemporaryDirectory() as name:
        secret = Path(name) / "secret"
        secret.write_text(f"{SECRET}\n")
        secret.chmod(0o600)
        access: dict[str, Any] = {"portal": target.portal, "target": NAME, "chap_user": USER}
        access["chap_secret_file"] = str(secret)
        burner = DeviceSettings(**access, lun=DVD_LUN, serial="DVD0000001")
        robot = DeviceSettings(**access, lun=CHANGER_LUN, serial="LIB0000001")
        lines: dict[str, Transport] = {DRIVE: device_transport(burner), "robot": device_transport(robot)}
        targets: Mapping[str, Mapping[str, Any]] = {
            DRIVE: burn_target(burner, DRIVE, "iqn.2026-01.archived:test")
        }
        with closing(lines[DRIVE]), closing(lines["robot"]):
            changer = SmcChanger(lines["robot"], profile=PROFILES["tgt"])
            drive = burner_drive(burner, DRIVE, lines[DRIVE])
            assert isinstance(drive, MmcDrive)
            detached = DetachedBurner(
                Path(name) / "burns", SystemClock(), targets, let_go=lambda name: lines[name].close()
            )
            bring, take = _hands(changer, DVD_DRIVE)
            barcode = f"BLK{next(_NUMBERS):03d}"
            target.new_disc(barcode)
            target.insert(SLOT, barcode)
            try:
                yield BurnPlace(
                    detached, drive, Path(name), bring, take, too_many_sectors=(5 << 30) // SECTOR_BYTES
                )
            finally:
                with suppress(DeviceFailure):
                    take()


@contextmanager
def with_accounts() -> Iterator[Target]:
    """A target that lets nobody in without CHAP; its cartridges and discs stand behind the first slot."""
    with tgt_target((), (), places={}) as target:
        account = ("--mode", "account", "--user", USER)
        target.admin("--op", "new", *account, "--password", SECRET)
        target.admin("--op", "bind", "--tid", "1", *account)
        yield target


BURNER_PLACES: dict[str, Callable[..., AbstractContextManager[BurnPlace]]] = {
    "commands-in-process": by_commands_in_this_process,
    "program-to-simulated": by_the_program_to_a_simulated_burner,
    "commands-over-iscsi": by_commands_over_iscsi,
}
