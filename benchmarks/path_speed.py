"""The whole way of data, from submit to ARCHIVED, against the sum of its necessary works measured alone.

CPU seconds throughout. The way: a daemon of its own with a simulated room of unlimited speed; counted are the
daemon, its burns with xorriso, and the room server. The sum: copying what was handed in with three digests in
one read; protecting the sets (the pass over all images, parity files, digests and chunk tables, with fsync);
one burn stream (recipe, checked, through xorriso into a FIFO and to disk); one read-back with three digests.
Stream and read-back are measured on one image and counted for all discs that were written. What the way does
beyond the sum: bags, catalog, recipes, the digests of the parity discs, chunk tables at the read-back, the
room's protocol, starting a burn process for each disc.

Run alone:  python -m benchmarks.path_speed
"""

import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from archived.sessions.encode import encode_set, open_recipe
from backends.interface import SECTOR_BYTES
from backends.optical.burn import xorriso
from backends.recipe import FileExtent, RecipeWriter
from benchmarks.table import PeerMissing, Row, render
from benchmarks.trial import Trial, running_site
from erasure.digests import Digests, hasher
from erasure.kernels import load_kernel

N, M, SETS = 4, 2, 2
DISC_BYTES = 128 << 20
#: (files, bytes each) of one volume, which fills one disc: scans, photographs, text.
MIX = ((8, 12_000_000), (15, 1_000_000), (300, 20_000))
BLOCK_BYTES = 1 << 20
ARCHIVED_TIMEOUT_S = 900.0
ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Way:
    """What one round handed in and wrote, and what it cost."""

    cpu_s: float
    data_bytes: int
    image_bytes: int
    written_bytes: int


def measure() -> list[Row]:
    """One row; needs about 6 GB below the temporary directory."""
    if shutil.which(xorriso.PROGRAM) is None:
        raise PeerMissing(f"{xorriso.PROGRAM} is not here: apt install xorriso")
    with tempfile.TemporaryDirectory(prefix="archived-bench-") as name:
        base = Path(name)
        volumes = [_volume(base / "source" / f"volume-{number}", number) for number in range(N * SETS)]
        ways, sums = [], []
        for number in range(ROUNDS):
            ways.append(_archive(base / f"site-{number}", volumes))
            sums.append(_alone(base / "alone", volumes, ways[-1]))
    # The round that neighbours on the machine disturbed least, of each side.
    way = min(ways, key=lambda one: one.cpu_s)
    alone = {work: min(one[work] for one in sums) for work in sums[0]}
    total_s, gb = sum(alone.values()), way.data_bytes / 1e9
    parts = ", ".join(f"{work} {seconds / gb:.2f}" for work, seconds in alone.items())
    detail = (
        f"{gb:.2f} GB on {SETS} sets {N}+{M} of {DISC_BYTES >> 20} MiB discs: {way.cpu_s / gb:.2f} CPU s per GB "
        f"handed in; alone {total_s / gb:.2f} ({parts})"
    )
    name = "submit → ARCHIVED, against the sum of its works alone by CPU (less is better)"
    return [Row(name, way.cpu_s / total_s, "≤ 1.5", detail)]


def _volume(folder: Path, seed: int) -> Path:
    noise = random.Random(seed).randbytes(max(size for _, size in MIX))
    for group, (count, size) in enumerate(MIX):
        (folder / f"group {group}").mkdir(parents=True)
        for number in range(count):
            # The number in front makes every file's digests its own.
            path = folder / f"group {group}" / f"{number:05d}.bin"
            path.write_bytes(b"%08d" % number + noise[8:size])
    return folder


def _archive(folder: Path, volumes: list[Path]) -> Way:
    """Hand the volumes in, one to a series, and wait for the last receipt."""
    with running_site(folder, disc_bytes=DISC_BYTES) as trial:
        before_s = trial.cpu_seconds()
        for number, path in enumerate(volumes):
            words = {"fonds": "F", "series": f"S{number}", "volume": "V"}
            law = {"retention": "permanent", "confidentiality": "open"}
            trial.client.post("/v1/submissions", {"path": str(path), **words, **law})
        trial.client.post("/v1/images/close")
        trial.wait_until_archived(len(volumes), ARCHIVED_TIMEOUT_S)
        way = _way(trial, trial.cpu_seconds() - before_s, volumes)
    shutil.rmtree(folder)
    return way


def _way(trial: Trial, cpu_s: float, volumes: list[Path]) -> Way:
    images = [image for image in trial.client.get("/v1/images")["items"] if image["size_bytes"]]
    data = sum(path.stat().st_size for folder in volumes for path in folder.rglob("*") if path.is_file())
    written = sum(image["size_bytes"] for image in images)
    if len(images) != SETS * (N + M):
        raise RuntimeError(f"{len(images)} images were made; {SETS * (N + M)} were meant")
    return Way(cpu_s, data, sum(i["size_bytes"] for i in images if i["kind"] == "data"), written)


def _alone(base: Path, volumes: list[Path], way: Way) -> dict[str, float]:
    """CPU seconds of each work for as many bytes as the way had."""
    base.mkdir()
    files = [path for folder in volumes for path in folder.rglob("*") if path.is_file()]
    copying = _cpu_seconds(lambda: _copy(files, base / "copy"))
    size = way.image_bytes // (N * SETS) // SECTOR_BYTES * SECTOR_BYTES
    recipes = [_image(base, number, size) for number in range(N)]
    protecting = _cpu_seconds(lambda: _protect(base, recipes))
    burning = _cpu_seconds(lambda: _burn(base, recipes[0], size // SECTOR_BYTES))
    reading = _cpu_seconds(lambda: _read_back(base / "disc", size))
    shutil.rmtree(base)
    return {
        "copy with three digests": copying,
        "protecting": protecting * way.image_bytes / (N * size),
        "burn stream": burning * way.written_bytes / size,
        "read-back with three digests": reading * way.written_bytes / size,
    }


def _cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process and of the children that it waited for."""
    before = os.times()
    work()
    after = os.times()
    return sum(after[:4]) - sum(before[:4])


def _copy(files: list[Path], target: Path) -> None:
    target.mkdir()
    buffer = memoryview(bytearray(BLOCK_BYTES))
    for number, path in enumerate(files):
        digests = Digests()
        with path.open("rb", buffering=0) as source, (target / str(number)).open("wb", buffering=0) as copy:
            while count := source.readinto(buffer):
                digests.update(buffer[:count])
                copy.write(buffer[:count])
        digests.hexdigests()
    os.sync()


def _image(base: Path, number: int, size: int) -> Path:
    """A staged file, and the recipe of an image that is this file."""
    source, recipe = f"image-{number}.bin", base / f"image-{number}.recipe"
    data = random.Random(number).randbytes(size)
    (base / source).write_bytes(data)
    digests = {}
    for name in ("blake3", "xxh3-128"):
        digest = hasher(name)
        digest.update(data)
        digests[name] = digest.hexdigest()
    with RecipeWriter(recipe, image=f"I{number}", label="BENCH") as writer:
        writer.add(FileExtent(source, 0, size, digests, source))
        writer.commit()
    return recipe


def _protect(base: Path, recipes: list[Path]) -> None:
    parity = [base / f"parity-{number}.bin" for number in range(M)]
    encode_set(recipes, parity, n=N, staging=base, kernel=load_kernel(), report=lambda done, total: None)


def _burn(base: Path, recipe: Path, sectors: int) -> None:
    fifo = base / "fifo"
    os.mkfifo(fifo)
    with (base / "disc").open("wb") as disc:
        drive = subprocess.Popen(["cat", str(fifo)], stdout=disc)
        program = subprocess.Popen(
            xorriso.argv(xorriso.fifo_target(fifo), sectors),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        buffer = memoryview(bytearray(BLOCK_BYTES))
        with open_recipe(recipe, base, check="xxh3-128") as reader, program.stdin or open(os.devnull) as pipe:
            while count := reader.readinto(buffer):
                block = buffer[:count]
                while block:
                    block = block[os.write(pipe.fileno(), block) :]
        if program.wait() or drive.wait():
            raise RuntimeError(f"xorriso ended with {program.returncode}; this time means nothing")
        os.fsync(disc.fileno())


def _read_back(disc: Path, size: int) -> None:
    digests = Digests()
    buffer = memoryview(bytearray(BLOCK_BYTES))
    with disc.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            digests.update(buffer[:count])
    digests.hexdigests()
    if digests.length_bytes != size:
        raise RuntimeError(f"{digests.length_bytes} of {size} bytes came back; this time means nothing")


if __name__ == "__main__":
    print(render(measure()), end="")
