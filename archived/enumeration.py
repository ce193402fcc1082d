"""A list of names in a sentence: the first few of it, and how many more there are."""

from collections.abc import Sequence

from archived.language import _

#: How many items of a list a message shows; the error's `detail` has all of them.
SHOWN_MAX = 5


def shown(items: Sequence[str]) -> str:
    """The first few of a list for a message, and how many more there are."""
    more = len(items) - SHOWN_MAX
    first = ", ".join(items[:SHOWN_MAX])
    return _("{items} and {more} more").format(items=first, more=more) if more > 0 else first
