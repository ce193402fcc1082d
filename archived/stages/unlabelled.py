"""Media whose barcode nobody can read: nothing tells them apart, so they are not looked at, and everybody is told.

A medium is known here by its barcode: what the robot is asked to fetch is checked by it, before and after. A disc that
was known by its slot only would become another one as soon as somebody sorts the shelf. So its slot is named until
it has a label, or was taken out; and a hold is not released meanwhile, as nobody knows what is on it.
"""

import json
from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from archived.catalog import events, media
from archived.catalog.events import Attention
from archived.language import _, counted
from archived.policy.rebuilding import Difference
from archived.stages.work import Site


def note(write: Connection, site: Site, library: str, seen: Mapping[int, str | None]) -> None:
    """Put on record in which full elements of a library a look read no barcode, where no known medium stands."""
    known = {medium.element for medium in media.listing(write) if medium.library == library}
    elements = [element for element, code in sorted(seen.items()) if code is None and element not in known]
    events.set_setting(write, _key(library), json.dumps(elements) if elements else "")
    attention_id = f"unlabelled:{library}"
    if not elements:
        events.clear_attention(write, attention_id)
        return
    what = counted(
        "{number} medium in library {library} has no barcode that can be read: element {elements}",
        "{number} media in library {library} have no barcode that can be read: elements {elements}",
        len(elements),
    )
    attention = Attention(
        attention_id,
        "working-hours",
        what.format(number=len(elements), library=library, elements=", ".join(map(str, elements))),
        _("they are not moved, read or written, and nobody knows what is on them"),
        _(
            "give them labels, or take them out; then: archivectl library inventory   (and: archivectl catalog check)"
        ),
        site.now(),
    )
    events.raise_attention(write, attention)


def unlabelled(read: Connection, libraries: Collection[str]) -> list[tuple[str, int]]:
    """(library, element) of every medium whose barcode the last look could not read."""
    settings = events.settings(read)
    return [
        (library, int(element))
        for library in libraries
        for element in json.loads(settings.get(_key(library)) or "[]")
    ]


def not_looked_at(read: Connection, site: Site) -> list[Difference]:
    """One difference for each of them: a survey says what it did not see."""
    words = _(
        "element {element} of library {library} holds a medium without a readable barcode: not looked at"
    )
    return [
        Difference(
            "no-barcode",
            f"{library}:{element}",
            words.format(element=element, library=library),
            _("give it a label, or take it out; then: archivectl catalog check"),
        )
        for library, element in unlabelled(read, site.config.libraries)
    ]


def _key(library: str) -> str:
    return f"unlabelled:{library}"
