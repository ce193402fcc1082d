"""Who is believed while a chunk is made: chunk tables, then the wanted digest, then the code itself."""

from pathlib import Path

import pytest

from archived.sessions import rebuild
from archived.sessions.gather import OwnRead, gather
from erasure.chunks import CHUNK_BYTES, ChunkTable
from tests.unit.archived.sessions.test_gather import KERNEL, SECTOR, Set, SetShape, SpooledMember


def without_table(member: SpooledMember, stored: bytes = b"") -> SpooledMember:
    return SpooledMember(
        member.number, member.copy_id, member.spool, member.payload_offset, member.payload_bytes, stored,
        member.read,
    )  # fmt: skip


def spoilt(data: bytes) -> bytes:
    """Other bytes in a stretch that a real fault would hit."""
    return (
        data[:SECTOR]
        + bytes(byte ^ (at % 251 + 1) for at, byte in enumerate(data[SECTOR:9000]))
        + data[9000:]
    )


@pytest.fixture
def a_set(tmp_path: Path) -> Set:
    return Set(tmp_path, m=2)


@pytest.mark.parametrize("table", [b"", b"ARCHUNKS and then nothing that could be one" * 3])
def test_liar_whose_table_is_gone_or_damaged_is_found_by_leaving_it_out(a_set: Set, table: bytes) -> None:
    honest = [a_set.member(2, a_set.parity[0]), a_set.member(3, a_set.parity[1])]
    liar = a_set.member(1, spoilt(a_set.short))
    members = [without_table(item, table) for item in (liar, *honest)]

    found = a_set.gather(bytes(len(a_set.long)), members)

    assert not found.wrong
    assert found.bad == ((11, 0),)
    assert found.located == (11,)


def test_with_no_member_to_leave_out_nobody_is_blamed_and_the_others_are_asked_for(a_set: Set) -> None:
    members = [without_table(a_set.member(1, spoilt(a_set.short))), a_set.member(2, a_set.parity[0])]

    found = a_set.gather(bytes(len(a_set.long)), members)

    assert (found.missing, found.doubtful, found.bad) == ((0,), (0,), ())


@pytest.mark.parametrize("own_lies", [True, False])
def test_without_any_table_the_syndromes_say_whether_own_bytes_or_others_are_wrong(
    a_set: Set, own_lies: bool
) -> None:
    own = spoilt(a_set.long[:CHUNK_BYTES]) + spoilt(a_set.long[CHUNK_BYTES:]) if own_lies else a_set.long
    other = a_set.short if own_lies else spoilt(a_set.short)
    # A second fault of the own disc, where the other member has only zeros: the file is wrong in any case.
    own = own[: CHUNK_BYTES + SECTOR] + bytes(SECTOR) + own[CHUNK_BYTES + 2 * SECTOR :]
    members = [
        without_table(a_set.member(number, data))
        for number, data in ((1, other), (2, a_set.parity[0]), (3, a_set.parity[1]))
    ]
    spool = a_set.folder / "wanted.spool"
    spool.write_bytes(own)

    found = gather(
        [a_set.file],
        spool,
        direct_copy=7,
        members=members,
        shape=SetShape(2, 2, 2, 0, b"", 0, len(a_set.long)),
        kernel=KERNEL,
        report=lambda done, total: None,
        own=[OwnRead(7, ((0, len(own)),))],
    )

    assert not found.wrong
    assert spool.read_bytes()[: len(own)] == a_set.long
    assert found.bad == (((7, 0), (7, 1)) if own_lies else ((7, 1), (11, 0)))
    assert set(found.located) == ({7} if own_lies else {7, 11})


def test_own_chunks_that_are_right_are_not_asked_for_again(a_set: Set) -> None:
    own = a_set.long[:CHUNK_BYTES] + bytes(len(a_set.long) - CHUNK_BYTES)

    found = a_set.gather(own, [])

    assert found.missing == (1,)


def test_tables_are_decoded_once_for_a_gather_and_not_once_for_a_chunk(
    a_set: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[int] = []

    class Counting:
        @staticmethod
        def from_bytes(stored: bytes) -> ChunkTable:
            decoded.append(len(stored))
            return ChunkTable.from_bytes(stored)

    monkeypatch.setattr(rebuild, "ChunkTable", Counting)
    members = [a_set.member(1, a_set.short), a_set.member(2, a_set.parity[0])]

    assert not a_set.gather(bytes(len(a_set.long)), members).wrong

    assert len(decoded) == 3
