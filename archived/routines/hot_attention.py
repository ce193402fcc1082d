"""What of a hot folder waits for a person, from what its last look found. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from archived.carried_names import printable
from archived.catalog.events import Attention
from archived.enumeration import shown
from archived.hot_items import HotItem
from archived.language import _, counted
from archived.policy.hot_folders import Wait, Why

PREFIX = "hot:"


@dataclass(frozen=True, slots=True)
class Troubles:
    """Everything that went otherwise than it should."""

    away: str = ""
    #: Why changes are not heard of at once.
    deaf: str = ""
    unwritten: Sequence[tuple[str, str]] = ()
    failed: Mapping[str, str] | None = None
    waits: Sequence[Wait] = ()
    kept: Sequence[HotItem] = ()
    unreadable: Sequence[tuple[str, str]] = ()
    #: What staging has no room for; everything behind it waits, too.
    no_room: Sequence[tuple[str, str]] = ()


def prefix_of(name: str) -> str:
    """What the ids of all attentions of this hot folder begin with."""
    return f"{PREFIX}{name}:"


def attentions(name: str, troubles: Troubles, *, now: datetime) -> list[Attention]:
    """Everything that is true now, one of a kind."""
    words = _lists(name, troubles)
    if troubles.away:
        words["away"] = _("hot folder {name} cannot be used: {why}").format(name=name, why=troubles.away)
    if troubles.deaf:
        words["watcher"] = _("hot folder {name} is only looked at now and then: {why}").format(
            name=name, why=troubles.deaf
        )
    safe = _("what was taken is safe; what was not taken stays where it is")
    next_ = f"archivectl hot-folders {name}"
    return [
        Attention(f"{prefix_of(name)}{kind}", "working-hours", text, safe, next_, now)
        for kind, text in words.items()
        if text
    ]


def _lists(name: str, troubles: Troubles) -> dict[str, str]:
    """One sentence for each kind of trouble that single things have."""
    put_off = [(wait.path, wait.note) for wait in troubles.waits if wait.why is Why.PUT_OFF]
    unsafe = [(wait.path, wait.note) for wait in troubles.waits if wait.why is Why.UNSAFE]
    kept = [(item.path, item.note) for item in troubles.kept]
    failed = tuple((troubles.failed or {}).items())
    unwritten, unreadable, no_room = troubles.unwritten, troubles.unreadable, troubles.no_room
    words = {
        "unwritten": counted(
            "hot folder {name}: {count} receipt or refusal cannot be put there: {items}",
            "hot folder {name}: {count} receipts or refusals cannot be put there: {items}",
            len(unwritten),
        ),
        "failed": counted(
            "hot folder {name}: {count} thing failed, and is tried again: {items}",
            "hot folder {name}: {count} things failed, and are tried again: {items}",
            len(failed),
        ),
        "put-off": counted(
            "hot folder {name}: {count} thing was not taken and waits for its producer: {items}",
            "hot folder {name}: {count} things were not taken and wait for their producer: {items}",
            len(put_off),
        ),
        "no-room": counted(
            "hot folder {name}: {count} thing waits, and all behind it, until staging has room: {items}",
            "hot folder {name}: {count} things wait, and all behind them, until staging has room: {items}",
            len(no_room),
        ),
        "kept": counted(
            "hot folder {name}: {count} original is not what was archived and was not removed: {items}",
            "hot folder {name}: {count} originals are not what was archived and were not removed: {items}",
            len(kept),
        ),
        "unsafe": counted(
            "hot folder {name}: {count} archived original is not removed, its package is not safe on its media: "
            "{items}",
            "hot folder {name}: {count} archived originals are not removed, their packages are not safe on their "
            "media: {items}",
            len(unsafe),
        ),
        "unreadable": counted(
            "hot folder {name}: {count} folder cannot be looked into: {items}",
            "hot folder {name}: {count} folders cannot be looked into: {items}",
            len(unreadable),
        ),
    }
    found = {
        "unwritten": unwritten, "failed": failed, "put-off": put_off, "kept": kept, "unsafe": unsafe,
        "unreadable": unreadable, "no-room": no_room,
    }  # fmt: skip
    return {kind: _listed(found[kind], text, name) for kind, text in words.items()}


def _listed(found: Sequence[tuple[str, str]], words: str, name: str) -> str:
    if not found:
        return ""
    items = shown([f"{printable(path)}: {why}" for path, why in found])
    return words.format(name=name, count=len(found), items=items)
