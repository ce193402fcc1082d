"""What a person says of cages: this tag is on it, it was taken out, it was put there."""

from sqlalchemy import Connection

from archived.cages import Cage, CageState
from archived.catalog import cages, events, media
from archived.errors import NotFound, Refused, WrongState
from archived.language import _
from archived.policy.tags import flaw_of
from archived.stages import caging
from archived.stages.floor import slots_of, stale_key
from archived.stages.labelling import uid_of_text
from archived.stages.work import Site


def listing(write: Connection, site: Site) -> list[Cage]:
    """Every cage of the libraries of the site; those that nobody named yet are put on record."""
    for library in site.config.libraries:
        caging.ensure(write, site, library)
    return cages.listing(write)


def find(write: Connection, site: Site, name: str) -> Cage:
    """A cage by its id, by its position where only one library has it, or as LIBRARY/POSITION. Raises NotFound."""
    found = [
        cage
        for cage in listing(write, site)
        if name in (cage.id, cage.position, f"{cage.library}/{cage.position}")
    ]
    if len(found) != 1:
        raise NotFound(
            _("there is no magazine {name!r}, or several are called so").format(name=name),
            advice="archivectl magazines",
        )
    return found[0]


def put_tag(write: Connection, site: Site, cage: Cage, text: str, *, agent: str) -> Cage:
    """Put the tag of a cage on record; "" takes it off. Raises Refused, WrongState."""
    uid = uid_of_text(text) if text else ""
    if uid:
        flaw = flaw_of(uid)
        if flaw is not None:
            raise Refused(flaw.words, advice=flaw.advice)
        other, medium = cages.by_tag(write, uid), media.by_tag(write, uid)
        if medium is not None or (other is not None and other.id != cage.id):
            raise WrongState(
                _("tag {uid} is that of {other} already; nothing was put on record").format(
                    uid=uid, other=medium.id if medium is not None else other.id if other is not None else ""
                )
            )
    cages.update_columns(write, cage.id, rfid_uid=uid or None)
    subject = ("magazine", cage.id)
    events.append(write, site.now(), "magazine labelled", subject, agent=agent, before=cage.rfid_uid, now=uid)
    return cages.get(write, cage.id)


def take_out(write: Connection, site: Site, cage: Cage, *, place: str, agent: str) -> Cage:
    """Somebody took a cage out, to a place in words; its media are away as soon as a look sees that."""
    caging.leaves(write, site, cage, by=agent, place=place)
    events.set_setting(write, stale_key(cage.library), "1")
    return cages.get(write, cage.id)


def put(write: Connection, site: Site, cage: Cage, position: str, *, library: str | None, agent: str) -> Cage:
    """Somebody put a cage into a library; a look says what stands there. Raises Refused, WrongState."""
    target = library or cage.library
    if target not in site.config.libraries:
        raise Refused(_("there is no library {name!r}").format(name=target))
    slots = {element: name for element, name in slots_of(write, target).items() if name is not None}
    if position not in slots.values():
        raise Refused(
            _("library {library} has no magazine {position!r}; there are: {known}").format(
                library=target, position=position, known=", ".join(dict.fromkeys(slots.values())) or "-"
            )
        )
    _make_room(write, cage, target, position)
    if cage.state is CageState.IN and (cage.library, cage.position) != (target, position):
        caging.leaves(write, site, cage, by=agent, place="")
        cage = cages.get(write, cage.id)
    if target != cage.library:
        for medium_id in cages.media_in(write, cage):
            media.update_columns(write, medium_id, library=target)
            media.saw(write, medium_id, None, site.now(), agent)
        cages.update_columns(write, cage.id, library=target)
        cage = cages.get(write, cage.id)
    with_it = cages.media_in(write, cage)
    caging.stands(write, site, cage, position, slots, with_it=with_it, by=agent)
    events.set_setting(write, stale_key(target), "1")
    return cages.get(write, cage.id)


def _make_room(write: Connection, cage: Cage, library: str, position: str) -> None:
    """A cage that was put on record only because something stands there gives way; a known one does not."""
    for other in cages.listing(write, library):
        if other.id == cage.id or other.position != position:
            continue
        if other.rfid_uid is not None or cages.media_in(write, other):
            raise WrongState(
                _("magazine {other} stands at {position} by the record").format(
                    other=other.id, position=position
                ),
                advice=f"archivectl magazines take-out {other.id}",
            )
        cages.remove(write, other.id)
