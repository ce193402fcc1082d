"""Which elements to ask a changer for next, so that each is told once and no answer is too long. No I/O."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

#: Element status header, and one page header for each kind of element.
_HEADERS_BYTES = 8 + 4 * 8


@dataclass(frozen=True, slots=True)
class Page:
    """`count` elements, those with the lowest addresses from `first` on."""

    first: int
    count: int


def elements_in(allocation_bytes: int, descriptor_bytes: int, *, most: int) -> int:
    """How many descriptors of this length one answer can hold; one at least, and no more than `most`."""
    return max(1, min(most, (allocation_bytes - _HEADERS_BYTES) // max(1, descriptor_bytes)))


def next_page(wanted: Sequence[int], found: Container[int], *, most: int) -> Page | None:
    """The next elements to ask for, from the lowest that is not found yet; None when every one is found.

    `wanted` are addresses in ascending order.
    """
    for index, address in enumerate(wanted):
        if address not in found:
            return Page(address, min(most, len(wanted) - index))
    return None
