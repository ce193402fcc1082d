"""What the process remembers of media that it reads for the care of them, and how it is told to stop at a chunk.

In memory only: after a restart the place on record is what there is, and digests of the whole begin anew.
"""

import threading
from dataclasses import dataclass, field

from erasure.digests import Digests


@dataclass(slots=True)
class HalfReads:
    """For the control loop, which says stop, and the threads of the drives, which ask."""

    _stopping: dict[str, str] = field(default_factory=dict)
    _digests: dict[int, tuple[int, Digests]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def stop(self, key: str, why: str) -> None:
        """Let the work with this key end at its next chunk; harmless when there is none."""
        with self._lock:
            self._stopping[key] = why

    def begin(self, key: str) -> None:
        """The work begins: what was said before is over."""
        with self._lock:
            self._stopping.pop(key, None)

    def why_stop(self, key: str) -> str:
        """Why it is to end at its next chunk; "" to go on."""
        with self._lock:
            return self._stopping.get(key, "")

    def take_digests(self, item: int, at: int) -> Digests | None:
        """The digests of everything before chunk `at`; None where nobody has them any more."""
        with self._lock:
            known = self._digests.pop(item, None)
        if at == 0:
            return Digests()
        return known[1] if known is not None and known[0] == at else None

    def keep_digests(self, item: int, at: int, digests: Digests) -> None:
        """For the visit that goes on at chunk `at`."""
        with self._lock:
            self._digests[item] = (at, digests)

    def forget(self, item: int) -> None:
        with self._lock:
            self._digests.pop(item, None)
