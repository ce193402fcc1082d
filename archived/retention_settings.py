"""The settings of retention: what words mean, and from when years count (docs/retention.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

#: Words for confidentiality, and how high they stand.
LEVELS: Final = {
    "open": 0,
    "公开": 0,
    "internal": 1,
    "内部": 1,
    "confidential": 2,
    "秘密": 2,
    "secret": 3,
    "机密": 3,
    "top secret": 4,
    "绝密": 4,
}


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """From when the years of a retention (保管期限) count, and what words mean."""

    #: Years count from the first of January after the start.
    whole_years: bool = True
    #: Own words of the site, and their years; 0 is for ever.
    terms: Mapping[str, int] = field(default_factory=dict)
    #: Words for confidentiality (密级), and how high they stand; a word that is not here stands above all.
    levels: Mapping[str, int] = field(default_factory=lambda: dict(LEVELS))
