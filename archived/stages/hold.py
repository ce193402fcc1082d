"""The hold after a restore or a rebuild: nothing is written, placed, withdrawn or let go until all was looked at.

A catalog that was made from an export or from media may be older than the world: a blank may have been burnt since,
a package accepted, a copy read back. So it may plan nothing physical, and remove nothing, until `catalog check` has
looked at every medium that is in the room, blanks included, and a named person releases it. Intake, recalls,
packing, protecting and reading back go on: they add files under ids that were never given, and remove none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from archived.catalog import events, holds, media
from archived.catalog.events import Attention
from archived.catalog.holds import HeldMedium, Hold
from archived.errors import Refused, WrongState
from archived.language import _, counted
from archived.policy.cartridge_labels import CLEANING
from archived.stages.floor import stale_key
from archived.stages.unlabelled import unlabelled
from archived.stages.work import Site
from archived.states import CopyEvent, CopyState, MediumEvent, MediumState

#: The setting that planners see: id of the hold in force, or nothing.
SETTING: Final = "hold"
ATTENTION: Final = "catalog-hold"
#: Below the staging root and in the site: what an earlier catalog knew and this one does not.
SET_ASIDE: Final = "set-aside"

#: What a look may find on a medium.
BLANK: Final = "blank"  # nothing was ever written
OURS: Final = "ours"  # just what the catalog says
NEWER: Final = "newer"  # of this archive, and the catalog does not know it
FOREIGN: Final = "foreign"  # written, and not by this archive
UNREADABLE: Final = "unreadable"  # nobody can say
FINDINGS: Final = (BLANK, OURS, NEWER, FOREIGN, UNREADABLE)


@dataclass(frozen=True, slots=True)
class Standing:
    """A hold in force, and how far the looking has come."""

    hold: Hold
    media: tuple[HeldMedium, ...]
    #: Libraries that were not looked into since the hold began, or must be looked into again.
    stale: tuple[str, ...]
    #: (library, element) of media that nobody can look at: they have no readable barcode.
    unlabelled: tuple[tuple[str, int], ...] = ()

    @property
    def to_look_at(self) -> tuple[str, ...]:
        """Media that were seen in the room and not looked at."""
        return tuple(item.medium_id for item in self.media if item.looked_at is None)

    @property
    def newer(self) -> tuple[HeldMedium, ...]:
        """Media that carry something of ours that the catalog does not know."""
        return tuple(item for item in self.media if item.found == NEWER)


def place(
    write: Connection, libraries: Sequence[str], *, cause: str, note: str, agent: str, at: datetime
) -> int:
    """Put a hold in force; every library must be looked into before anything moves. Returns its id."""
    hold_id = holds.add(write, Hold(0, cause, note, agent, at))
    events.set_setting(write, SETTING, str(hold_id))
    for library in libraries:
        events.set_setting(write, stale_key(library), "1")
    events.append(write, at, "hold placed", ("catalog", cause), agent=agent, note=note)
    events.raise_attention(write, _attention(Standing(_current(write), (), tuple(libraries)), at))
    return hold_id


def in_force(settings: Mapping[str, str]) -> bool:
    """Whether the settings of the catalog tell of a hold: for planners, which know no SQL."""
    return bool(settings.get(SETTING))


def stands(read: Connection) -> bool:
    """Whether a hold is in force."""
    return holds.current(read) is not None


def demand_none(read: Connection, refusal: str) -> None:
    """Raises WrongState, which begins with `refusal`, while a hold is in force."""
    current = holds.current(read)
    if current is not None:
        raise WrongState(
            _("{refusal}: the catalog was made again by a {cause}, and media were not all looked at").format(
                refusal=refusal, cause=current.cause
            ),
            advice=_("archivectl catalog hold says what is still to be looked at"),
        )


def standing(read: Connection, site: Site) -> Standing | None:
    """The hold in force with how far the looking has come, or None."""
    current = holds.current(read)
    if current is None:
        return None
    settings = events.settings(read)
    stale = tuple(name for name in site.config.libraries if settings.get(stale_key(name)))
    # Nobody can look at a disc that is gone for good, and a cleaning cartridge holds nothing.
    gone = (MediumState.LOST, MediumState.DESTROYED)
    others = {m.id for m in media.listing(read) if m.state in gone or m.kind == CLEANING}
    seen = (item for item in holds.media_of(read, current.id) if item.medium_id not in others)
    return Standing(current, tuple(seen), stale, tuple(unlabelled(read, site.config.libraries)))


def saw(write: Connection, at: datetime, medium_ids: Sequence[str]) -> None:
    """A look into a library saw these media: while a hold is in force each must be looked at by itself."""
    current = holds.current(write)
    if current is not None:
        holds.saw(write, current.id, medium_ids, at)


def looked(write: Connection, site: Site, medium_id: str, found: str, note: str = "") -> None:
    """Put on record what a look read on a medium.

    A blank that is none any more is set aside at once; nothing is added to a cartridge that the catalog has otherwise.

    Does nothing when no hold is in force. Raises ValueError for a finding that there is not.
    """
    if found not in FINDINGS:
        raise ValueError(f"{found!r} is no finding; there are: {', '.join(FINDINGS)}")
    current = holds.current(write)
    if current is None:
        return
    at = site.now()
    holds.saw(write, current.id, [medium_id], at)
    seen_at = next(m.seen_at for m in holds.media_of(write, current.id) if m.medium_id == medium_id)
    holds.looked(write, HeldMedium(current.id, medium_id, seen_at, at, found, note))
    if found != BLANK:
        _no_blank(write, site, medium_id, note or found)
    if found != OURS:
        _add_nothing(write, site, medium_id, note or found)


def releasable(read: Connection, site: Site, *, reason: str) -> Hold:
    """The hold in force, if a person may release it now.

    Raises:
        Refused: no reason.
        WrongState: no hold is in force, or media that were seen since it began were not looked at.
    """
    if not reason.strip():
        raise Refused(_("a reason is needed: it stands in the record for ever"))
    now = standing(read, site)
    if now is None:
        raise WrongState(_("no hold is in force; nothing was changed"))
    _demand_all_looked_at(now)
    return now.hold


def release(write: Connection, site: Site, *, agent: str, reason: str, set_aside: int = 0) -> None:
    """End the hold: a person who gives a reason takes it upon himself. Blanks that nobody looked at are set aside.

    Call it by `archived.stages.set_aside.release_hold`, which first puts files aside that the catalog does not know.
    Raises what `releasable` raises.
    """
    current = releasable(write, site, reason=reason)
    now = Standing(current, tuple(holds.media_of(write, current.id)), ())
    looked_at = {item.medium_id for item in now.media}
    for medium in media.listing(write):
        if medium.id not in looked_at and medium.state in (MediumState.BLANK, MediumState.RESERVED):
            _no_blank(write, site, medium.id, _("away when the catalog was checked; nobody looked at it"))
        elif medium.id not in looked_at:
            _add_nothing(write, site, medium.id, _("away when the catalog was checked; nobody looked at it"))
    holds.release(write, site.now(), agent=agent, reason=reason)
    events.set_setting(write, SETTING, "")
    events.clear_attention(write, ATTENTION)
    detail: dict[str, Any] = {
        "media": len(now.media),
        "newer": len(now.newer),
        "set_aside": set_aside,
    }
    events.append(
        write, site.now(), "hold released", ("catalog", current.cause), agent=agent, reason=reason, **detail
    )


def watch(read: Connection, site: Site) -> list[Attention]:
    """What waits for a person while a hold is in force."""
    now = standing(read, site)
    return [] if now is None else [_attention(now, now.hold.placed_at)]


def _current(read: Connection) -> Hold:
    current = holds.current(read)
    if current is None:
        raise WrongState(_("no hold is in force; nothing was changed"))
    return current


def _demand_all_looked_at(now: Standing) -> None:
    left = now.to_look_at
    if now.stale:
        raise WrongState(
            _("library {names} was not looked into since the hold began; nothing was released").format(
                names=", ".join(now.stale)
            ),
            advice=_("archivectl library inventory, then: archivectl catalog check"),
        )
    if left:
        raise WrongState(
            counted(
                "{number} medium in the room was not looked at since the hold began: {names}; nothing was released",
                "{number} media in the room were not looked at since the hold began: {names}; nothing was released",
                len(left),
            ).format(number=len(left), names=", ".join(left[:20]) + (", …" if len(left) > 20 else "")),
            advice=_("archivectl catalog check looks at them"),
            media=list(left),
        )

    if now.unlabelled:
        places = ", ".join(f"{library} {element}" for library, element in now.unlabelled)
        raise WrongState(
            _(
                "media without a readable barcode were not looked at: element {places}; nothing was released"
            ).format(places=places),
            advice=_(
                "give them labels, or take them out; then: archivectl library inventory, archivectl catalog check"
            ),
        )


def _no_blank(write: Connection, site: Site, medium_id: str, note: str) -> None:
    """What the catalog takes for a blank must not be written: it is set aside, and what was planned for it goes."""
    if not any(item.id == medium_id for item in media.listing(write)):
        return
    medium = media.get(write, medium_id)
    if medium.state not in (MediumState.BLANK, MediumState.RESERVED):
        return
    for copy in media.copies_on(write, medium_id):
        if copy.state is CopyState.PLANNED:
            media.advance_copy(write, copy.id, CopyEvent.WITHDRAWN, note=note)
    media.advance_state(write, medium_id, MediumEvent.SET_ASIDE, site.now(), note=note)
    events.append(write, site.now(), "blank set aside", ("medium", medium_id), outcome="failure", note=note)


def _add_nothing(write: Connection, site: Site, medium_id: str, note: str) -> None:
    """What is on a cartridge counts on; what is planned for it goes to another one."""
    medium = next((item for item in media.listing(write) if item.id == medium_id), None)
    if medium is not None and medium.state is MediumState.APPENDABLE:
        media.advance_state(write, medium_id, MediumEvent.WRITTEN, site.now(), note=note)
        media.withdraw_plans_on(write, medium_id, note, site.now())


def _attention(now: Standing, since: datetime) -> Attention:
    left, done = len(now.to_look_at), len(now.media) - len(now.to_look_at)
    if now.stale or left:
        next_ = _("archivectl catalog check")
    else:
        next_ = _("archivectl catalog hold, then: archivectl catalog release-hold --reason TEXT")
    words = (
        # Before that nobody knows how many media there are.
        _(
            "the catalog was made again by a {cause} ({note}); library {names} was not looked into since, and which "
            "media are to be looked at is not known yet"
        )
        if now.stale
        else _(
            "the catalog was made again by a {cause} ({note}); {done} media were looked at, {left} are left"
        )
    )
    return Attention(
        ATTENTION,
        "now",
        words.format(
            cause=now.hold.cause, note=now.hold.note, names=", ".join(now.stale), done=done, left=left
        ),
        _("nothing is written, withdrawn or removed meanwhile; packages are accepted, recalls are served"),
        next_,
        since,
    )
