"""Encoding, rebuilding and digests as ratios to plain work on the same bytes, measured in one run.

All times are CPU seconds of this process, so that neighbours on the machine disturb little. A ratio is the
median of the ratios of single repetitions, in each of which both sides ran one after the other.

Run alone:  python -m benchmarks.erasure_speed
"""

import ctypes
import hashlib
import os
import time
from collections.abc import Callable
from statistics import median

from benchmarks.table import Row, render
from erasure.buffers import aligned_buffers, pinned
from erasure.coding import SetCode
from erasure.digests import Digests

SHAPES = ((4, 2), (8, 2), (10, 4))
MEMBER_BYTES = 16 << 20
DIGEST_BYTES = 64 << 20
REPETITIONS = 11


def measure() -> list[Row]:
    """All rows of this file."""
    return [row for n, m in SHAPES for row in _against_memcpy(n, m)] + [_digests_against_sha256()]


def _cpu_seconds(work: Callable[[], object]) -> float:
    start = time.process_time_ns()
    work()
    return (time.process_time_ns() - start) / 1e9


def _interleaved(baseline: Callable[[], object], *works: Callable[[], object]) -> list[tuple[float, float]]:
    """For each work: median of baseline time / its time, and its median time in CPU seconds."""
    for work in (baseline, *works):
        work()
    times = [[_cpu_seconds(work) for work in (baseline, *works)] for _ in range(REPETITIONS)]
    return [
        (median(t[0] / t[i] for t in times), median(t[i] for t in times)) for i in range(1, len(works) + 1)
    ]


def _against_memcpy(n: int, m: int) -> list[Row]:
    code = SetCode(n, m)
    members = aligned_buffers(n + m, MEMBER_BYTES)
    copies = aligned_buffers(n, MEMBER_BYTES)
    rebuilt = dict(enumerate(aligned_buffers(m, MEMBER_BYTES)))
    for member in members[:n]:
        member[:] = os.urandom(MEMBER_BYTES)
    code.encode(members[:n], members[n:], MEMBER_BYTES)
    known = {i: member for i, member in enumerate(members) if i not in rebuilt}

    def copy() -> None:
        with (
            pinned(members[:n], MEMBER_BYTES, writable=False) as sources,
            pinned(copies, MEMBER_BYTES, writable=True) as targets,
        ):
            for source, target in zip(sources, targets, strict=True):
                ctypes.memmove(target, source, MEMBER_BYTES)

    encode, decode = _interleaved(
        copy,
        lambda: code.encode(members[:n], members[n:], MEMBER_BYTES),
        lambda: code.decode(known, rebuilt, MEMBER_BYTES),
    )
    if any(rebuilt[i] != members[i] for i in rebuilt):
        raise RuntimeError(
            f"{n}+{m}: the rebuilt members differ from the lost ones; these times mean nothing"
        )
    rows = []
    for what, aim, (ratio, seconds) in (
        (f"encode {n}+{m}", "≥ 1.4", encode),
        (f"decode {n}+{m}, {m} data members lost", "≥ 1.3", decode),
    ):
        rate = n * MEMBER_BYTES / seconds / 1e9
        detail = f"{rate:.1f} GB of data per CPU second, 16 MiB members, {code.kernel.name}"
        rows.append(Row(f"{what}, against memcpy of the data", ratio, aim, detail))
    return rows


def _digests_against_sha256() -> Row:
    data = os.urandom(DIGEST_BYTES)
    (three,) = _interleaved(lambda: hashlib.sha256(data), lambda: Digests().update(data))
    ratio, seconds = three
    detail = f"{DIGEST_BYTES / seconds / 1e9:.2f} GB per CPU second for all three, one thread"
    return Row("sha256, blake3 and xxh3-128 in one pass, against sha256 alone by CPU", ratio, "≥ 0.8", detail)


if __name__ == "__main__":
    print(render(measure()), end="")
