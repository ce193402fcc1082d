"""Where every medium stands on the floor of a library, as the catalog knows it and as a look corrects it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from archived.catalog import events, media
from archived.catalog.events import Attention
from archived.model import Drive, Medium
from archived.stages.work import Site
from archived.states import CopyEvent, CopyState, MediumEvent, MediumState

STALE = "inventory_stale"


@dataclass(frozen=True, slots=True)
class Floor:
    """Drives and media of one library."""

    library: str
    drives: tuple[Drive, ...]
    media: tuple[Medium, ...]
    #: True until the robot was looked at: nothing moves before.
    stale: bool
    #: Storage slots with their magazines, and import/export slots.
    slots: Mapping[int, str | None]
    ports: tuple[int, ...]

    def in_drive(self, drive: Drive) -> Medium | None:
        """The medium that lies in a drive."""
        return next((m for m in self.media if m.element == drive.element), None)

    def drive_of(self, medium_id: str) -> Drive | None:
        """The drive that a medium lies in."""
        medium = self.medium(medium_id)
        if medium is None or medium.element is None:
            return None
        return next((d for d in self.drives if d.element == medium.element), None)

    def medium(self, medium_id: str) -> Medium | None:
        return next((m for m in self.media if m.id == medium_id), None)

    @property
    def in_hand(self) -> Medium | None:
        """The medium that the robot stopped with: in no slot, no port and no drive."""
        known = {*self.slots, *self.ports, *(drive.element for drive in self.drives)}
        return next((m for m in self.media if m.element is not None and m.element not in known), None)

    @property
    def up(self) -> tuple[Drive, ...]:
        return tuple(drive for drive in self.drives if drive.up)


def stale_key(library: str) -> str:
    """The setting that says that a library must be looked at before anything moves in it."""
    return f"{STALE}:{library}"


def floors(read: Connection, site: Site) -> list[Floor]:
    """Every library of the site."""
    settings = events.settings(read)
    everything = media.listing(read)
    drives = media.drives(read)
    return [
        Floor(
            library=name,
            drives=tuple(d for d in drives if d.library == name),
            media=tuple(m for m in everything if m.library == name),
            stale=bool(settings.get(stale_key(name))),
            slots={
                int(address): magazine for address, magazine in _elements(settings, name)["slots"].items()
            },
            ports=tuple(_elements(settings, name)["ports"]),
        )
        for name in site.config.libraries
    ]


def settle(write: Connection, site: Site, library: str, seen: Mapping[int, str | None]) -> None:
    """Make the catalog say where a look saw everything; name what is missing and what is strange.

    `seen` maps full elements to barcodes (None where none could be read).
    """
    now = site.now()
    known = [m for m in media.listing(write) if m.library == library]
    by_barcode = {m.barcode: m for m in known if m.barcode is not None}
    where = {by_barcode[code].id: element for element, code in seen.items() if code in by_barcode}
    missed = {item.id for item in events.attentions(write)}
    for medium in known:
        if medium.id in where:
            if medium.element != where[medium.id] or medium.element is None:
                media.saw(write, medium.id, where[medium.id], now)
            if f"missing:{medium.id}" in missed:
                events.clear_attention(write, f"missing:{medium.id}")
        elif medium.element is not None and seen.get(medium.element, "") is not None:
            media.saw(write, medium.id, None, now)
            if medium.state is not MediumState.LOST:
                _missing(write, site, medium)
            if medium.state is MediumState.RESERVED:
                _promise_to_another(write, medium)
    for element, code in seen.items():
        if code is not None and code not in by_barcode:
            _stranger(write, site, library, element, code)
    events.set_setting(write, stale_key(library), "")


def drive_failed(write: Connection, site: Site, drive: str, doing: str, words: str) -> None:
    """A drive ended its work without an outcome: somebody should know while it is tried again."""
    events.raise_attention(
        write,
        Attention(
            f"trouble:{drive}",
            "working-hours",
            f"drive {drive} did not finish {doing}: {words}",
            "nothing is concluded about the disc and nothing was lost; it is tried again after a rest",
            f"archivectl drive down {drive} --reason TEXT   (the other drives take over)",
            site.now(),
        ),
    )


def drive_worked(write: Connection, drive: str) -> None:
    """What was said about the drive is over."""
    events.clear_attention(write, f"trouble:{drive}")


def furnish(
    write: Connection, library: str, *, slots: Mapping[int, str | None], ports: Sequence[int]
) -> None:
    """Put on record which storage slots (with their magazines) and import/export slots a library has."""
    document = {
        "slots": {str(address): magazine for address, magazine in slots.items()},
        "ports": list(ports),
    }
    events.set_setting(write, f"elements:{library}", json.dumps(document))


def _elements(settings: Mapping[str, str], library: str) -> dict[str, Any]:
    stored = settings.get(f"elements:{library}")
    return dict(json.loads(stored)) if stored else {"slots": {}, "ports": []}


def _promise_to_another(write: Connection, medium: Medium) -> None:
    """A missing blank is promised to nobody: what was planned for it is planned anew, on another disc."""
    for copy in media.copies_on(write, medium.id):
        if copy.state is CopyState.PLANNED:
            note = f"medium {medium.id} is missing"
            media.advance_copy(write, copy.id, CopyEvent.WITHDRAWN, note=note)
    media.advance_state(write, medium.id, MediumEvent.RELEASED)


def _missing(write: Connection, site: Site, medium: Medium) -> None:
    events.append(
        write, site.now(), "medium missed", ("medium", medium.id), outcome="failure", element=medium.element
    )
    events.raise_attention(
        write,
        Attention(
            f"missing:{medium.id}",
            "now",
            f"medium {medium.id} is not in element {medium.element} and nowhere else in library {medium.library}",
            "recalls go on through other copies or the set; nothing is written to it",
            "look for the disc, then: archivectl library inventory",
            site.now(),
        ),
    )


def _stranger(write: Connection, site: Site, library: str, element: int, barcode: str) -> None:
    """A medium that the catalog never saw: on record, and set aside until a person says what it is."""
    media.register(
        write,
        Medium(
            id=barcode,
            state=MediumState.QUARANTINED,
            kind="unknown",
            barcode=barcode,
            batch="",
            media_id="",
            capacity_bytes=0,
            library=library,
            element=element,
            home_element=None,
            magazine=None,
            seen_at=site.now(),
            note="found in the library; the catalog did not know it",
            simulated=site.config.simulated,
        ),
    )
    events.append(write, site.now(), "medium found", ("medium", barcode), element=element)
    events.raise_attention(
        write,
        Attention(
            f"stranger:{barcode}",
            "working-hours",
            f"medium {barcode} in element {element} of library {library} is not in the catalog",
            "it is set aside: never written, never read",
            f"take it out, or, if it is a new blank: archivectl media register {barcode} --batch NAME",
            site.now(),
        ),
    )
