"""Choose blanks so that as few as possible share a magazine or a purchase batch.

A blank is an edge between its magazine and its batch, so the best choice is a cheapest flow: source →
magazine → batch → sink, where the k-th unit through a magazine or batch costs k. That finds the largest
choice under the limits, and among those the one with the fewest pairs sharing anything. Each blank is
taken to be large enough; sizes are the business of `placement`.
"""

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Blank:
    """A medium of the scratch pool."""

    medium_id: str
    #: None: it lies in no removable cage and can be lost with no other.
    magazine: str | None
    #: Purchase batch; blanks of unknown batch ("") are taken for one batch.
    batch: str
    capacity_bytes: int
    usable: bool = True


Loads = Mapping[str, int]


def spread(
    blanks: Sequence[Blank],
    wanted: int,
    *,
    magazine_limit: int | None,
    batch_limit: int | None,
    magazine_loads: Loads,
    batch_loads: Loads,
) -> tuple[Blank, ...]:
    """Up to `wanted` of `blanks`, as many as the limits allow, spread as widely as possible.

    `magazine_loads` and `batch_loads` count members that lie there already; None is no limit. The same
    arguments give the same answer whatever the order of `blanks`; lower capacities, then lower medium ids
    are taken first.
    """
    candidates = _thinned(blanks, wanted)
    net = _Net()
    arcs: dict[int, Blank] = {}
    for blank in candidates:
        mine, theirs = _magazine_node(blank), ("batch", blank.batch)
        arcs[net.add(mine, theirs, 0)] = blank
    for node in sorted({_magazine_node(b) for b in candidates}):
        load = magazine_loads.get(node[1], 0) if node[0] == "magazine" else 0
        limit = magazine_limit if node[0] == "magazine" else 1
        for cost in _unit_costs(load, limit, wanted):
            net.add("source", node, cost)
    for batch in sorted({b.batch for b in candidates}):
        for cost in _unit_costs(batch_loads.get(batch, 0), batch_limit, wanted):
            net.add(("batch", batch), "sink", cost)
    for _ in range(wanted):
        if not net.push("source", "sink"):
            break
    return tuple(sorted((b for arc, b in arcs.items() if net.used(arc)), key=lambda b: b.medium_id))


def _magazine_node(blank: Blank) -> tuple[str, str]:
    return ("magazine", blank.magazine) if blank.magazine is not None else ("alone", blank.medium_id)


def _unit_costs(load: int, limit: int | None, wanted: int) -> range:
    """What the next units cost: the k-th member shares with k others."""
    return range(load, load + wanted if limit is None else min(limit, load + wanted))


def _thinned(blanks: Sequence[Blank], wanted: int) -> list[Blank]:
    """At most `wanted` of each kind of blank: more can never be used, and pools may be large."""
    seen: dict[tuple[str | None, str], int] = {}
    kept: list[Blank] = []
    for blank in sorted(blanks, key=lambda b: (b.capacity_bytes, b.medium_id)):
        kind = (blank.magazine, blank.batch)
        seen[kind] = seen.get(kind, 0) + 1
        if blank.magazine is None or seen[kind] <= wanted:
            kept.append(blank)
    return kept


class _Net:
    """Unit arcs with costs; each has its reverse beside it (arc ^ 1), as usual for flows."""

    def __init__(self) -> None:
        self._head: list[Hashable] = []
        self._cost: list[int] = []
        self._free: list[bool] = []
        self._leaving: dict[Hashable, list[int]] = {}

    def add(self, tail: Hashable, head: Hashable, cost: int) -> int:
        number = len(self._head)
        for offset, (start, end, price) in enumerate(((tail, head, cost), (head, tail, -cost))):
            self._head.append(end)
            self._cost.append(price)
            self._free.append(offset == 0)
            self._leaving.setdefault(start, []).append(number + offset)
        return number

    def used(self, arc: int) -> bool:
        return not self._free[arc]

    def push(self, source: Hashable, sink: Hashable) -> bool:
        """Send one unit along the cheapest path; False when there is none (Bellman–Ford with a queue)."""
        distance: dict[Hashable, int] = {source: 0}
        came_by: dict[Hashable, int] = {}
        waiting = deque([source])
        while waiting:
            node = waiting.popleft()
            for arc in self._leaving.get(node, ()):
                reach = distance[node] + self._cost[arc]
                head = self._head[arc]
                if self._free[arc] and (head not in distance or reach < distance[head]):
                    distance[head], came_by[head] = reach, arc
                    waiting.append(head)
        if sink not in distance:
            return False
        node = sink
        while node != source:
            arc = came_by[node]
            self._free[arc], self._free[arc ^ 1] = False, True
            node = self._head[arc ^ 1]
        return True
