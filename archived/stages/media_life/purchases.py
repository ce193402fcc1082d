"""Media that were bought, taken in from a list: all of it, or nothing. What nobody saw yet is announced.

One write commits the whole list; a crash before it leaves nothing, and the same list again changes nothing more.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import mode

from sqlalchemy import Connection

from archived.catalog import events, media, purchases
from archived.errors import Unacceptable
from archived.language import _
from archived.media_kinds import NATIVE_BYTES, TAPE, is_tape
from archived.model import Medium
from archived.policy.media_life.purchase_check import (
    Entry,
    Known,
    Outcome,
    PoolRule,
    check_purchases,
    uid_digits,
)
from archived.policy.media_life.purchase_rows import Problem, PurchaseList
from archived.purchases import PurchaseRecord
from archived.stages.strangers import recount_strangers
from archived.stages.work import Site
from archived.states import CopyState, MediumEvent, MediumState


@dataclass(frozen=True, slots=True)
class Checked:
    """A list against the record: what would become of each row, and why nothing is taken."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    unused: tuple[str, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        found = Counter(entry.outcome for entry in self.entries)
        return {outcome.value: found[outcome] for outcome in Outcome}


def check(read: Connection, site: Site, listed: PurchaseList, *, pool: str, batch: str) -> Checked:
    """What a list would do; `pool` and `batch` hold where it says nothing."""
    everything = media.listing(read)
    entries, problems = check_purchases(
        listed.rows,
        _known(read, site, everything),
        {name: _rule(site, name, everything) for name in site.config.pools},
        pool=pool,
        batch=batch.strip(),
        labels=_labels(everything),
        tags={medium.rfid_uid: medium.id for medium in everything if medium.rfid_uid},
    )
    wrong = sorted((*listed.problems, *problems), key=lambda problem: problem.row)
    return Checked(tuple(entries), tuple(wrong), listed.unused)


def take(
    write: Connection, site: Site, listed: PurchaseList, *, pool: str, batch: str, agent: str
) -> Checked:
    """Put a whole list on record. Raises Unacceptable, with every problem of every row; then nothing was taken."""
    checked = check(write, site, listed, pool=pool, batch=batch)
    if checked.problems:
        raise Unacceptable(
            _("{count} rows of the list cannot be taken; nothing was registered").format(
                count=len({problem.row for problem in checked.problems})
            ),
            advice=_("put them right, and hand the whole list in again; --dry-run only looks"),
            reasons=[words_of(problem) for problem in checked.problems],
        )
    by_barcode = {medium.barcode: medium.id for medium in media.listing(write) if medium.barcode}
    records = []
    before = purchases.listing(write)
    for entry in checked.entries:
        if entry.outcome is Outcome.UNCHANGED:
            continue
        medium_id = by_barcode.get(entry.purchase.barcode, entry.purchase.barcode)
        _apply(write, site, entry, medium_id, agent)
        records.append(_record(entry, medium_id, before.get(medium_id), site, agent))
    purchases.put(write, records)
    for library in site.config.libraries:
        recount_strangers(write, site, library)
    return checked


def words_of(problem: Problem) -> str:
    """One line for people."""
    return _("row {row}, {barcode}: {why}").format(
        row=problem.row, barcode=problem.barcode or "-", why=problem.why
    )


def _apply(write: Connection, site: Site, entry: Entry, medium_id: str, agent: str) -> None:
    row, rule = entry.purchase, entry.pool
    if entry.outcome is Outcome.ANNOUNCED:
        media.register(write, _announced(site, entry, medium_id))
    elif entry.outcome is Outcome.REGISTERED:
        media.advance_state(
            write,
            medium_id,
            MediumEvent.ADMITTED,
            site.now(),
            agent=agent,
            kind=rule.media_kind,
            batch=row.batch,
            media_id=row.media_id or rule.media_id,
            capacity_bytes=row.capacity_bytes or rule.capacity_bytes,
            note="",
            label_uuid=None,
        )
        for key in (f"stranger:{row.barcode}", f"cartridge:{medium_id}"):
            events.clear_attention(write, key)
    else:
        media.update_columns(write, medium_id, batch=row.batch)
    labels = {"printed_label": row.printed, "rfid_uid": uid_digits(row.rfid)}
    labels = {name: value for name, value in labels.items() if value}
    if labels:
        media.update_columns(write, medium_id, **labels)
    subject = ("medium", medium_id)
    detail = {"batch": row.batch, "vendor": row.vendor, "order": row.order_number, "how": entry.outcome.value}
    events.append(write, site.now(), "registration", subject, agent=agent, **detail)


def _announced(site: Site, entry: Entry, medium_id: str) -> Medium:
    row, rule = entry.purchase, entry.pool
    return Medium(
        id=medium_id,
        state=MediumState.BLANK,
        kind=rule.media_kind,
        barcode=row.barcode,
        batch=row.batch,
        media_id=row.media_id or rule.media_id,
        capacity_bytes=row.capacity_bytes or rule.capacity_bytes,
        library=None,
        element=None,
        home_element=None,
        magazine=None,
        simulated=site.config.simulated,
    )


def _record(
    entry: Entry, medium_id: str, before: PurchaseRecord | None, site: Site, agent: str
) -> PurchaseRecord:
    """What the list says, and what was on record where it says nothing."""
    row = entry.purchase
    bought_at = None if row.bought_at is None else row.bought_at.isoformat()
    return PurchaseRecord(
        medium_id,
        row.vendor or (before.vendor if before else ""),
        row.order_number or (before.order_number if before else ""),
        row.price or (before.price if before else ""),
        row.currency or (before.currency if before else ""),
        bought_at or (before.bought_at if before else None),
        agent,
        site.now(),
    )


def _known(read: Connection, site: Site, everything: list[Medium]) -> dict[str, Known]:
    bought = purchases.listing(read)
    begun = {copy.medium_id for copy in media.copies_in_state(read, *_BEGUN)}
    return {
        medium.barcode: Known(
            medium.id,
            medium.state,
            medium.kind,
            medium.batch,
            medium.id not in begun,
            _holds_tape(site, medium.library),
            _facts(bought.get(medium.id)),
        )
        for medium in everything
        if medium.barcode
    }


def _holds_tape(site: Site, library: str | None) -> bool | None:
    """Whether a library holds cartridges; None where there is none."""
    settings = site.config.libraries.get(library or "")
    return None if settings is None else settings.kind == TAPE


#: A copy that was planned and taken back leaves its medium as new.
_BEGUN = tuple(state for state in CopyState if state is not CopyState.CANCELLED)


def _facts(item: PurchaseRecord | None) -> dict[str, object]:
    if item is None:
        return {}
    bought = None if item.bought_at is None else date.fromisoformat(item.bought_at)
    return {
        "vendor": item.vendor,
        "order_number": item.order_number,
        "price": item.price,
        "currency": item.currency,
        "bought_at": bought,
    }


def _rule(site: Site, pool: str, everything: list[Medium]) -> PoolRule:
    settings = site.config.pools[pool]
    kind = settings.media_kind
    alike = [medium for medium in everything if medium.kind == kind]
    sizes = [medium.capacity_bytes for medium in alike if medium.capacity_bytes]
    ids = [medium.media_id for medium in alike if medium.media_id]
    default = settings.capacity_bytes or NATIVE_BYTES.get(kind, 0)
    return PoolRule(
        kind, is_tape(kind), settings.worm, mode(sizes) if sizes else default, mode(ids) if ids else ""
    )


def _labels(everything: list[Medium]) -> dict[str, str]:
    """All that media are known by in print, each with the medium's id."""
    found = {}
    for medium in everything:
        for name in (medium.id, medium.barcode, medium.printed_label):
            if name:
                found[name] = medium.id
    return found
