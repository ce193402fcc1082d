"""One image to a tape, by the whole path of a session, against a plain loop that writes the same bytes.

The path: recipe, read ahead and digested in a bounded ring, header, blocks, trailer, flush, through the driver. The
peer reads the same bytes from a file and sends each MiB as one WRITE command over the same transport, with no digest
and no driver, and flushes at the end: what `dd` does on a tape device. `dd` itself reaches neither target, as neither
is a node of this system, and the tools of libiscsi speak to disks only; its rate to the file system stands beside.
Targets: a simulated drive of unlimited speed, in the server process of its room; and tgt, a real iSCSI target in user
space, where it is installed.

MB/s are by the wall, since a drive waits for bytes whoever else needs the processor; CPU is that of both processes.

Run alone:  python -m benchmarks.tape_speed
"""

import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archived.sessions.encode import open_recipe
from archived.sessions.tape_write import new_digests
from backends.recipe import FileExtent, RecipeWriter
from backends.tape.appending import AppendSession
from backends.tape.contents import read_contents
from backends.tape.image_on_tape import ImageIdentity
from backends.tape.label import TapeLabel
from backends.tape.labelling import label_cartridge
from backends.tape.profiles import STANDARD, TGT, TapeProfile
from backends.tape.ssc import Write6, WriteFilemarks6
from backends.tape.ssc_drive import SscTapeDrive
from benchmarks.table import PeerMissing, Row, render
from benchmarks.trial import process_cpu_seconds
from devices.clock import SystemClock
from devices.failures import DeviceFailure
from devices.scsi import Transport
from devices.transports.room import RoomSocket, RoomTransport
from erasure.digests import Digests
from robotics.changers.smc import SmcChanger
from robotics.errors import RoboticsError
from simulator.estate import create_room
from simulator.plan import SLOT_ADDRESS, CartridgePlan, RoomPlan, standard_tape_drives

IMAGE_BYTES = 256 << 20
BLOCK_BYTES = 1 << 20
ROUNDS = 4
CAPACITY_BYTES = 2 * IMAGE_BYTES
TIMEOUT_S = 120.0
BARCODE = "BEN001L8"
_SOURCE = "image.bin"
_SERVE = (
    "import sys; from pathlib import Path; from archived.wiring import serve_room; "
    "serve_room([Path(sys.argv[1])], Path(sys.argv[2]), lambda line: None)"
)


@dataclass(frozen=True, slots=True)
class Place:
    """The way to a drive that holds a blank cartridge, and the process behind it."""

    transport: Transport
    profile: TapeProfile
    pid: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What one writing of the image took; `underruns` is how often the drive waited."""

    wall_s: float
    cpu_s: float = 0.0
    underruns: int = 0

    @property
    def mb_per_s(self) -> float:
        return IMAGE_BYTES / 1e6 / self.wall_s

    @property
    def words(self) -> str:
        return f"{self.mb_per_s:.0f} MB/s, {self.cpu_s / (IMAGE_BYTES / 1e9):.2f} CPU s per GB"


def measure() -> list[Row]:
    """Two rows; needs about 1 GB below the temporary directory."""
    with tempfile.TemporaryDirectory(prefix="archived-bench-") as name:
        folder = Path(name)
        image = _image(folder)
        return [
            _row("image to an unlimited simulated tape", folder, image, _simulated),
            _row("image to tgt over iSCSI", folder, image, _tgt),
        ]


def _row(
    what: str, folder: Path, image: ImageIdentity, target: Callable[[], AbstractContextManager[Place]]
) -> Row:
    name = f"{what}, against a plain loop of WRITEs by MB/s"
    try:
        ours, plain = _rounds(target, folder, image)
    except PeerMissing as missing:
        return Row(name, None, "≥ 0.9", f"not measured: {missing}")
    disk = min((_dd(folder) for _ in range(ROUNDS)), key=lambda cost: cost.wall_s)
    detail = (
        f"{IMAGE_BYTES >> 20} MiB in blocks of 1 MiB: ours {ours.words}, the drive waited {ours.underruns} times; "
        f"plain loop {plain.words}; dd to the file system {disk.mb_per_s:.0f} MB/s"
    )
    return Row(name, ours.mb_per_s / plain.mb_per_s, "≥ 0.9", detail)


def _rounds(
    target: Callable[[], AbstractContextManager[Place]], folder: Path, image: ImageIdentity
) -> tuple[Cost, Cost]:
    """The best of several rounds of each side, in turns, every one on a new cartridge."""
    ours, plain = [], []
    for _ in range(ROUNDS):
        with target() as place:
            ours.append(_ours(place, folder, image))
        with target() as place:
            plain.append(_plain(place, folder))
    return min(ours, key=lambda cost: cost.wall_s), min(plain, key=lambda cost: cost.wall_s)


def _image(folder: Path) -> ImageIdentity:
    """A staged file, and the recipe of an image that is this file."""
    data = random.Random(1).randbytes(IMAGE_BYTES // 4) * 4
    (folder / _SOURCE).write_bytes(data)
    digests = Digests()
    digests.update(data)
    found = digests.hexdigests()
    with RecipeWriter(folder / "image.recipe", image="I1", label="BENCH") as writer:
        writer.add(FileExtent(_SOURCE, 0, IMAGE_BYTES, found, _SOURCE))
        writer.commit()
    return ImageIdentity("I1", IMAGE_BYTES, found)


def _ours(place: Place, folder: Path, image: ImageIdentity) -> Cost:
    """One image of one session; label and index are not counted, what the session writes around the image is."""
    drive = SscTapeDrive(place.transport, profile=place.profile)
    drive.rewind()
    label_cartridge(drive, _label())
    session = AppendSession(
        drive, read_contents(drive), clock=SystemClock(), new_digests=new_digests, software="bench"
    )
    with (
        _stopwatch(place) as costing,
        open_recipe(folder / "image.recipe", folder, check="xxh3-128") as source,
    ):
        session.append(image, source)
    return Cost(costing[0].wall_s, costing[0].cpu_s, session.finish().underruns)


def _plain(place: Place, folder: Path) -> Cost:
    """The same bytes from the beginning of a tape."""
    line = place.transport
    write = Write6(BLOCK_BYTES).encode()
    buffer = bytearray(BLOCK_BYTES)
    with _stopwatch(place) as costing, (folder / _SOURCE).open("rb", buffering=0) as source:
        while source.readinto(buffer):
            line.execute(write, data_out=buffer, timeout_s=TIMEOUT_S)
        line.execute(WriteFilemarks6(1).encode(), timeout_s=TIMEOUT_S)
    return costing[0]


def _dd(folder: Path) -> Cost:
    target = folder / "dd.bin"
    began_s = time.monotonic()
    command = ["dd", f"if={folder / _SOURCE}", f"of={target}", "bs=1M", "conv=fsync", "status=none"]
    subprocess.run(command, check=True)
    wall_s = time.monotonic() - began_s
    target.unlink()
    return Cost(wall_s)


@contextmanager
def _stopwatch(place: Place) -> Iterator[list[Cost]]:
    """Yields a list that holds the cost afterwards: wall, and CPU of this process and of the target."""
    costing: list[Cost] = []
    began_s, before_s = time.monotonic(), time.process_time() + process_cpu_seconds(place.pid)
    yield costing
    wall_s = time.monotonic() - began_s
    costing.append(Cost(wall_s, time.process_time() + process_cpu_seconds(place.pid) - before_s))


@contextmanager
def _simulated() -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="archived-bench-") as name:
        yield from _served(Path(name))


def _served(folder: Path) -> Iterator[Place]:
    room, path = folder / "room", folder / "room.sock"
    plan = RoomPlan(
        kind="tape",
        library="TL1",
        drives=standard_tape_drives(1),
        slots=1,
        magazine_slots=1,
        import_export_slots=0,
        cartridges=(CartridgePlan(BARCODE, 1, capacity_bytes=CAPACITY_BYTES),),
        speed=0,
    )
    create_room(room, plan)
    server = subprocess.Popen([sys.executable, "-P", "-c", _SERVE, str(room), str(path)])
    line = RoomSocket(path)
    try:
        _await(lambda: bool(line.request({"op": "ping"}, timeout_s=TIMEOUT_S)))
        with closing(RoomTransport(path, "T1")) as tape:
            _put_in(RoomTransport(path, "TL1"), SscTapeDrive(tape), SLOT_ADDRESS, plan.drives[0].address)
            yield Place(tape, STANDARD, server.pid)
    finally:
        line.request({"op": "stop"}, timeout_s=TIMEOUT_S)
        line.close()
        server.wait()


@contextmanager
def _tgt() -> Iterator[Place]:
    try:
        from tests.contract import tgt_target as tgt
    except ModuleNotFoundError as missing:
        raise PeerMissing(f"the package {missing.name} is not installed") from missing
    if reason := tgt.missing():
        raise PeerMissing(reason)
    cartridge = tgt.Cartridge(BARCODE, CAPACITY_BYTES >> 20)
    with tgt.tgt_target((cartridge,), ()) as target, closing(target.transport(tgt.TAPE_LUN)) as tape:
        _put_in(target.transport(tgt.CHANGER_LUN), SscTapeDrive(tape, profile=TGT), tgt.SLOT, tgt.DRIVE)
        yield Place(tape, TGT, target.pid)


def _put_in(library: Transport, drive: SscTapeDrive, slot: int, element: int) -> None:
    """Look, move the cartridge, and hear what robot and drive have to say before it can be used."""
    with closing(library):
        changer = SmcChanger(library)
        _await(lambda: changer.inventory().at(slot) is not None)
        changer.move(source=slot, destination=element)
    _await(drive.is_ready)


def _await(done: Callable[[], bool]) -> None:
    """Try until it is so; a device that was just switched on first says that it was."""
    until_s = time.monotonic() + TIMEOUT_S
    while True:
        try:
            if done():
                return
        except (DeviceFailure, RoboticsError):
            if time.monotonic() > until_s:
                raise
        if time.monotonic() > until_s:
            raise TimeoutError("the device does not come to rest")
        time.sleep(0.05)


def _label() -> TapeLabel:
    now = datetime.now(UTC).replace(microsecond=0)
    texts = {"institution": "Bench", "contact": "", "site": "bench", "pool": "bench", "media_kind": "lto-8"}
    return TapeLabel(
        cartridge=str(uuid.UUID(int=1)),
        barcode=BARCODE,
        labelled_at=now,
        software="bench",
        simulated=True,
        **texts,
    )


if __name__ == "__main__":
    print(render(measure()), end="")
