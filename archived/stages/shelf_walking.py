"""A walk along a shelf or cabinet with a reader or a list: what stands there is put on record, in one write.

Where people move the media the walk is the look: the catalog follows the places that were read, and misses what was
not. A library with a robot is not corrected by it: its robot is asked to look.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from archived.cases import Witness, WitnessKind
from archived.catalog import events, media, tasks
from archived.errors import Refused
from archived.language import _
from archived.model import Medium
from archived.policy.cabinets import places as cabinet_places
from archived.policy.place_text import element_of
from archived.policy.reconciling import exchanged, media_meant, reconcile
from archived.policy.shelf_walk import Found, Place, ShelfLine, ShelfReading, compare
from archived.stages.cases import open_case, weigh
from archived.stages.floor import floors, stale_key
from archived.stages.hands_look import missed
from archived.stages.work import Site

#: A text that nobody says the kind of is looked for as each of these; the first that knows it.
_TRIED = (WitnessKind.BARCODE, WitnessKind.TAG, WitnessKind.PRINTED_LABEL, WitnessKind.VOLUME_ID)


@dataclass(frozen=True, slots=True)
class ReadAt:
    """One line of a list: what was read of one medium, and where, in the words of whoever wrote it."""

    texts: tuple[str, ...]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """The report."""

    lines: tuple[ShelfLine, ...]
    #: Cases that are open because of it.
    cases: tuple[str, ...]
    #: True where the catalog followed what was read.
    followed: bool


def walk(
    write: Connection, site: Site, library: str, cabinet: str, found: Sequence[ReadAt], *, by: str, agent: str
) -> Walk:
    """Compare all places of a library, or of one of its cabinets, with what was read there.

    `by` is who read it ("reader:NAME" or "uid:1000"). Raises Refused for an unknown library, cabinet or place.
    """
    elements = _elements(write, site, library, cabinet)
    everything = {medium.id: medium for medium in media.listing(write)}
    heard = [_witnesses(site, item, everything.values(), by) for item in found]
    named = cabinet_places(site.config.libraries[library].cabinets)
    readings = [
        ShelfReading(item.texts, reconcile(told, everything), _place(item.place, named, cabinet, elements))
        for item, told in zip(found, heard, strict=True)
    ]
    where = {medium.id: Place(medium.library, medium.element) for medium in everything.values()}
    lines = compare(library, elements, where, readings)
    cases = [*_weighed(write, site, library, lines, heard)]
    by_people = site.config.libraries[library].robot == "person"
    if by_people:
        cases += _exchanges(write, site, library, lines, everything, by)
    _put_on_record(write, site, library, lines, by, by_people=by_people)
    counts = {kind.value: sum(line.found is kind for line in lines) for kind in Found}
    events.append(
        write,
        site.now(),
        "vault walk",
        ("library", library),
        agent=agent,
        outcome="success" if lines and all(line.found is Found.PRESENT for line in lines) else "warning",
        cabinet=cabinet,
        **counts,
    )
    return Walk(lines, tuple(sorted(set(cases))), by_people)


def _elements(read: Connection, site: Site, library: str, cabinet: str) -> frozenset[int]:
    if library not in site.config.libraries:
        raise Refused(_("there is no library {name!r}").format(name=library))
    if cabinet:
        named = cabinet_places(site.config.libraries[library].cabinets)
        inside = frozenset(element for element, place in named.items() if place.cabinet == cabinet)
        if not inside:
            raise Refused(
                _("library {library} has no cabinet {cabinet!r}").format(library=library, cabinet=cabinet)
            )
        return inside
    floor = next(floor for floor in floors(read, site) if floor.library == library)
    return frozenset(floor.slots)


def _place(text: str, named: Mapping[int, object], cabinet: str, elements: frozenset[int]) -> int | None:
    if not text:
        return None
    element = element_of(text, named, cabinet)  # type: ignore[arg-type]
    if element is None or element not in elements:
        raise Refused(
            _("{text!r} is no place of what is walked along; nothing was put on record").format(text=text),
            advice=_("write the element, drawer/slot with --cabinet, or: cabinet, drawer and slot"),
        )
    return element


def _witnesses(site: Site, item: ReadAt, everything: Iterable[Medium], by: str) -> list[Witness]:
    found = []
    for text in item.texts:
        meant = next(
            ((kind, says) for kind in _TRIED if (says := media_meant(kind, text, everything))),
            (WitnessKind.PRINTED_LABEL, ()),
        )
        found.append(Witness(meant[0], text, meant[1], by, site.now()))
    return found


def _weighed(
    write: Connection, site: Site, library: str, lines: Sequence[ShelfLine], heard: Sequence[list[Witness]]
) -> list[str]:
    """Cases of what contradicts itself on one line, and of one medium that was read twice."""
    cases: list[str] = []
    for line in lines:
        if line.reading is None:
            continue
        places = () if line.place is None else (line.place,)
        if line.found is Found.TWICE:
            told = [replace(one, by=_at(one.by, line.place)) for one in heard[line.reading]]
            cases.append(open_case(write, site, told, library=library, elements=places))
        elif line.found in (Found.DISAGREE, Found.PRESENT):
            case = weigh(write, site, heard[line.reading], library=library, elements=places)
            cases += [case] if case is not None else []
    return cases


def _at(by: str, place: int | None) -> str:
    """Who read it, and where."""
    return by if place is None else f"{by}@{place}"


def _exchanges(
    write: Connection,
    site: Site,
    library: str,
    lines: Sequence[ShelfLine],
    everything: Mapping[str, Medium],
    by: str,
) -> list[str]:
    """Two media that carry something and stand each where the other did: two labels may have changed places."""
    before = {m.element: m.id for m in everything.values() if m.library == library and m.element is not None}
    moved = [line for line in lines if line.found is Found.MISPLACED and line.place is not None]
    seen = {line.place: line.medium_id for line in moved if line.place is not None and line.medium_id}
    cases = []
    for first, second in exchanged(before, seen):
        told = []
        for element in (first, second):
            was, now = before[element], seen[element]
            told.append(Witness(WitnessKind.CATALOG, was, (was,), "catalog", site.now()))
            told.append(Witness(WitnessKind.PRINTED_LABEL, now, (now,), by, site.now()))
        if any(everything[medium_id].volume_id for medium_id in (before[first], before[second])):
            cases.append(open_case(write, site, told, library=library, elements=(first, second)))
    return cases


def _put_on_record(
    write: Connection, site: Site, library: str, lines: Sequence[ShelfLine], by: str, *, by_people: bool
) -> None:
    now = site.now()
    present = [str(line.medium_id) for line in lines if line.found is Found.PRESENT]
    media.saw_again(write, present, now, by)
    for medium_id in present:
        events.clear_attention(write, f"missing:{medium_id}")
    if not by_people:
        if any(line.found in (Found.MISSING, Found.MISPLACED) for line in lines):
            events.set_setting(write, stale_key(library), "1")
        return
    under_way = {task.medium_id for task in tasks.unsettled(write)}  # somebody has these in his hands
    mine = [line for line in lines if line.medium_id is not None and line.medium_id not in under_way]
    for line in mine:
        if line.found is Found.MISSING:
            missed(write, site, library, media.get(write, str(line.medium_id)))
    for line in mine:
        if line.found is Found.MISPLACED:
            _follow(write, site, library, line, by)


def _follow(write: Connection, site: Site, library: str, line: ShelfLine, by: str) -> None:
    """A medium stands elsewhere than the record says. Where nobody said the place, the record of it stays."""
    medium_id, now = str(line.medium_id), site.now()
    medium = media.get(write, medium_id)
    if line.place is None:
        if medium.element is None:
            media.saw(write, medium_id, None, now, by)
        return
    if medium.library != library:
        media.update_columns(write, medium_id, library=library, home_element=None, magazine=None)
    media.saw(write, medium_id, line.place, now, by)
    subject = ("medium", medium_id)
    places = {"before": medium.element, "element": line.place}
    events.append(write, now, "medium found elsewhere", subject, by=by, places=places)
    events.clear_attention(write, f"missing:{medium_id}")
