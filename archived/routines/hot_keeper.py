"""The life of all hot folders: a thread for each, one small pool that takes, and what waits for a person."""

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from archived.catalog import events, hot_items
from archived.catalog.store import Catalog
from archived.errors import CatalogBusy
from archived.hot_items import HotItemState
from archived.routines.hot_attention import PREFIX, Troubles, attentions, prefix_of
from archived.routines.hot_desk import Surroundings
from archived.routines.hot_folders import HotFolder
from archived.routines.hot_opening import place_of
from archived.routines.hot_watcher import Watcher
from archived.stages.work import Site

log = logging.getLogger(__name__)

#: Reading is what takes long, and both come from the same disks.
TAKERS: Final = 2
#: A look that hangs in a file system that does not answer is not waited for any longer.
CLOSE_TIMEOUT_S: Final = 5.0


class HotFolders:
    """Every hot folder of a site."""

    def __init__(
        self, catalog: Catalog, site: Site, *, is_draining: Callable[[], bool], wake: Callable[[], None]
    ) -> None:
        """Raises ConfigurationError: an owner or a layout rule cannot be used."""
        self._around = Surroundings(catalog, site, is_draining, wake)
        self._pool = ThreadPoolExecutor(TAKERS, thread_name_prefix="hot-folder-taker")
        self._keepers = {name: _Keeper(name, self._around, self._pool) for name in site.config.hot_folders}

    @property
    def folders(self) -> Mapping[str, HotFolder]:
        """Each hot folder by its name."""
        return {name: keeper.folder for name, keeper in self._keepers.items()}

    def start(self) -> None:
        """Begin to look. What an earlier configuration put up is taken down."""
        with self._around.catalog.write() as write:
            ours = tuple(prefix_of(name) for name in self._keepers)
            known = [item.id for item in events.attentions(write) if item.id.startswith(ours)] if ours else []
            events.keep_attentions(write, PREFIX, known)
        for keeper in self._keepers.values():
            keeper.start()

    def wake(self, name: str | None = None) -> None:
        """Look now, at one hot folder or at all. Any thread may call it."""
        for keeper in self._keepers.values():
            if name in (None, keeper.folder.place.name):
                keeper.wake()

    def close(self) -> None:
        """Let what is under way end, and begin nothing more."""
        for keeper in self._keepers.values():
            keeper.stop()
        # First those who give work to the pool.
        for keeper in self._keepers.values():
            keeper.join()
        self._pool.shutdown(wait=True, cancel_futures=True)


class _Keeper:
    """The thread of one hot folder."""

    def __init__(self, name: str, around: Surroundings, pool: ThreadPoolExecutor) -> None:
        self._around = around
        self._bell = threading.Event()
        self._stopping = False
        place = place_of(name, around.site.config.hot_folders[name])
        self.folder = HotFolder(place, around, pool, wake=self._bell.set)
        self._watcher = Watcher(self._bell.set) if place.settings.watch == "auto" else None
        self._told: object = None
        self._thread = threading.Thread(target=self._run, name=f"hot-folder-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._bell.set()

    def stop(self) -> None:
        self._stopping = True
        self._bell.set()

    def join(self) -> None:
        if self._thread.is_alive():
            self._thread.join(CLOSE_TIMEOUT_S)

    def _run(self) -> None:
        try:
            while not self._stopping:
                # Cleared before the look: what happens during it is seen by the next one.
                self._bell.clear()
                if not self._look() and not self._stopping:
                    self._bell.wait(self.folder.place.settings.poll_s)
        finally:
            if self._watcher is not None:
                self._watcher.close()

    def _look(self) -> bool:
        if self._around.is_draining():
            return False
        try:
            acted = self.folder.look()
            self._tell()
        except CatalogBusy as error:
            log.warning("hot folder %s: %s; trying again", self.folder.place.name, error)
            return False
        except Exception:
            # One hot folder is not the daemon: it is looked at again, and the log says what is wrong.
            log.exception("hot folder %s could not be looked at", self.folder.place.name)
            return False
        return acted

    def _tell(self) -> None:
        """Put up what waits for a person, and take down what does not any more."""
        folder, seen = self.folder, self.folder.seen
        name = folder.place.name
        deaf = ""
        if self._watcher is not None:
            paths = [] if seen.away else [folder.place.root / path for path in seen.listing.folders]
            deaf = self._watcher.listen(paths)
        with self._around.catalog.read() as read:
            kept = hot_items.in_state(read, name, HotItemState.KEPT)
        there = {entry.path for entry in seen.listing.entries}
        no_room = [(path, why) for path, why in folder.desk.without_room().items() if path in there]
        troubles = Troubles(
            seen.away, deaf, seen.unwritten, folder.desk.failed(), seen.waits, kept, seen.listing.unreadable,
            no_room,
        )  # fmt: skip
        items = attentions(name, troubles, now=self._around.site.now())
        said = [(item.id, item.what) for item in items]
        if said == self._told:
            return
        with self._around.catalog.write() as write:
            for item in items:
                events.raise_attention(write, item)
            events.keep_attentions(write, prefix_of(name), [item.id for item in items])
        self._told = said
