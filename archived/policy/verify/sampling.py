"""Which chunks of an image, and which media of many, are examined: the same for the same seed, for ever.

What is drawn depends on nothing but SHA-256 of words that the record holds, so an auditor can draw again with any
tool: things are ordered by the digest of `seed/name`, and the first of them are taken.
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from heapq import nsmallest
from math import ceil

CHUNK_BYTES = 1 << 20
#: So many chunks at either end: the structures of the file system and its descriptors lie there.
EDGE_CHUNKS = 4
#: The outer part of an image, where discs fail first: chunks spread over this share of it.
OUTER_SHARE, OUTER_CHUNKS = 0.05, 16
#: A disc of at least so many bytes has so many layers; drives change the direction of reading between them.
_LAYERS = ((120_000_000_000, 4), (90_000_000_000, 3), (45_000_000_000, 2))


def drawn(names: Iterable[str], count: int, seed: str) -> list[str]:
    """`count` of the names, or all of them: the first in the order of sha256("seed/name"); in that order."""
    begun = sha256(f"{seed}/".encode())
    order = []
    for name in names:
        digest = begun.copy()
        digest.update(name.encode())
        order.append((digest.digest(), name))
    return [name for _digest, name in nsmallest(count, order)]


def share_of(total: int, percent: float) -> int:
    """How many things a share is: at least one where there are any, never more than there are."""
    return min(total, max(1, ceil(total * percent / 100))) if total else 0


def edge_chunks(total: int, *, capacity_bytes: int = 0) -> tuple[int, ...]:
    """First and last chunks, some of the outer radius, and those around each change of layer, ascending.

    `capacity_bytes` is that of the disc; 0 for a tape, which has no radius.
    """
    found = {*range(min(EDGE_CHUNKS, total)), *range(max(0, total - EDGE_CHUNKS), total)}
    if capacity_bytes and total:
        outer = max(1, round(total * OUTER_SHARE))
        step = max(1, outer // OUTER_CHUNKS)
        found |= set(range(total - outer, total, step))
        layers = layers_of(capacity_bytes)
        for layer in range(1, layers):
            change = capacity_bytes * layer // layers // CHUNK_BYTES
            found |= {number for number in range(change - 2, change + 2) if 0 <= number < total}
    return tuple(sorted(found))


def layers_of(capacity_bytes: int) -> int:
    """How many layers a disc of this capacity has."""
    return next((layers for least, layers in _LAYERS if capacity_bytes >= least), 1)


@lru_cache(maxsize=16)
def chunks_to_read(
    total: int, *, how: str, percent: float, edges: bool, seed: str, name: str, capacity_bytes: int = 0
) -> tuple[int, ...]:
    """The numbers of the chunks of one image that are read, ascending.

    Args:
        how: "full", "sampled", or "edges" alone.
        name: what is examined, so that each has a sample of its own: its medium and image.

    The last ones are remembered: every visit to a medium asks for its own again.
    """
    if how == "full":
        return tuple(range(total))
    fixed = edge_chunks(total, capacity_bytes=capacity_bytes) if edges or how == "edges" else ()
    if how == "edges":
        return fixed
    rest = sorted(set(range(total)) - set(fixed))
    sample = drawn(map(str, rest), share_of(len(rest), percent), f"{seed}/{name}")
    return tuple(sorted({*fixed, *map(int, sample)}))


def chunk_count(total: int, *, how: str, percent: float, edges: bool, capacity_bytes: int = 0) -> int:
    """How many `chunks_to_read` gives, without drawing them."""
    if how == "full":
        return total
    fixed = len(edge_chunks(total, capacity_bytes=capacity_bytes)) if edges or how == "edges" else 0
    return fixed if how == "edges" else fixed + share_of(total - fixed, percent)


def random_chunks(total: int, *, how: str, percent: float, edges: bool, capacity_bytes: int = 0) -> int:
    """How many of them were drawn at random: only these say something of those that were not read."""
    if how == "full":
        return total
    if how == "edges":
        return 0
    fixed = len(edge_chunks(total, capacity_bytes=capacity_bytes)) if edges else 0
    return share_of(total - fixed, percent)
