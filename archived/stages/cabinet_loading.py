"""New blanks that a person laid into a cabinet: each gets the next free place, in order."""

from collections.abc import Sequence

from sqlalchemy import Connection

from archived.catalog import events, media, tasks
from archived.errors import NotFound, WrongState
from archived.language import _
from archived.policy.cabinets import CabinetPlace, places
from archived.stages.work import Site


def free_places(read: Connection, site: Site, library: str, where: str) -> dict[int, CabinetPlace]:
    """Free places of a library of people; `where` is a cabinet, CABINET:DRAWER, or empty for all. Raises NotFound."""
    known = places(site.config.libraries[library].cabinets)
    found = {
        element: place
        for element, place in known.items()
        if where in ("", place.cabinet, f"{place.cabinet}:{place.drawer}")
    }
    if not found:
        cabinets = ", ".join(site.config.libraries[library].cabinets)
        raise NotFound(
            _("library {library} has no cabinet or drawer {name!r}; its cabinets are {known}").format(
                library=library, name=where, known=cabinets
            )
        )
    taken = {medium.element for medium in media.listing(read) if medium.library == library}
    taken |= {task.to_element for task in tasks.unsettled(read) if task.to_library == library}
    return {element: place for element, place in found.items() if element not in taken}


def lay_in_cabinet(
    write: Connection, site: Site, library: str, where: str, media_ids: Sequence[str], *, agent: str
) -> None:
    """A person laid media into a cabinet, one place after the other. All are taken, or none.

    Raises NotFound, WrongState when it has not so many free places.
    """
    free = free_places(write, site, library, where)
    if len(free) < len(media_ids):
        raise WrongState(
            _("there is room for {room} media, and {number} are named; nothing was put on record").format(
                room=len(free), number=len(media_ids)
            )
        )
    now = site.now()
    for medium_id, (element, place) in zip(media_ids, free.items(), strict=False):
        home = {"home_element": element, "magazine": place.drawer_words, "library": library}
        media.update_columns(write, medium_id, **home)
        media.saw(write, medium_id, element, now)
        events.append(write, now, "medium laid", ("medium", medium_id), agent=agent, place=place.words)
