"""Which member is silently wrong, when no stored digest can be trusted to say so.

A column is byte i of every member. Where exactly one member j is wrong by e, syndrome r is X_j^r * e:
successive syndromes have the ratio X_j, which names the member (Peterson 1960; here for one error a column).
Each known loss uses up one of the M syndromes; two must be left to name a member, one only detects.

Not a substitute for digests: with two syndromes, a column in which two members are wrong points at an
innocent third one in about (n-2) of 255 cases. So a member is named only when many columns with different
errors agree on it.
"""

from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from erasure.buffers import ReadBuffer, byte_view
from erasure.coding import SetCode, apply_padded
from erasure.errors import BadShape
from erasure.field import EXP
from erasure.matrix import Rows, power_of

#: A member is named when at least this many columns point at it,
AGREEING_COLUMNS_MIN = 8
#: with at least this many error values (a constant fault in two members can look like one in a third),
AGREEING_VALUES_MIN = 4
#: and when it explains at least one in so many of all wrong columns (by chance: about one in 255).
SHARE_MIN = 16

_BLOCK_BYTES = 1 << 20
_PAGE_BYTES = 4096
_NOT_ZERO = bytes([0xFF, *[0] * 255])


@dataclass(frozen=True, slots=True)
class Tally:
    """What a scan saw. `hits[j]` columns are explained by an error in member j alone."""

    columns: int
    wrong: int
    hits: Mapping[int, int]

    @property
    def unexplained(self) -> int:
        """Columns that are wrong in a way that no single member explains."""
        return self.wrong - sum(self.hits.values())


@dataclass(frozen=True, slots=True)
class Verdict:
    """`located` are the members that many columns agree on; the tally behind it stays open to judgement."""

    located: tuple[int, ...]
    tally: Tally


class Locator:
    """Scans a set range by range and adds up what it finds. One thread at a time."""

    def __init__(self, code: SetCode, *, lost: Collection[int] = ()) -> None:
        """`lost` members are known to be unreadable or wrong and are not scanned.

        Raises TooManyLost when as many members are lost as there are parity files: nothing is left to check
        by.
        """
        self._kernel = code.kernel
        self._rows = code.syndrome_rows(lost)
        self._all = code.members
        self._lost = frozenset(lost)
        present = code.present
        self._places = {
            member: EXP[power_of(inner, present, code.m)]
            for inner, member in enumerate(code.members)
            if member not in self._lost
        }
        self._columns = self._wrong = 0
        self._hits = dict.fromkeys(self._places, 0)
        self._values: dict[int, set[int]] = {member: set() for member in self._places}
        self._scratch: dict[int, list[bytearray]] = {}

    def scan(self, members: Mapping[int, ReadBuffer], length: int) -> Tally:
        """Add one range of `length` bytes of every member that is not lost; returns its tally alone.

        A buffer shorter than `length` counts as zero-padded. Raises BadShape when a member is missing.
        """
        missing = sorted(set(self._places) - set(members))
        if missing:
            raise BadShape(f"members {missing} are neither given nor declared lost; nothing was scanned")
        before_wrong, before_hits = self._wrong, dict(self._hits)
        views = {member: byte_view(members[member]) for member in self._places}
        for start in range(0, length, _BLOCK_BYTES):
            size = min(_BLOCK_BYTES, length - start)
            self._scan_block([view[start : start + size] for view in views.values()], size)
        self._columns += length
        hits = {j: count - before_hits[j] for j, count in self._hits.items() if count > before_hits[j]}
        return Tally(columns=length, wrong=self._wrong - before_wrong, hits=hits)

    def verdict(self) -> Verdict:
        """Who is wrong, from everything scanned so far, by the agreement rule of this module."""
        tally = Tally(
            columns=self._columns, wrong=self._wrong, hits={j: n for j, n in self._hits.items() if n}
        )
        enough = max(AGREEING_COLUMNS_MIN, self._wrong / SHARE_MIN)
        located = tuple(
            j
            for j, count in sorted(tally.hits.items())
            if count >= enough and len(self._values[j]) >= AGREEING_VALUES_MIN
        )
        return Verdict(located=located, tally=tally)

    def _scan_block(self, blocks: Sequence[memoryview], size: int) -> None:
        live = [self._all.index(member) for member in self._places]
        rows = tuple(tuple(row[i] for i in live) for row in self._rows)
        if size not in self._scratch:
            self._scratch = {size: [bytearray(size) for _ in rows]}
        syndromes = self._scratch[size]
        apply_padded(self._kernel, rows, blocks, syndromes, size)
        if any(_is_dirty(syndrome) for syndrome in syndromes):
            self._examine(_compacted(syndromes))

    def _examine(self, syndromes: Sequence[bytearray]) -> None:
        """Try every member as the one suspect: eliminating it leaves zero in just the columns it explains."""
        size = len(syndromes[0])
        if len(syndromes) < 2:
            self._wrong += size - syndromes[0].count(0)
            return
        suspects = sorted(self._places, key=lambda j: -self._hits[j])
        remainders = [bytearray(size) for _ in syndromes[1:]]
        for member in suspects:
            self._eliminate(member, syndromes, remainders)
            if not any(_is_dirty(remainder) for remainder in remainders):
                # A lone error shows in every syndrome, so the first one tells how many columns there are.
                wrong = size - syndromes[0].count(0)
                self._wrong += wrong
                self._credit(member, wrong, syndromes[0])
                return
        right = _merged(syndromes).count(0)
        self._wrong += size - right
        for member in suspects:
            self._eliminate(member, syndromes, remainders)
            rest = _merged(remainders)
            self._credit(member, rest.count(0) - right, syndromes[0], rest)

    def _eliminate(
        self, member: int, syndromes: Sequence[bytearray], remainders: Sequence[bytearray]
    ) -> None:
        rows = _elimination_rows(self._places[member], len(syndromes))
        self._kernel.apply(rows, syndromes, remainders, len(syndromes[0]))

    def _credit(self, member: int, hits: int, errors: bytearray, rest: bytes | bytearray = b"") -> None:
        """Book columns to a member; its error values are those of `errors` where `rest` is zero."""
        self._hits[member] += hits
        if hits and len(self._values[member]) < AGREEING_VALUES_MIN:
            mask = int.from_bytes(rest.translate(_NOT_ZERO), "little") if rest else -1
            explained = int.from_bytes(errors, "little") & mask
            self._values[member] |= set(explained.to_bytes(len(errors), "little")) - {0}


def _elimination_rows(place: int, count: int) -> Rows:
    return tuple(tuple(place if i == r else int(i == r + 1) for i in range(count)) for r in range(count - 1))


def _is_dirty(buffer: bytearray) -> bool:
    return buffer != _zeros(len(buffer))


_ZEROS = bytes(_BLOCK_BYTES)


def _zeros(size: int) -> bytes:
    return _ZEROS if size == len(_ZEROS) else bytes(size)


def _merged(buffers: Sequence[bytearray]) -> bytes | bytearray:
    """Zero in the columns where all buffers are zero, and nowhere else."""
    if len(buffers) == 1:
        return buffers[0]
    total = 0
    for buffer in buffers:
        total |= int.from_bytes(buffer, "little")
    return total.to_bytes(len(buffers[0]), "little")


def _compacted(syndromes: Sequence[bytearray]) -> list[bytearray]:
    """Only the 8-byte words in which some syndrome is not zero; everything when the damage is dense."""
    size = len(syndromes[0])
    zero = _zeros(_BLOCK_BYTES)[:_PAGE_BYTES]
    dirty = [
        start
        for start in range(0, size, _PAGE_BYTES)
        if any(s[start : start + _PAGE_BYTES] != zero[: size - start] for s in syndromes)
    ]
    if len(dirty) * _PAGE_BYTES * 2 > size:
        return list(syndromes)
    kept = [array("Q") for _ in syndromes]
    for start in dirty:
        words = [
            array("Q", bytes(s[start : start + _PAGE_BYTES]).ljust(_PAGE_BYTES, b"\0")) for s in syndromes
        ]
        for position, column in enumerate(zip(*words, strict=True)):
            if any(column):
                for target, source in zip(kept, words, strict=True):
                    target.append(source[position])
    return [bytearray(words.tobytes()) for words in kept]
