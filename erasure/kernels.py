"""Bulk arithmetic: any matrix times any buffers, by ISA-L or in plain Python, with equal results.

Encoding, rebuilding, syndromes and elimination are all the same operation with other rows. A kernel is
trusted only after it has answered questions whose answers were worked out with independent software
(`KNOWN_ANSWERS`).
"""

import ctypes
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Protocol

from erasure.buffers import ReadBuffer, WriteBuffer, byte_view, pinned
from erasure.errors import BadShape, KernelUntrusted
from erasure.field import mul, times_table
from erasure.isal import Isal, find_isal
from erasure.matrix import Rows, parity_matrix

#: (N, M) -> parity of the data bytes 01, 02, … N in matrix order (highest power first), from the reedsolo
#: package.
KNOWN_ANSWERS = {(4, 2): "0400", (8, 2): "3038", (10, 4): "c08f286c"}

ISAL, PORTABLE = "isal", "portable"
_PORTABLE_BLOCK_BYTES = 64 << 10
#: From this many sources on, all their blocks together fall out of the cache unless the blocks are short.
_WIDE_SOURCES = 48
_WIDE_BLOCK_BYTES = 16 << 10
_BLOCK_BYTES_MAX = 1 << 30


class Kernel(Protocol):
    """Multiplies a matrix over GF(2^8) with columns of bytes."""

    @property
    def name(self) -> str:
        """What computes, for logs and the status page."""
        ...

    def apply(
        self, rows: Rows, sources: Sequence[ReadBuffer], targets: Sequence[WriteBuffer], length: int
    ) -> None:
        """targets[r][c] = sum over i of rows[r][i] * sources[i][c] for each column c < length.

        Targets must not overlap sources or each other. Raises BadShape when rows and buffers do not match.
        """
        ...


def _check_shape(
    rows: Rows, sources: Sequence[ReadBuffer], targets: Sequence[WriteBuffer], length: int
) -> None:
    if length < 0 or len(rows) != len(targets) or any(len(row) != len(sources) for row in rows):
        raise BadShape(
            f"{len(rows)} rows of {sorted({len(row) for row in rows})} coefficients do not fit "
            f"{len(sources)} sources and {len(targets)} targets of {length} bytes"
        )


class IsalKernel:
    """The fast kernel; safe to call from several threads, and the interpreter runs on meanwhile."""

    def __init__(self, isal: Isal) -> None:
        self._isal = isal
        # The layout of a table depends on library and processor, so tables live no longer than the kernel.
        self._tables = lru_cache(maxsize=64)(self._make_tables)

    @property
    def name(self) -> str:
        return f"{ISAL} ({self._isal.path.rpartition('/')[2]})"

    def apply(
        self, rows: Rows, sources: Sequence[ReadBuffer], targets: Sequence[WriteBuffer], length: int
    ) -> None:
        _check_shape(rows, sources, targets, length)
        if not length or not targets:
            return
        if not sources:
            _clear(targets, length)
            return
        k, m = len(sources), len(targets)
        tables = self._tables(rows)
        step = _WIDE_BLOCK_BYTES if k >= _WIDE_SOURCES else _BLOCK_BYTES_MAX
        with (
            pinned(sources, length, writable=False) as reads,
            pinned(targets, length, writable=True) as writes,
        ):
            for start in range(0, length, step):
                self._isal.ec_encode_data(
                    min(step, length - start), k, m, tables,
                    (ctypes.c_void_p * k)(*[address + start for address in reads]),
                    (ctypes.c_void_p * m)(*[address + start for address in writes]),
                )  # fmt: skip

    def _make_tables(self, rows: Rows) -> "ctypes.Array[ctypes.c_char]":
        tables = ctypes.create_string_buffer(32 * len(rows) * len(rows[0]))
        flat = bytes(value for row in rows for value in row)
        self._isal.ec_init_tables(len(rows[0]), len(rows), flat, tables)
        return tables


class PortableKernel:
    """Standard library only: products by `translate`, sums by XOR of long integers; far slower."""

    @property
    def name(self) -> str:
        return PORTABLE

    def apply(
        self, rows: Rows, sources: Sequence[ReadBuffer], targets: Sequence[WriteBuffer], length: int
    ) -> None:
        _check_shape(rows, sources, targets, length)
        reads, writes = [byte_view(s) for s in sources], [byte_view(t) for t in targets]
        for view in (*reads, *writes):
            if len(view) < length:
                raise BadShape(f"a buffer has {len(view)} bytes where {length} are needed")
        if any(view.readonly for view in writes):
            raise BadShape("a target is read-only")
        for start in range(0, length, _PORTABLE_BLOCK_BYTES):
            end = min(start + _PORTABLE_BLOCK_BYTES, length)
            sums = [0] * len(rows)
            for i, view in enumerate(reads):
                block = bytearray(
                    view[start:end]
                )  # `bytearray.translate` is twice as fast as that of `bytes`
                for r, row in enumerate(rows):
                    if row[i]:
                        product = block if row[i] == 1 else block.translate(times_table(row[i]))
                        sums[r] ^= int.from_bytes(product, "little")
            for view, total in zip(writes, sums, strict=True):
                view[start:end] = total.to_bytes(end - start, "little")


def _clear(targets: Sequence[WriteBuffer], length: int) -> None:
    for target in targets:
        byte_view(target)[:length] = bytes(length)


def check_kernel(kernel: Kernel) -> None:
    """Raise KernelUntrusted unless the known answers come, at lengths that reach all of its loops."""
    for (n, m), answer in KNOWN_ANSWERS.items():
        rows = parity_matrix(n, m)
        for length in (1, 33, 1000):
            sources = [bytearray([n - k]) * length for k in range(n)]
            expected = [bytes([value]) * length for value in bytes.fromhex(answer)]
            _compare(kernel, rows, sources, expected, f"known answer of {n}+{m}, {length} bytes")
    rows = parity_matrix(5, 3)
    for length in (7, 64, 211):
        sources = [bytearray((37 * i + 11 * k + i * i * k) & 0xFF for i in range(length)) for k in range(5)]
        expected = [
            bytes(_sum_of_products(row, [source[i] for source in sources]) for i in range(length))
            for row in rows
        ]
        _compare(kernel, rows, sources, expected, f"5+3 by table arithmetic, {length} bytes")


def _sum_of_products(row: Sequence[int], values: Sequence[int]) -> int:
    total = 0
    for coefficient, value in zip(row, values, strict=True):
        total ^= mul(coefficient, value)
    return total


def _compare(
    kernel: Kernel, rows: Rows, sources: Sequence[bytearray], expected: Sequence[bytes], what: str
) -> None:
    targets = [bytearray(len(sources[0])) for _ in rows]
    kernel.apply(rows, sources, targets, len(sources[0]))
    if [bytes(target) for target in targets] != list(expected):
        raise KernelUntrusted(
            f"the kernel {kernel.name} gave a wrong {what}; nothing was encoded with it. "
            f"Reinstall pyeclib or libisal, or start with the portable kernel, and test this machine's memory"
        )


@cache
def load_kernel(prefer: str | None = None) -> Kernel:
    """The best kernel of this machine, checked: ISA-L where it is found, the portable one elsewhere.

    `prefer` is "isal" or "portable". Raises KernelUntrusted when a kernel that was found answers wrongly (a
    broken library is to be mended, not worked around in silence), or when "isal" is asked for and not there.
    """
    if prefer not in (None, ISAL, PORTABLE):
        raise BadShape(f'there is no kernel "{prefer}"; there are "{ISAL}" and "{PORTABLE}"')
    isal = None if prefer == PORTABLE else find_isal()
    if isal is None and prefer == ISAL:
        raise KernelUntrusted("no ISA-L was found; install the pyeclib wheel or the system's libisal2")
    kernel: Kernel = IsalKernel(isal) if isal else PortableKernel()
    check_kernel(kernel)
    return kernel
