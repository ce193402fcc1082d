"""What becomes of each medium of a purchase list, by what is on record of it. Pure.

A list may come before the media do: what no robot has seen yet is announced, and is a blank at hand as soon as one
sees it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, unique

from archived.language import _
from archived.medium_states import MediumState
from archived.policy.cartridge_labels import read_label
from archived.policy.media_life.purchase_rows import Problem, Purchase
from archived.policy.tags import flaw_of


@unique
class Outcome(Enum):
    ANNOUNCED = "announced"  # nobody saw it yet: a blank that is not at hand
    REGISTERED = "registered"  # a look found it, and nobody had said what it is: a blank now
    COMPLETED = "completed"  # known already; what was paid for it, and where, is on record now
    UNCHANGED = "unchanged"  # all of it stands on record already


@dataclass(frozen=True, slots=True)
class Known:
    """A medium as the catalog knows it."""

    medium_id: str
    state: MediumState
    kind: str
    batch: str
    #: Nothing was ever begun on it.
    unused: bool
    #: Whether its library holds cartridges; None while it is in none.
    on_tape: bool | None
    #: What is on record of its purchase, as the fields of `Purchase`; empty when nothing is.
    purchase: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PoolRule:
    """What a pool takes."""

    media_kind: str
    tape: bool
    worm: bool
    #: Of most of its media; 0 where nobody knows yet.
    capacity_bytes: int
    media_id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, with what the site and the command add to it, and what becomes of it."""

    purchase: Purchase
    outcome: Outcome
    pool: PoolRule


_GONE = (MediumState.DESTROYED, MediumState.RELEASED, MediumState.LOST)
#: What a purchase is, beside the batch: may be put right at any time.
FACTS = ("vendor", "order_number", "price", "currency", "bought_at")


def check_purchases(
    rows: Sequence[Purchase],
    known: Mapping[str, Known],
    pools: Mapping[str, PoolRule],
    *,
    pool: str,
    batch: str,
    labels: Mapping[str, str],
    tags: Mapping[str, str],
) -> tuple[list[Entry], list[Problem]]:
    """What becomes of every row, and every reason for which nothing is taken.

    Args:
        known: barcode → medium.
        pool, batch: hold where the list says nothing.
        labels: what any medium is known by in print → its id. tags: uid → its id.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    for row in rows:
        full = replace(row, pool=row.pool or pool, batch=row.batch or batch)
        medium, rule = known.get(row.barcode), pools.get(full.pool)
        why = _why_not(full, medium, rule, labels, tags)
        if why or rule is None:
            words = why or _("there is no pool {pool!r}").format(pool=full.pool)
            problems.append(Problem(row.row, row.barcode, words))
        else:
            entries.append(Entry(full, _outcome(full, medium), rule))
    return entries, problems


def _why_not(
    row: Purchase,
    medium: Known | None,
    rule: PoolRule | None,
    labels: Mapping[str, str],
    tags: Mapping[str, str],
) -> str:
    if rule is None:
        return _("there is no pool {pool!r}").format(pool=row.pool)
    if not row.batch:
        return _("a purchase batch is needed: media bought together may fail together")
    if medium is None and labels.get(row.barcode):
        return _("{printed} is what medium {other} is known by").format(
            printed=row.barcode, other=labels[row.barcode]
        )
    return (
        _why_no_such_medium(row, medium, rule)
        or _why_no_cartridge(row, rule)
        or _why_no_identity(row, row.barcode if medium is None else medium.medium_id, labels, tags)
    )


def _why_no_such_medium(row: Purchase, medium: Known | None, rule: PoolRule) -> str:
    if medium is None:
        return "" if row.capacity_bytes or rule.capacity_bytes else _("nobody knows its capacity")
    if medium.state in _GONE:
        return _("medium {medium} is {state}").format(medium=medium.medium_id, state=medium.state.value)
    if not _is_new(medium):
        if medium.kind != rule.media_kind:
            return _("medium {medium} is of kind {kind}, and its pool takes {other}").format(
                medium=medium.medium_id, kind=medium.kind, other=rule.media_kind
            )
        if medium.batch and medium.batch != row.batch:
            return _("medium {medium} is of batch {batch} on record, and what is written rests on it").format(
                medium=medium.medium_id, batch=medium.batch
            )
        return ""
    if not medium.unused:
        return _("medium {medium} was used").format(medium=medium.medium_id)
    if medium.on_tape is not None and medium.on_tape != rule.tape:
        return _("medium {medium} lies in a library that holds no media of kind {kind}").format(
            medium=medium.medium_id, kind=rule.media_kind
        )
    return "" if row.capacity_bytes or rule.capacity_bytes else _("nobody knows its capacity")


def _why_no_cartridge(row: Purchase, rule: PoolRule) -> str:
    """What the barcode of a cartridge says against its pool."""
    if not rule.tape:
        return ""
    label = read_label(row.barcode)
    if label.cleaning:
        return _("it is a cleaning cartridge by its barcode: it never holds data, and is not registered")
    if label.worm != rule.worm:
        return (
            _("it is write-once by its barcode, and its pool takes rewritable ones")
            if label.worm
            else _("it is not write-once by its barcode, and its pool takes nothing else")
        )
    if label.kind and label.kind != rule.media_kind:
        return _("it is {found} by its barcode, and its pool takes {kind}").format(
            found=label.kind, kind=rule.media_kind
        )
    return ""


def _why_no_identity(
    row: Purchase, medium_id: str, labels: Mapping[str, str], tags: Mapping[str, str]
) -> str:
    owner = labels.get(row.printed) if row.printed else None
    if owner is not None and owner != medium_id:
        return _("{printed} is what medium {other} is known by").format(printed=row.printed, other=owner)
    if row.rfid:
        uid = uid_digits(row.rfid)
        if not uid:
            return _("{text!r} is no uid of a tag: hexadecimal digits, two for each byte").format(
                text=row.rfid
            )
        flaw = flaw_of(uid, medium_id=medium_id, owner_id=tags.get(uid))
        return "" if flaw is None else flaw.words
    return ""


def uid_digits(text: str) -> str:
    """The uid of a tag in lower-case hexadecimal digits; "" when the text is none."""
    digits = "".join(character for character in text.lower() if character not in " :-")
    try:
        return digits if 0 < len(bytes.fromhex(digits)) <= 32 else ""
    except ValueError:
        return ""


def _is_new(medium: Known) -> bool:
    """Found by a look, and nobody said yet what it is. What a person set aside has a batch, and stays set aside."""
    return medium.state is MediumState.QUARANTINED and not medium.batch


def _outcome(row: Purchase, medium: Known | None) -> Outcome:
    if medium is None:
        return Outcome.ANNOUNCED
    if _is_new(medium):
        return Outcome.REGISTERED
    said = {name: getattr(row, name) for name in FACTS if getattr(row, name)}
    same = all(medium.purchase.get(name) == value for name, value in said.items())
    labels_new = bool(row.printed or row.rfid)
    return Outcome.UNCHANGED if same and medium.batch and not labels_new else Outcome.COMPLETED
