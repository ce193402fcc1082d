"""How fast each of our digests is by itself on this machine: what all other numbers rest on."""

import os
import time
from collections.abc import Callable

from erasure.digests import ALGORITHMS, hasher

DATA_BYTES = 64 << 20
REPETITIONS = 5


def rates() -> dict[str, float]:
    """GB per CPU second of each digest, the best of a few tries."""
    data = memoryview(os.urandom(DATA_BYTES))
    return {
        name: DATA_BYTES
        / min(_cpu_seconds(lambda n=name: hasher(n).update(data)) for _ in range(REPETITIONS))
        / 1e9
        for name in (*ALGORITHMS, "md5")
    }


def _cpu_seconds(work: Callable[[], object]) -> float:
    start = time.process_time_ns()
    work()
    return (time.process_time_ns() - start) / 1e9
