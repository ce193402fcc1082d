"""Retention (保管期限), confidentiality (密级) and legal holds: frozen values, and what they are about.

Nothing that a person says later changes a package: it stands beside the package, about the package itself, its volume,
its series, its fonds, or its storage class.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

#: What a hold or a ruling can be about, the narrowest first: of two rulings that one counts.
SUBJECTS: Final = ("package", "volume", "series", "fonds", "class")
#: What a ruling can say anew.
RETENTION: Final = "retention"
CONFIDENTIALITY: Final = "confidentiality"
STARTS_ON: Final = "starts_on"
RULED: Final = (RETENTION, CONFIDENTIALITY, STARTS_ON)


@dataclass(frozen=True, slots=True)
class LegalHold:
    """As long as it stands nothing that it covers is forgotten or destroyed, whatever its retention says."""

    id: int
    #: One of SUBJECTS, and which one: `P000003`, `Z109/2003/0007`, `Z109/2003`, `Z109`, a class.
    subject: str
    name: str
    reason: str
    agent: str
    placed_at: datetime
    released_at: datetime | None = None
    released_by: str = ""
    release_reason: str = ""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person decided later about retention, confidentiality, or the day from which years count."""

    id: int
    subject: str
    name: str
    #: One of RULED.
    what: str
    value: str
    reason: str
    agent: str
    at: datetime
    #: The second person, where one had to agree.
    agreed_by: str = ""


@dataclass(frozen=True, slots=True)
class Covered:
    """What holds and rulings look at: where a package stands, and what it was handed in with."""

    package_id: str
    fonds: str
    series: str
    volume: str
    storage_class: str
    retention: str
    confidentiality: str
    #: When it was archived, or accepted where a rebuild cannot tell; None: neither is known.
    since: datetime | None

    def names(self) -> dict[str, str]:
        """What it is called as each kind of subject."""
        return {
            "package": self.package_id,
            "volume": f"{self.fonds}/{self.series}/{self.volume}",
            "series": f"{self.fonds}/{self.series}",
            "fonds": self.fonds,
            "class": self.storage_class,
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts for one package today."""

    retention: str
    confidentiality: str
    #: From which day years count; None while nobody knows.
    starts_on: date | None
    #: The first day on which it may go; None: never, or nobody can tell.
    ends_on: date | None
    #: Why it may not go today, one sentence each; empty: two persons may forget it.
    reasons: tuple[str, ...]
    holds: tuple[LegalHold, ...] = ()
