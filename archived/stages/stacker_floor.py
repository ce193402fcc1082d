"""A disc robot with bins as the catalog knows it: its bins with what lies in them, and what becomes of each disc."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from archived.catalog import media
from archived.errors import WrongState
from archived.language import _
from archived.model import Copy, Medium
from archived.policy.mounting import DriveView
from archived.policy.stacks import Fate, Pile, Stacker, carries_between_drives, draws, put_down, reaches
from archived.stages.capacity import usable_blanks
from archived.stages.floor import Floor, floors
from archived.stages.work import Site
from archived.states import CopyState, MediumState
from robotics.model import BinOrder

_NEEDED = (MediumState.BLANK, MediumState.RESERVED, MediumState.WRITING)
_SAFE = (MediumState.GOOD, MediumState.WATCH, MediumState.APPENDABLE)
_UNPROVEN = (CopyState.WRITTEN, CopyState.VERIFYING)


def piles(floor: Floor) -> tuple[Pile, ...]:
    """The bins of a library with the media in them; none of a library that has no bins."""
    return tuple(
        Pile(
            one.name,
            one.first,
            one.count,
            one.order is BinOrder.LIFO,
            one.takes and one.name not in floor.closed,
            one.puts,
            tuple(
                sorted(
                    (medium.element, medium.id)
                    for medium in floor.media
                    if medium.element is not None and medium.element in one
                )
            ),
            one.by_hand,
        )
        for one in floor.bins
    )


def fates(read: Connection, floor: Floor) -> dict[str, Fate]:
    """What becomes of each medium that lies in no bin."""
    binned = {medium_id for pile in piles(floor) for _element, medium_id in pile.media}
    return {
        medium.id: _fate(read, medium)
        for medium in (floor.media if floor.bins else ())
        if medium.element is not None and medium.id not in binned
    }


def _fate(read: Connection, medium: Medium) -> Fate:
    if medium.state in _NEEDED:
        return Fate.KEEP
    if medium.state not in _SAFE:
        return Fate.ASIDE
    unproven = any(copy.state in _UNPROVEN for copy in media.copies_on(read, medium.id))
    return Fate.KEEP if unproven else Fate.DONE


def machine(floor: Floor, drives: Sequence[DriveView], fates_of: Mapping[str, Fate]) -> Stacker:
    """The machine as its planner sees it: a bin that somebody has his hands in gives and takes nothing meanwhile."""
    bins = (
        replace(p, takes=False, puts=False) if p.next_place in floor.in_hands else p for p in piles(floor)
    )
    return Stacker(tuple(bins), tuple(drives), floor.hand, floor.lays_again, fates_of)


def within_reach(floor: Floor, medium: Medium) -> bool:
    """Whether the robot of this library can bring the medium to a drive by itself; only bins can keep it from that."""
    if medium.library != floor.library or medium.element is None:
        return False
    if not floor.bins or not any(medium.element in one for one in floor.bins):
        return True
    return reaches(piles(floor), medium.id)


def may_change_drives(floor: Floor) -> bool:
    """Whether the robot can bring a disc from one drive to another."""
    return not floor.bins or carries_between_drives(piles(floor), lays_again=floor.lays_again)


def blank_draws(read: Connection, site: Site, pool: str, count: int) -> tuple[tuple[str, ...], ...] | None:
    """Choices of blanks that come out of a disc robot's bins without digging; None for other libraries."""
    library = site.config.pools[pool].library
    floor = next(floor for floor in floors(read, site) if floor.library == library)
    if not floor.bins:
        return None
    usable = {medium.id for medium in usable_blanks(read, site, pool)}
    loaded = [medium.id for drive in floor.drives if drive.up and (medium := floor.in_drive(drive))]
    promised = {medium.id for medium in floor.media if medium.state is MediumState.RESERVED}
    return tuple(tuple(draw) for draw in draws(piles(floor), loaded, usable, count, promised))


def buried_plans(read: Connection, site: Site) -> list[Copy]:
    """Copies planned on blanks of a disc robot above which, or in whose drives, a blank lies that would do as well.

    Somebody laid it there, or what it was meant for was taken back: to dig it out would waste it.
    """
    planned = media.copies_in_state(read, CopyState.PLANNED)
    found = []
    for floor in floors(read, site) if planned else ():
        lying = {medium_id: pile for pile in piles(floor) for _element, medium_id in pile.media}
        in_drives = {medium.id for drive in floor.drives if (medium := floor.in_drive(drive))}
        for copy in planned:
            pile = lying.get(copy.medium_id)
            if pile is not None and pile.takes:
                usable = {medium.id for medium in usable_blanks(read, site, copy.pool)}
                found += [copy] if usable.intersection({*pile.above(copy.medium_id), *in_drives}) else []
    return found


def demand_within_reach(floor: Floor, medium: Medium, destination: int) -> None:
    """Raises WrongState unless a disc robot can carry this very medium to this very place: bins have an order."""
    if floor.halted:
        raise WrongState(
            _("the robot of library {library} stands until somebody looked; nothing was moved").format(
                library=floor.library
            ),
            advice="archivectl attention",
        )
    for pile in piles(floor):
        if pile.element_of(medium.id) is not None and (medium.element, medium.id) not in pile.order_out[:1]:
            raise WrongState(
                _("medium {id} is not the next one that comes out of bin {bin}; nothing was moved").format(
                    id=medium.id, bin=pile.name
                ),
                advice="archivectl library",
            )
        into = pile.first <= destination < pile.first + pile.count
        if into and (not pile.puts or destination != pile.next_place):
            raise WrongState(
                _(
                    "element {element} is not where the next disc comes to lie in bin {bin}; nothing was moved"
                ).format(element=destination, bin=pile.name),
                advice="archivectl library",
            )


def bin_place_for(read: Connection, floor: Floor, medium: Medium) -> int:
    """Where a medium goes when a person wants it out of its drive. Raises WrongState when every bin is full."""
    step = put_down(machine(floor, (), {medium.id: _fate(read, medium)}), medium.id, ())
    if step is None:
        raise WrongState(_("every bin of library {library} is full").format(library=floor.library))
    return step.destination
