"""Cages as people and looks tell of them: taken out, put back elsewhere, and what is in them with them.

What lies where is believed of looks alone: a cage that somebody took out takes its media off the record of its slots
at the next look, and one that stands elsewhere by a look takes their homes along. Each is one write with the look.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from archived.cages import Cage, CageEvent, CageState
from archived.cases import Witness, WitnessKind
from archived.catalog import cages, events, media
from archived.model import Medium
from archived.policy.cage_moves import CageView, follow
from archived.sessions.tags_seen import CageTagSeen
from archived.stages import doubt
from archived.stages.cases import open_case
from archived.stages.floor import slots_of
from archived.stages.work import Site


def follow_cages(
    write: Connection,
    site: Site,
    library: str,
    seen: Mapping[int, str | None],
    doubtful: Mapping[int, tuple[int, int]],
    tags: Iterable[CageTagSeen] = (),
) -> None:
    """Before a look is put on record medium by medium: which cages moved, and what is away with those taken out."""
    slots = {element: name for element, name in slots_of(write, library).items() if name is not None}
    if not slots:
        return
    everything = [medium for medium in media.listing(write) if medium.library == library]
    by_barcode = {medium.barcode: medium.id for medium in everything if medium.barcode is not None}
    where = {by_barcode[code]: element for element, code in seen.items() if code in by_barcode}
    known = cages.listing(write, library)
    changed = [m for m in everything if m.id in where and where[m.id] != m.element]
    if len(changed) < 2 and not tags and all(cage.state is CageState.IN for cage in known):
        return  # one motion of the robot
    known = ensure(write, site, library, away={e for e, code in doubtful.items() if doubt.is_away(code)})
    found = {tag.position: tag for tag in tags}
    by_tag = {
        position: cage.id
        for position, tag in found.items()
        if (cage := cages.by_tag(write, tag.uid)) is not None
    }
    views = {cage.id: _view(cage, everything) for cage in known}
    moves = follow(views, slots, where, by_tag)
    by_id = {cage.id: cage for cage in known}
    for cage_id in sorted(moves.gone):
        _leaves(write, site, by_id[cage_id], views[cage_id], by=f"robot:{library}", place="")
    for cage_id, position in sorted(moves.moved.items()):
        by = f"reader:{found[position].reader}" if by_tag.get(position) == cage_id else f"robot:{library}"
        stands(write, site, by_id[cage_id], position, slots, with_it=views[cage_id].media, by=by)
    for position, cage_id in moves.contradicted.items():
        _contradicted(write, site, found[position], views[cage_id], where, slots)
    out = cages.media_out(write)
    for medium in everything:
        if medium.id in out and medium.element is not None and medium.id not in where:
            doubt.note_away(write, site, medium)


def ensure(write: Connection, site: Site, library: str, away: Iterable[int] = ()) -> list[Cage]:
    """Every cage of a library; one is put on record for each position at which something stands that nobody named."""
    known = cages.listing(write, library)
    taken = {cage.position for cage in known}
    gone = set(away)
    positions: dict[str, bool] = {}
    for element, position in slots_of(write, library).items():
        if position is not None:
            positions[position] = positions.get(position, False) or element not in gone
    for position, is_there in positions.items():
        if is_there and position not in taken:
            cages.register(write, Cage(cages.new_id(write), CageState.IN, library, position, None, "", None))
    return cages.listing(write, library)


def stands(
    write: Connection,
    site: Site,
    cage: Cage,
    position: str,
    slots: Mapping[int, str],
    *,
    with_it: Iterable[str],
    by: str,
) -> None:
    """A cage stands at a position: what is with it is at home in the same slots of it."""
    now, before = site.now(), cage.position
    numbers = _numbers(slots)
    at = {(name, numbers[element]): element for element, name in slots.items()}
    for medium_id in with_it:
        home = media.get(write, medium_id).home_element
        there = at.get((position, numbers[home])) if home in numbers else None
        media.update_columns(write, medium_id, magazine=position, home_element=there)
    changes = {"position": position, "place": "", "seen_at": now, "seen_by": by}
    cages.advance_state(write, cage.id, CageEvent.STANDS, **changes)
    subject = ("magazine", cage.id)
    events.append(write, now, "magazine stands", subject, agent=_agent(by), before=before, position=position)


def leaves(write: Connection, site: Site, cage: Cage, *, by: str, place: str) -> None:
    """A cage is out, with all that is with it."""
    everything = [medium for medium in media.listing(write) if medium.library == cage.library]
    _leaves(write, site, cage, _view(cage, everything), by=by, place=place)


def _leaves(write: Connection, site: Site, cage: Cage, view: CageView, *, by: str, place: str) -> None:
    for medium_id in view.media:
        media.update_columns(write, medium_id, magazine=cage.id)
    changes = {"position": None, "place": place, "seen_at": site.now(), "seen_by": by}
    cages.advance_state(write, cage.id, CageEvent.TAKEN_OUT, **changes)
    subject = ("magazine", cage.id)
    where = {"before": cage.position, "place": place}
    with_it = sorted(view.media)
    events.append(write, site.now(), "magazine out", subject, agent=_agent(by), where=where, media=with_it)


def _contradicted(
    write: Connection,
    site: Site,
    tag: CageTagSeen,
    cage: CageView,
    where: Mapping[str, int],
    slots: Mapping[int, str],
) -> None:
    """The tag of one cage at a position where labels are read of what is with another."""
    now = site.now()
    here = tuple(
        sorted(medium_id for medium_id, element in where.items() if slots.get(element) == tag.position)
    )
    told = [
        Witness(WitnessKind.TAG, tag.uid, tuple(sorted(cage.media)), f"reader:{tag.reader}", now),
        Witness(WitnessKind.BARCODE, tag.position, here, f"robot:{tag.library}", now),
    ]
    elements = [element for element, position in slots.items() if position == tag.position]
    open_case(write, site, told, library=tag.library, elements=elements)


def _view(cage: Cage, everything: Iterable[Medium]) -> CageView:
    name = cage.position if cage.position is not None else cage.id
    return CageView(cage.id, cage.position, {m.id: m.home_element for m in everything if m.magazine == name})


def _numbers(slots: Mapping[int, str]) -> dict[int | None, int]:
    """Slot → which one of its position it is."""
    counts: dict[str, int] = {}
    found: dict[int | None, int] = {}
    for element, position in sorted(slots.items()):
        counts[position] = counts.get(position, 0) + 1
        found[element] = counts[position]
    return found


def _agent(by: str) -> str:
    return by if by.startswith("uid:") else events.DAEMON
