"""When a package may be forgotten: after the date, never under hold. Pure.

Years count from the day that somebody told (`starts_on`: when the volume was closed), else from the day on which the
package was archived; with `whole_years` from the first of January after it, as retention tables do. The end is the
first day on which it may go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from archived.language import _
from archived.policy.retention.terms import YEARS_MAX, read_term
from archived.retention import (
    CONFIDENTIALITY,
    RETENTION,
    STARTS_ON,
    SUBJECTS,
    Covered,
    LegalHold,
    Ruling,
    Standing,
)


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """The rules of a site."""

    #: Own words, with their years; 0 is for ever.
    terms: Mapping[str, int] = field(default_factory=dict)
    #: From the first of January after the start.
    whole_years: bool = True
    #: Storage class → the words for packages that were handed in without any.
    retention: Mapping[str, str] = field(default_factory=dict)
    confidentiality: Mapping[str, str] = field(default_factory=dict)


def standing(
    package: Covered,
    holds: Sequence[LegalHold],
    rulings: Sequence[Ruling],
    rules: RetentionRules,
    today: date,
) -> Standing:
    """What counts for a package today, and why it may not go.

    Args:
        holds, rulings: any; those that are released or about something else are passed over.
    """
    class_name = package.storage_class
    retention = ruled(package, rulings, RETENTION) or package.retention or rules.retention.get(class_name, "")
    confidentiality = (
        ruled(package, rulings, CONFIDENTIALITY)
        or package.confidentiality
        or rules.confidentiality.get(class_name, "")
    )
    told = ruled(package, rulings, STARTS_ON)
    starts_on = date.fromisoformat(told) if told else package.since.date() if package.since else None
    covering = tuple(hold for hold in holds if hold.released_at is None and covers(hold, package))
    term = read_term(retention, rules.terms)
    ends_on, reasons = None, []
    if term is None:
        reasons.append(
            _("nobody said what the retention “{retention}” means: it stays").format(retention=retention)
            if retention
            else _("no retention is on record: it stays")
        )
    elif term.permanent:
        reasons.append(_("its retention is “{retention}”: it stays for ever").format(retention=retention))
    elif starts_on is None:
        reasons.append(_("nobody knows from which day its years count: it stays"))
    else:
        ends_on = end_of(starts_on, term.years, whole_years=rules.whole_years)
        if ends_on is None or today < ends_on:
            when = ends_on.isoformat() if ends_on is not None else _("the year 10000")
            reasons.append(
                _("its retention “{retention}” ends on {when}").format(retention=retention, when=when)
            )
    for hold in covering:
        reasons.append(
            _("legal hold {id} on {subject} {name}: {reason}").format(
                id=hold.id, subject=hold.subject, name=hold.name, reason=hold.reason
            )
        )
    return Standing(retention, confidentiality, starts_on, ends_on, tuple(reasons), covering)


def covers(item: LegalHold | Ruling, package: Covered) -> bool:
    """Whether a hold or a ruling is about this package."""
    return package.names()[item.subject] == item.name


def ruled(package: Covered, rulings: Sequence[Ruling], what: str) -> str:
    """What rulings say of it: the one on the narrowest subject, of these the newest; "" for nothing."""
    found = [item for item in rulings if item.what == what and covers(item, package)]
    chosen = min(found, key=lambda item: (SUBJECTS.index(item.subject), -item.id), default=None)
    return chosen.value if chosen is not None else ""


def end_of(starts_on: date, years: int, *, whole_years: bool) -> date | None:
    """The first day after so many years; None when no calendar has it.

    Raises:
        ValueError: fewer than one year, or more than YEARS_MAX.
    """
    if not 1 <= years <= YEARS_MAX:
        raise ValueError(f"{years} years are no term")
    year = starts_on.year + years + (1 if whole_years else 0)
    if year > date.max.year:
        return None
    if whole_years:
        return date(year, 1, 1)
    try:
        return starts_on.replace(year=year)
    except ValueError:  # the 29th of February
        return date(year, 3, 1)


def loosens(before: Standing, after: Standing, levels: Mapping[str, int]) -> bool:
    """Whether `after` lets a package go sooner, or makes it less confidential: two persons have to want that."""
    if _level(after.confidentiality, levels) < _level(before.confidentiality, levels):
        return True
    if after.ends_on is None:
        return False
    return before.ends_on is None or after.ends_on < before.ends_on


def highest(words: Sequence[str], levels: Mapping[str, int]) -> str:
    """The most confidential of these words; "" of none. A word that nobody knows is above all others."""
    return max(words, key=lambda word: (_level(word, levels), word), default="")


def _level(word: str, levels: Mapping[str, int]) -> int:
    named = {known.casefold(): level for known, level in levels.items()}
    return named.get(word.strip().casefold(), max(named.values(), default=0) + 1)
