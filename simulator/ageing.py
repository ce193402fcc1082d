"""How written media age: ever more errors as years pass, by lot, by the drive that wrote them, and by chance. Pure.

A drive corrects what it reads: of a Blu-ray disc it counts LDC symbols and BIS bytes for each cluster of 64 KiB, of a
tape something like it for each block. The count of a medium doubles every so many years; its units (clusters or
blocks) are of different strength, the rim of a disc is weaker, and a unit with more errors than the code corrects
cannot be read any more. Accidents take a stretch, or the whole medium, from one day to the next.

All of it follows from the seed of the room, the label of the medium and its age, so it only ever gets worse, and the
same room ages alike each time. The numbers are chosen so that years of care can be lived through; they are nobody's
measurements. Not for when something was written (`life`), nor for what a drive makes of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import blake2b
from math import exp, log
from random import Random
from statistics import NormalDist
from typing import Any

#: More LDC symbols than this in a cluster are not corrected any more; drives begin to retry at a third of it.
LDC_MAX = 1500
LDC_SLOW = LDC_MAX / 3
#: How far the natural logarithm of the errors of one unit strays from that of the medium.
UNIT_SPREAD = 0.5
#: Of the same errors, how many there are at the rim compared with the middle of the recorded area.
RIM = 1.6
#: BIS bytes are a fiftieth of a cluster, and bursts meet them more than their share.
BIS_SHARE = 0.08
#: How much longer a unit takes that is read again and again before it is given.
SLOW_FACTOR = 8.0
#: A drive does not even find its way on a medium of which so much is gone.
LOST_SHARE = 0.5
#: One accident in so many takes the whole medium; the others at most this share of it.
WHOLE_ONE_IN, STRETCH_SHARE = 8, 0.06
_ZONES = 16
_NORMAL = NormalDist()
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Lot:
    """Media that were made alike. The first errors and their doubling are those of its median medium."""

    media: tuple[str, ...] = ()
    first_ldc: float = 4.0
    doubling_years: float = 12.0
    #: How far the logarithm of the doubling time of one medium strays from that of its lot.
    spread: float = 0.25


@dataclass(frozen=True, slots=True)
class Writer:
    """A drive that writes badly: so many times the errors, and so many times faster growth."""

    drive: str
    errors: float = 1.0
    growth: float = 1.0


@dataclass(frozen=True, slots=True)
class AgeingPlan:
    """How the media of one room age. What is in no lot is of the ordinary one; accidents are for all alike."""

    seed: int = 0
    lots: tuple[Lot, ...] = ()
    writers: tuple[Writer, ...] = ()
    accidents_per_year: float = 0.0

    def lot_of(self, label: str) -> Lot:
        return next((lot for lot in self.lots if label in lot.media), _ORDINARY)

    def writer_of(self, drive: str) -> Writer:
        return next((writer for writer in self.writers if writer.drive == drive), Writer(drive))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "AgeingPlan":
        """The plan of `to_json`; raises TypeError, KeyError for anything else."""
        lots = tuple(Lot(**{**lot, "media": tuple(lot["media"])}) for lot in value["lots"])
        return cls(**{**value, "lots": lots, "writers": tuple(Writer(**one) for one in value["writers"])})


_ORDINARY = Lot()


@dataclass(frozen=True, slots=True)
class Errors:
    """What a drive counts in one unit: LDC symbols, BIS bytes."""

    ldc: int
    bis: int


@dataclass(frozen=True)
class Wear:
    """One medium at one age: `units` clusters or blocks were written on it."""

    key: int
    units: int
    #: The errors of its median unit now.
    ldc: float
    #: Stretches that accidents took, as (first unit, count).
    torn: tuple[tuple[int, int], ...] = ()

    def errors_at(self, unit: int) -> Errors:
        """What a scan counts in this unit; more than `LDC_MAX` in one that cannot be read."""
        ldc = self.ldc * self._radial(unit) * exp(UNIT_SPREAD * _NORMAL.inv_cdf(_chance(self.key, unit)))
        if self.is_bad(unit):
            ldc = max(ldc, LDC_MAX * 2)
        return Errors(round(ldc), round(ldc * BIS_SHARE))

    def is_bad(self, unit: int) -> bool:
        """Whether this unit cannot be read."""
        return unit in self.bad

    def is_slow(self, first: int, count: int) -> bool:
        """Whether a drive reads one of these units more than once before it gives them."""
        if self.ldc * RIM * exp(UNIT_SPREAD * 6) < LDC_SLOW:
            return False
        return any(self.errors_at(unit).ldc > LDC_SLOW for unit in range(first, first + count))

    @cached_property
    def bad(self) -> frozenset[int]:
        """The units that cannot be read."""
        found = {unit for first, count in self.torn for unit in range(first, min(first + count, self.units))}
        if self.ldc * RIM * exp(UNIT_SPREAD * 6) >= LDC_MAX:
            limits = [self._limit(zone) for zone in range(_ZONES)]
            found |= {
                unit
                for unit in range(self.units)
                if _chance(self.key, unit) > limits[unit * _ZONES // self.units]
            }
        if len(found) > self.units * LOST_SHARE:
            return frozenset(range(self.units))
        return frozenset(found)

    def _limit(self, zone: int) -> float:
        """The chance beyond which a unit of this zone has more errors than can be corrected."""
        middle = self.ldc * self._radial(zone * self.units // _ZONES)
        return _NORMAL.cdf(log(LDC_MAX / middle) / UNIT_SPREAD)

    def _radial(self, unit: int) -> float:
        zone = unit * _ZONES // max(1, self.units)
        return 1 + (RIM - 1) * min(1.0, zone / (_ZONES - 1)) ** 2


def wear(plan: AgeingPlan, label: str, *, drive: str, years: float, units: int) -> Wear:
    """What has become of a medium so many years after this drive wrote `units` on it."""
    lot, writer = plan.lot_of(label), plan.writer_of(drive)
    key = int.from_bytes(blake2b(f"{plan.seed} {label}".encode(), digest_size=8).digest())
    chance = Random(key)
    doubling = lot.doubling_years * exp(lot.spread * chance.gauss(0, 1)) / writer.growth
    first = lot.first_ldc * exp(0.15 * chance.gauss(0, 1)) * writer.errors
    # Beyond this everything is gone anyway.
    ldc = first * 2 ** min(years / doubling, 40.0)
    return Wear(key, units, ldc, _accidents(plan, key, years=years, units=units))


def stretches(units: frozenset[int] | set[int]) -> Sequence[tuple[int, int]]:
    """The same units as stretches of neighbours, (first unit, count)."""
    found: list[tuple[int, int]] = []
    for unit in sorted(units):
        if found and sum(found[-1]) == unit:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((unit, 1))
    return found


def _accidents(plan: AgeingPlan, key: int, *, years: float, units: int) -> tuple[tuple[int, int], ...]:
    if plan.accidents_per_year <= 0 or not units:
        return ()
    chance = Random(key ^ 0xACC1DE47)
    found = []
    at_years = chance.expovariate(plan.accidents_per_year)
    while at_years <= years:
        if chance.randrange(WHOLE_ONE_IN) == 0:
            found.append((0, units))
        else:
            count = 1 + int(chance.random() * units * STRETCH_SHARE)
            found.append((int(chance.random() * units), count))
        at_years += chance.expovariate(plan.accidents_per_year)
    return tuple(found)


def _chance(key: int, unit: int) -> float:
    """The strength of one unit, between 0 and 1 without both: the same number for ever (SplitMix64)."""
    value = (key + (unit + 1) * 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((value ^ (value >> 31)) + 0.5) / 2**64
