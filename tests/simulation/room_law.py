"""The law of the room, the same for a library, a stacker and a person with a cabinet.

No medium is lost, no two lie in one place, no tray was struck, and the catalog says of every medium where it is, or
something is open that says that it does not know.
"""

from collections import Counter
from collections.abc import Iterator

from archived.cases import Case
from archived.catalog import cages, cases, events, media, tasks
from archived.model import Medium, Move
from archived.states import MediumState, MoveState
from archived.tasks import Task
from simulator.plan import RANDOM_ACCESS, RoomPlan
from simulator.world import FLOOR, Carrier
from tests.simulation.harness import Story

#: A machine that says so of a bin is believed: media that are on record in it are missed together.
_EMPTIES_BINS = frozenset({"bin-low"})


def assert_room_law(story: Story) -> None:
    """Everything above. At rest or in the middle of the work: a motion under way is on record, and names its medium."""
    no_medium_is_lost(story)
    no_tray_was_struck(story)
    the_catalog_equals_the_room_or_says_that_it_does_not(story)
    no_more_is_missed_than_went_wrong(story)


def no_medium_is_lost(story: Story) -> None:
    """As many media as ever came in; each in one place, in somebody's hands, on the floor, or taken out on purpose."""
    carriers = list(carriers_of(story))
    story.media_seen = max(story.media_seen, len(carriers))
    assert len(carriers) == story.media_seen, f"of {story.media_seen} media {len(carriers)} are there"
    places = Counter(
        (library, carrier.address) for library, carrier in carriers if carrier.address is not None
    )
    assert all(count == 1 for count in places.values()), places
    for _library, carrier in carriers:
        if carrier.address is None and not carrier.place:
            assert carrier.barcode in story.harmed, f"{carrier.barcode} is nowhere"


def no_tray_was_struck(story: Story) -> None:
    for room in story.rooms:
        assert room.estate.world.strikes == 0, f"a tray of {room.estate.plan.library} was struck"


def the_catalog_equals_the_room_or_says_that_it_does_not(story: Story) -> None:
    """A difference is named by an open case, by something that waits for a person, by a task, or by a motion."""
    where = {carrier.barcode: (library, carrier) for library, carrier in carriers_of(story)}
    open_matters = _open_matters(story)
    for medium in story.media():
        label = label_of(story, medium)
        if label is None:
            continue
        # What is on record and never was there is nowhere.
        library, carrier = where.get(label, (medium.library, Carrier(label, "", None)))
        if carrier.address is None and medium.element is None and carrier.place != FLOOR:
            continue
        if (medium.library, medium.element) == (library, carrier.address):
            continue
        there = f"{carrier.place or 'gone'}" if carrier.address is None else f"{library} {carrier.address}"
        assert any(named(medium, library) for named in open_matters), (
            f"{medium.id} is in {there}, the catalog says {medium.library} {medium.element}, and nothing says so"
        )


def label_of(story: Story, medium: Medium) -> str | None:
    """What is printed on a medium, by which its room knows it; None of one that has no label."""
    label = medium.barcode or medium.printed_label
    if label is None or any(_reads_labels(room.estate.plan, medium) for room in story.rooms):
        return label  # a library that reads barcodes knows media by what they carry now
    return story.relabelled.get(label, label)


def _reads_labels(plan: RoomPlan, medium: Medium) -> bool:
    return plan.library == medium.library and plan.robot == RANDOM_ACCESS


def no_more_is_missed_than_went_wrong(story: Story) -> None:
    """What lies in its place and is not on record anywhere was hidden by one trouble each; a bin that seems empty hides
    all that is in it.
    """
    if _EMPTIES_BINS & set(story.troubles):
        return
    away = {(room.estate.plan.library, a) for room in story.rooms for a in room.estate.world.away}
    where = {carrier.barcode: (library, carrier.address) for library, carrier in carriers_of(story)}
    places = [(medium, where.get(label_of(story, medium) or "")) for medium in story.media()]
    named = _open_matters(story, attentions=False)
    missed = [
        medium.id
        for medium, place in places
        if medium.element is None
        and medium.state is not MediumState.LOST
        and place is not None
        and place[1] is not None
        and place not in away
        and not any(matter(medium, place[0]) for matter in named)
    ]
    assert len(missed) <= len(story.troubles) + len(story.harmed), (
        f"{missed} are where they were, on record nowhere, and only {story.troubles} went wrong"
    )


def carriers_of(story: Story) -> Iterator[tuple[str, Carrier]]:
    """Every carrier of every room with the library of that room."""
    for room in story.rooms:
        for carrier in room.estate.world.carriers.values():
            yield room.estate.plan.library, carrier


class _Named:
    """Whether something that is open tells of a medium, or of the whole library in which it is."""

    def __init__(self, media_ids: frozenset[str], libraries: frozenset[str]) -> None:
        self._media, self._libraries = media_ids, libraries

    def __call__(self, medium: Medium, library: str) -> bool:
        return medium.id in self._media or bool({library, medium.library} & self._libraries)


def _open_matters(story: Story, *, attentions: bool = True) -> list[_Named]:
    with story.catalog.read() as read:
        waiting = {item.id: item for item in events.attentions(read)}
        open_cases: list[Case] = cases.under_way(read)
        under_way: list[Task] = [task for task in tasks.listing(read) if task.settled_at is None]
        moving: list[Move] = media.moves_in_state(read, MoveState.MOVING)
        everything = [medium.id for medium in media.listing(read)]
        taken_out = cages.media_out(read)
    told = frozenset(
        medium_id
        for medium_id in everything
        for key, item in waiting.items()
        if key.endswith(f":{medium_id}") or medium_id in item.what
    )
    disturbed = frozenset(key.split(":")[1] for key in waiting if key.split(":")[0] in ("robot", "magazine"))
    return [
        _Named(told if attentions else frozenset(), disturbed),
        _Named(frozenset(id for case in open_cases for id in case.media), frozenset()),
        _Named(frozenset(task.medium_id for task in under_way), frozenset()),
        _Named(frozenset(move.medium_id for move in moving), frozenset()),
        _Named(taken_out, frozenset()),
    ]


__all__ = ["assert_room_law", "carriers_of", "label_of"]
