"""Whether what was read of a copy some time ago and what is read now are one reading of it. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

#: What was read in several visits counts as one reading when the first and the last are no further apart.
LASTS: Final = timedelta(days=7)


def still_counts(cursor: Mapping[str, Any], now: datetime, standing: Mapping[str, Any]) -> bool:
    """Whether an item goes on at its place rather than anew.

    Args:
        cursor: its place; `begun_at` is when the first of it was read, `standing` how its medium stood then.
        standing: how its medium stands now; any difference means that it may be another thing than the one that was
            read: written, carried out of its library, or of another state.
    """
    begun = cursor.get("begun_at")
    if begun is None or not cursor.get("chunks"):
        return False
    return now - datetime.fromisoformat(begun) <= LASTS and cursor.get("standing") == dict(standing)
