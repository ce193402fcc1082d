"""One chunk of a member from the same chunk of others: judged by chunk tables, and where those fail, by the code.

A stored chunk table judges first. Bytes of a member without a table are taken where judged ones do not suffice.
Who lies among them is found out: by the digest of the wanted chunk, leaving out one member after the other, or
where that digest is missing too, from the syndromes of the code (`erasure.locate`).
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from archived.policy.ranges import Range, covers
from erasure.chunks import CHUNK_BYTES, ChunkTable
from erasure.coding import SetCode
from erasure.errors import ChunkTableDamaged, TooManyLost
from erasure.kernels import Kernel
from erasure.locate import Locator

#: Syndromes that must be left to name a silently wrong member; one only tells that there is one.
SYNDROMES_MIN = 2


@dataclass(frozen=True, slots=True)
class SpooledMember:
    """What was read of one copy of a member of the set, in offsets of its image."""

    #: 0-based number in the code: data 0…n-1, parity n…n+m-1.
    number: int
    copy_id: int
    #: None when nothing was read of it: then only the zeros behind its end are known.
    spool: Path | None
    #: Where the code word's bytes begin in the image, and how many there are.
    payload_offset: int
    payload_bytes: int
    #: Its chunk table as stored; b"" when the catalog has none.
    chunks: bytes
    #: Stretches of the spool that were read and not bad, in offsets of the image, sorted and apart.
    read: tuple[Range, ...] = ()

    def covers(self, chunk: int) -> bool:
        """Whether all of its bytes for this chunk were read (or it has none there)."""
        offset, length = chunk_range(chunk, self.payload_bytes)
        return covers(self.read, (self.payload_offset + offset, length))


@dataclass(frozen=True, slots=True)
class SetShape:
    """The code of the wanted image's set, and its own number and place in it."""

    n: int
    m: int
    present: int
    number: int
    #: The chunk table of the code word's bytes; b"" when the catalog has none.
    chunks: bytes
    #: Where the code word's bytes begin in the image, and how many there are (0: as the table says).
    payload_offset: int = 0
    payload_bytes: int = 0
    #: The chunk table of the whole image, where that is not the same: a parity image around its parity.bin.
    image_chunks: bytes = b""


@dataclass(slots=True)
class Findings:
    """What came out about sources while chunks were made."""

    #: (copy, chunk) pairs whose bytes are wrong.
    bad: set[tuple[int, int]] = field(default_factory=set)
    #: Chunks that came out wrong from members that all seemed right: somebody lies, and is not known yet.
    doubtful: set[int] = field(default_factory=set)
    #: Copies that were found by the code, without a table of their own.
    located: set[int] = field(default_factory=set)

    def blame(self, copy_id: int, chunk: int) -> None:
        self.bad.add((copy_id, chunk))


@dataclass(frozen=True, slots=True)
class Given:
    """One member's bytes of a chunk."""

    data: bytes
    copy_id: int
    #: Its own chunk table says that they are right (or they are known zeros).
    judged: bool


class Rebuilder:
    """Makes chunks of one member. Tables are decoded and spools opened once; a context manager closes them."""

    def __init__(self, shape: SetShape, members: Sequence[SpooledMember], kernel: Kernel) -> None:
        self._code = SetCode(shape.n, shape.m, kernel, present=shape.present)
        self._number = shape.number
        self.table = parsed(shape.chunks)
        self.payload_offset = shape.payload_offset
        self.payload_bytes = shape.payload_bytes or (self.table.length_bytes if self.table else 0)
        self._stack = ExitStack()
        self._members = [(m, parsed(m.chunks), self._open(m.spool)) for m in members]
        self.findings = Findings()

    def __enter__(self) -> "Rebuilder":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def rebuilt(self, chunk: int, own: bytes | None, own_copy: int) -> memoryview | None:
        """The right bytes of a chunk that is not right yet; None when they cannot be had from what was read.

        `own` are the image's own bytes of it, when all of them were read, from `own_copy`. With a table they
        are known to be wrong; without one they may be right, and then they are what is returned.
        """
        given = self._given(chunk)
        if self.table is not None:
            return self._by_digest(chunk, given)
        return self._by_code(chunk, given, own, own_copy)

    def _by_digest(self, chunk: int, given: Mapping[int, Given]) -> memoryview | None:
        """Judged members first; then all; then all but one, each in turn: the digest says which is right."""
        judged = {number: item for number, item in given.items() if item.judged}
        for known in (judged, given) if len(judged) < len(given) else (given,):
            found = self._decoded(chunk, known)
            if found is not None and self._right(chunk, found):
                return found
        if len(given) < self._code.present:
            return None
        for suspect, item in sorted(given.items()):
            found = self._decoded(chunk, {n: i for n, i in given.items() if n != suspect})
            if found is not None and self._right(chunk, found):
                self._locate(item.copy_id, chunk)
                return found
        self.findings.doubtful.add(chunk)
        return None

    def _by_code(
        self, chunk: int, given: Mapping[int, Given], own: bytes | None, own_copy: int
    ) -> memoryview | None:
        """Without a digest of the chunk: by members that their own tables vouch for, else by the syndromes."""
        proven = self._decoded(chunk, {number: item for number, item in given.items() if item.judged})
        if proven is not None:
            if own is not None and proven != own:
                self.findings.blame(own_copy, chunk)
            return proven
        everything = dict(given)
        if own is not None:
            everything[self._number] = Given(own, own_copy, judged=False)
        located = self._located(chunk, everything)
        if located is not None and located >= 0:
            self._locate(everything[located].copy_id, chunk)
        if own is not None and located not in (None, self._number):
            return memoryview(own)
        return self._decoded(chunk, {n: item for n, item in given.items() if n != located})

    def _located(self, chunk: int, everything: Mapping[int, Given]) -> int | None:
        """Who is wrong: a number of the code, -1 for nobody, None where that cannot be told."""
        lost = set(self._code.members) - set(everything)
        if self._code.m - len(lost) < SYNDROMES_MIN:
            return None
        locator = Locator(self._code, lost=lost)
        span = max(len(item.data) for item in everything.values())
        locator.scan({number: item.data for number, item in everything.items()}, span)
        verdict = locator.verdict()
        if not verdict.tally.wrong:
            return -1
        return verdict.located[0] if len(verdict.located) == 1 else None

    def _locate(self, copy_id: int, chunk: int) -> None:
        self.findings.blame(copy_id, chunk)
        self.findings.located.add(copy_id)

    def _right(self, chunk: int, data: memoryview) -> bool:
        return self.table is not None and self.table.matches(chunk, data)

    def _decoded(self, chunk: int, known: Mapping[int, Given]) -> memoryview | None:
        target = memoryview(bytearray(CHUNK_BYTES))
        _, length = chunk_range(chunk, self.payload_bytes)
        span = max([length, *(len(item.data) for item in known.values())])
        try:
            sources = {number: item.data for number, item in known.items()}
            self._code.decode(sources, {self._number: target}, span)
        except TooManyLost:
            return None
        return target[:length]

    def _given(self, chunk: int) -> dict[int, Given]:
        """The bytes of this chunk by number in the code; what its own table calls wrong is left out."""
        found: dict[int, Given] = {}
        for member, table, descriptor in self._members:
            offset, length = chunk_range(chunk, member.payload_bytes)
            if length == 0:
                found[member.number] = Given(b"", member.copy_id, judged=True)
            elif descriptor is not None and member.covers(chunk):
                data = os.pread(descriptor, length, member.payload_offset + offset)
                if table is not None and not table.matches(chunk, data):
                    self.findings.blame(member.copy_id, chunk)
                elif table is not None or member.number not in found:
                    found[member.number] = Given(data, member.copy_id, judged=table is not None)
        return found

    def _open(self, spool: Path | None) -> int | None:
        if spool is None:
            return None
        descriptor = os.open(spool, os.O_RDONLY)
        self._stack.callback(os.close, descriptor)
        return descriptor


def chunk_range(chunk: int, length_bytes: int) -> Range:
    """Offset and length of a chunk of a member of this length."""
    offset = chunk * CHUNK_BYTES
    return offset, max(0, min(CHUNK_BYTES, length_bytes - offset))


def parsed(stored: bytes) -> ChunkTable | None:
    """A stored chunk table; None when there is none or it is damaged: then the code has to judge."""
    try:
        return ChunkTable.from_bytes(stored) if stored else None
    except ChunkTableDamaged:
        return None
