"""Hearing of changes in a hot folder at once, through inotify. Only a hint: the look decides, and comes anyway."""

import errno
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from archived.language import _

log = logging.getLogger(__name__)

#: Folders on the way to packages that are listened to; what happens in others is found by looking.
WATCHES_MAX: Final = 32
#: The system gives no more watches, instances or descriptors (inotify_add_watch(2), inotify_init(2)).
_LIMITS = (errno.ENOSPC, errno.EMFILE, errno.ENFILE)


class Watcher:
    """Listens to some folders and rings for each change. For one thread, but for the ringing."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._bell = _Bell(ring)
        self._observer = Observer()
        self._watched: dict[Path, object] = {}
        self._started = False

    def listen(self, folders: Iterable[Path]) -> str:
        """Listen to these folders and no others; why that is not possible, in words, or empty."""
        wanted = list(folders)[:WATCHES_MAX]
        for gone in self._watched.keys() - set(wanted):
            self._forget(gone)
        try:
            if not self._started:
                self._observer.start()
                self._started = True
            for folder in wanted:
                if folder not in self._watched:
                    self._watched[folder] = self._observer.schedule(self._bell, str(folder), recursive=False)
                    # What came between the last look and now was not heard of.
                    self._ring()
        except OSError as error:
            if error.errno in _LIMITS:
                return _("the system allows no more watches on folders: {why}").format(why=error.strerror)
            log.info("%s is not listened to: %s", wanted, error)
        return ""

    def close(self) -> None:
        """Stop listening."""
        if self._started:
            self._observer.stop()
            self._observer.join(timeout=5)

    def _forget(self, folder: Path) -> None:
        try:
            self._observer.unschedule(self._watched.pop(folder))  # type: ignore[arg-type]
        except (KeyError, OSError):  # the folder went, and its watch with it
            log.info("%s is not listened to any more", folder)


class _Bell(FileSystemEventHandler):
    """Rings for what may make something ready. Opening is no change: our own looks would ring without end."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring

    def on_created(self, event: FileSystemEvent) -> None:
        self._ring()

    def on_moved(self, event: FileSystemEvent) -> None:
        self._ring()

    def on_deleted(self, event: FileSystemEvent) -> None:
        self._ring()

    def on_closed(self, event: FileSystemEvent) -> None:
        self._ring()
