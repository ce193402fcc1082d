"""What a word for a retention (保管期限) means: so many years, for ever, or nobody can tell. Pure.

Known are 永久, permanent, Y (DA/T 22-2015, where 永久 is Y and 定期30年 is D30), and every number of years: 30, 30年,
定期30年, D30, Y30, 30 years, 三十年. Own words of a site come first: `[retention.terms]`. A word that nobody explained
means that the package stays.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

#: Longer than any rule asks for; a longer one is a slip of the pen, and keeps the package.
YEARS_MAX: Final = 999
_FOR_EVER: Final = frozenset(
    {"permanent", "permanently", "forever", "for ever", "永久", "y", "perm", "indefinite"}
)
_YEARS = re.compile(r"(?:定期|[dy])?\s*(\d{1,3})\s*(?:年|years?|yrs?|y|a)?", re.IGNORECASE)
_CHINESE = re.compile(r"(?:定期)?\s*([一二三四五六七八九十百]{1,5})\s*年")
_DIGITS: Final = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}


@dataclass(frozen=True, slots=True)
class Term:
    """So many whole years; 0 is for ever."""

    years: int

    @property
    def permanent(self) -> bool:
        return self.years == 0


def read_term(words: str, own: Mapping[str, int]) -> Term | None:
    """What `words` mean; None: nobody explained them.

    Args:
        own: the site's words and their years, 0 for ever.
    """
    plain = " ".join(words.split()).casefold()
    named = {" ".join(word.split()).casefold(): years for word, years in own.items()}
    if plain in named:
        return Term(named[plain])
    if plain in _FOR_EVER:
        return Term(0)
    found = _YEARS.fullmatch(plain)
    if found:
        years = int(found[1])
        return Term(years) if years else None  # "0 years" is nothing that anybody can have meant
    chinese = _CHINESE.fullmatch(plain)
    years = chinese_number(chinese[1]) if chinese else 0
    return Term(years) if years else None


def chinese_number(text: str) -> int:
    """1 to 999 as written with 一 to 九, 十 and 百; 0 for what is no such number."""
    rest, total = text, 0
    for unit, size in (("百", 100), ("十", 10)):
        before, there, after = rest.partition(unit)
        if not there:
            continue
        if before and before not in _DIGITS:
            return 0
        if not before and unit == "百":
            return 0
        total += _DIGITS.get(before, 1) * size
        rest = after
    if rest and rest not in _DIGITS:
        return 0
    return total + _DIGITS.get(rest, 0)
