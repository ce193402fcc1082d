"""Digests and chunk tables do not depend on how the bytes were cut into pieces."""

import hashlib
import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from erasure.chunks import CHUNK_BYTES, ChunkTable, ChunkTableBuilder
from erasure.digests import Digests

DATA = random.Random(11).randbytes(2 * CHUNK_BYTES + 5000)
CUTS = st.lists(st.integers(0, len(DATA)), max_size=12).map(sorted)


def pieces(cuts: list[int]) -> list[memoryview]:
    edges = [0, *cuts, len(DATA)]
    return [memoryview(DATA)[a:b] for a, b in pairwise(edges)]


def test_no_cut_is_one_piece() -> None:
    assert [bytes(piece) for piece in pieces([])] == [DATA]


@settings(max_examples=30)
@given(CUTS)
def test_chunk_tables_do_not_depend_on_the_pieces(cuts: list[int]) -> None:
    whole, cut = ChunkTableBuilder(), ChunkTableBuilder()
    whole.update(DATA)
    for piece in pieces(cuts):
        cut.update(piece)
    table = cut.finish()
    assert table == whole.finish()
    assert ChunkTable.from_bytes(table.to_bytes()) == table


@settings(max_examples=20)
@given(CUTS)
def test_digests_do_not_depend_on_the_pieces(cuts: list[int]) -> None:
    digests = Digests(["sha256", "xxh3-128"])
    for piece in pieces(cuts):
        digests.update(piece)
    assert digests.hexdigests()["sha256"] == hashlib.sha256(DATA).hexdigest()
    assert digests.length_bytes == len(DATA)


@settings(max_examples=30)
@given(st.sets(st.integers(0, len(DATA) - 1), max_size=5))
def test_the_chunks_that_differ_are_the_ones_that_were_changed(places: set[int]) -> None:
    spoilt = bytearray(DATA)
    for place in places:
        spoilt[place] ^= 0x80
    right, wrong = ChunkTableBuilder(), ChunkTableBuilder()
    right.update(DATA)
    wrong.update(spoilt)
    expected = tuple(sorted({place // CHUNK_BYTES for place in places}))
    assert right.finish().bad_chunks(wrong.finish()) == expected
