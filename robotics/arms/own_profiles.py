"""Profiles of single-letter robots from tables of a configuration: a known one, and what is different. Pure.

[robot_profiles.tower]
base = "amtren"
baud = 38400
drives = [{ load = "I", get = "G", accept = "A" }, { get = "H", accept = "B" }]
bins = { input = 50, accept = 60, reject = 20 }
"""

import difflib
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from robotics.arms.generic_profiles import (
    BIN_NAMES,
    BIN_PLACES,
    INPUT,
    MOTION_TIMEOUT_S_MIN,
    PROFILES,
    REJECT,
    DriveLetters,
    GenericProfile,
    piles,
)
from robotics.model import Bin, BinOrder

DRIVES_MAX = 16
_OPTIONAL_LETTERS = ("reject", "sign_on", "calibrate", "status", "cancel")
_FLAGS = ("accept_from_hand", "low_fails")
_TIMES = ("motion_timeout_s", "query_timeout_s", "quiet_s")
_KEYS = ("base", "baud", "drives", "bins", "input_order", *_OPTIONAL_LETTERS, *_FLAGS, *_TIMES)
_DRIVE_KEYS = tuple(field.name for field in fields(DriveLetters))


class ProfileMistaken(ValueError):
    """A table that makes no profile; `problems` says everything that is wrong with it."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def own_profiles(tables: Mapping[str, Mapping[str, Any]]) -> Mapping[str, GenericProfile]:
    """All profiles: the known ones and those of `tables`, by name. Raises ProfileMistaken for all of them at once."""
    found, problems = dict(PROFILES), list[str]()
    for name, table in tables.items():
        base = table.get("base")
        if name in PROFILES:
            problems.append(f"{name}: there is a profile of this name already")
        elif not isinstance(base, str) or base not in PROFILES:
            problems.append(f"{name}: base = {base!r} is no known profile{_near(base, tuple(PROFILES))}")
        else:
            try:
                found[name] = profile_from_table(PROFILES[base], table, name=name)
            except ProfileMistaken as mistaken:
                problems += (f"{name}: {words}" for words in mistaken.problems)
    if problems:
        raise ProfileMistaken(problems)
    return found


def profile_from_table(
    base: GenericProfile, table: Mapping[str, Any], *, name: str = "own"
) -> GenericProfile:
    """`base` with what `table` says otherwise. Raises ProfileMistaken, which names every wrong key and value."""
    problems = list(_problems(table))
    if problems:
        raise ProfileMistaken(problems)
    plain = ("baud", *_OPTIONAL_LETTERS, *_FLAGS, *_TIMES)
    changed: dict[str, Any] = {key: table[key] for key in plain if key in table}
    if "drives" in table:
        changed["drives"] = _drives(base, table["drives"])
    changed["bins"] = _bins(base, table)
    profile = replace(base, name=name, **changed)
    problems = list(_clashes(profile))
    if problems:
        raise ProfileMistaken(problems)
    return profile


def _drives(base: GenericProfile, wanted: int | Sequence[Mapping[str, str]]) -> tuple[DriveLetters, ...]:
    first = base.drives[0]
    if isinstance(wanted, int):
        return (*base.drives, *(first,) * wanted)[:wanted]
    return tuple(replace(first, **letters) for letters in wanted)


def _bins(base: GenericProfile, table: Mapping[str, Any]) -> tuple[Bin, ...]:
    sizes = {bin.number: bin.count for bin in base.bins}
    sizes |= {
        number: table.get("bins", {})[key]
        for number, key in BIN_NAMES.items()
        if key in table.get("bins", {})
    }
    order = BinOrder(
        table.get("input_order", next(bin.order for bin in base.bins if bin.number == INPUT).value)
    )
    by_hand = table.get("accept_from_hand", base.accept_from_hand)
    return piles(sizes, order, reject=bool(sizes.get(REJECT)), accept_from_hand=by_hand)


def _problems(table: Mapping[str, Any]) -> Iterator[str]:
    """What can be seen of each key by itself."""
    yield from _unknown_keys(table, _KEYS)
    baud = table.get("baud", 9600)
    if not isinstance(baud, int) or isinstance(baud, bool) or baud <= 0:
        yield f"baud = {baud!r} is no speed of a line"
    for key in (key for key in _OPTIONAL_LETTERS if key in table):
        yield from _letter(key, table[key], optional=True)
    for key in (key for key in _FLAGS if key in table):
        if not isinstance(table[key], bool):
            yield f"{key} = {table[key]!r} is neither true nor false"
    for key in (key for key in _TIMES if key in table):
        if not _is_number(table[key]) or table[key] <= 0:
            yield f"{key} = {table[key]!r} is no time in seconds"
        elif key == "motion_timeout_s" and table[key] < MOTION_TIMEOUT_S_MIN:
            yield f"{key} = {table[key]!r}: a motion may take {MOTION_TIMEOUT_S_MIN:g} s and more"
    yield from _drive_problems(table.get("drives", 1))
    yield from _bin_problems(table)


def _drive_problems(drives: Any) -> Iterator[str]:
    if isinstance(drives, int) and not isinstance(drives, bool):
        if not 1 <= drives <= DRIVES_MAX:
            yield f"drives = {drives}: a robot has 1 to {DRIVES_MAX}"
        return
    if not isinstance(drives, list | tuple) or not 1 <= len(drives) <= DRIVES_MAX:
        yield f"drives is a number, or a table of letters for each of 1 to {DRIVES_MAX} drives"
        return
    for number, letters in enumerate(drives, 1):
        if not isinstance(letters, Mapping):
            yield f"drive {number}: its letters are a table"
            continue
        for words in _unknown_keys(letters, _DRIVE_KEYS):
            yield f"drive {number}: {words}"
        for key in (key for key in _DRIVE_KEYS if key in letters):
            for words in _letter(key, letters[key], optional=key == "put"):
                yield f"drive {number}: {words}"


def _bin_problems(table: Mapping[str, Any]) -> Iterator[str]:
    bins, names = table.get("bins", {}), tuple(BIN_NAMES.values())
    if not isinstance(bins, Mapping):
        yield "bins is a table: how many discs each holds"
        return
    yield from (f"bins: {words}" for words in _unknown_keys(bins, names))
    for key in (key for key in names if key in bins):
        least = 0 if key == BIN_NAMES[REJECT] else 1
        if (
            not isinstance(bins[key], int)
            or isinstance(bins[key], bool)
            or not least <= bins[key] <= BIN_PLACES
        ):
            yield f"bins: {key} = {bins[key]!r}: a bin holds {least} to {BIN_PLACES} discs"
    orders = tuple(order.value for order in BinOrder)
    if table.get("input_order", orders[0]) not in orders:
        yield f"input_order = {table['input_order']!r} is none of {', '.join(orders)}"


def _clashes(profile: GenericProfile) -> Iterator[str]:
    """One letter with two meanings would move a disc where nobody asked for it."""
    shared = {key: getattr(profile, key) for key in _OPTIONAL_LETTERS if getattr(profile, key)}
    counts = Counter(shared.values())
    for key, letter in shared.items():
        if counts[letter] > 1:
            yield f"{key} = {letter!r} has another meaning, too"
    for number, letters in enumerate(profile.drives, 1):
        own = {key: getattr(letters, key) for key in _DRIVE_KEYS if getattr(letters, key)}
        counts = Counter((*own.values(), *shared.values()))
        for key, letter in own.items():
            if counts[letter] > 1:
                yield f"drive {number}: {key} = {letter!r} has another meaning, too"
    if any(bin.number == REJECT for bin in profile.bins) and not profile.reject:
        yield "reject = '': a robot with a reject bin has a letter for it; bins = { reject = 0 } says that it has none"


def _letter(key: str, value: Any, *, optional: bool) -> Iterator[str]:
    if value == "" and optional:
        return
    printable = isinstance(value, str) and len(value) == 1 and (value == "\x03" or "!" <= value <= "~")
    if not printable or value in "0123456789":
        yield f"{key} = {value!r} is no letter: one ASCII character" + (
            ', or "" for none' if optional else ""
        )


def _unknown_keys(table: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[str]:
    for key in table:
        if key not in known:
            yield f"there is no key {key!r}{_near(key, known)}"


def _near(word: object, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(str(word), known, n=1, cutoff=0.0)
    return f"; did you mean {near[0]}?" if near else ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
