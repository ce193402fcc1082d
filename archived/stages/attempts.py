"""How many media one image may spoil before a person is asked."""

from collections.abc import Iterable
from datetime import datetime

from archived.language import _
from archived.model import Copy
from archived.states import CopyState

#: So many media are spent on one image before a person is asked.
ATTEMPTS_MAX = 3


def exhausted(copies: Iterable[Copy], excepted_at: datetime | None) -> bool:
    """Whether an image spoiled too many media; an exception buys as many again as there were without it."""
    spoiled = sum(
        copy.state is CopyState.ABANDONED and (excepted_at is None or copy.planned_at > excepted_at)
        for copy in copies
    )
    return spoiled >= ATTEMPTS_MAX


def words(image_ids: Iterable[str]) -> str:
    """What a person is told of images that spoiled too many media."""
    named = list(image_ids)
    return _(
        "image {exhausted} spoiled {ATTEMPTS_MAX} media already. Look at the drives and "
        "at the blanks, then: archivectl allow exception {exhausted_2} --reason TEXT"
    ).format(exhausted=", ".join(named), ATTEMPTS_MAX=ATTEMPTS_MAX, exhausted_2=named[0])
