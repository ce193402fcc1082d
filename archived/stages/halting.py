"""A disc robot that stopped where nobody can tell what became of a disc: it stands until a person looked.

After a fault in a motion, or silence, a disc may be in the hand, on a tray, in a bin or on the floor. Whoever guesses
gives the discs of a bin each other's names. So that one disc is missed, nothing moves in that library, its arm is not
even homed, and one attention says what to do. Two writes matter: the halt, and the word of a person who looked.
"""

import json

from sqlalchemy import Connection

from archived.catalog import events, media
from archived.catalog.events import Attention
from archived.errors import NotFound, Refused, WrongState
from archived.language import _
from archived.sessions.mount import Carry
from archived.stages.floor import HALTED, RESET, floors, stale_key
from archived.stages.unseen_places import open_again
from archived.stages.work import Site
from archived.states import MediumState


def halt(write: Connection, site: Site, task: Carry, note: str) -> None:
    """Stop a library: what became of the medium of this motion, only a person can tell."""
    medium, library = media.get(write, task.medium_id), task.library
    if medium.state in (MediumState.RESERVED, MediumState.APPENDABLE):
        withdrawn = _("where medium {id} is cannot be told").format(id=medium.id)
        media.withdraw_plans_on(write, medium.id, withdrawn)
    media.saw(write, medium.id, None, site.now())
    events.set_setting(write, _astray_key(library), json.dumps([*_astray(write, library), medium.id]))
    events.set_setting(write, f"{HALTED}:{library}", note or "1")
    subject = ("medium", medium.id)
    ends = f"{task.source} → {task.destination}"
    events.append(write, site.now(), "robot halted", subject, outcome="failure", note=note, motion=ends)
    attention = Attention(
        f"halted:{library}",
        "now",
        _(
            "the robot of library {library} stands, and where medium {medium} is only a person can tell: {note}"
        ).format(library=library, medium=medium.id, note=note),
        _(
            "nothing moves there, and every other medium stays on record where it was; drives end what they are doing"
        ),
        _(
            "look at the robot and find {medium}; if you put it into a bin, say so: archivectl library load {library} "
            "--bin NAME --media {medium}; in its hand or in a drive it is found by itself. In any case, then: "
            "archivectl library resume {library} --reason TEXT"
        ).format(library=library, medium=medium.id),
        site.now(),
    )
    events.raise_attention(write, attention)


def resume(write: Connection, site: Site, library: str, *, agent: str, reason: str) -> None:
    """A person looked at a disc robot: it is made ready and looked at, and then goes on.

    Bins that gave out are believed again, as nobody said otherwise of them.

    Raises NotFound, Refused without a reason, WrongState for a library that does not stand.
    """
    floor = next((floor for floor in floors(write, site) if floor.library == library), None)
    if floor is None:
        raise NotFound(
            _("there is no library {library!r}").format(library=library), known=sorted(site.config.libraries)
        )
    if not reason.strip():
        raise Refused(_("a reason is needed: it stands in the record for ever"))
    if not floor.bins or not (floor.halted or floor.closed or floor.stale):
        raise WrongState(_("library {library} does not stand").format(library=library))
    for one in sorted(floor.closed):
        open_again(write, site, library, one, believed=True)
    events.set_setting(write, f"{HALTED}:{library}", "")
    events.set_setting(write, f"{RESET}:{library}", "1")
    events.set_setting(write, stale_key(library), "1")
    events.clear_attention(write, f"halted:{library}")
    events.append(write, site.now(), "robot resumed", ("library", library), agent=agent, reason=reason)


def find_astray(write: Connection, site: Site, library: str, seen: frozenset[int]) -> None:
    """After a look: the one medium that was lost sight of is what a drive or the hand holds and nobody accounts for.

    `seen` are full elements. Two such media, or two such places, are left to people.
    """
    events.set_setting(write, f"{RESET}:{library}", "")
    lost = [id for id in _astray(write, library) if media.get(write, id).element is None]
    known = {medium.element for medium in media.listing(write) if medium.library == library}
    unknown = sorted(seen - known)
    if len(lost) == 1 and len(unknown) == 1:
        media.saw(write, lost[0], unknown[0], site.now(), f"robot:{library}")
        events.clear_attention(write, f"missing:{lost[0]}")
        lost = []
    events.set_setting(write, _astray_key(library), json.dumps(lost) if lost else "")
    for medium_id in lost:
        _miss(write, site, library, medium_id)


def _miss(write: Connection, site: Site, library: str, medium_id: str) -> None:
    attention = Attention(
        f"missing:{medium_id}",
        "now",
        _("medium {id} is in no place of library {library} that is known").format(
            id=medium_id, library=library
        ),
        _("recalls go on through other copies or the set; nothing is written to it"),
        _(
            "find it, and put it into a bin: archivectl library load {library} --bin NAME --media {id}   (gone for "
            "good: archivectl media lost {id} --reason TEXT)"
        ).format(id=medium_id, library=library),
        site.now(),
    )
    events.raise_attention(write, attention)


def _astray(read: Connection, library: str) -> list[str]:
    return list(json.loads(events.settings(read).get(_astray_key(library)) or "[]"))


def _astray_key(library: str) -> str:
    return f"astray:{library}"
