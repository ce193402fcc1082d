"""Background routines: each has a name and one bounded step; the daemon runs them between two looks."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection

from archived.catalog import events, images, media, packages
from archived.catalog.events import Attention
from archived.catalog.store import Catalog
from archived.policy.exposure import Exposed, overdue
from archived.stages import staging_release
from archived.stages.capacity import under_pressure
from archived.stages.moving import verify_choice
from archived.stages.work import Site
from archived.states import CopyState, MediumState, PackageState

EVERY_S = 30.0
EXPOSURE, SCRATCH, JUDGE = "exposure-", "scratch:", "judge:"


class Runner:
    """Runs every routine once in a while."""

    def __init__(self, catalog: Catalog, site: Site) -> None:
        self._catalog = catalog
        self._site = site
        self._next_s = 0.0
        self._routines: tuple[Callable[[], None], ...] = (
            self.watch_exposure,
            self.watch_scratch,
            self.watch_verification,
            self.release_staging,
        )

    def turn(self) -> None:
        """Run the routines when their time has come."""
        now_s = self._site.tools.clock.monotonic()
        if now_s < self._next_s:
            return
        self._next_s = now_s + EVERY_S
        for routine in self._routines:
            routine()

    def watch_exposure(self) -> None:
        """Packages that wait longer than promised are an alarm."""
        settings = self._site.config.staging
        with self._catalog.read() as read:
            waiting = packages.in_state(read, PackageState.ACCEPTED)
            exposed = [self._exposed(read, package.id) for package in waiting]
        late = overdue(
            exposed,
            now=self._site.now(),
            max_exposure=timedelta(hours=settings.max_exposure_h),
            disks=settings.disks,
        )
        with self._catalog.write() as write:
            for item in late:
                words = (item.id, "now", item.sentence, item.safe, item.command, item.limit_at)
                events.raise_attention(write, Attention(*words))
            events.keep_attentions(write, EXPOSURE, [item.id for item in late])

    def watch_scratch(self) -> None:
        """A pool that could not write its next set asks for blanks in time."""
        with self._catalog.write() as write:
            blanks = media.listing(write, MediumState.BLANK)
            alive = []
            for name, pool in self._site.config.pools.items():
                count = sum(m.library == pool.library and m.kind == pool.media_kind for m in blanks)
                if count < pool.n + pool.m:
                    alive.append(f"{SCRATCH}{name}")
                    events.raise_attention(write, self._few_blanks(name, count, pool.n + pool.m))
            events.keep_attentions(write, SCRATCH, alive)

    def watch_verification(self) -> None:
        """A disc that no drive may judge waits for a person."""
        with self._catalog.write() as write:
            alive = []
            for copy in media.copies_in_state(write, CopyState.WRITTEN):
                medium = media.get(write, copy.medium_id)
                up = [d.name for d in media.drives(write) if d.up and d.library == medium.library]
                choice = verify_choice(write, copy, up)
                if choice.allowed:
                    continue
                alive.append(f"{JUDGE}{copy.image_id}")
                words = f"image {copy.image_id} on {copy.medium_id} waits to be read back: {choice.refusal}"
                safe = "the image stays in staging; the disc is written and lies in the library"
                command = "archivectl library" if up else "archivectl drive up NAME --reason TEXT"
                item = Attention(alive[-1], "working-hours", words, safe, command, self._site.now())
                events.raise_attention(write, item)
            events.keep_attentions(write, JUDGE, alive)

    def release_staging(self) -> None:
        """Under pressure the staged bytes of archived packages go, oldest first; never without pressure."""
        with self._catalog.read() as read:
            rubbish = staging_release.leftovers(read, self._site)
        for path in rubbish:
            staging_release.remove(path)
        if not under_pressure(self._site):
            return
        with self._catalog.read() as read:
            archived = staging_release.staged_packages(read, PackageState.ARCHIVED)
        for package in archived:
            if not under_pressure(self._site):
                return
            with self._catalog.write() as write:
                if staging_release.why_kept(write, self._site, package):
                    continue
                folder = staging_release.let_go(write, self._site, package, agent=events.DAEMON)
            staging_release.remove(folder)

    def _exposed(self, read: Connection, package_id: str) -> Exposed:
        package = packages.get(read, package_id)
        for image_id in packages.image_ids(read, package_id).values():
            if image_id is not None:
                image = images.get(read, image_id)
                protection = images.get_set(read, image.set_id) if image.set_id else None
                return Exposed(package, image, protection)
        return Exposed(package)

    def _few_blanks(self, pool: str, count: int, needed: int) -> Attention:
        return Attention(
            f"{SCRATCH}{pool}",
            "working-hours",
            f"pool {pool} has {count} blank media; a set needs {needed}",
            "what is staged stays staged; sets wait until there are enough",
            "put blanks into the library, then: archivectl media register BARCODE... --batch NAME",
            self._site.now(),
        )
