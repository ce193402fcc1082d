import hashlib
import random
import struct
import zlib

import pytest
from xxhash import xxh3_128

from erasure.chunks import CHUNK_BYTES, ChunkTable, ChunkTableBuilder
from erasure.errors import BadShape, ChunkTableDamaged

DATA = random.Random(7).randbytes(3 * CHUNK_BYTES + 777)


def table_of(data: bytes, piece: int = CHUNK_BYTES) -> ChunkTable:
    builder = ChunkTableBuilder()
    for start in range(0, len(data), piece):
        builder.update(memoryview(data)[start : start + piece])
    return builder.finish()


def test_each_chunk_has_the_sums_that_zlib_and_xxhash_give() -> None:
    table = table_of(DATA)
    assert len(table) == 4
    for i in range(4):
        chunk = DATA[i * CHUNK_BYTES : (i + 1) * CHUNK_BYTES]
        assert table.sums_of(i) == (zlib.crc32(chunk), xxh3_128(chunk).digest())
    assert [table.range_of(i)[1] for i in range(4)] == [CHUNK_BYTES] * 3 + [777]


@pytest.mark.parametrize("piece", [1013, 65536, CHUNK_BYTES - 1, CHUNK_BYTES + 1, 5 * CHUNK_BYTES])
def test_the_size_of_the_pieces_makes_no_difference(piece: int) -> None:
    assert table_of(DATA, piece) == table_of(DATA)


def test_a_builder_starts_anew_after_finishing() -> None:
    builder = ChunkTableBuilder()
    builder.update(DATA[:100])
    first = builder.finish()
    builder.update(DATA[:100])
    assert builder.finish() == first
    assert builder.finish() == table_of(b"")


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, len(DATA)])
def test_a_stored_table_reads_back_equal(size: int) -> None:
    table = table_of(DATA[:size])
    assert ChunkTable.from_bytes(table.to_bytes()) == table
    assert table.length_bytes == size


def test_the_stored_form_is_the_documented_one() -> None:
    body = bytes.fromhex("41524348554e4b53 01000000 00001000 0800000000000000 0100000000000000")
    body += struct.pack("<I", zlib.crc32(b"archived")) + xxh3_128(b"archived").digest()
    assert table_of(b"archived").to_bytes() == body + hashlib.sha256(body).digest()


def test_changing_any_byte_of_a_stored_table_is_noticed() -> None:
    stored = bytearray(table_of(DATA[: CHUNK_BYTES + 5]).to_bytes())
    for position in range(len(stored)):
        stored[position] ^= 0x40
        with pytest.raises(ChunkTableDamaged):
            ChunkTable.from_bytes(bytes(stored))
        stored[position] ^= 0x40


def test_a_stored_table_that_was_cut_or_lengthened_is_refused() -> None:
    stored = table_of(DATA[:10]).to_bytes()
    for wrong in (b"", stored[:31], stored[:-1], stored + b"\0"):
        with pytest.raises(ChunkTableDamaged):
            ChunkTable.from_bytes(wrong)


def test_bad_chunks_are_the_ones_that_differ() -> None:
    spoilt = bytearray(DATA)
    spoilt[5] ^= 1
    spoilt[-1] ^= 1
    assert table_of(DATA).bad_chunks(table_of(bytes(spoilt))) == (0, 3)
    assert table_of(DATA).bad_chunks(table_of(DATA)) == ()


def test_chunks_that_only_one_has_or_that_differ_in_length_count_as_bad() -> None:
    whole = table_of(DATA)
    assert whole.bad_chunks(table_of(DATA[:CHUNK_BYTES])) == (1, 2, 3)
    assert table_of(DATA[:CHUNK_BYTES]).bad_chunks(whole) == (1, 2, 3)
    assert whole.bad_chunks(table_of(DATA[:-1])) == (3,)
    assert table_of(bytes(10)).bad_chunks(table_of(b"")) == (0,)


def test_one_chunk_can_be_judged_alone() -> None:
    table = table_of(DATA)
    last = DATA[3 * CHUNK_BYTES :]
    assert table.matches(3, last)
    assert table.matches(0, memoryview(DATA)[:CHUNK_BYTES])
    assert not table.matches(1, memoryview(DATA)[:CHUNK_BYTES])
    assert not table.matches(3, last[:-1])
    with pytest.raises(BadShape, match="no chunk 4"):
        table.matches(4, b"")


def test_a_table_that_does_not_fit_its_length_cannot_be_made() -> None:
    table = table_of(DATA)
    with pytest.raises(BadShape):
        ChunkTable(length_bytes=10, crc32=table.crc32, xxh3=table.xxh3)
