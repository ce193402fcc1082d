"""Elements in the words of people: "cabinet 2, drawer 4, slot 17", "drive B1", "import/export slot 16 of main"."""

from sqlalchemy import Connection

from archived.catalog import media
from archived.language import _
from archived.policy.cabinets import places
from archived.stages.floor import floors
from archived.stages.work import Site


def place_words(read: Connection, site: Site, library: str | None, element: int | None) -> str:
    """Where that is; for elements that nobody has a name for, the element and its library."""
    if library is None or library not in site.config.libraries:
        return _("outside every library")
    if element is None:
        return _("somewhere in library {library}").format(library=library)
    place = places(site.config.libraries[library].cabinets).get(element)
    if place is not None:
        return place.words
    for drive in media.drives(read):
        if drive.library == library and drive.element == element:
            return _("drive {drive}").format(drive=drive.name)
    floor = next(floor for floor in floors(read, site) if floor.library == library)
    named = {"element": element, "library": library}
    if element in floor.ports:
        return _("import/export slot {element} of library {library}").format(**named)
    pile = next((one for one in floor.bins if element in one), None)
    if pile is not None:
        words = (
            _("the {bin} bin of library {library}, on top")
            if pile.takes
            else _("the {bin} bin of library {library}")
        )
        return words.format(bin=pile.name, library=library)
    if element in floor.slots:
        return _("slot {element} of library {library}").format(**named)
    return _("somebody's hands")
