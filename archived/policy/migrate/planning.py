"""The plan of a migration: what is done in which wave, what it costs, and how everything stands after each wave. Pure.

Waves are done one after the other. Sets that may lose the fewest members come first, then the most doubtful media,
then the oldest. Old copies are retired only after the new ones were read back, so a plan gains before it drops; a plan
after which a package would lack what its class asks for is refused whole, whichever wave it would be in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from archived.language import _
from archived.policy.migrate.costs import MOUNTS_TO_WRITE, Costs, DrivePaces, total
from archived.policy.migrate.facts import CopyFact, ImageFact, MediumFact, PackageFact, Situation
from archived.policy.migrate.placing import place_again, with_room_taken, words_of_shortage
from archived.policy.migrate.repacked import pack_again
from archived.policy.migrate.selecting import COPY, REPACK, RETIRE, Chosen, Terms
from archived.policy.migrate.standing import HOME, Step, made_worse
from archived.policy.placement import PlacedMember


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One thing that is done, and in which wave."""

    what: str
    wave: int
    image_id: str
    medium_id: str | None = None
    copy_id: int | None = None


@dataclass(frozen=True, slots=True)
class SetAfter:
    """How a set stands after a wave; `spare` members more may be lost. A retired one protects nothing any more."""

    set_id: str
    spare: int
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Wave:
    """What is done together."""

    number: int
    media: tuple[str, ...]
    costs: Costs
    after: tuple[SetAfter, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class MigrationPlan:
    """Everything that a migration would do; nothing of it is on record."""

    items: tuple[PlannedItem, ...]
    waves: tuple[Wave, ...]
    #: Why it must not be done; then it cannot be begun.
    refused: tuple[str, ...] = ()
    #: Media that are not there yet: it can be begun, and waits for them.
    short: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    #: Images are packed again: bytes, mounts and media are the most that it can come to.
    at_most: bool = False
    #: Cartridges are among them, of which one mount may serve several images: mounts are the most.
    mounts_at_most: bool = False

    @property
    def costs(self) -> Costs:
        return total(wave.costs for wave in self.waves)

    def as_document(self, paces: DrivePaces) -> dict[str, Any]:
        """The preview, as it goes on record and to people."""
        return {
            **self.costs.as_document(paces),
            "at_most": self.at_most,
            "mounts_at_most": self.mounts_at_most,
            "waves": [
                {
                    "wave": wave.number,
                    "carriers": list(wave.media),
                    **wave.costs.as_document(paces),
                    "sets_after": [
                        {"set": item.set_id, "spare": item.spare, "retired": item.retired}
                        for item in wave.after
                    ],
                }
                for wave in self.waves
            ],
            "refused": list(self.refused),
            "short": list(self.short),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is not divided among waves: the copies on one medium, or the packages of one set."""

    spare: int
    media: tuple[str, ...]
    items: tuple[PlannedItem, ...]
    set_ids: tuple[str, ...]
    copies: tuple[tuple[MediumFact, CopyFact], ...] = ()


@dataclass(slots=True)
class _Draft:
    """What a plan comes to while it is made."""

    situation: Situation
    refused: list[str] = field(default_factory=list)
    short: list[str] = field(default_factory=list)
    retired: set[str] = field(default_factory=set)


def plan_migration(chosen: Chosen, terms: Terms, situation: Situation) -> MigrationPlan:
    """The plan for what was chosen; deterministic. What it rests on is `situation` alone."""
    draft = _Draft(situation)
    units = sorted(_units(chosen, situation), key=lambda unit: unit.spare)
    waves, items = [], []
    for number, together in enumerate(_cut(units, max(1, terms.media_per_wave)), start=1):
        wave = _wave(number, together, chosen, terms, draft)
        waves.append(wave)
        items += [replace(item, wave=number) for unit in together for item in unit.items]
    worse = made_worse(situation, (step for wave in waves for step in wave.steps))
    short = [*_missing(total(wave.costs for wave in waves), situation), *draft.short]
    refused = [*draft.refused, *sorted({lack.words for lack in worse})]
    return MigrationPlan(
        tuple(items),
        tuple(waves),
        tuple(dict.fromkeys(refused)),
        tuple(dict.fromkeys(short)),
        chosen.left_out,
        bool(chosen.repacked),
        bool(chosen.repacked) or any(len(copies) > 1 for _medium, copies in chosen.copied),
    )


def target_pools(package: PackageFact, image: ImageFact, terms: Terms) -> tuple[str, ...]:
    """The pools in which a package is packed again when it leaves an image.

    As told; else the pool that it lies in, if its class still names that; else those of its class that it is not in.
    """
    if terms.to_pool:
        return (terms.to_pool,)
    if image.pool in package.pools:
        return (image.pool,)
    return tuple(sorted(package.pools - set(package.carriers))) or tuple(sorted(package.pools))[:1]


def _units(chosen: Chosen, situation: Situation) -> Iterable[_Unit]:
    def item(what: str, medium: MediumFact, copy: CopyFact) -> PlannedItem:
        return PlannedItem(what, 0, copy.image_id, medium.medium_id, copy.copy_id)

    for what, pairs in ((COPY, chosen.copied), (RETIRE, chosen.retired)):
        for medium, copies in pairs:
            known = [copy for copy in copies if copy.image_id in situation.images]
            sets = {situation.images[copy.image_id].set_id for copy in known} & set(situation.sets)
            spare = min((situation.spare(name) for name in sets), default=0)
            yield _Unit(
                spare,
                (medium.medium_id,),
                tuple(item(what, medium, copy) for copy in known),
                tuple(sorted(sets)),
                tuple((medium, copy) for copy in known),
            )
    for set_id in chosen.repacked:
        members = {image.image_id for image in situation.members(set_id)}
        carriers = [m for m in situation.media if any(copy.image_id in members for copy in m.copies)]
        data = [image for image in situation.members(set_id) if image.kind == "data"]
        yield _Unit(
            situation.spare(set_id),
            tuple(medium.medium_id for medium in carriers),
            tuple(PlannedItem(REPACK, 0, image.image_id) for image in data),
            (set_id,),
            tuple((m, copy) for m in carriers for copy in m.copies if copy.image_id in members),
        )


def _cut(units: Sequence[_Unit], media_per_wave: int) -> Iterable[list[_Unit]]:
    """Waves of so many media; a unit that is larger goes alone."""
    wave: list[_Unit] = []
    for unit in units:
        if wave and len({m for one in (*wave, unit) for m in one.media}) > media_per_wave:
            yield wave
            wave = []
        wave.append(unit)
    if wave:
        yield wave


def _wave(number: int, units: Sequence[_Unit], chosen: Chosen, terms: Terms, draft: _Draft) -> Wave:
    costs, steps = Costs(media=len({m for unit in units for m in unit.media})), list[Step]()
    leaving = {medium.medium_id for medium, _copies in (*chosen.copied, *chosen.retired)}
    for unit in units:
        if unit.items and unit.items[0].what == REPACK:
            part, done = _repack(unit, terms, draft)
        elif unit.items and unit.items[0].what == RETIRE:
            part = Costs(images=len(unit.items))
            done = [Step(-1, copy.image_id, copy.pool) for _medium, copy in unit.copies if copy.good]
        else:
            part, done = _copy(unit, leaving, draft)
        costs = costs.plus(part)
        steps += done
    touched = sorted({set_id for unit in units for set_id in unit.set_ids})
    after = tuple(
        SetAfter(
            set_id, 0 if set_id in draft.retired else draft.situation.spare(set_id), set_id in draft.retired
        )
        for set_id in touched
    )
    return Wave(number, tuple(sorted({m for unit in units for m in unit.media})), costs, after, tuple(steps))


def _copy(unit: _Unit, leaving: set[str], draft: _Draft) -> tuple[Costs, list[Step]]:
    """The copies on one medium, written again one after the other."""
    costs, steps, refusals, placed = Costs(packages=_packages(unit, draft)), list[Step](), list[str](), 0
    for medium, copy in unit.copies:
        image = draft.situation.images[copy.image_id]
        pool = draft.situation.pools.get(copy.pool)
        if image.sources == 0:
            draft.refused.append(_no_way(image))
            continue
        if pool is None:
            draft.refused.append(
                _("there is no pool {pool} any more, by whose rules image {image} was written").format(
                    pool=copy.pool, image=image.image_id
                )
            )
            continue
        item = draft.situation.sets.get(image.set_id)
        found = place_again(image, pool, item, home=copy.home, leaving=leaving, batch=medium.batch)
        medium_id = next(iter(found.assignments.values()), "")
        begun = _begins(pool.cartridges, medium_id) if pool.tape else 1
        if medium_id:
            placed += 1
            _take(draft, image, copy, medium_id, pool.name)
        else:
            refusals.append(found.refusal)
        costs = costs.plus(
            Costs(
                images=1,
                read_bytes=image.size_bytes * image.sources,
                written_bytes=image.size_bytes,
                mounts=image.sources + MOUNTS_TO_WRITE,
                blanks={pool.name: begun},
            )
        )
        steps.append(Step(1, image.image_id, HOME if copy.home else copy.pool))
        if copy.good:
            steps.append(Step(-1, image.image_id, HOME if copy.home else copy.pool))
    if refusals:
        pool_name = unit.copies[0][1].pool
        draft.short.append(words_of_shortage(pool_name, len(unit.copies), placed, refusals))
    return costs, steps


def _take(draft: _Draft, image: ImageFact, copy: CopyFact, medium_id: str, pool_name: str) -> None:
    """The image lies on its new medium from now on, as far as the plan goes."""
    situation = draft.situation
    pool = situation.pools[pool_name]
    spot = next(((b.magazine, b.batch) for b in pool.blanks if b.medium_id == medium_id), None)
    spot = spot or next((c.magazine, c.batch) for c in pool.cartridges if c.medium_id == medium_id)
    pools = {**situation.pools, pool_name: with_room_taken(pool, medium_id, image)}
    sets = situation.sets
    item = sets.get(image.set_id)
    if copy.home and item is not None:
        others = tuple(member for member in item.placed if member.image_id != image.image_id)
        placed = (*others, PlacedMember(image.image_id, spot[0], spot[1], medium_id))
        sets = {**sets, item.set_id: replace(item, placed=placed)}
    draft.situation = replace(situation, pools=pools, sets=sets)


def _repack(unit: _Unit, terms: Terms, draft: _Draft) -> tuple[Costs, list[Step]]:
    """The packages of one set, packed again; then the set with its parity is let go."""
    situation, set_id = draft.situation, unit.set_ids[0]
    by_pool: dict[str, list[PackageFact]] = {}
    costs, steps = Costs(images=len(unit.items), packages=_packages(unit, draft)), list[Step]()
    for item in unit.items:
        image = situation.images[item.image_id]
        costs = costs.plus(Costs(read_bytes=image.size_bytes * image.sources, mounts=image.sources))
        if image.sources == 0:
            draft.refused.append(_no_way(image))
        for name in image.packages:
            package = situation.packages[name]
            if not package.archived:
                draft.refused.append(
                    _("package {package} is not archived; only archived ones are packed again").format(
                        package=name
                    )
                )
            for pool in target_pools(package, image, terms):
                if pool not in package.pools:
                    draft.refused.append(_not_asked(package, pool))
                by_pool.setdefault(pool, []).append(package)
                new = f"new {pool} {name}"
                steps.append(Step(1, new))
                steps += [Step(1, new, beside) for beside in sorted(package.copies)]
                # What is told to go to a pool that the class does not name leaves the one that it does.
                steps.append(Step(0, new, package_id=name, pool=pool))
    for pool, packages in sorted(by_pool.items()):
        ready = [package for package in packages if pool in package.groups and pool in situation.pools]
        if ready:
            packed = pack_again(ready, pool, situation.pools)
            costs = costs.plus(replace(packed.costs, images=0))
            draft.refused += packed.refused
            draft.short += packed.short
    for _medium, copy in unit.copies:
        if copy.good:
            steps.append(Step(-1, copy.image_id, HOME if copy.home else copy.pool))
    draft.retired.add(set_id)
    return costs, steps


def _packages(unit: _Unit, draft: _Draft) -> int:
    names = {item.image_id for item in unit.items}
    return len({package for name in names for package in draft.situation.images[name].packages})


def _not_asked(package: PackageFact, pool: str) -> str:
    return _(
        "class {storage_class} of package {package} does not name pool {pool}: packages are packed again only for "
        "pools of their class; change pools of the class in archived.toml first"
    ).format(storage_class=package.storage_class, package=package.package_id, pool=pool)


def _no_way(image: ImageFact) -> str:
    return _("image {image} cannot be read from any medium at hand, nor be made from its set").format(
        image=image.image_id
    )


def _missing(costs: Costs, situation: Situation) -> Iterable[str]:
    """Pools that have fewer blank media than the plan begins."""
    for name, wanted in costs.blanks.items():
        pool = situation.pools.get(name)
        if pool is None:
            continue
        there = sum(not c.begun for c in pool.cartridges) if pool.tape else len(pool.blanks)
        if wanted > there:
            yield _("pool {pool}: {wanted} blank media are needed, and {there} are there").format(
                pool=name, wanted=wanted, there=there
            )


def _begins(cartridges: Iterable[Any], medium_id: str) -> int:
    return sum(c.medium_id == medium_id and not c.begun for c in cartridges) if medium_id else 1
