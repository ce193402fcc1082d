"""What is to be examined, as people say it or as a rule does: a selection, its preview, and the run on record.

The preview and the run are made of the same pieces, in the same write for a run: what was announced is what begins.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection

from archived.care import VERIFY, CareItem, CareRun, ItemState
from archived.catalog import events, fixity, media, tasks
from archived.errors import NotFound, Refused
from archived.language import _
from archived.media_kinds import is_tape
from archived.policy.sources import Paces
from archived.policy.verify.preview import Piece, preview
from archived.policy.verify.sampling import drawn, share_of
from archived.stages import care_orders
from archived.stages.recall_order import DEFAULT_LOAD_S, DEFAULT_READ_BYTES_PER_S
from archived.stages.verify import targets
from archived.stages.verify.targets import Target
from archived.stages.work import Site
from archived.states import MediumState
from archived.verification_rules import HOW, STATES

#: Media whose copies are examined when nobody names states.
USUAL = (MediumState.GOOD, MediumState.WATCH, MediumState.APPENDABLE, MediumState.SUSPECT)


@dataclass(frozen=True, slots=True)
class Selection:
    """What people ask for. Empty fields select nothing out."""

    pools: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    batches: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    #: What lies on the disks of this machine instead of media.
    disk: bool = False
    #: So many of the media that were selected, at random.
    media_percent: float = 100.0
    how: str = "full"
    chunks_percent: float = 100.0
    edges: bool = False
    #: Empty: one is drawn, and recorded.
    seed: str = ""
    not_before: str = ""
    hours: str = ""
    #: A lower number goes first among runs.
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """A run that could begin: its pieces, and what it announces."""

    selection: Selection
    targets: tuple[Target, ...]
    preview: dict[str, Any] = field(default_factory=dict)

    @property
    def media_ids(self) -> tuple[str, ...]:
        found = {target.known.medium_id: None for target in self.targets if target.known.medium_id}
        return tuple(found)


def plan(read: Connection, site: Site, selection: Selection) -> Order:
    """What a run of this selection would be; nothing is put on record.

    Raises:
        NotFound: there is no such medium.
        Refused: a word or a share that cannot be; or nothing is selected.
    """
    _demand_sense(site, selection)
    for medium_id in selection.media:
        media.get(read, medium_id)
    seed = selection.seed or token_hex(8)
    found = targets.on_disk(read, site) if selection.disk else _selected(read, site, selection)
    ids = sorted({target.known.medium_id for target in found} - {""})
    if selection.media_percent < 100 and not selection.disk:
        chosen = set(drawn(ids, share_of(len(ids), selection.media_percent), seed))
        found = [target for target in found if target.known.medium_id in chosen]
    if not found:
        raise Refused(
            _("nothing that can be examined is selected; nothing was begun"),
            advice="archivectl verify plan   archivectl media list",
        )
    made = Selection(**{**asdict(selection), "seed": seed})
    return of_targets(read, site, made, found, media_in_all=len(ids))


def of_targets(
    read: Connection, site: Site, selection: Selection, found: Iterable[Target], *, media_in_all: int
) -> Order:
    """An order for exactly these targets."""
    chosen = tuple(found)
    drives = {(drive.library, drive.element) for drive in media.drives(read)}
    pieces = [_piece(target, selection, drives) for target in chosen]
    announced = preview(
        pieces,
        percent=selection.chunks_percent,
        edges=selection.edges,
        paces=_paces(read),
        media_in_all=media_in_all,
    )
    return Order(selection, chosen, {"seed": selection.seed, **announced})


def begin(
    write: Connection,
    site: Site,
    order: Order,
    *,
    agent: str,
    reason: str,
    rule: str = "",
    library: str = "",
) -> CareRun:
    """The order as a run with its items; its preview is on record with it.

    A run by a rule of the settings names it, and the library that it is for.
    """
    now, refused = site.now(), tasks.refused(write)
    # All images of a medium rank alike: on a cartridge they are read along its tape.
    ranks = {medium_id: number for number, medium_id in enumerate(order.media_ids)}
    items = [
        _item(target, order.selection, ranks.get(target.known.medium_id, 0), now)
        for target in order.targets
        if target.known.medium_id not in refused or target.known.reached_by != "people"
    ]
    terms = {**asdict(order.selection), "rule": rule, "library": library}
    return care_orders.begin(
        write,
        site,
        VERIFY,
        items,
        agent=agent,
        reason=reason,
        terms=terms,
        preview=order.preview,
        priority=order.selection.priority,
    )


def _selected(read: Connection, site: Site, selection: Selection) -> list[Target]:
    states = selection.states or tuple(state.value for state in USUAL)
    named = fixity.copies_known(read, *selection.media)
    found = []
    for target in targets.on_media(read, site, named):
        known = target.known
        if selection.pools and known.pool not in selection.pools:
            continue
        if selection.batches and known.batch not in selection.batches:
            continue
        if known.state in (STATES if selection.media and not selection.states else states):
            found.append(target)
    return found


def _demand_sense(site: Site, selection: Selection) -> None:
    for value, known in (
        *((pool, tuple(site.config.pools)) for pool in selection.pools),
        *((state, STATES) for state in selection.states),
        (selection.how, HOW),
    ):
        if value not in known:
            raise NotFound(
                _("there is no {value!r}; there are: {known}").format(value=value, known=", ".join(known))
            )
    if not (0 < selection.media_percent <= 100 and 0 < selection.chunks_percent <= 100):
        raise Refused(_("shares lie above 0 and up to 100 percent; nothing was begun"))


def _piece(target: Target, selection: Selection, drives: set[tuple[str, int]]) -> Piece:
    copy, known = target.copy, target.known
    if copy is None:
        return Piece("", target.size_bytes, "full")
    return Piece(
        copy.medium_id,
        copy.size_bytes,
        selection.how,
        capacity_bytes=0 if is_tape(copy.kind) else copy.capacity_bytes,
        in_drive=(copy.library, copy.element) in drives,
        reached_by=known.reached_by,
    )


def _item(target: Target, selection: Selection, rank: int, now: datetime) -> CareItem:
    copy = target.copy
    if copy is None:
        cursor = {"subject": target.known.subject}
        return CareItem(0, "", target.what, ItemState.WANTED, None, None, None, now, cursor=cursor)
    return CareItem(
        0,
        "",
        selection.how,
        ItemState.WANTED,
        copy.medium_id,
        copy.image_id,
        copy.copy_id,
        now,
        priority=rank,
    )


def _paces(read: Connection) -> Paces:
    known = events.paces(read)
    load_s = known.get("load_s", DEFAULT_LOAD_S)
    return Paces(load_s, load_s, known.get("read", DEFAULT_READ_BYTES_PER_S))
