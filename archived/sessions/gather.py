"""From spooled ranges to checked files: every byte is judged by recorded digests before it is handed over.

A spool is a sparse file with the offsets of its image. What does not match is rebuilt chunk by chunk from
spooled ranges of other members, each chunk of which is judged by its own chunk table first.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from archived.sessions.read import write_at
from archived.sessions.tools import Report
from erasure.chunks import CHUNK_BYTES, ChunkTable
from erasure.coding import SetCode
from erasure.digests import hasher
from erasure.errors import TooManyLost
from erasure.kernels import Kernel

BLOCK_BYTES = 1 << 20

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class WantedFile:
    """One file in the image: bytes [offset, offset + size) with this sha256."""

    path: str
    offset: int
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SpooledMember:
    """What was read of one member of the set, in offsets of its image."""

    #: 0-based number in the code: data 0…n-1, parity n…n+m-1.
    number: int
    copy_id: int
    #: None when nothing was read of it: then only the zeros behind its end are known.
    spool: Path | None
    #: Where the code word's bytes begin in the image, and how many there are.
    payload_offset: int
    payload_bytes: int
    chunks: bytes
    #: Stretches of the spool that were read, in offsets of the image, sorted and apart.
    read: tuple[Range, ...] = ()

    def covers(self, chunk: int) -> bool:
        """Whether all of its bytes for this chunk were read (or it has none there)."""
        offset, length = chunk_range(chunk, self.payload_bytes)
        start, end = self.payload_offset + offset, self.payload_offset + offset + length
        return length == 0 or any(at <= start and end <= at + size for at, size in self.read)


@dataclass(frozen=True, slots=True)
class SetShape:
    """The code of the wanted image's set, and its own number in it."""

    n: int
    m: int
    present: int
    number: int
    chunks: bytes


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is right now, and what is still missing."""

    #: Chunks (numbers in the wanted image) that no source gave yet; empty: every file is right.
    missing: tuple[int, ...]
    #: Paths of files that do not match yet.
    wrong: tuple[str, ...]
    #: Copies whose bytes disagreed with what is recorded of them.
    liars: tuple[int, ...]


def gather(
    files: Sequence[WantedFile],
    spool: Path,
    *,
    direct_copy: int | None,
    members: Sequence[SpooledMember],
    shape: SetShape | None,
    kernel: Kernel,
    report: Report,
) -> Gathered:
    """Check the wanted files in `spool`; rebuild from `members` what is wrong there, as far as they go."""
    descriptor = os.open(spool, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        wrong = _wrong(descriptor, files, report)
        if not wrong or shape is None:
            return Gathered(_chunks_of(wrong), tuple(f.path for f in wrong), _blame(wrong, direct_copy))
        nothing_else_read = all(member.spool is None for member in members)
        liars = set(_blame(wrong, direct_copy) if nothing_else_read else ())
        missing = []
        for chunk in _chunks_of(wrong):
            rebuilt, lying = _rebuild(chunk, shape, members, kernel)
            liars |= set(lying)
            if rebuilt is None:
                missing.append(chunk)
            else:
                write_at(descriptor, rebuilt, chunk * CHUNK_BYTES)
        os.fsync(descriptor)
        wrong = _wrong(descriptor, wrong, report)
        return Gathered(tuple(missing), tuple(file.path for file in wrong), tuple(sorted(liars)))
    finally:
        os.close(descriptor)


def check_staged(files: Sequence[WantedFile], folder: Path, report: Report) -> tuple[str, ...]:
    """Paths of staged files that are missing or not what was accepted."""
    total_bytes = sum(file.size_bytes for file in files)
    done_bytes = 0
    wrong = []
    for file in files:
        try:
            descriptor = os.open(folder / file.path, os.O_RDONLY)
        except OSError:
            wrong.append(file.path)
            continue
        try:
            if os.fstat(descriptor).st_size != file.size_bytes or _sha256(descriptor, 0, file) != file.sha256:
                wrong.append(file.path)
        finally:
            os.close(descriptor)
        done_bytes += file.size_bytes
        report(done_bytes, total_bytes)
    return tuple(wrong)


def chunk_range(chunk: int, length_bytes: int) -> Range:
    """Offset and length of a chunk of a member of this length."""
    offset = chunk * CHUNK_BYTES
    return offset, max(0, min(CHUNK_BYTES, length_bytes - offset))


def _wrong(descriptor: int, files: Sequence[WantedFile], report: Report) -> list[WantedFile]:
    total_bytes = sum(file.size_bytes for file in files)
    done_bytes = 0
    wrong = []
    for file in files:
        if _sha256(descriptor, file.offset, file) != file.sha256:
            wrong.append(file)
        done_bytes += file.size_bytes
        report(done_bytes, total_bytes)
    return wrong


def _sha256(descriptor: int, offset: int, file: WantedFile) -> str:
    digest = hasher("sha256")
    left = file.size_bytes
    while left:
        block = os.pread(descriptor, min(left, BLOCK_BYTES), offset)
        if not block:
            return ""
        digest.update(block)
        offset, left = offset + len(block), left - len(block)
    return digest.hexdigest()


def _chunks_of(files: Sequence[WantedFile]) -> tuple[int, ...]:
    numbers: set[int] = set()
    for file in files:
        if file.size_bytes:
            last = (file.offset + file.size_bytes - 1) // CHUNK_BYTES
            numbers |= set(range(file.offset // CHUNK_BYTES, last + 1))
    return tuple(sorted(numbers))


def _blame(wrong: Sequence[WantedFile], direct_copy: int | None) -> tuple[int, ...]:
    return (direct_copy,) if wrong and direct_copy is not None else ()


def _rebuild(
    chunk: int, shape: SetShape, members: Sequence[SpooledMember], kernel: Kernel
) -> tuple[memoryview | None, list[int]]:
    """The bytes of one chunk of the wanted image, if enough members gave theirs; and who gave wrong ones."""
    table = ChunkTable.from_bytes(shape.chunks)
    _, length = table.range_of(chunk)
    known: dict[int, bytes] = {}
    liars = []
    for member in members:
        if not member.covers(chunk):
            continue  # nobody asked it: that is no lie
        data = _member_chunk(member, chunk)
        if data is None:
            liars.append(member.copy_id)
        else:
            known[member.number] = data
    code = SetCode(shape.n, shape.m, kernel, present=shape.present)
    target = memoryview(bytearray(CHUNK_BYTES))
    span = max((len(data) for data in known.values()), default=0)
    try:
        code.decode(known, {shape.number: target}, max(span, length))
    except TooManyLost:
        return None, liars
    rebuilt = target[:length]
    return (rebuilt if table.matches(chunk, rebuilt) else None), liars


def _member_chunk(member: SpooledMember, chunk: int) -> bytes | None:
    """A member's bytes for this chunk, b"" past its end; None when they disagree with its chunk table."""
    offset, length = chunk_range(chunk, member.payload_bytes)
    if length == 0 or member.spool is None:
        return b""
    with member.spool.open("rb") as file:
        file.seek(member.payload_offset + offset)
        data = file.read(length)
    return data if ChunkTable.from_bytes(member.chunks).matches(chunk, data) else None
