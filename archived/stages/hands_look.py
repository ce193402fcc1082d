"""After a look at a library of people: drives and sensors tell little, and of all else the catalog is the only book."""

from typing import Final

from sqlalchemy import Connection

from archived.catalog import events, media, tasks
from archived.catalog.events import Attention
from archived.language import _
from archived.model import Drive, Medium
from archived.policy.cabinets import FIRST_DRIVE, places
from archived.settings import NO_SERIAL
from archived.stages.floor import ELEMENTS, furnish, stale_key
from archived.stages.place_words import place_words
from archived.stages.work import Site
from archived.states import MediumState
from robotics.model import Inventory

#: Why a drive is out of use as long as something lies in it that nobody told of.
STRANGE: Final = "something lies in it, and nobody said what"


def settle_told(write: Connection, site: Site, library: str, inventory: Inventory) -> None:
    """Name what drives and sensors tell otherwise than the catalog; what they do not tell of stays on record."""
    if not site.config.simulated:
        furnish_cabinets(write, site, library)
    under_way = {e for task in tasks.unsettled(write) for e in (task.from_element, task.to_element)}
    here = {m.element: m for m in media.listing(write) if m.library == library and m.element is not None}
    for element in inventory.elements:
        if not element.told or element.address in under_way:
            continue
        medium = here.get(element.address)
        attention_id = f"place:{library}:{element.address}"
        if element.full and medium is None:
            _nobody_knows(write, site, library, element.address, attention_id)
        elif medium is not None and not element.full:
            missed(write, site, library, medium)
        elif events.clear_attention(write, attention_id):
            _drive_up_again(write, library, element.address)
    events.clear_attention(write, f"robot:{library}")
    events.set_setting(write, stale_key(library), "")


def furnish_cabinets(write: Connection, site: Site, library: str) -> None:
    """Put on record which places and drives a real library of people has: its settings say it anew at each look."""
    settings = site.config.libraries[library]
    is_new = f"{ELEMENTS}:{library}" not in events.settings(write)
    slots = {element: place.drawer_words for element, place in places(settings.cabinets).items()}
    furnish(write, library, slots=slots, ports=())
    known = {drive.name: drive for drive in media.drives_on_record(write, library)}
    drives = []
    for number, name in enumerate(settings.drives):
        before = known.get(name)
        up, note = (before.up, before.note) if before is not None else (True, "")
        serial = site.config.devices[name].serial
        drives.append(
            Drive(name, library, FIRST_DRIVE + number, "" if serial == NO_SERIAL else serial, up, note)
        )
    media.place_drives(write, library, drives)
    if is_new:
        events.append(write, site.now(), "library added", ("library", library), kind=settings.kind)


def _drive_up_again(write: Connection, library: str, element: int) -> None:
    for drive in media.drives(write):
        if (drive.library, drive.element, drive.up) == (library, element, False) and drive.note == STRANGE:
            media.set_drive(write, drive.name, up=True, note="")


def _nobody_knows(write: Connection, site: Site, library: str, element: int, attention_id: str) -> None:
    for drive in media.drives(write):
        if (drive.library, drive.element, drive.up) == (library, element, True):
            media.set_drive(write, drive.name, up=False, note=STRANGE)
    events.raise_attention(
        write,
        Attention(
            attention_id,
            "working-hours",
            _("something lies in {place} of library {library}, and nobody said what").format(
                place=place_words(write, site, library, element), library=library
            ),
            _("nothing is put there, and nothing is concluded about it"),
            _("take it out and lay it where it belongs, then: archivectl library inventory"),
            site.now(),
        ),
    )


def missed(write: Connection, site: Site, library: str, medium: Medium) -> None:
    """Somebody took it without being asked."""
    place = place_words(write, site, library, medium.element)
    media.saw(write, medium.id, None, site.now())
    if medium.state in (MediumState.RESERVED, MediumState.APPENDABLE):
        media.withdraw_plans_on(
            write, medium.id, _("medium {id} is missing").format(id=medium.id), site.now()
        )
    subject = ("medium", medium.id)
    events.append(
        write, site.now(), "medium missed", subject, outcome="failure", element=medium.element, place=place
    )
    events.raise_attention(
        write,
        Attention(
            f"missing:{medium.id}",
            "now",
            _("medium {id} is not in {place}, where it should be").format(id=medium.id, place=place),
            _("recalls go on through other copies or the set; nothing is written to it"),
            _(
                "look for medium {id}, then: archivectl library inventory   (gone for good: archivectl media lost "
                "{id} --reason TEXT)"
            ).format(id=medium.id),
            site.now(),
        ),
    )
