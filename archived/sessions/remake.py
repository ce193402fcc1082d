"""parity.bin again, bit for bit, from what was read of other members; and the fingerprints of all parity of the set.

Every chunk of every parity file is judged by its own table, so nothing is made that the set did not have before.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from archived.sessions.encode import Fingerprint, Fingerprinter
from archived.sessions.read import write_at
from archived.sessions.rebuild import chunk_range
from archived.sessions.tools import Report
from backends.durable import name_durably
from erasure.chunks import CHUNK_BYTES, ChunkTable
from erasure.coding import SetCode
from erasure.errors import TooManyLost
from erasure.kernels import Kernel


@dataclass(frozen=True, slots=True)
class MemberBytes:
    """What lies in the recall area of one member; its table says which of its chunks are right."""

    #: 0-based number in the code.
    number: int
    payload_offset: int
    payload_bytes: int
    table: ChunkTable
    #: None where nothing was read of it.
    spool: Path | None = None


def remake_parity(
    own: int, members: Sequence[MemberBytes], code: SetCode, into: Path, report: Report
) -> dict[int, Fingerprint] | None:
    """Write parity file number `own` to `into`, durably; the fingerprints of all parity files by their numbers.

    Returns:
        None when a chunk of one of them can be neither read nor made.
    """
    length = max(member.payload_bytes for member in members)
    printers = {member.number: Fingerprinter() for member in members if member.number >= code.n}
    tables = {member.number: member.table for member in members}
    part = into.with_name(into.name + ".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        spools = {
            member.number: stack.enter_context(member.spool.open("rb"))
            for member in members
            if member.spool is not None and member.spool.exists()
        }
        target = stack.enter_context(part.open("wb"))
        for chunk in range(-(-length // CHUNK_BYTES)):
            known = {}
            for member in members:
                offset, size = chunk_range(chunk, member.payload_bytes)
                if not size:
                    known[member.number] = b""
                elif member.number in spools:
                    data = os.pread(spools[member.number].fileno(), size, member.payload_offset + offset)
                    if member.table.matches(chunk, data):
                        known[member.number] = data
            made = _parity(chunk, known, list(printers), code, chunk_range(chunk, length)[1])
            if made is None or not all(tables[number].matches(chunk, data) for number, data in made.items()):
                part.unlink(missing_ok=True)
                return None
            for number, data in made.items():
                printers[number].update(memoryview(data))
            write_at(target.fileno(), made[own], chunk * CHUNK_BYTES)
            report((chunk + 1) * CHUNK_BYTES, length)
        os.fsync(target.fileno())
    name_durably(part, into)
    return {number: printer.finish() for number, printer in printers.items()}


def _parity(
    chunk: int, known: Mapping[int, bytes], wanted: Sequence[int], code: SetCode, length: int
) -> dict[int, bytes] | None:
    """A chunk of every parity file, from as many members as it takes."""
    lost = {number: memoryview(bytearray(length)) for number in wanted if number not in known}
    if lost:
        try:
            code.decode(known, lost, length)
        except TooManyLost:
            return None
    return {number: bytes(lost[number]) if number in lost else known[number] for number in wanted}


def code_of(n: int, m: int, present: int, kernel: Kernel) -> SetCode:
    """The code of a set of which only the first `present` data members exist."""
    return SetCode(n, m, kernel, present=present)
