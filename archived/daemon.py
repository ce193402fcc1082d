"""Life of the process: lock, start, signals, drain, stop. It decides nothing."""

import fcntl
import logging
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import Connection

from archived.api.application import create_application
from archived.api.peer import ApiServer
from archived.api.services import Services
from archived.catalog import cleanings, events, media
from archived.catalog.store import Catalog
from archived.errors import CatalogBusy, SiteLocked
from archived.language import _
from archived.routines.hot_keeper import HotFolders
from archived.routines.runner import Runner
from archived.service_manager import ServiceManager
from archived.stages import intake
from archived.stages.floor import stale_key
from archived.stages.loop import Loop, ThreadExecutor
from archived.stages.pipeline import PIPELINE
from archived.stages.set_aside import finish_restore
from archived.stages.work import Site
from archived.states import CopyState, MoveState

log = logging.getLogger(__name__)

#: Without anything to wake it the loop looks this often: for what only time makes due.
TICK_S = 1.0
BUSY_S = 2.0


class Daemon:
    """One site under one process."""

    def __init__(
        self,
        folder: Path,
        site: Site,
        catalog: Catalog,
        *,
        socket: Path,
        simulate: Callable[[str, dict[str, Any]], Any],
        manager: ServiceManager | None = None,
    ) -> None:
        self._folder = folder
        self._manager = manager or ServiceManager()
        self._site = site
        self._catalog = catalog
        self._executor = ThreadExecutor()
        self._loop = Loop(catalog, site, PIPELINE, self._executor)
        self._runner = Runner(catalog, site)
        self._hot_folders = HotFolders(
            catalog, site, is_draining=lambda: self._loop.draining, wake=self._loop.wake
        )
        self._stop_at_once = threading.Event()
        services = Services(
            catalog=catalog,
            site=site,
            folder=folder,
            started_at=site.now(),
            wake=self._loop.wake,
            is_draining=lambda: self._loop.draining,
            simulate=simulate,
            hot_folders=self._hot_folders.folders,
        )
        self._server = ApiServer(create_application(services), socket, group=site.config.api.group)

    def run(self) -> None:
        """Serve until told to stop: SIGTERM or SIGINT drains, a second one stops at once."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told)
        self._take_up()
        thread = threading.Thread(target=self._server.run, name="api", daemon=True)
        thread.start()
        self._hot_folders.start()
        log.info("serving %s", self._folder)
        try:
            self._control()
            if self._stop_at_once.is_set():
                log.warning("stopped at once; what was under way is taken up at the next start")
                self._server.close()
                logging.shutdown()
                os._exit(1)
        finally:
            self._server.stop()
            thread.join(timeout=10)
            self._server.close()
        self._hot_folders.close()
        self._executor.close()
        self._runner.close()
        with self._catalog.read() as read:
            waiting = under_way(read)
        self._site.tools.let_go()
        self._catalog.close()
        if waiting:
            log.info("stopped; on record as under way, and taken up at the next start: %s", waiting)
        else:
            log.info("stopped; nothing was under way")

    def _take_up(self) -> None:
        """What an earlier life left: interrupted intakes end, and the robot is looked at before it moves."""
        tools = self._site.tools
        finish_restore(self._catalog, tools.paths)
        removed = intake.recover(
            catalog=self._catalog, config=self._site.config, site=self._folder, clock=tools.clock
        )
        if removed:
            log.warning(
                "intakes that were interrupted, not acknowledged, and removed: %s", ", ".join(removed)
            )
        with self._catalog.write() as write:
            for library in self._site.config.libraries:
                events.set_setting(write, stale_key(library), "1")

    def _control(self) -> None:
        while not self._stop_at_once.is_set():
            try:
                moved = self._loop.turn()
                if self._loop.draining:
                    self._runner.drain()
                else:
                    self._runner.turn()
                self._tell_manager(self._doing())
            except CatalogBusy as error:
                # The loop is alive, and to start again would not free the catalog.
                self._tell_manager(str(error))
                log.warning("%s; trying again", error)
                self._loop.wait(BUSY_S)
                continue
            except Exception:
                # Nothing here knows what is true now; the next start looks.
                log.exception("the control loop broke; everything is taken up at the next start")
                logging.shutdown()
                os._exit(4)
            # Intakes under way stand on the progress board too, and are not cut off.
            if self._loop.draining and not self._loop.in_flight and not self._site.tools.progress.items():
                return
            if not moved:
                self._loop.wait(TICK_S)

    def _tell_manager(self, words: str) -> None:
        """The control loop has turned: nobody but its own thread says so."""
        if self._server.started:
            self._manager.ready()
        if self._loop.draining:
            self._manager.stopping()
        self._manager.beat()
        self._manager.status(words)

    def _doing(self) -> str:
        under_way = self._site.tools.progress.items() if self._manager.listens else []
        if self._loop.draining:
            words = _("draining {site}; under way: {what}")
        else:
            words = _("serving {site}; under way: {what}")
        what = ", ".join(item.what for item in under_way) or _("nothing")
        return words.format(site=self._folder, what=what)

    def _told(self, number: int, frame: FrameType | None) -> None:
        if self._loop.draining:
            self._stop_at_once.set()
        self._loop.draining = True
        self._site.tools.progress.hurry()
        self._loop.wake()


def under_way(read: Connection) -> str:
    """What the catalog has begun and not ended, in words for the log; empty for nothing."""
    begun = [f"move {item.medium_id}" for item in media.moves_in_state(read, MoveState.MOVING)]
    begun += [f"cleaning of {item.drive}" for item in cleanings.in_state(read, *cleanings.UNDER_WAY)]
    copies = media.copies_in_state(read, CopyState.WRITING, CopyState.VERIFYING)
    begun += [f"copy {item.id} on {item.medium_id}" for item in copies]
    return ", ".join(begun)


def lock_site(folder: Path) -> int:
    """A descriptor that makes this process the only daemon of the site. Raises SiteLocked."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise SiteLocked(
            _("another daemon serves {folder}; this one did nothing").format(folder=folder),
            advice="archivectl status asks it",
        ) from None
    return descriptor
