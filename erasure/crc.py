"""CRC-32 of IEEE 802.3, the one of `zlib.crc32`, gzip and `rebuild.py`; by ISA-L where it is there."""

import zlib
from collections.abc import Callable
from functools import cache

from erasure.buffers import ReadBuffer, byte_view, pinned
from erasure.isal import Isal, find_isal

_LONG = bytes(range(256)) * 5
#: The published check value, the same continued after "12345", and one that reaches the wide loops.
_CHECKS = (
    (b"123456789", 0, 0xCBF43926),
    (b"6789", zlib.crc32(b"12345"), 0xCBF43926),
    (_LONG, 7, zlib.crc32(_LONG, 7)),
)

Crc32 = Callable[[ReadBuffer, int], int]


def crc32(data: ReadBuffer, value: int = 0) -> int:
    """The CRC-32 of the bytes before, whose sum is `value`, and `data` together."""
    return _chosen()(data, value)


@cache
def _chosen() -> Crc32:
    isal = find_isal()
    if isal is not None:
        fast = _by_isal(isal)
        if all(fast(data, before) == after for data, before, after in _CHECKS):
            return fast
    return lambda data, value: zlib.crc32(data, value)


def _by_isal(isal: Isal) -> Crc32:
    compute = isal.crc32_gzip_refl

    def fast(data: ReadBuffer, value: int) -> int:
        view = byte_view(data)
        with pinned([view], len(view), writable=False) as (address,):
            return compute(value, address, len(view))

    return fast
