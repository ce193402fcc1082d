"""After a look: the catalog is made to say where everything was seen; what is missing or strange is named."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from sqlalchemy import Connection

from archived.catalog import events, media
from archived.catalog.events import Attention
from archived.language import _
from archived.media_kinds import TAPE
from archived.model import Medium
from archived.policy.cartridge_labels import CartridgeLabel, read_label
from archived.stages import doubt, hold, unlabelled
from archived.stages.case_of_places import note_exchanges
from archived.stages.catalog_origin import is_known
from archived.stages.floor import Floor, floors, slots_of, stale_key
from archived.stages.media_life.transporting import is_leaving
from archived.stages.strangers import name_strangers, recount_strangers
from archived.stages.work import Site
from archived.states import MediumEvent, MediumState


def settle(
    write: Connection,
    site: Site,
    library: str,
    seen: Mapping[int, str | None],
    doubtful: Mapping[int, tuple[int, int]] = MappingProxyType({}),
    untold: frozenset[int] = frozenset(),
) -> None:
    """Make the catalog say where a look saw everything; name what is missing and what is strange.

    `seen` maps full elements to barcodes (None where none could be read), `doubtful` elements of which nobody knows
    what is there to ASC and ASCQ: what stood there is not missed. Nor is what stands in `untold` elements, of which the
    look said nothing.
    """
    now = site.now()
    everything = media.listing(write)
    by_barcode = {m.barcode: m for m in everything if m.barcode is not None}
    where = {by_barcode[code].id: element for element, code in seen.items() if code in by_barcode}
    waiting = {item.id for item in events.attentions(write)}
    seen_by = f"robot:{library}"
    note_exchanges(write, site, library, everything, where)
    for medium in everything:
        doubt_code = None if medium.element is None else doubtful.get(medium.element)
        if medium.id in where:
            if medium.library != library:
                _comes(write, library, medium, where[medium.id])
            if medium.element != where[medium.id] or medium.element is None or medium.library != library:
                media.saw(write, medium.id, where[medium.id], now, seen_by)
            if medium.state is MediumState.DESTROYED:
                _risen(write, site, medium, library, where[medium.id])
            if f"missing:{medium.id}" in waiting:
                events.clear_attention(write, f"missing:{medium.id}")
        elif medium.library == library and doubt_code is not None:
            if doubt.is_away(doubt_code):
                doubt.note_away(write, site, medium)
        elif (
            medium.library == library
            and medium.element is not None
            and medium.element not in untold
            and seen.get(medium.element, "") is not None
        ):
            media.saw(write, medium.id, None, now, seen_by)
            _not_there(write, site, medium)
    labels = _labels(seen)
    strange = {elements[0]: code for code, elements in labels.items() if code not in by_barcode}
    _meet(write, site, library, strange)
    if f"strangers:{library}" in waiting:
        recount_strangers(write, site, library)
    _name_twins(write, site, library, labels, waiting)
    doubt.note(write, site, library, everything, doubtful)
    unlabelled.note(write, site, library, seen)
    hold.saw(write, now, [medium.id for medium in media.listing(write) if medium.element is not None])
    events.set_setting(write, stale_key(library), "")


def _comes(write: Connection, library: str, medium: Medium, element: int) -> None:
    """A medium of another library is at home nowhere here; one that was in none yet stays where it is."""
    slots = slots_of(write, library) if medium.library is None else {}
    home = element if element in slots else None
    media.update_columns(write, medium.id, library=library, home_element=home, magazine=slots.get(element))


def _meet(write: Connection, site: Site, library: str, strange: Mapping[int, str]) -> None:
    """Put media on record that the catalog never saw, by element."""
    if not strange:
        return
    floor = next(floor for floor in floors(write, site) if floor.library == library)
    if not is_known(write):
        for element, code in strange.items():
            _nobody_yet(write, site, floor, element, code)
        return
    unsaid = [
        (element, code) for element, code in strange.items() if _stranger(write, site, floor, element, code)
    ]
    name_strangers(write, site, library, unsaid)


def missed(write: Connection, site: Site, medium: Medium) -> None:
    """Put on record, and tell, that a medium is not where it was and nowhere else in its library."""
    events.append(
        write, site.now(), "medium missed", ("medium", medium.id), outcome="failure", element=medium.element
    )
    events.raise_attention(
        write,
        Attention(
            f"missing:{medium.id}",
            "now",
            _("medium {id} is not in element {element} and nowhere else in library {library}").format(
                id=medium.id, element=medium.element, library=medium.library
            ),
            _("recalls go on through other copies or the set; nothing is written to it"),
            _(
                "look for medium {id}, then: archivectl library inventory   (gone for good: archivectl media lost "
                "{id} --reason TEXT)"
            ).format(id=medium.id),
            site.now(),
        ),
    )


def _not_there(write: Connection, site: Site, medium: Medium) -> None:
    """A medium is not where the record has it: somebody may have taken it, or it is missed."""
    unused = medium.state is MediumState.QUARANTINED and not media.copies_on(write, medium.id)
    if unused or medium.state is MediumState.RELEASED:  # two persons let it go: it may be taken
        taken_from = medium.element
        events.append(write, site.now(), "medium taken out", ("medium", medium.id), element=taken_from)
        events.clear_attention(write, f"stranger:{medium.id}")
    elif medium.state is not MediumState.LOST and not is_leaving(write, medium.id):
        missed(write, site, medium)
    if medium.state in (MediumState.RESERVED, MediumState.APPENDABLE):
        words = _("medium {id} is missing").format(id=medium.id)
        media.withdraw_plans_on(write, medium.id, words, site.now())


def _risen(write: Connection, site: Site, medium: Medium, library: str, element: int) -> None:
    """What two persons said they had destroyed stands in a library."""
    words = _(
        "{medium} stands in element {element} of library {library}, and {note} says that it was destroyed"
    )
    events.raise_attention(
        write,
        Attention(
            f"destroyed:{medium.id}",
            "now",
            words.format(medium=medium.id, element=element, library=library, note=medium.note),
            _("nothing is read from it and nothing is written to it"),
            _("take it out, and find out what it is and who put it there: archivectl media {medium}").format(
                medium=medium.id
            ),
            site.now(),
        ),
    )


def _nobody_yet(write: Connection, site: Site, floor: Floor, element: int, barcode: str) -> None:
    """A medium of a room whose catalog is gone: on record; a look will say what it is."""
    home = element if element in floor.slots else None
    label = _label_in(site, floor.library, barcode)
    media.register(
        write,
        Medium(
            id=barcode,
            state=MediumState.QUARANTINED if label.cleaning else MediumState.UNKNOWN,
            kind=label.kind or "unknown",
            barcode=barcode,
            batch="",
            media_id="",
            capacity_bytes=0,
            library=floor.library,
            element=element,
            home_element=home,
            magazine=floor.slots.get(element),
            seen_at=site.now(),
            simulated=site.config.simulated,
        ),
    )


def _stranger(write: Connection, site: Site, floor: Floor, element: int, barcode: str) -> bool:
    """A medium that the catalog never saw: on record, and set aside; True when a person has to say what it is."""
    label = _label_in(site, floor.library, barcode)
    words = _("a cleaning cartridge, never used for data") if label.cleaning else ""
    media.register(
        write,
        Medium(
            id=barcode,
            state=MediumState.QUARANTINED,
            kind=label.kind or "unknown",
            barcode=barcode,
            batch="",
            media_id="",
            capacity_bytes=0,
            library=floor.library,
            element=element,
            # Where it was found is as good a home as any.
            home_element=element if element in floor.slots else None,
            magazine=floor.slots.get(element),
            seen_at=site.now(),
            note=words or _("found in the library; the catalog did not know it"),
            simulated=site.config.simulated,
        ),
    )
    events.append(write, site.now(), "medium found", ("medium", barcode), element=element)
    # Every tape library has some that clean: nobody has to say what they are.
    return not label.cleaning


def _label_in(site: Site, library: str, barcode: str) -> CartridgeLabel:
    """What a barcode says of a cartridge; nothing in a library of discs."""
    taped = site.config.libraries[library].kind == TAPE
    return read_label(barcode) if taped else CartridgeLabel()


def _labels(seen: Mapping[int, str | None]) -> dict[str, list[int]]:
    """Barcode → elements in which a disc with it was seen."""
    found: dict[str, list[int]] = {}
    for element, code in sorted(seen.items()):
        if code is not None:
            found.setdefault(code, []).append(element)
    return found


def _name_twins(
    write: Connection, site: Site, library: str, labels: Mapping[str, list[int]], waiting: Collection[str]
) -> None:
    for code, elements in labels.items():
        if len(elements) > 1:
            _twins(write, site, library, code, elements)
        elif f"twins:{code}" in waiting:
            events.clear_attention(write, f"twins:{code}")


def _twins(write: Connection, site: Site, library: str, barcode: str, elements: list[int]) -> None:
    """Two discs with one label: nobody can say which is which, so neither is written."""
    medium = media.by_barcode(write, barcode)
    if medium is not None and medium.state is MediumState.BLANK:
        media.advance_state(
            write, medium.id, MediumEvent.SET_ASIDE, site.now(), note=_("another disc has the same label")
        )
    places = ", ".join(map(str, elements))
    events.raise_attention(
        write,
        Attention(
            f"twins:{barcode}",
            "now",
            _("elements {places} of library {library} hold discs with the same label {barcode}").format(
                places=places, library=library, barcode=barcode
            ),
            _("what is read from either is checked before it is used; neither is written"),
            _("take one of them out, then: archivectl library inventory"),
            site.now(),
        ),
    )
