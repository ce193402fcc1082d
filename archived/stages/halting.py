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

#: What a person says of the disc that was lost sight of: it never left its place, or it is not there.
IN_PLACE, ELSEWHERE = "in-place", "elsewhere"


def halt(write: Connection, site: Site, task: Carry, note: str) -> None:
    """Stop a library: what became of the medium of this motion, only a person can tell."""
    medium, library = media.get(write, task.medium_id), task.library
    if medium.state in (MediumState.RESERVED, MediumState.APPENDABLE):
        withdrawn = _("where medium {id} is cannot be told").format(id=medium.id)
        media.withdraw_plans_on(write, medium.id, withdrawn, site.now())
    media.saw(write, medium.id, None, site.now())
    events.set_setting(
        write, _astray_key(library), json.dumps(_astray(write, library) | {medium.id: task.source})
    )
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
            "look at the robot and find {medium}. If it never left its place: archivectl library resume {library} "
            "--disc in-place --reason TEXT. If you put it into a bin, say so before: archivectl library load {library} "
            "--bin NAME --media {medium}. In the hand or in a drive it is found by itself: archivectl library resume "
            "{library} --disc elsewhere --reason TEXT"
        ).format(library=library, medium=medium.id),
        site.now(),
    )
    events.raise_attention(write, attention)


def resume(
    write: Connection, site: Site, library: str, *, agent: str, reason: str, disc: str | None = None
) -> None:
    """A person looked at a disc robot: it is made ready and looked at, and then goes on.

    `disc` is what he says of the disc that was lost sight of, IN_PLACE or ELSEWHERE: taken for gone while it lies in
    its bin, it would get the name of the next one. Bins that gave out are believed again, as nobody said otherwise.

    Raises NotFound, Refused without a reason or a word about the disc, WrongState for a library that does not stand.
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
    _hear_of_disc(write, site, library, disc)
    for one in sorted(floor.closed):
        open_again(write, site, library, one, believed=True)
    events.set_setting(write, f"{HALTED}:{library}", "")
    events.set_setting(write, f"{RESET}:{library}", "1")
    events.set_setting(write, stale_key(library), "1")
    events.clear_attention(write, f"halted:{library}")
    subject = ("library", library)
    events.append(write, site.now(), "robot resumed", subject, agent=agent, reason=reason, disc=disc or "")


def _hear_of_disc(write: Connection, site: Site, library: str, disc: str | None) -> None:
    """Put what never left its place back on record there.

    Raises Refused where nobody says, WrongState for a place that another medium has by the record.
    """
    astray = _astray(write, library)
    lost = {id: source for id, source in astray.items() if media.get(write, id).element is None}
    if not lost:
        return
    if disc not in (IN_PLACE, ELSEWHERE):
        raise Refused(
            _("where is {media}? The robot does not go on before somebody says so").format(
                media=", ".join(lost)
            ),
            advice=_(
                "it never left its place: --disc in-place; you put it into a bin: archivectl library load {library} "
                "--bin NAME --media ID, and then this again; anything else: --disc elsewhere"
            ).format(library=library),
        )
    if disc == ELSEWHERE:
        return
    taken = {medium.element for medium in media.listing(write) if medium.library == library}
    for medium_id, source in lost.items():
        if source in taken:
            raise WrongState(
                _("element {element} holds another medium by the record: {medium} cannot be there").format(
                    element=source, medium=medium_id
                ),
                advice=_("say what the bins hold: archivectl library empty, then archivectl library load"),
            )
        media.saw(write, medium_id, source, site.now())
        del astray[medium_id]
    events.set_setting(write, _astray_key(library), json.dumps(astray) if astray else "")


def find_astray(write: Connection, site: Site, library: str, seen: frozenset[int]) -> None:
    """After a look: the one medium that was lost sight of is what a drive or the hand holds and nobody accounts for.

    `seen` are full elements. Two such media, or two such places, are left to people.
    """
    events.set_setting(write, f"{RESET}:{library}", "")
    astray = _astray(write, library)
    lost = [id for id in astray if media.get(write, id).element is None]
    known = {medium.element for medium in media.listing(write) if medium.library == library}
    unknown = sorted(seen - known)
    if len(lost) == 1 and len(unknown) == 1:
        media.saw(write, lost[0], unknown[0], site.now(), f"robot:{library}")
        events.clear_attention(write, f"missing:{lost[0]}")
        lost = []
    left = {id: astray[id] for id in lost}
    events.set_setting(write, _astray_key(library), json.dumps(left) if left else "")
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


def _astray(read: Connection, library: str) -> dict[str, int]:
    """Media that a motion lost sight of, with the element that it took them from."""
    return dict(json.loads(events.settings(read).get(_astray_key(library)) or "{}"))


def _astray_key(library: str) -> str:
    return f"astray:{library}"
