"""What a disc robot with bins can reach, and its next motion.

A bin gives its discs out in one order only, and a drive takes one: what lies above a wanted disc is dug out through a
drive into another bin. Discs leave a drive by what became of them: what is done goes to the accept bin, what is in
doubt to the reject bin, what is still wanted to a bin from which it can be fetched again. A bin that is full keeps
nothing from being safe: its discs stay in their drives until somebody empties it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, unique
from typing import Final

from archived.policy.mounting import DriveView, MovePlan, Want, done_with, urgency

#: How machines call the bins for what is done, and for what is not to be trusted.
ACCEPT: Final = "accept"
REJECT: Final = "reject"
#: For these a disc may go where only a person fetches it again.
_PRESSING: Final = ("read", "verify")
#: So many ways to draw blanks out of several bins are looked at.
DRAWS_MAX: Final = 500


@unique
class Fate(Enum):
    """What is to become of a disc that leaves its drive."""

    KEEP = "keep"  # the robot needs it again
    DONE = "done"
    ASIDE = "aside"  # suspect, set aside, or nobody knows what it is


@dataclass(frozen=True, slots=True)
class Pile:
    """A bin with its media as (element, medium), from the bottom up; `first` is the element of its lowest place."""

    name: str
    first: int
    count: int
    lifo: bool
    takes: bool
    puts: bool
    media: tuple[tuple[int, str], ...] = ()
    #: Whether a disc that the hand holds can be laid there.
    by_hand: bool = True

    @property
    def order_out(self) -> tuple[tuple[int, str], ...]:
        """Its media in the order in which they come out; none of a bin from which nothing is taken."""
        if not self.takes:
            return ()
        return tuple(reversed(self.media)) if self.lifo else self.media

    @property
    def next_place(self) -> int | None:
        """Where the next disc comes to lie; None when the bin is full."""
        top = self.media[-1][0] + 1 if self.media else self.first
        return top if top < self.first + self.count else None

    @property
    def gives_back(self) -> bool:
        """Whether a disc that is put there can be fetched again."""
        return self.takes and self.puts

    def element_of(self, medium_id: str) -> int | None:
        return next((element for element, found in self.media if found == medium_id), None)

    def above(self, medium_id: str) -> tuple[str, ...]:
        """What has to come out before this medium does."""
        ids = [found for _element, found in self.order_out]
        return tuple(ids[: ids.index(medium_id)])


@dataclass(frozen=True, slots=True)
class Stacker:
    """What the planner knows of one machine. `hand` is its element; `lays_again` says that it lays what it holds."""

    piles: tuple[Pile, ...]
    drives: tuple[DriveView, ...]
    hand: int
    lays_again: bool
    #: What becomes of each medium that lies in a drive or in the hand; what is not named is done.
    fates: Mapping[str, Fate]

    def fate(self, medium_id: str) -> Fate:
        return self.fates.get(medium_id, Fate.DONE)

    def pile_of(self, medium_id: str) -> Pile | None:
        return next((pile for pile in self.piles if pile.element_of(medium_id) is not None), None)


def carries_between_drives(piles: Sequence[Pile], *, lays_again: bool) -> bool:
    """Whether a disc can be brought from one drive to another without a person."""
    return lays_again or any(pile.gives_back for pile in piles)


def reaches(piles: Sequence[Pile], medium_id: str) -> bool:
    """Whether the robot can bring a medium that lies in a bin to a drive by itself."""
    return any(medium_id == found for pile in piles for _element, found in pile.order_out)


def next_step(machine: Stacker, wants: Sequence[Want], robot_busy: bool) -> MovePlan | None:
    """The motion to make now, or None when there is nothing to move or the robot is at work."""
    if robot_busy:
        return None
    ordered = sorted(wants, key=urgency)
    for want in ordered:
        step = _serve(machine, want, ordered)
        if step is not None:
            return step
    for drive in machine.drives:
        idle = done_with(drive, ordered) and not drive.held
        if idle and machine.fate(str(drive.medium_id)) is not Fate.KEEP:
            step = _leave(machine, drive, ordered, "its work is done")
            if step is not None:
                return step
    return None


def put_down(machine: Stacker, medium_id: str, wants: Sequence[Want]) -> MovePlan | None:
    """Where the disc goes that the hand holds; None when every bin is full."""
    wanted_in = {name for want in wants if want.medium_id == medium_id for name in want.allowed_drives}
    if machine.lays_again and machine.fate(medium_id) is Fate.KEEP:
        free = [drive for drive in machine.drives if drive.medium_id is None and drive.up and not drive.busy]
        drive = next((d for d in free if d.name in wanted_in), free[0] if free else None)
        if drive is not None:
            return MovePlan(medium_id, machine.hand, drive.element, f"from the hand into {drive.name}")
    avoid = _buried(machine, medium_id, wants)
    by_hand = replace(machine, piles=tuple(pile for pile in machine.piles if pile.by_hand))
    pile = _bin_for(by_hand, machine.fate(medium_id), avoid, last_resort=True)
    if pile is None and by_hand.piles != machine.piles:
        # Its own bin is out of the hand's reach, and a hand is emptied all the same.
        pile = _bin_for(by_hand, Fate.ASIDE, avoid, last_resort=True)
    if pile is None or pile.next_place is None:
        return None
    return MovePlan(medium_id, machine.hand, pile.next_place, f"from the hand into bin {pile.name}")


def draws(
    piles: Sequence[Pile],
    at_hand: Sequence[str],
    usable: set[str],
    count: int,
    promised: Collection[str] = (),
) -> Iterator[list[str]]:
    """Choices of `count` blanks that come out without digging: those in drives first, then from the bins' mouths.

    `at_hand` are blanks that lie in drives; `usable` those that may be taken. What is `promised` comes out for its own
    sake; a bin ends where anything else lies.
    """
    mouths = []
    for pile in piles:
        mouth: list[str] = []
        for _element, medium_id in pile.order_out:
            if medium_id in usable:
                mouth.append(medium_id)
            elif medium_id not in promised:
                break
        mouths.append(mouth)
    first = [medium_id for medium_id in at_hand if medium_id in usable][:count]
    for number, depths in enumerate(_depths([len(mouth) for mouth in mouths], count - len(first))):
        if number == DRAWS_MAX:
            return
        yield [*first, *(id for mouth, depth in zip(mouths, depths, strict=True) for id in mouth[:depth])]


def _depths(lengths: Sequence[int], count: int) -> Iterator[tuple[int, ...]]:
    """How many to take from each, `count` in all: as many as there are from the first one first."""
    if not lengths:
        if count == 0:
            yield ()
        return
    for taken in range(min(lengths[0], count), -1, -1):
        for rest in _depths(lengths[1:], count - taken):
            yield (taken, *rest)


def _serve(machine: Stacker, want: Want, wants: Sequence[Want]) -> MovePlan | None:
    """One motion that brings `want` nearer, if there is one."""
    holder = next((drive for drive in machine.drives if drive.medium_id == want.medium_id), None)
    if holder is not None:
        return _elsewhere(machine, want, holder, wants) if done_with(holder, wants) else None
    pile = machine.pile_of(want.medium_id)
    if pile is None or not pile.takes:
        return None
    allowed = [
        drive
        for name in want.allowed_drives
        for drive in machine.drives
        if drive.name == name and drive.up and not drive.busy
    ]
    if pile.above(want.medium_id):
        return _dig(machine, want, pile, wants) if allowed else None
    element = pile.element_of(want.medium_id)
    empty = [drive for drive in allowed if drive.medium_id is None]
    if empty and element is not None:
        if want.kind not in _PRESSING and not _may_fill(machine):
            return None
        return MovePlan(want.medium_id, element, empty[0].element, f"{want.kind} in {empty[0].name}")
    return _cleared(machine, want, allowed, wants)


def _cleared(
    machine: Stacker, want: Want, allowed: Sequence[DriveView], wants: Sequence[Want]
) -> MovePlan | None:
    """One of these drives becomes free for `want`."""
    for drive in sorted(allowed, key=lambda drive: drive.held):
        if done_with(drive, wants) and (not drive.held or want.kind == "read"):
            why = f"{drive.name} is wanted to {want.kind} {want.medium_id}"
            step = _leave(machine, drive, wants, why, pressing=want.kind in _PRESSING)
            if step is not None:
                return step
    return None


def _may_fill(machine: Stacker) -> bool:
    """With a hand only to change drives, one drive stays free to change into."""
    if not machine.lays_again or any(pile.gives_back for pile in machine.piles):
        return True
    usable = [drive for drive in machine.drives if drive.up]
    return len(usable) < 2 or sum(drive.medium_id is None for drive in usable) > 1


def _elsewhere(machine: Stacker, want: Want, holder: DriveView, wants: Sequence[Want]) -> MovePlan | None:
    """A medium in a drive is wanted in another load: in the same drive, or in another one."""
    if holder.up and holder.name in want.allowed_drives:
        element = holder.element
        return MovePlan(want.medium_id, element, element, f"loaded again in {holder.name} to {want.kind}")
    why = f"leaves {holder.name} before {want.kind}"
    others = [drive for drive in machine.drives if drive.name in want.allowed_drives and drive.up]
    if not others:
        return None
    if machine.lays_again and any(drive.medium_id is None and not drive.busy for drive in others):
        return MovePlan(want.medium_id, holder.element, machine.hand, why)
    pile = next((pile for pile in machine.piles if pile.gives_back and pile.next_place is not None), None)
    if pile is not None and pile.next_place is not None:
        return MovePlan(want.medium_id, holder.element, pile.next_place, why)
    return None


def _dig(machine: Stacker, want: Want, pile: Pile, wants: Sequence[Want]) -> MovePlan | None:
    """Take out what lies on top of a wanted medium, unless it is wanted itself and comes out for that."""
    element, top = pile.order_out[0]
    its_own = next((other for other in wants if other.medium_id == top and other.allowed_drives), None)
    if its_own is not None:
        return _serve(machine, its_own, wants)
    usable = [drive for drive in machine.drives if drive.up and not drive.busy]
    pressing = want.kind in _PRESSING
    if _bin_for(machine, machine.fate(top), {pile.name}, last_resort=pressing) is None:
        return None
    for drive in usable:
        if drive.medium_id is None:
            return MovePlan(top, element, drive.element, f"dug out, as {want.medium_id} lies beneath")
    return _cleared(machine, want, usable, wants)


def _leave(
    machine: Stacker, drive: DriveView, wants: Sequence[Want], why: str, *, pressing: bool = False
) -> MovePlan | None:
    """The medium of a drive goes to the bin for what became of it; stays when there is no room.

    Only what is `pressing` drives a disc out of the robot's reach that is needed again.
    """
    medium_id = str(drive.medium_id)
    avoid = _buried(machine, medium_id, wants)
    pile = _bin_for(machine, machine.fate(medium_id), avoid, last_resort=pressing)
    if pile is None or pile.next_place is None:
        return None
    return MovePlan(medium_id, drive.element, pile.next_place, f"{why}; into bin {pile.name}")


def _buried(machine: Stacker, medium_id: str, wants: Sequence[Want]) -> set[str]:
    """Bins in which a wanted medium lies: nothing is laid on top of it but what comes out again before it."""
    if any(want.medium_id == medium_id and want.allowed_drives for want in wants):
        return set()
    piles = (machine.pile_of(want.medium_id) for want in wants)
    return {pile.name for pile in piles if pile is not None and pile.takes}


def _bin_for(machine: Stacker, fate: Fate, avoid: set[str], *, last_resort: bool) -> Pile | None:
    """The bin for a disc. `avoid` are bins that it would bury; `last_resort` puts away what is still needed, too."""
    room = [pile for pile in machine.piles if pile.puts and pile.next_place is not None]
    back = [pile for pile in room if pile.gives_back]
    ends = [pile for pile in room if not pile.gives_back]
    if fate is Fate.KEEP:
        free = [pile for pile in back if pile.name not in avoid]
        if free or not last_resort:
            return free[0] if free else None
        return _named(ACCEPT, ends) or (ends[0] if ends else None) or (back[0] if back else None)
    if fate is Fate.ASIDE:
        return _named(REJECT, room) or (ends[0] if ends else None) or (back[0] if back else None)
    done = [pile for pile in ends if pile.name != REJECT]
    kept = [pile for pile in back if pile.name not in avoid]
    return (
        _named(ACCEPT, done)
        or (done[0] if done else None)
        or (kept[-1] if kept and not _has_end(machine) else None)
    )


def _has_end(machine: Stacker) -> bool:
    """Whether there is a bin for what is done alone; a full one is waited for."""
    return any(pile.puts and not pile.takes and pile.name != REJECT for pile in machine.piles)


def _named(name: str, piles: Sequence[Pile]) -> Pile | None:
    return next((pile for pile in piles if pile.name == name), None)
