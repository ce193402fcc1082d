"""The nightly export: looks now and then whether it is time, and makes it on a thread of its own."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from sqlalchemy import Connection

from archived.catalog.events import Attention
from archived.catalog.store import Catalog
from archived.errors import ArchivedError, Cancelled, CatalogBusy
from archived.language import _
from archived.policy.export_time import is_due, is_overdue
from archived.stages.export_place import begin_history, export_to_its_place, history, remember_failure
from archived.stages.work import Site
from archived.time_of_day import time_of_day

log = logging.getLogger(__name__)

KEY = "catalog export"
OVERDUE = "catalog-export:overdue"


class NightlyExport:
    """Makes the export when its time has come; nothing else in the daemon waits for it."""

    def __init__(
        self, catalog: Catalog, site: Site, *, begin: Callable[[Callable[[], None]], Any] | None = None
    ) -> None:
        """`begin` runs a call somewhere; on a thread of its own unless told otherwise."""
        self._catalog = catalog
        self._site = site
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="export")
        self._begin = begin or self._thread.submit
        self._running: Any = None
        self._told_to_stop = threading.Event()

    def turn(self) -> None:
        """Begin an export when it is due and none is under way. Raises CatalogBusy."""
        settings = self._site.config.catalog
        if not settings.export_directory or self._told_to_stop.is_set() or self._is_running():
            return
        with self._catalog.read() as read:
            known = history(read)
        if known is None:
            with self._catalog.write() as write:
                known = begin_history(write, self._site)
        if is_due(self._site.now(), time_of_day(settings.export_at), known):
            self._running = self._begin(self._export)

    def stop(self) -> None:
        """Give up the export that is under way, and begin none; the next start makes it up."""
        self._told_to_stop.set()

    def close(self) -> None:
        """Stop, and return when nothing is under way any more."""
        self.stop()
        self._thread.shutdown(wait=True)

    def _is_running(self) -> bool:
        return isinstance(self._running, Future) and not self._running.done()

    def _export(self) -> None:
        board, folder = self._site.tools.progress, self._site.config.catalog.export_directory
        report = board.begin(KEY, _("exporting the catalog to {folder}").format(folder=folder))

        def going_on(done: int, total: int) -> None:
            if self._told_to_stop.is_set():
                raise Cancelled(_("the daemon was told to stop; the export is made up at its next start"))
            report(done, total)

        try:
            made = export_to_its_place(self._catalog, self._site, going_on)
            log.info("catalog exported: %s", made.statement.file)
            if made.removed:
                log.info("old exports of the catalog were removed: %s", ", ".join(made.removed))
        except (Cancelled, CatalogBusy) as error:
            log.warning("the catalog was not exported: %s", error.message)
        except (ArchivedError, OSError) as error:
            log.warning("the catalog was not exported: %s", error)
            remember_failure(self._catalog, self._site, error)
        except Exception:
            # On this thread nobody else would ever hear of it.
            log.exception("the catalog was not exported")
            raise
        finally:
            board.end(KEY)


def overdue(read: Connection, site: Site) -> list[Attention]:
    """A watch: the last whole export is older than it may be."""
    settings, known = site.config.catalog, history(read)
    if not settings.export_directory or known is None:
        return []
    if not is_overdue(site.now(), time_of_day(settings.export_at), known):
        return []
    last = known.succeeded_at
    return [
        Attention(
            OVERDUE,
            "now",
            _("no export of the catalog was made for too long; the last whole one is of {at}").format(
                at=last.isoformat(timespec="minutes")
            )
            if last is not None
            else _("no export of the catalog was ever made"),
            _("the catalog itself is not touched; what is on media says what it is by itself"),
            "archivectl catalog export",
            site.now(),
        )
    ]
