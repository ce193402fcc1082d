"""Which media people bring from where nothing reaches them, and to where."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from archived.policy.mounting import KINDS


@dataclass(frozen=True, slots=True)
class OfflineWant:
    """A medium that is wanted in a drive and that nothing can bring to one."""

    medium_id: str
    library: str
    element: int | None
    #: What its library holds: "disc" or "tape".
    media: str
    kind: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Landing:
    """Where people may lay media of a kind: import/export slots of a robot, or drives that people load."""

    library: str
    media: str
    #: Elements that are free now, in the order in which they are taken.
    free: tuple[int, ...]
    by_person: bool


@dataclass(frozen=True, slots=True)
class Bring:
    """One medium to bring, to an element that is free."""

    want: OfflineWant
    library: str
    element: int


def what_to_bring(
    wants: Sequence[OfflineWant], landings: Sequence[Landing], *, asked: Collection[str] = ()
) -> list[Bring]:
    """As many as there is room for, the most urgent first; into its own library where that has a place to land, else
    into a robot's before drives that people load themselves.

    `asked` are media with a task already, or that nobody is to be asked for.
    """
    free = {landing.library: list(landing.free) for landing in landings}
    ordered = sorted(landings, key=lambda landing: landing.by_person)
    found: list[Bring] = []
    seen = set(asked)
    for want in sorted(wants, key=lambda want: (KINDS.index(want.kind), want.since, want.medium_id)):
        if want.medium_id in seen:
            continue
        seen.add(want.medium_id)
        fitting = [one for one in ordered if one.media == want.media and free[one.library]]
        landing = min(fitting, key=lambda one: one.library != want.library, default=None)
        if landing is not None:
            found.append(Bring(want, landing.library, free[landing.library].pop(0)))
    return found
