"""What a person says of media: these are new blanks of ours, that one is gone for good."""

from collections.abc import Sequence
from statistics import mode

from sqlalchemy import Connection

from archived.catalog import events, media
from archived.errors import NotFound, Refused, WrongState
from archived.language import _
from archived.media_kinds import NATIVE_BYTES, TAPE, is_tape
from archived.model import Medium
from archived.policy.cartridge_labels import read_label
from archived.settings import PoolSettings
from archived.stages.strangers import recount_strangers
from archived.stages.work import Site
from archived.states import CopyEvent, CopyState, MediumEvent, MediumState


def register_blanks(
    write: Connection,
    site: Site,
    barcodes: Sequence[str],
    *,
    pool: str,
    batch: str,
    media_id: str,
    capacity_bytes: int | None,
    agent: str,
) -> list[str]:
    """Take media that a look found into the scratch pool. The gate checks each before it is written.

    `capacity_bytes` None means: as large as most media of the library. All are taken, or none.

    Raises:
        NotFound: a barcode that no look has seen.
        WrongState: a medium that is in use already.
        Refused: an unknown pool, no batch, or a capacity that nobody knows.
    """
    settings = site.config.pools.get(pool)
    if settings is None:
        raise Refused(_("there is no pool {pool!r}").format(pool=pool), known=sorted(site.config.pools))
    if not batch.strip():
        raise Refused(_("a purchase batch is needed: media bought together may fail together"))
    known = [
        m.capacity_bytes for m in media.listing(write) if m.kind == settings.media_kind and m.capacity_bytes
    ]
    if not known and settings.capacity_bytes:
        known = [settings.capacity_bytes]  # what archived.toml says until the first blank is there
    known = known or [NATIVE_BYTES[settings.media_kind]] * is_tape(settings.media_kind)
    if capacity_bytes is None and not known:
        raise Refused(
            _("no medium of this kind is known yet"), advice=_("say how large they are: --capacity SIZE")
        )
    size = capacity_bytes if capacity_bytes is not None else mode(known)
    for barcode in barcodes if is_tape(settings.media_kind) else ():
        demand_cartridge(barcode, settings, pool)
    for barcode in barcodes:
        _register(write, site, barcode, settings, batch, media_id, size, agent)
    recount_strangers(write, site, settings.library)
    return list(barcodes)


def demand_cartridge(barcode: str, settings: PoolSettings, pool: str) -> None:
    """Raises Refused when the label of a cartridge says that it is nothing for this pool."""
    label = read_label(barcode)
    if label.cleaning:
        raise Refused(_("{barcode} is a cleaning cartridge: it never holds data").format(barcode=barcode))
    if label.worm != settings.worm:
        words = _("cartridge {barcode} is not write-once by its label, and pool {pool} takes nothing else")
        if label.worm:
            words = _("cartridge {barcode} is write-once by its label, and pool {pool} takes rewritable ones")
        raise Refused(
            words.format(barcode=barcode, pool=pool),
            advice=_(
                "name the pool that it is for: --pool NAME   (its key worm in archived.toml says which)"
            ),
        )
    if label.kind and label.kind != settings.media_kind:
        raise Refused(
            _("cartridge {barcode} is {found} by its label; pool {pool} takes {kind}").format(
                barcode=barcode, found=label.kind, pool=pool, kind=settings.media_kind
            ),
            advice=_("name the pool that it is for: --pool NAME"),
        )


def _register(
    write: Connection,
    site: Site,
    barcode: str,
    settings: PoolSettings,
    batch: str,
    media_id: str,
    size: int,
    agent: str,
) -> None:
    kind = settings.media_kind
    medium: Medium | None = media.by_barcode(write, barcode)
    if medium is None:
        raise NotFound(
            _("no look has seen medium {barcode}; nothing was registered").format(barcode=barcode),
            advice="archivectl library inventory",
            barcode=barcode,
        )
    if medium.element is None:
        raise WrongState(
            _("medium {barcode} is not in the library; nothing was registered").format(barcode=barcode),
            advice="archivectl library inventory",
        )
    if is_tape(kind) != (site.config.libraries[medium.library or ""].kind == TAPE):
        raise WrongState(
            _("medium {barcode} lies in library {library}, which holds no media of kind {kind}").format(
                barcode=barcode, library=medium.library, kind=kind
            ),
            advice=_("name the pool that it is for: --pool NAME"),
        )
    copies = media.copies_on(write, medium.id)
    unused = all(copy.state is CopyState.CANCELLED for copy in copies)  # planned once, and never begun
    if medium.state is not MediumState.QUARANTINED or not unused:
        raise WrongState(
            _(
                "medium {barcode} is {value}: only a medium never used is registered; nothing was registered"
            ).format(barcode=barcode, value=medium.state.value)
        )
    if not media_id:
        siblings = [m.media_id for m in media.listing(write) if m.kind == kind and m.media_id]
        media_id = mode(siblings) if siblings else ""
    media.advance_state(
        write,
        medium.id,
        MediumEvent.ADMITTED,
        site.now(),
        kind=kind,
        batch=batch,
        media_id=media_id,
        capacity_bytes=size,
        note="",
        label_uuid=None,
    )
    for key in (f"stranger:{barcode}", f"cartridge:{medium.id}"):
        events.clear_attention(write, key)
    events.append(write, site.now(), "registration", ("medium", medium.id), agent=agent, batch=batch)


def give_up(write: Connection, site: Site, medium_id: str, *, agent: str, reason: str) -> list[int]:
    """Put on record that a medium is lost; the copies on it are, too. Returns their ids.

    The image of an unfinished set is still in staging and is written to another medium.

    Raises:
        NotFound: there is no such medium.
        WrongState: it lies in the library, or is being written or read.
        Refused: no reason.
    """
    if not reason.strip():
        raise Refused(_("a reason is needed: it stands in the record for ever"))
    medium = media.get(write, medium_id)
    if medium.element is not None:
        raise WrongState(
            _("medium {medium_id} lies in element {element}; only a medium that is away can be lost").format(
                medium_id=medium_id, element=medium.element
            ),
            advice=_("take it out of the library, then: archivectl library inventory"),
        )
    lost: list[int] = []
    for copy in media.copies_on(write, medium_id):
        if copy.state in (CopyState.WRITING, CopyState.VERIFYING):
            raise WrongState(
                _("medium {medium_id} is being written or read (copy {id})").format(
                    medium_id=medium_id, id=copy.id
                )
            )
        if copy.state is CopyState.PLANNED:
            media.advance_copy(write, copy.id, CopyEvent.WITHDRAWN, note=reason)
        elif copy.state in (CopyState.WRITTEN, CopyState.VERIFIED, CopyState.SUSPECT, CopyState.FOUND):
            media.advance_copy(write, copy.id, CopyEvent.GIVEN_UP, note=reason)
            lost.append(copy.id)
    media.advance_state(write, medium_id, MediumEvent.GONE, site.now(), note=reason)
    for prefix in ("missing", "suspect", "move", "cleaner"):
        events.clear_attention(write, f"{prefix}:{medium_id}")
    events.append(write, site.now(), "medium lost", ("medium", medium_id), agent=agent, reason=reason)
    return lost
