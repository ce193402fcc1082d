"""What making an image anew takes of media: bytes to read, and how few could do."""

from collections.abc import Iterable, Sequence

from archived.policy.ranges import Range, chunk_numbers
from erasure.chunks import CHUNK_BYTES


def least_bytes(given: Iterable[Range], missing: Iterable[Range], members: Sequence[int], needed: int) -> int:
    """The fewest bytes that give an image back.

    Args:
        given: what copies of the image itself gave.
        missing: what none of them gave, as ranges of the code word.
        members: how long the bytes of each other member in the code word are; behind the end are known zeros.
        needed: how many members make a chunk.
    """
    own_bytes = sum(length for _start, length in given)
    others_bytes = 0
    for chunk in chunk_numbers(missing, CHUNK_BYTES):
        start = chunk * CHUNK_BYTES
        lengths = sorted(min(CHUNK_BYTES, max(0, size - start)) for size in members)
        others_bytes += sum(lengths[:needed])
    return own_bytes + others_bytes
