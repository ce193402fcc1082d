"""From spooled ranges to checked files: every byte is judged by recorded digests before it is handed over.

A spool is a sparse file with the offsets of its image. What does not match is rebuilt chunk by chunk from
spooled ranges of other members (`archived.sessions.rebuild`), and judged again.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from archived.policy.ranges import Range, chunk_numbers, covers, subtract
from archived.sessions.read import write_at
from archived.sessions.rebuild import Rebuilder, SetShape, SpooledMember, chunk_range, parsed
from archived.sessions.tools import Report
from erasure.chunks import CHUNK_BYTES
from erasure.digests import hasher
from erasure.kernels import Kernel

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class WantedFile:
    """One file in the image: bytes [offset, offset + size) with this sha256.

    Without a sha256: whole chunks of the image that hold a piece of the file; the chunk table judges them.
    """

    path: str
    offset: int
    size_bytes: int
    sha256: str
    #: The stored file of the package that holds the bytes, and where in it; "" when that is the file itself.
    stored_in: str = ""
    source_offset: int = 0

    @property
    def source(self) -> str:
        return self.stored_in or self.path


@dataclass(frozen=True, slots=True)
class OwnRead:
    """Stretches of the wanted image itself that one copy gave, and that are not known to be bad."""

    copy_id: int
    read: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is right now, and what is still missing."""

    #: Chunks of the code word (numbers in the wanted image) that no source gave yet; empty: all are right.
    missing: tuple[int, ...]
    #: Paths of files that do not match yet.
    wrong: tuple[str, ...]
    #: Copies whose bytes disagreed with what is recorded of them.
    liars: tuple[int, ...]
    #: (copy, chunk) pairs that are known to be wrong.
    bad: tuple[tuple[int, int], ...] = ()
    #: Chunks for which all members have to be read, to find out who among them is wrong.
    doubtful: tuple[int, ...] = ()
    #: What is wrong outside the code word (the wrapper of a parity image): only another copy has it.
    outside: tuple[Range, ...] = ()
    #: Those of `liars` that no chunk table named, but the code itself.
    located: tuple[int, ...] = ()


def gather(
    files: Sequence[WantedFile],
    spool: Path,
    *,
    direct_copy: int | None,
    members: Sequence[SpooledMember],
    shape: SetShape | None,
    kernel: Kernel,
    report: Report,
    own: Sequence[OwnRead] = (),
) -> Gathered:
    """Check the wanted files in `spool`; rebuild from `members` what is wrong there, as far as they go."""
    descriptor = os.open(spool, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        judge = _Judge(descriptor, shape, files)
        wrong = judge.wrong(files, report)
        nothing_else_read = len(own) <= 1 and all(member.spool is None for member in members)
        liars = set(_blame(wrong, direct_copy) if nothing_else_read else ())
        if not wrong or shape is None:
            chunks = chunk_numbers(((f.offset, f.size_bytes) for f in wrong), CHUNK_BYTES)
            return Gathered(tuple(sorted(chunks)), tuple(f.path for f in wrong), tuple(sorted(liars)))
        with Rebuilder(shape, members, kernel) as rebuilder:
            missing = _mend(descriptor, wrong, rebuilder, own)
        os.fsync(descriptor)
        wrong = judge.wrong(wrong, report)
        found = rebuilder.findings
        return Gathered(
            missing=tuple(missing),
            wrong=tuple(file.path for file in wrong),
            liars=tuple(sorted(liars | {copy_id for copy_id, _ in found.bad})),
            bad=tuple(sorted(found.bad)),
            doubtful=tuple(sorted(found.doubtful)),
            outside=_outside(descriptor, wrong, shape, missing) if wrong else (),
            located=tuple(sorted(found.located)),
        )
    finally:
        os.close(descriptor)


class _Judge:
    """Says which wanted files are not right in the spool."""

    def __init__(self, descriptor: int, shape: SetShape | None, files: Sequence[WantedFile]) -> None:
        self._descriptor = descriptor
        by_table = shape is not None and not all(file.sha256 for file in files)
        self._table = parsed(shape.chunks) if shape is not None and by_table else None
        self._payload_offset = shape.payload_offset if shape is not None else 0

    def wrong(self, files: Sequence[WantedFile], report: Report) -> list[WantedFile]:
        total_bytes = sum(file.size_bytes for file in files)
        done_bytes = 0
        wrong = []
        for file in files:
            if not self._is_right(file):
                wrong.append(file)
            done_bytes += file.size_bytes
            report(done_bytes, total_bytes)
        return wrong

    def _is_right(self, file: WantedFile) -> bool:
        if file.sha256:
            return _sha256(self._descriptor, file.offset, file) == file.sha256
        if self._table is None:
            return False
        at = file.offset - self._payload_offset
        for chunk in chunk_numbers([(at, file.size_bytes)], CHUNK_BYTES):
            offset, length = self._table.range_of(chunk)
            if not self._table.matches(
                chunk, os.pread(self._descriptor, length, self._payload_offset + offset)
            ):
                return False
        return True


def _mend(
    descriptor: int, wrong: Sequence[WantedFile], rebuilder: Rebuilder, own: Sequence[OwnRead]
) -> list[int]:
    """Write every chunk of the wrong files that can be made; the numbers of those that cannot."""
    offset, length = rebuilder.payload_offset, rebuilder.payload_bytes
    inside = (_inside((f.offset, f.size_bytes), (offset, length)) for f in wrong)
    missing = []
    for chunk in sorted(chunk_numbers(((at - offset, size) for at, size in inside), CHUNK_BYTES)):
        at, size = chunk_range(chunk, length)
        giver = next((o.copy_id for o in reversed(own) if covers(o.read, (offset + at, size))), None)
        data = os.pread(descriptor, size, offset + at)
        if rebuilder.table is not None and rebuilder.table.matches(chunk, data):
            continue  # another chunk of the file is the wrong one
        if rebuilder.table is not None and giver is not None:
            rebuilder.findings.blame(giver, chunk)
        rebuilt = rebuilder.rebuilt(chunk, None if giver is None else data, giver or 0)
        if rebuilt is None:
            missing.append(chunk)
        else:
            write_at(descriptor, rebuilt, offset + at)
    return missing


def _outside(
    descriptor: int, wrong: Sequence[WantedFile], shape: SetShape, missing: Sequence[int]
) -> tuple[Range, ...]:
    """Bytes of wrong files that the code word does not hold and that are not known to be right."""
    payload = (shape.payload_offset, shape.payload_bytes)
    if not shape.payload_bytes:
        return ()
    outside = subtract(((f.offset, f.size_bytes) for f in wrong), (payload,))
    table = parsed(shape.image_chunks)
    if table is None:
        return () if missing else outside
    right = []
    for chunk in chunk_numbers(outside, CHUNK_BYTES):
        span = table.range_of(chunk)
        mixed = _inside(span, payload)[1] > 0
        # A chunk that also holds bytes of a wrong code word tells nothing about the rest of it yet.
        if (mixed and missing) or table.matches(chunk, os.pread(descriptor, span[1], span[0])):
            right.append(span)
    return subtract(outside, right)


def _inside(item: Range, bounds: Range) -> Range:
    """The part of one range in another; its length is 0 when there is none."""
    start, end = max(item[0], bounds[0]), min(sum(item), sum(bounds))
    return start, max(0, end - start)


def check_staged(files: Sequence[WantedFile], folder: Path, report: Report) -> tuple[str, ...]:
    """Paths of staged files that are missing or not what was accepted."""
    total_bytes = sum(file.size_bytes for file in files)
    done_bytes = 0
    wrong = []
    for file in files:
        try:
            descriptor = os.open(folder / file.source, os.O_RDONLY)
        except OSError:
            wrong.append(file.path)
            continue
        try:
            size_bytes = os.fstat(descriptor).st_size
            right_size = size_bytes == file.size_bytes or file.source != file.path
            if not right_size or _sha256(descriptor, file.source_offset, file) != file.sha256:
                wrong.append(file.path)
        finally:
            os.close(descriptor)
        done_bytes += file.size_bytes
        report(done_bytes, total_bytes)
    return tuple(wrong)


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


def _blame(wrong: Sequence[WantedFile], direct_copy: int | None) -> tuple[int, ...]:
    return (direct_copy,) if wrong and direct_copy is not None else ()


__all__ = ["Gathered", "OwnRead", "SetShape", "SpooledMember", "WantedFile", "check_staged", "gather"]
