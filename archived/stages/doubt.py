"""Elements of which a look could not tell what is in them: such a slot is never taken for empty.

Where a magazine was taken out, the media in it are away with it: they count for nothing until they are seen again, and
they are not missed one by one. Of other elements that are not in order, what was believed to be there stays
on record. Nothing is put into either.
"""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from archived.catalog import cages, events, media
from archived.catalog.events import Attention
from archived.language import _, counted
from archived.model import Medium
from archived.stages.work import Site
from archived.states import MediumState
from devices.sense_words import CODE_WORDS

#: ASC and ASCQ of a slot whose magazine is not there.
_NO_MAGAZINE = ((0x83, 0x02), (0x3B, 0x11))


def is_away(code: tuple[int, int]) -> bool:
    """Whether this is said of a slot because its magazine is not there."""
    return code in _NO_MAGAZINE


def words_of(code: tuple[int, int]) -> str:
    """What ASC and ASCQ say, in the words of the standard."""
    words = CODE_WORDS.get(code) or CODE_WORDS.get((code[0], None)) or "not in order"
    return f"{words} ({code[0]:02X}/{code[1]:02X})"


def in_doubt(settings: Mapping[str, str], library: str) -> dict[int, tuple[int, int]]:
    """Elements in doubt since the last look, with ASC and ASCQ."""
    stored = json.loads(settings.get(_key(library)) or "{}").get("elements", {})
    return {int(address): (code[0], code[1]) for address, code in stored.items()}


def note_away(write: Connection, site: Site, medium: Medium) -> None:
    """A medium is not where it was because its magazine is not there: what was planned on it goes elsewhere."""
    media.saw(write, medium.id, None, site.now())
    subject = ("medium", medium.id)
    note_ = _("its magazine was taken out")
    events.append(write, site.now(), "medium away", subject, element=medium.element, note=note_)
    if medium.state in (MediumState.RESERVED, MediumState.APPENDABLE):
        media.withdraw_plans_on(
            write, medium.id, _("medium {id} is missing").format(id=medium.id), site.now()
        )


def note(
    write: Connection,
    site: Site,
    library: str,
    before: Sequence[Medium],
    doubtful: Mapping[int, tuple[int, int]],
) -> None:
    """Put on record what a look could not tell of, and tell people where media are concerned.

    `before` are all media as they were before this look.
    """
    stored = json.loads(events.settings(write).get(_key(library)) or "{}")
    mine = {m.id: m.element for m in before if m.library == library and m.element in doubtful}
    unseen = {medium.id for medium in media.listing(write) if medium.element is None}
    away = {
        id: element for id, element in stored.get("away", {}).items() if id in unseen and element in doubtful
    }
    away |= {
        id: element for id, element in mine.items() if element is not None and is_away(doubtful[element])
    }
    taken_out = cages.media_out(write)
    away = {id: element for id, element in away.items() if id not in taken_out}
    believed = {id: element for id, element in mine.items() if id not in away and element is not None}
    document = {"elements": {str(address): list(code) for address, code in doubtful.items()}, "away": away}
    events.set_setting(write, _key(library), json.dumps(document) if doubtful else "")
    _tell_away(write, site, library, away)
    _tell_doubt(write, site, library, believed, doubtful)


def _tell_away(write: Connection, site: Site, library: str, away: Mapping[str, int]) -> None:
    attention_id = f"magazine:{library}"
    if not away:
        events.clear_attention(write, attention_id)
        return
    what = counted(
        "a magazine of library {library} is not there, and {number} medium is away with it: slots {slots}",
        "magazines of library {library} are not there, and {number} media are away with them: slots {slots}",
        len(away),
    )
    attention = Attention(
        attention_id,
        "now",
        what.format(library=library, number=len(away), slots=", ".join(map(str, sorted(away.values())))),
        _("their slots are not taken for empty; recalls go on through other copies or the set"),
        _("put the magazine back, then: archivectl library inventory"),
        site.now(),
    )
    events.raise_attention(write, attention)


def _tell_doubt(
    write: Connection,
    site: Site,
    library: str,
    believed: Mapping[str, int],
    doubtful: Mapping[int, tuple[int, int]],
) -> None:
    attention_id = f"doubt:{library}"
    if not believed:
        events.clear_attention(write, attention_id)
        return
    media_words = ", ".join(
        f"{id} ({element}: {words_of(doubtful[element])})" for id, element in believed.items()
    )
    attention = Attention(
        attention_id,
        "working-hours",
        _(
            "library {library} cannot tell what is in some elements; these media should be there: {media}"
        ).format(library=library, media=media_words),
        _("what was there stays on record, and nothing is put there"),
        _("look at the library, then: archivectl library inventory"),
        site.now(),
    )
    events.raise_attention(write, attention)


def _key(library: str) -> str:
    return f"doubtful:{library}"
