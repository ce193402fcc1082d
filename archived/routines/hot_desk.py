"""What a hot folder has in hand, in memory only: what threads are at, and what is left alone for a while."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from archived.catalog.store import Catalog
from archived.stages.work import Site


@dataclass(frozen=True, slots=True)
class Surroundings:
    """One daemon, as its hot folders see it."""

    catalog: Catalog
    site: Site
    is_draining: Callable[[], bool]
    #: Something was taken: the control loop should look.
    wake: Callable[[], None]

    @property
    def now_s(self) -> float:
        return self.site.tools.clock.monotonic()


@dataclass(slots=True)
class Desk:
    """Any thread may call every method."""

    around: Surroundings
    _busy: set[str] = field(default_factory=set)
    _resting: dict[str, float] = field(default_factory=dict)
    _full_until_s: float = 0.0
    #: (path, why) of what failed in a way that is nobody's refusal, until it is tried again.
    _failed: dict[str, str] = field(default_factory=dict)
    #: (path, why) of what found no room in staging, until another attempt ends otherwise.
    _no_room: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, path: str) -> None:
        """A thread takes this up."""
        with self._lock:
            self._busy.add(path)
            self._failed.pop(path, None)

    def end(self, path: str) -> None:
        with self._lock:
            self._busy.discard(path)

    def busy(self) -> frozenset[str]:
        with self._lock:
            return frozenset(self._busy)

    def rest(self, path: str, *, failed: str = "") -> None:
        """Leave it alone for as long as the site says."""
        until_s = self.around.now_s + self.around.site.config.rest_s
        with self._lock:
            self._resting[path] = until_s
            if failed:
                self._failed[path] = failed

    def rest_all(self) -> None:
        """The world is not ready for any of it: take nothing for a while."""
        until_s = self.around.now_s + self.around.site.config.rest_s
        with self._lock:
            self._full_until_s = until_s

    def no_room(self, path: str, why: str) -> None:
        """Staging could not take it."""
        with self._lock:
            self._no_room[path] = why

    def found_room(self, path: str) -> None:
        """An attempt ended otherwise."""
        with self._lock:
            self._no_room.pop(path, None)

    def without_room(self) -> dict[str, str]:
        with self._lock:
            return dict(self._no_room)

    @property
    def rests(self) -> bool:
        """Whether nothing is taken for a while."""
        with self._lock:
            return self.around.now_s < self._full_until_s

    def resting(self, paths: Iterable[str]) -> frozenset[str]:
        """Those of `paths` that are left alone now, beside those for which everything is."""
        now_s = self.around.now_s
        with self._lock:
            self._resting = {path: until_s for path, until_s in self._resting.items() if now_s < until_s}
            alone = frozenset(self._resting)
            return alone | frozenset(paths) if now_s < self._full_until_s else alone

    def failed(self) -> dict[str, str]:
        with self._lock:
            return dict(self._failed)
