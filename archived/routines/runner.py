"""Background routines: each has a name and one bounded step; the daemon runs them between two looks."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from archived.catalog import events
from archived.catalog.events import Attention
from archived.catalog.store import Catalog
from archived.routines import alarm_journal, watches
from archived.routines.alert_courier import Courier
from archived.routines.nightly_export import NightlyExport
from archived.stages import approving, hold, recall_area, staging_release
from archived.stages.capacity import under_pressure
from archived.stages.catalog_origin import is_known
from archived.stages.health import judging, scan_orders
from archived.stages.media_life import drive_care
from archived.stages.repair import orders as repairs
from archived.stages.verify import routine
from archived.stages.work import Site
from archived.states import PackageState

EVERY_S = 30.0
#: Years of motions are counted for it.
CLEAN_EVERY_S = 3600.0
#: The list of what waits for a person is looked at this often.
JOURNAL_EVERY_S = 1.0


def differs(prefix: str, found: Sequence[Attention], up: Mapping[str, Attention]) -> bool:
    """Whether what a watch found is other than what is up by its prefix; since when it is up never changes."""
    known = {key for key in up if key.startswith(prefix)}
    if known != {item.id for item in found if item.id.startswith(prefix)}:
        return True
    return any(item.id not in up or replace(item, since=up[item.id].since) != up[item.id] for item in found)


class Runner:
    """Runs every routine once in a while; files are removed on a thread of its own."""

    def __init__(self, catalog: Catalog, site: Site) -> None:
        self._catalog = catalog
        self._site = site
        self._next_s = 0.0
        self._clean_s = 0.0
        self._journal_s = 0.0
        self._courier = Courier(catalog, site)
        self._remover = ThreadPoolExecutor(1, thread_name_prefix="remover")
        self._removing: list[Future[None]] = []
        self._export = NightlyExport(catalog, site)
        self._routines: tuple[Callable[[], None], ...] = (
            self.judge_health,
            self.begin_scans,
            self.watch,
            self.expire_recalls,
            self.begin_repairs,
            self.expire_approvals,
            self.clean_when_due,
            self.remove_leftovers,
            self.release_staging,
            self.examine_what_is_due,
        )

    def turn(self) -> None:
        """Run the routines when their time has come."""
        now_s = self._site.tools.clock.monotonic()
        if now_s >= self._next_s:
            self._next_s = now_s + EVERY_S
            self._export.turn()
            for each in self._routines:
                each()
        if now_s >= self._journal_s:
            self._journal_s = now_s + JOURNAL_EVERY_S
            alarm_journal.turn(self._catalog, self._site)
            self._courier.turn()

    def drain(self) -> None:
        """What may be made up later is given up: the daemon was told to stop."""
        self._export.stop()
        self._courier.stop()

    def close(self) -> None:
        """Let removals under way end."""
        self._export.close()
        self._courier.close()
        self._remover.shutdown(wait=True)

    def judge_health(self) -> None:
        """Media of which something was noted get the state that their values ask for."""
        with self._catalog.look() as read:
            if not judging.is_due(read):
                return
        with self._catalog.write() as write:
            judging.judge_new(write, self._site)

    def begin_scans(self) -> None:
        """Discs that were not scanned for long, where the settings ask for it."""
        if self._site.config.health.scan_days > 0:
            with self._catalog.write() as write:
                scan_orders.begin_due(write, self._site)

    def watch(self) -> None:
        """Put up and take down what waits for a person."""
        with self._catalog.look() as read:
            seen = {prefix: look(read, self._site) for prefix, look in watches.WATCHES.items()}
            up = {item.id: item for item in events.attentions(read)}
        if not any(differs(prefix, found, up) for prefix, found in seen.items()):
            return
        with self._catalog.write() as write:
            for prefix, found in seen.items():
                for item in found:
                    events.raise_attention(write, item)
                events.keep_attentions(write, prefix, [item.id for item in found])

    def expire_recalls(self) -> None:
        """What nobody fetched for long frees its place; it can be asked for again."""
        with self._catalog.write() as write:
            recall_area.expire(write, self._site)

    def expire_approvals(self) -> None:
        """What no second person agreed to in time is over, and is asked for again if it is still wanted."""
        with self._catalog.write() as write:
            approving.expire(write, self._site)

    def begin_repairs(self) -> None:
        """What lost a copy is made again, unless the settings leave that to people."""
        with self._catalog.look() as read:
            called_for = repairs.called_for(read, self._site)
        if called_for:
            with self._catalog.write() as write:
                repairs.begin_by_itself(write, self._site)

    def clean_when_due(self) -> None:
        """Drives that were used for as long as they may be are cleaned, or a person is asked; once an hour."""
        now_s = self._site.tools.clock.monotonic()
        if now_s < self._clean_s:
            return
        self._clean_s = now_s + CLEAN_EVERY_S
        with self._catalog.read() as read:
            lenses = drive_care.watch(read, self._site)
        with self._catalog.write() as write:
            for item in lenses:
                events.raise_attention(write, item)
            events.keep_attentions(write, drive_care.ATTENTION, [item.id for item in lenses])
            drive_care.order_due(write, self._site)

    def remove_leftovers(self) -> None:
        """Remove what no row of the catalog needs any more."""
        self._removing = [item for item in self._removing if not item.done()]
        if self._removing:
            return
        paths = self._site.tools.paths
        listed = staging_release.present(paths)
        with self._catalog.look() as read:
            # A catalog that was made again does not know everything that lies there.
            all_known = is_known(read) and not hold.stands(read)
            rubbish = staging_release.leftovers(read, paths, listed) if all_known else []
        for path in rubbish:
            self._remove(path)

    def release_staging(self) -> None:
        """Under pressure the staged bytes of archived packages go, oldest first; never without pressure."""
        if not under_pressure(self._site):
            return
        with self._catalog.look() as read:
            archived = staging_release.staged_packages(read, PackageState.ARCHIVED)
        for package in archived:
            if not under_pressure(self._site):
                return
            with self._catalog.write() as write:
                if staging_release.why_kept(write, self._site, package):
                    continue
                folder = staging_release.let_go(write, self._site, package, agent=events.DAEMON)
            staging_release.remove(folder)

    def examine_what_is_due(self) -> None:
        """Media whose time has come are examined by themselves; what is overdue is told."""
        routine.turn(self._catalog, self._site)

    def _remove(self, path: Path) -> None:
        self._removing.append(self._remover.submit(staging_release.remove, path))
