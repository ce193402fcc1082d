"""How fast an image is mastered: layout, recipe and checked stream, against xorriso over the same files.

Both sides end in the sha256 of the whole image, which bounds both; a second row leaves it out. Both read files
that are in the page cache: what is measured is the work, not the disk. xorriso writes ISO 9660 with Rock Ridge
and Joliet, because no packaged tool streams UDF; it checks no file on the way, we check every one.
"""

import hashlib
import json
import os
import queue
import random
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from time import perf_counter

import xxhash

from backends.optical.master import FileSource, master
from backends.optical.udf.layout import UdfEntry, plan
from backends.optical.udf.writer import UdfVolume
from backends.recipe import RecipeReader, RecipeWriter
from benchmarks.table import PeerMissing, Row

SPEED_AIM = 2.0
MEMORY_LIMIT_BYTES = 64 << 20
#: (how many, bytes each): scans, photographs, text; 2 GB and 4,654 files together.
MIX = ((4, 250_000_000), (150, 4_000_000), (500, 700_000), (4000, 12_500))
#: Both sides take turns; the faster round of each counts, as the one that neighbours disturbed least.
ROUNDS = 2
_BUFFER_BYTES = 1 << 20
_BUFFERS = 4


def measure() -> list[Row]:
    """Speed as wall time of xorriso over ours, with and without the image digest; memory as limit over peak."""
    with tempfile.TemporaryDirectory(prefix="mastering-") as folder:
        root = Path(folder)
        digests = _stage(root / "staging")
        (root / "digests.json").write_text(json.dumps(digests))
        for tool in ("xorriso", "sha256sum"):
            if shutil.which(tool) is None:
                raise PeerMissing(f"this benchmark compares with xorriso and sha256sum; install {tool}")
        command = [sys.executable, "-m", "benchmarks.mastering_speed", str(root)]
        rounds = [(json.loads(_run(command)), _xorriso(root / "staging", hashed=True)) for _ in range(ROUNDS)]
        bare_s = _xorriso(root / "staging", hashed=False)
    ours = min((own for own, _ in rounds), key=lambda own: own["seconds"])
    theirs_s = min(seconds for _, seconds in rounds)
    amount = f"{ours['bytes'] / 1e9:.1f} GB, {len(digests)} files"
    speed = f"{amount}: ours {ours['seconds']:.2f} s, xorriso | sha256sum {theirs_s:.2f} s"
    bare = (
        f"{amount}, every file checked by xxh3-128: ours {ours['bare_seconds']:.2f} s, xorriso {bare_s:.2f} s"
    )
    memory = f"peak {ours['peak_bytes'] / 2**20:.0f} MiB of {MEMORY_LIMIT_BYTES >> 20} MiB"
    return [
        Row("mastering speed", theirs_s / ours["seconds"], f">= {SPEED_AIM:g}", speed),
        Row("mastering speed, no image digest", bare_s / ours["bare_seconds"], f">= {SPEED_AIM:g}", bare),
        Row("mastering memory", MEMORY_LIMIT_BYTES / ours["peak_bytes"], ">= 1", memory),
    ]


def _stage(root: Path) -> dict[str, str]:
    """Write the mix of files; path -> xxh3-128, which intake would have on record."""
    source = random.Random(20)
    block = source.randbytes(8 << 20)
    digests = {}
    for kind, (count, size_bytes) in enumerate(MIX):
        for number in range(count):
            path = f"fonds/{kind}/案卷 {number // 100:04}/第{number:05}页.tif"
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            start = source.randrange(len(block) // 2)
            digest = xxhash.xxh3_128()
            with (root / path).open("wb") as file:
                for at in range(0, size_bytes, len(block) // 2):
                    piece = block[start : start + min(len(block) // 2, size_bytes - at)]
                    digest.update(piece)
                    file.write(piece)
            digests[path] = digest.hexdigest()
    return digests


def _run(command: list[str]) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=Path(__file__).parents[1])
    return done.stdout.decode()


def _xorriso(root: Path, *, hashed: bool) -> float:
    command = [
        "xorriso",
        "-as",
        "mkisofs",
        "-quiet",
        "-iso-level",
        "3",
        "-J",
        "-joliet-long",
        "-r",
        "-V",
        "BENCH",
    ]
    begin = perf_counter()
    making = subprocess.Popen(
        [*command, "-o", "-", str(root)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    reading = ["sha256sum"] if hashed else ["cat"]
    subprocess.run(reading, stdin=making.stdout, stdout=subprocess.DEVNULL, check=True)
    if making.wait():
        raise RuntimeError(f"xorriso ended with {making.returncode}")
    return perf_counter() - begin


def _master(root: Path) -> dict[str, float]:
    """The measured work, in a process of its own: plan, write the recipe, stream it, hash the image."""
    digests = json.loads((root / "digests.json").read_text())
    staging, recipe = root / "staging", root / "image.recipe"
    begin = perf_counter()
    layout = plan(UdfEntry(path, os.stat(f"{staging}/{path}").st_size, 0) for path in digests)

    def content(entry: UdfEntry) -> FileSource:
        return FileSource(entry.path, 0, entry.size_bytes, {"xxh3-128": digests[entry.path]})

    def digests_of(data: bytes) -> dict[str, str]:
        return {"xxh3-128": xxhash.xxh3_128_hexdigest(data)}

    with RecipeWriter(recipe, image="bench", label="BENCH") as writer:
        master(layout, UdfVolume("BENCH", "0" * 16, 0), content, writer, digests_of=digests_of)
        image_bytes = writer.commit()
    frozen = perf_counter()
    _hash_of(recipe, staging)
    hashed = perf_counter()
    _read(recipe, staging)
    read = perf_counter()
    status = Path("/proc/self/status").read_text()
    peak_kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return {
        "seconds": hashed - begin,
        "bare_seconds": (frozen - begin) + (read - hashed),
        "bytes": image_bytes,
        "peak_bytes": int(peak_kib) * 1024,
    }


def _read(recipe: Path, staging: Path) -> None:
    buffer = memoryview(bytearray(_BUFFER_BYTES))
    with RecipeReader(recipe, staging, check="xxh3-128", hasher=xxhash.xxh3_128) as reader:
        while reader.readinto(buffer):
            pass


def _hash_of(recipe: Path, staging: Path) -> str:
    """sha256 of the image; a second thread hashes one buffer while the next is filled."""
    sha256 = hashlib.sha256()
    free: queue.Queue[memoryview] = queue.Queue()
    full: queue.Queue[tuple[memoryview, int] | None] = queue.Queue()
    for _ in range(_BUFFERS):
        free.put(memoryview(bytearray(_BUFFER_BYTES)))

    def consume() -> None:
        while (piece := full.get()) is not None:
            buffer, count = piece
            sha256.update(buffer[:count])
            free.put(buffer)

    consumer = threading.Thread(target=consume)
    consumer.start()
    try:
        with RecipeReader(recipe, staging, check="xxh3-128", hasher=xxhash.xxh3_128) as reader:
            while count := reader.readinto(buffer := free.get()):
                full.put((buffer, count))
    finally:
        full.put(None)
        consumer.join()
    return sha256.hexdigest()


if __name__ == "__main__":
    # What `measure` starts: one run by itself, so that its memory can be told.
    print(json.dumps(_master(Path(sys.argv[1]))))
