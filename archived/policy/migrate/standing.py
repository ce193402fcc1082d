"""What each package has of what its class asks for, step by step: a plan never leaves one with less than it had.

A migration gains a copy before it drops one. `Standing` counts good copies; `lacks` says what a class asks for and is
not there. `made_worse` is the law that every plan is held to, after each single step.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archived.language import _
from archived.policy.migrate.facts import PackageFact, Situation

#: Where a copy is a member of its set.
HOME = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One copy more or one less; or a package that another image carries from now on."""

    #: +1: a copy was read back on its new medium; -1: one is retired; 0: `package_id` changes its image.
    change: int
    image_id: str
    #: HOME, or the pool in which the copy lies beside its set.
    place: str = HOME
    package_id: str = ""
    pool: str = ""


@dataclass(frozen=True, slots=True)
class Lack:
    """A copy in this pool that the class of a package asks for, and that is not there."""

    package_id: str
    storage_class: str
    pool: str
    #: Beside the set, not the pool of the set itself.
    beside: bool

    @property
    def words(self) -> str:
        return _(
            "class {storage_class} asks for pool {pool}; package {package} would have no good copy there"
        ).format(storage_class=self.storage_class, pool=self.pool, package=self.package_id)


class Standing:
    """How many good copies there are of each image in each place, and which image carries each package."""

    def __init__(self, situation: Situation) -> None:
        self._packages: Mapping[str, PackageFact] = situation.packages
        self.good: Counter[tuple[str, str]] = Counter()
        for medium in situation.media:
            for copy in medium.copies:
                if copy.good:
                    self.good[copy.image_id, HOME if copy.home else copy.pool] += 1
        self.carriers = {name: dict(package.carriers) for name, package in situation.packages.items()}

    def take(self, step: Step) -> None:
        """Let a step happen."""
        if step.change:
            self.good[step.image_id, step.place] += step.change
        else:
            self.carriers[step.package_id][step.pool] = step.image_id

    def lacks(self, package_ids: Iterable[str] | None = None) -> frozenset[Lack]:
        """What is asked for and not there, of these packages or of all."""
        chosen = self._packages if package_ids is None else package_ids
        return frozenset(lack for name in chosen for lack in self._lacks(self._packages[name]))

    def _lacks(self, package: PackageFact) -> Iterable[Lack]:
        def lack(pool: str, *, beside: bool) -> Lack:
            return Lack(package.package_id, package.storage_class, pool, beside)

        carriers = self.carriers[package.package_id]
        for pool in package.pools:
            image_id = carriers.get(pool)
            if image_id is None or self.good[image_id, HOME] < 1:
                yield lack(pool, beside=False)
        for pool in package.copies:
            if not any(self.good[image_id, pool] > 0 for image_id in carriers.values()):
                yield lack(pool, beside=True)


def made_worse(situation: Situation, steps: Iterable[Step]) -> frozenset[Lack]:
    """What packages come to lack at any of these steps that they did not lack before; empty is as it must be."""
    standing = Standing(situation)
    touched: dict[str, set[str]] = {}
    for package_id, carriers in standing.carriers.items():
        for image_id in carriers.values():
            touched.setdefault(image_id, set()).add(package_id)
    before, worse = standing.lacks(), set[Lack]()
    for step in steps:
        standing.take(step)
        if step.package_id:
            touched.setdefault(step.image_id, set()).add(step.package_id)
        worse |= standing.lacks(touched.get(step.image_id, ())) - before
    return frozenset(worse)
