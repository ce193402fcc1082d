"""A protection set as a caller sees it: members by number, buffers in, parity or lost members out.

Members 0 … n-1 are data in order of closing, n … n+m-1 parity files. A set that stayed short has `present`
data members; its absent positions are the highest and count as zeros, so its bytes are those of the shorter
code. A member shorter than the others counts as padded with zeros, and no padding is ever stored or copied.
"""

from collections.abc import Collection, Mapping, Sequence

from erasure.buffers import ReadBuffer, WriteBuffer, byte_view
from erasure.errors import BadShape
from erasure.kernels import Kernel, load_kernel
from erasure.matrix import Rows, check_size, decode_rows, parity_matrix, syndrome_rows


class SetCode:
    """Encodes and rebuilds one shape of set. Holds no data; may be shared between threads."""

    def __init__(self, n: int, m: int, kernel: Kernel | None = None, *, present: int | None = None) -> None:
        """A set designed for n+m members, of which the first `present` data members exist.

        Raises BadShape for more than 255 members in all, and KernelUntrusted as `load_kernel` does.
        """
        check_size(n, m)
        self.n, self.m = n, m
        self.present = n if present is None else present
        if not 1 <= self.present <= n:
            raise BadShape(f"{self.present} data members cannot be present in a set of {n}+{m}")
        self.kernel = kernel if kernel is not None else load_kernel()

    @property
    def members(self) -> tuple[int, ...]:
        """The numbers of all members that exist, data first."""
        return (*range(self.present), *range(self.n, self.n + self.m))

    @property
    def absent(self) -> tuple[int, ...]:
        """The data positions that no member took."""
        return tuple(range(self.present, self.n))

    def encode(self, blocks: Sequence[ReadBuffer], parity: Sequence[WriteBuffer], length: int) -> None:
        """Fill m parity buffers from the data members' blocks of the same range, `length` bytes.

        `blocks` are those of the present members in order; one shorter than `length` counts as zero-padded.
        """
        if len(blocks) != self.present:
            raise BadShape(f"{len(blocks)} blocks were given for {self.present} data members")
        apply_padded(self.kernel, parity_matrix(self.present, self.m), blocks, parity, length)

    def sources(self, lost: Collection[int], readable: Collection[int] | None = None) -> tuple[int, ...]:
        """The members to read to rebuild `lost` ones; raises TooManyLost when they do not suffice."""
        usable = set(self.members) - set(lost) if readable is None else readable
        use, _ = decode_rows(self.present, self.m, self._inner(lost), self._inner(usable))
        return tuple(self._outer(i) for i in use)

    def decode(self, known: Mapping[int, ReadBuffer], lost: Mapping[int, WriteBuffer], length: int) -> None:
        """Fill the buffers of `lost` members (data or parity) from `known` ones of the same range.

        More known members than needed are welcome and left unread. A known buffer shorter than `length`
        counts as zero-padded. Raises TooManyLost when fewer members are known than data members exist.
        """
        if not lost:
            return
        use, rows = decode_rows(self.present, self.m, self._inner(lost), self._inner(known))
        sources = [known[self._outer(i)] for i in use]
        apply_padded(self.kernel, rows, sources, [lost[i] for i in sorted(lost)], length)

    def syndrome_rows(self, lost: Collection[int] = ()) -> Rows:
        """Rows over `members` in order that give zero where all is right (see `matrix.syndrome_rows`)."""
        return syndrome_rows(self.present, self.m, self._inner(lost))

    def _inner(self, members: Collection[int]) -> list[int]:
        existing = set(self.members)
        strange = sorted(set(members) - existing)
        if strange:
            raise BadShape(f"the set of {self.n}+{self.m}, {self.present} present, has no members {strange}")
        return [i if i < self.present else i - self.n + self.present for i in members]

    def _outer(self, inner: int) -> int:
        return inner if inner < self.present else inner - self.present + self.n


def apply_padded(
    kernel: Kernel, rows: Rows, sources: Sequence[ReadBuffer], targets: Sequence[WriteBuffer], length: int
) -> None:
    """`Kernel.apply` where sources may be shorter than `length` and count as zero-padded.

    The range is cut where a source ends; beyond its end a source is left out instead of being padded.
    """
    reads, writes = [byte_view(s) for s in sources], [byte_view(t) for t in targets]
    ends = sorted({min(len(view), length) for view in reads} | {length})
    if ends[0] == length:
        kernel.apply(rows, reads, writes, length)
        return
    start = 0
    for end in ends:
        live = [i for i, view in enumerate(reads) if len(view) >= end]
        kernel.apply(
            tuple(tuple(row[i] for i in live) for row in rows),
            [reads[i][start:end] for i in live],
            [view[start:end] for view in writes],
            end - start,
        )
        start = end
