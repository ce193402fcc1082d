"""What became of a batch: each item, how many stand where, and when what waits is expected to close."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from archived.batches import Batch, BatchItem
from archived.catalog import batches, events, images, packages
from archived.model import Image, Package
from archived.policy import closing_forecast, packing
from archived.policy.closing_forecast import Forecast
from archived.stages import packing as packing_stage
from archived.stages import protection
from archived.stages.packing import Gathering
from archived.stages.work import Site
from archived.states import CopyState, ImageState, PackageState

#: Where an item stands, in the order in which it gets there.
STANDINGS = ("not_taken", "refused", "accepted", "on_disc", "archived", "withdrawn", "found")
#: What is on a disc, whether it was read back or not.
_ON_DISC = (CopyState.WRITTEN, CopyState.VERIFYING, CopyState.VERIFIED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a package waits for."""

    #: "image", "set" or "discs".
    what: str
    #: Id of the image or set.
    thing: str
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class ItemReport:
    """One item with all that is known of it."""

    item: BatchItem
    #: One of STANDINGS.
    standing: str
    waits_for: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchReport:
    """A batch with all its items."""

    batch: Batch
    items: tuple[ItemReport, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many items stand where; standings without any are left out."""
        return _counted(item.standing for item in self.items)


def report(read: Connection, site: Site, batch: Batch) -> BatchReport:
    """Everything about one batch."""
    standings = _standings(read, batch)
    ahead = _Ahead(read, site)

    def waits(item: BatchItem) -> tuple[Waiting, ...]:
        package = package_of(read, item) if standings[item.number] in ("accepted", "on_disc") else None
        return tuple(ahead.of(package)) if package is not None else ()

    items = batches.items(read, batch.id)
    return BatchReport(batch, tuple(ItemReport(i, standings[i.number], waits(i)) for i in items))


def counts(read: Connection, batch: Batch) -> dict[str, int]:
    """How many items of a batch stand where."""
    return _counted(_standings(read, batch).values())


def package_of(read: Connection, item: BatchItem) -> Package | None:
    """The package that an item became, or was found to be."""
    return packages.get(read, item.package_id) if item.package_id is not None else None


def _counted(standings: Iterable[str]) -> dict[str, int]:
    found = Counter(standings)
    return {standing: found[standing] for standing in STANDINGS if found[standing]}


def _standings(read: Connection, batch: Batch) -> dict[int, str]:
    """Where each item stands, by its number."""
    known = batches.package_states(read, batch.id)
    carriers = batches.carriers(read, batch.id)
    on_disc = batches.images_with_copies(read, batch.id, *_ON_DISC)
    found: dict[int, str] = {}
    for item in batches.items(read, batch.id):
        package_id, state = known.get(item.number, ("", None))
        images_of = carriers.get(package_id, [])
        if state is PackageState.ACCEPTED and images_of and on_disc.issuperset(images_of):
            found[item.number] = "on_disc"  # of every pool of its class
        else:
            found[item.number] = item.state.value if state is None else state.value
    return found


class _Ahead:
    """What lies before the packages that wait; the whole site is looked at once, when it is first asked."""

    def __init__(self, read: Connection, site: Site) -> None:
        self._read = read
        self._site = site
        self._now = site.now()
        self._looked = False
        self._waiting: dict[tuple[str, str], Waiting] = {}
        self._sets: dict[str, Forecast] = {}

    def of(self, package: Package) -> Iterable[Waiting]:
        """One for each pool of its class."""
        for pool, image_id in packages.image_ids(self._read, package.id).items():
            if image_id is None:
                yield self._image_ahead(pool, package)
            else:
                image = images.get(self._read, image_id)
                if image.state is not ImageState.KEPT:
                    yield self._set_ahead(image)

    def _image_ahead(self, pool: str, package: Package) -> Waiting:
        self._look()
        return self._waiting.get((pool, package.id)) or Waiting("image", "", Forecast(packing.OLD, None))

    def _set_ahead(self, image: Image) -> Waiting:
        self._look()
        set_id = image.set_id or ""
        if set_id in self._sets:
            return Waiting("set", set_id, self._sets[set_id])
        paused = events.settings(self._read).get("writes_paused", "")
        return Waiting("discs", set_id, Forecast("writes paused" if paused else "being written", None))

    def _look(self) -> None:
        if self._looked:
            return
        self._looked = True
        view = packing_stage.due(self._read, self._site)
        for gathering in view.unopened:
            self._note_images("", gathering, held=False, asked=False)
        for group in view.groups:
            asked = group.image.close_reason == packing.ASKED
            self._note_images(group.image.id, group, held=group.image.held, asked=asked)
        for forming in protection.due(self._read, self._site).forming:
            members = forming.members
            self._sets[forming.set.id] = closing_forecast.of_set(
                member_count=len(members),
                n=forming.set.n,
                oldest_closed_at=min((i.closed_at for i in members if i.closed_at), default=None),
                set_wait=forming.set_wait,
                now=self._now,
                asked=forming.set.close_asked,
                pressure=forming.pressure,
                held=any(image.held for image in members),
            )

    def _note_images(self, image_id: str, gathering: Gathering, *, held: bool, asked: bool) -> None:
        """What waits together waits for one closing, whether its image was opened already or not."""
        found = closing_forecast.of_images(
            gathering.candidates,
            packing_stage.closed_volumes(self._read, gathering.key),
            gathering.rules,
            now=self._now,
            held=held,
            asked=asked,
            pressure=gathering.pressure,
        )
        for package_id, forecast in found.items():
            self._waiting[gathering.key.pool, package_id] = Waiting("image", image_id, forecast)
