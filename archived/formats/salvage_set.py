"""A set from what is left of its discs: which chunks are good, and the missing ones solved from the rest.

A chunk is good where both of its sums are those of the descriptor. In a chunk that is bad everywhere, sectors that are
not zero are taken for good, and the sums of the result decide.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from archived.formats.descriptor import MemberRecord, SetDescriptor
from archived.formats.salvage_copy import SECTOR_BYTES, Bytes
from archived.formats.salvage_disc import SMALLEST_IMAGE_BYTES, SalvagedDisc
from erasure.chunks import CHUNK_BYTES
from erasure.coding import SetCode
from erasure.errors import TooManyLost

#: Called with the bytes that were just done.
Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class MemberCopy:
    """One copy of a member, and which of its chunks are good."""

    disc: SalvagedDisc
    data: Bytes
    #: One byte a chunk: 1 is good.
    good: bytes
    #: Every chunk is good, and its sha256 is right too.
    whole: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a chunk, and the members whose bytes are taken for good in it."""

    start: int
    length: int
    #: Bytes by position; shorter ones, and those of members that end before, count as zero-padded.
    choice: dict[int, bytes]


class SalvagedSet:
    """A set as its newest descriptor says, and every copy of a member that was found."""

    def __init__(self, descriptor: SetDescriptor) -> None:
        self.descriptor = descriptor
        self._records = {record.member.position: record for record in descriptor.members}
        self.found: dict[int, list[MemberCopy]] = {position: [] for position in self._records}
        #: Discs of which nothing belongs to this set.
        self.strangers: list[SalvagedDisc] = []
        self._present = descriptor.n - len(descriptor.absent)
        self._code = SetCode(descriptor.n, descriptor.m, present=self._present)

    def record(self, position: int) -> MemberRecord:
        return self._records[position]

    def take(self, discs: Sequence[SalvagedDisc], advance: Advance) -> None:
        """Judge discs by the chunk tables of the members that they are, whatever they are called.

        On threads, one a disc: digests take the time, and let others run.
        """
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for disc, judged in zip(
                discs, pool.map(lambda disc: self._judged(disc, advance), discs), strict=True
            ):
                if judged is None:
                    self.strangers.append(disc)
                else:
                    self.found[judged[0]].append(judged[1])

    def _judged(self, disc: SalvagedDisc, advance: Advance) -> tuple[int, MemberCopy] | None:
        position = self._recognised(disc)
        if position is None:
            return None
        record, data = self._records[position], disc.member
        digest, good = hashlib.sha256(), bytearray()
        for chunk in range(len(record.chunks)):
            offset, length = record.chunks.range_of(chunk)
            part = data.read(offset, length)
            digest.update(part)
            good.append(record.chunks.matches(chunk, part))
            advance(length)
        right = digest.hexdigest() == record.digests["sha256"]
        if all(good) and not right:
            good = bytearray(len(good))  # sums that match a forged text: none of it is believed
        return position, MemberCopy(disc, data, bytes(good), all(good) and right)

    def whole(self, position: int) -> MemberCopy | None:
        """A copy of a member that needs nothing."""
        return next((copy for copy in self.found[position] if copy.whole), None)

    def bad_chunks(self, position: int) -> list[int]:
        """Chunks of a member that no copy has."""
        count = len(self._records[position].chunks)
        return [c for c in range(count) if not any(copy.good[c] for copy in self.found[position])]

    def wanted(self, *, parity: bool = False) -> list[int]:
        """Members that have to be rebuilt: data images, and parity files when they are asked for."""
        positions = (p for p in self._records if parity or p <= self.descriptor.n)
        return [position for position in positions if self.whole(position) is None]

    def chunk_count(self) -> int:
        return max(len(record.chunks) for record in self._records.values())

    def repair(self, chunk: int, wanted: Sequence[int]) -> dict[int, bytes | None]:
        """The right bytes of this chunk of the wanted members; None where they cannot be had."""
        known = self._known(chunk)
        solved: dict[int, bytes | None] = {p: known[p] for p in wanted if p in known}
        missing = [position for position in wanted if position not in known]
        pieces = self._pieces(chunk, known) if missing else []
        if any(len(piece.choice) < self._present for piece in pieces):
            return solved | dict.fromkeys(missing)
        results = {position: bytearray() for position in missing}
        for piece in pieces:
            for position, part in self._solve(piece, missing).items():
                results[position] += part
        for position, data in results.items():
            length = self._span(position, chunk)
            right = self._records[position].chunks.matches(chunk, data[:length])
            solved[position] = bytes(data[:length]) if right else None
        return solved

    def _recognised(self, disc: SalvagedDisc) -> int | None:
        """What the disc says that it is, else the member whose sums one of its chunks has."""
        if disc.set_id and disc.set_id != self.descriptor.set_id:
            # Its bytes name the set that it was a member of before.
            return next((p for p, r in self._records.items() if r.member.image_id == disc.image_id), None)
        if disc.document is not None:
            record = self._records.get(disc.document.position)
            return disc.document.position if record and record.member.image_id == disc.image_id else None
        if disc.member.size_bytes < SMALLEST_IMAGE_BYTES:
            return None
        for chunk in range(self.chunk_count()):
            data = disc.member.read(chunk * CHUNK_BYTES, CHUNK_BYTES)
            for position, record in self._records.items():
                part = data[: self._span(position, chunk)]
                if part.strip(b"\0") and record.chunks.matches(chunk, part):
                    return position
        return None

    def _span(self, position: int, chunk: int) -> int:
        """Bytes of this chunk that the member has; behind them it counts as zeros."""
        return max(0, min(CHUNK_BYTES, self._records[position].size_bytes - chunk * CHUNK_BYTES))

    def _known(self, chunk: int) -> dict[int, bytes]:
        """The good bytes of every member that has some, or ends before."""
        found = {}
        for position in self._records:
            span = self._span(position, chunk)
            good = [c for c in self.found[position] if chunk < len(c.good) and c.good[chunk]]
            if not span:
                found[position] = b""
            elif good:
                found[position] = good[0].data.read(chunk * CHUNK_BYTES, span)
        return found

    def _pieces(self, chunk: int, known: dict[int, bytes]) -> list[Piece]:
        """What covers a chunk: all of it where enough members are known, else runs of sectors."""
        longest = max(record.size_bytes for record in self._records.values())
        length = min(CHUNK_BYTES, longest - chunk * CHUNK_BYTES)
        suspects = {
            position: [copy.data.read(chunk * CHUNK_BYTES, length) for copy in copies]
            for position, copies in self.found.items()
            if copies and position not in known
        }
        if len(known) >= self._present or len(known) + len(suspects) < self._present:
            return [Piece(0, length, known)]
        runs: list[tuple[int, int, dict[int, int | None]]] = []
        for start in range(0, length, SECTOR_BYTES):
            choice = self._live(suspects, start, self._present - len(known))
            size = min(SECTOR_BYTES, length - start)
            if runs and runs[-1][2] == choice:
                runs[-1] = (runs[-1][0], runs[-1][1] + size, choice)
            else:
                runs.append((start, size, choice))
        return [
            Piece(start, size, _cut(known, start, size) | _chosen(suspects, choice, start, size))
            for start, size, choice in runs
        ]

    def _live(self, suspects: dict[int, list[bytes]], start: int, needed: int) -> dict[int, int | None]:
        """Which copy of each suspect is taken in this sector: one that is not zero, else zeros, if needed."""
        choice: dict[int, int | None] = {}
        zeros = []
        for position, copies in suspects.items():
            alive = [i for i, data in enumerate(copies) if data[start : start + SECTOR_BYTES].strip(b"\0")]
            if alive:
                choice[position] = alive[0]
            else:
                zeros.append(position)
        while len(choice) < needed and zeros:
            choice[zeros.pop()] = None
        return choice

    def _solve(self, piece: Piece, missing: Sequence[int]) -> dict[int, bytes]:
        """The bytes of the missing members in a piece; what was chosen of them is kept."""
        kept = {p: piece.choice[p].ljust(piece.length, b"\0") for p in missing if p in piece.choice}
        targets = {p - 1: bytearray(piece.length) for p in missing if p not in piece.choice}
        if targets:
            sources = {position - 1: data for position, data in piece.choice.items()}
            with suppress(TooManyLost):  # zeros stay; the sums of the chunk say so
                self._code.decode(sources, targets, piece.length)
        return kept | {number + 1: bytes(data) for number, data in targets.items()}


def _cut(known: dict[int, bytes], start: int, size: int) -> dict[int, bytes]:
    return {position: data[start : start + size] for position, data in known.items()}


def _chosen(
    suspects: dict[int, list[bytes]], choice: dict[int, int | None], start: int, size: int
) -> dict[int, bytes]:
    return {
        position: b"" if which is None else suspects[position][which][start : start + size]
        for position, which in choice.items()
    }
