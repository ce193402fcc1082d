"""Which waiting packages of one group make the next image, and when it closes.

Volume order beats fill. One image takes, in this order,

1. the *main* run: first versions whose volume sorts after every volume that the group has closed,
2. the *late* run: first versions that sort before the highest closed one,
3. the *correction* run: versions above 1,

each in natural volume order, and stops at the first package that does not fit: so late volumes and
corrections come aboard only when the whole main run did, and nothing is ever skipped to fill a gap. They
cannot starve: when the oldest of them has waited long enough the group closes image after image until it
is aboard. Only the lowest waiting version of a volume is considered; the others are *deferred* to a later
image, because no image holds two versions of one volume. A package that no empty disc could hold is set
aside and named instead of blocking those behind it.

Where a pool lets several series share an image, callers pass 'series/volume' as the volume.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, groupby

from archived.policy.list_volume import is_list
from archived.policy.volume_order import NaturalKey, natural_key, ranges

MAIN, LATE, CORRECTION = "main", "late", "correction"
FULL, OLD, ASKED, PRESSURE = "full", "old", "asked", "staging pressure"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One accepted package that waits for an image; its cost is what it adds to one, in bytes."""

    package_id: str
    volume: str
    version: int
    cost_bytes: int
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class PackingRules:
    """Capacity is what packages may fill: the disc less reserve and the image's own overhead."""

    capacity_bytes: int
    close_fill_percent: float
    close_after: timedelta


@dataclass(frozen=True, slots=True)
class Run:
    """Candidates of one kind ("main", "late" or "correction") in natural volume order."""

    kind: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What the next image would hold, and who stays behind and why."""

    package_ids: tuple[str, ...]
    #: As the label prints them; corrections say their version: '0007 v2'.
    ranges: tuple[str, ...]
    bytes_used: int
    #: Waiting in the runs behind the first that did not fit.
    left_out: tuple[Candidate, ...]
    #: Another version of the same volume goes first.
    deferred: tuple[Candidate, ...] = ()
    #: Larger than the capacity: no image will ever hold them.
    too_large: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Waste:
    """Capacity that stays empty because a rule says so."""

    unused_bytes: int
    #: The rule, in words; empty when nothing is wasted.
    rule: str


def arrange(candidates: Sequence[Candidate], closed_volumes: Collection[str]) -> tuple[Run, ...]:
    """The runs of a group, main first; empty runs are left out, deferred versions are in none of them."""
    # A list that was archived with the group has no number, and makes no volume after it a late one.
    highest = max((natural_key(volume) for volume in closed_volumes if not is_list(volume)), default=None)

    def kind_of(candidate: Candidate) -> str:
        if candidate.version > 1:
            return CORRECTION
        return MAIN if highest is None or natural_key(candidate.volume) > highest else LATE

    first = _lowest_versions(candidates)
    runs = (Run(kind, tuple(c for c in first if kind_of(c) == kind)) for kind in (MAIN, LATE, CORRECTION))
    return tuple(run for run in runs if run.candidates)


def choose(candidates: Sequence[Candidate], closed_volumes: Collection[str], capacity_bytes: int) -> Choice:
    """The longest beginning of the group's runs that fits in `capacity_bytes`."""
    too_large = tuple(c for c in candidates if c.cost_bytes > capacity_bytes)
    possible = [c for c in candidates if c.cost_bytes <= capacity_bytes]
    runs = arrange(possible, closed_volumes)
    line = list(chain.from_iterable(run.candidates for run in runs))
    used, count = 0, 0
    while count < len(line) and used + line[count].cost_bytes <= capacity_bytes:
        used += line[count].cost_bytes
        count += 1
    taken = line[:count]
    standing = {c.package_id for c in line}
    return Choice(
        package_ids=tuple(c.package_id for c in taken),
        ranges=tuple(_label_ranges(runs, {c.package_id for c in taken})),
        bytes_used=used,
        left_out=tuple(line[count:]),
        deferred=tuple(c for c in sorted(possible, key=_order) if c.package_id not in standing),
        too_large=too_large,
    )


def should_close(
    candidates: Sequence[Candidate],
    rules: PackingRules,
    *,
    now: datetime,
    held: bool = False,
    asked: bool = False,
    pressure: bool = False,
) -> str:
    """Why the group's image closes now ("full", "old", "asked", "staging pressure"), or ''.

    A held image never closes, nor does one that would be empty. Deferred and too large packages neither
    fill nor age an image that they cannot enter.
    """
    waiting = _lowest_versions([c for c in candidates if c.cost_bytes <= rules.capacity_bytes])
    if held or not waiting:
        return ""
    gathered = sum(c.cost_bytes for c in waiting)
    oldest = min(c.accepted_at for c in waiting)
    # Enough for the fill percentage also says "does not all fit", as the percentage is at most 100.
    if gathered * 100 >= rules.close_fill_percent * rules.capacity_bytes:
        return FULL
    if now - oldest >= rules.close_after:
        return OLD
    if asked:
        return ASKED
    return PRESSURE if pressure else ""


def waste(choice: Choice, capacity_bytes: int) -> Waste:
    """The capacity that the rules leave empty in this image, and which rule it is."""
    unused = capacity_bytes - choice.bytes_used
    if unused == 0:
        return Waste(0, "")
    if any(c.cost_bytes <= unused for c in choice.left_out):
        return Waste(unused, "volume order: a volume further back would fit, but the one before it does not")
    if choice.left_out:
        return Waste(unused, "a package never spans images: the next volume is larger than what is left")
    return Waste(unused, "an image never holds two collocation groups: nothing more of this one can join")


def _lowest_versions(candidates: Sequence[Candidate]) -> list[Candidate]:
    """One candidate per volume, the lowest version, in natural volume order."""
    return [next(versions) for _, versions in groupby(sorted(candidates, key=_order), key=lambda c: c.volume)]


def _order(candidate: Candidate) -> tuple[NaturalKey, int, str]:
    return natural_key(candidate.volume), candidate.version, candidate.package_id


def _label_ranges(runs: Sequence[Run], taken: Collection[str]) -> Iterator[str]:
    for run in runs:
        aboard = [c for c in run.candidates if c.package_id in taken]
        for version, group in groupby(aboard, key=lambda c: c.version):
            suffix = f" v{version}" if run.kind == CORRECTION else ""
            yield from (f"{printed}{suffix}" for printed in ranges([c.volume for c in group]))
