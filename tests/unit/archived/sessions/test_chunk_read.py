"""Chunks are judged one by one: what is bad is named, and what came slowly or at a second attempt; reading stops."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archived.sessions import examine
from archived.sessions.chunk_read import DIFFERS, UNREADABLE, ChunksRead, read_chunks
from archived.sessions.examine import Drawing, Examination, Visit
from archived.sessions.half_reads import HalfReads
from archived.sessions.read import Expected
from backends.errors import MediumUnreadable
from devices.clock import SimulatedClock
from erasure.chunks import CHUNK_BYTES, ChunkTable, ChunkTableBuilder
from erasure.digests import Digests

SECTOR = 2048
TOTAL = 12
IMAGE = Random(7).randbytes(TOTAL * CHUNK_BYTES - 96 * SECTOR)
CLOCK = SimulatedClock()


def table_of(data: bytes) -> ChunkTable:
    builder = ChunkTableBuilder()
    builder.update(data)
    return builder.finish()


TABLE = table_of(IMAGE)


class Source:
    """Sectors of IMAGE: in some chunks none can be read, some are wrong, some only for the first time."""

    def __init__(
        self,
        bad: Sequence[int] = (),
        wrong: Sequence[int] = (),
        once: Sequence[int] = (),
        slow: Sequence[int] = (),
    ) -> None:
        self.bad, self.wrong, self.once, self.slow = set(bad), set(wrong), set(once), set(slow)
        self.read_chunks: list[int] = []

    def read(self, lba: int, sectors: int) -> bytes:
        number = lba * SECTOR // CHUNK_BYTES
        self.read_chunks.append(number)
        CLOCK.sleep(2.0 if number in self.slow else 0.1)
        if number in self.once or (number in self.bad and lba % 512 < 32):
            self.once.discard(number)
            raise MediumUnreadable(lba, sectors)
        data = IMAGE[lba * SECTOR : (lba + sectors) * SECTOR]
        return bytes(len(data)) if number in self.wrong else data


def read(source: Source, numbers: Sequence[int] = range(TOTAL), limit: int = TOTAL) -> ChunksRead:
    return read_chunks(source, TABLE, list(numbers), CLOCK, lambda done, _bytes: done < limit)


CHUNKS = st.sets(st.integers(0, TOTAL - 1), max_size=4)


@settings(deadline=None, max_examples=30)
@given(CHUNKS, CHUNKS, CHUNKS, st.integers(1, TOTAL))
def test_every_bad_chunk_that_was_read_is_named_and_no_other(
    bad: set[int], wrong: set[int], once: set[int], limit: int
) -> None:
    wrong, once = wrong - bad, once - bad - wrong
    done = read(Source(bad, wrong, once), limit=limit)
    seen = set(range(limit))
    assert done.done == limit
    assert {one.number for one in done.bad if one.what == UNREADABLE} == bad & seen
    assert {one.number for one in done.bad if one.what == DIFFERS} == wrong & seen
    assert {one.number for one in done.retried} == once & seen
    assert done.bytes_read == min(limit * CHUNK_BYTES, len(IMAGE))


def test_only_clusters_that_stay_unreadable_count_and_a_third_attempt_is_not_made() -> None:
    source = Source(bad=[3])
    done = read(source, [3])
    assert [(one.number, one.what, one.sectors) for one in done.bad] == [(3, UNREADABLE, 32)]
    assert source.read_chunks.count(3) == 1 + 1 + 16, "whole, whole again, and cluster by cluster"


def test_a_region_that_comes_much_slower_than_the_rest_is_named() -> None:
    done = read(Source(slow=[5, 6]))
    assert [(one.number, one.seconds) for one in done.slow] == [(5, 2.0), (6, 2.0)]
    assert not read(Source(slow=[1]), [0, 1, 2]).slow, "of three nobody can tell what is usual"


def expected() -> Expected:
    digests = Digests()
    digests.update(IMAGE)
    found = digests.hexdigests()
    return Expected("I1", len(IMAGE), found["sha256"], found["blake3"], found["xxh3-128"], TABLE.to_bytes())


def a_task(memory: HalfReads, **changes: Any) -> Examination:
    drawing = Drawing("full", 100.0, False, "s", "M1/I1")
    made = Examination("verify item 1", 1, 1, "M1", "L", 256, "M1", "B1", expected(), drawing, memory)
    return replace(made, **changes)


class FakeTools:
    """As much of the tools as reading chunks asks for."""

    def __init__(self) -> None:
        self.clock, self.progress = CLOCK, type("Board", (), {"hurried": False})()


def visit(task: Examination, source: Source, tools: FakeTools, stop_at: int = 99) -> Visit:
    reports: list[int] = []

    def report(done_bytes: int, _total: int) -> None:
        reports.append(done_bytes)
        if len(reports) == stop_at:
            task.memory.stop(task.key, "somebody waits")

    task.memory.begin(task.key)
    return examine._by_chunks(task, tools, source, report)  # type: ignore[arg-type]


def test_told_to_stop_it_stops_at_the_next_chunk_and_the_next_visit_goes_on_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(examine, "SLICE_S", 1e9)
    memory, tools, source = HalfReads(), FakeTools(), Source()
    first = visit(a_task(memory), source, tools, stop_at=4)
    assert (first.read.done, first.ended, first.why) == (4, False, "somebody waits")
    second = visit(a_task(memory, done=4), source, tools)
    assert second.ended
    assert source.read_chunks == list(range(TOTAL)), "no chunk is read twice"
    assert second.digests["sha256"] == expected().sha256, "and the digests are those of all of it"


def test_after_a_restart_chunks_are_compared_on_and_digests_of_the_whole_are_not_claimed() -> None:
    second = visit(a_task(HalfReads(), done=4), Source(), FakeTools())
    assert second.ended
    assert second.digests == {}


def test_a_visit_ends_with_its_slice_and_when_the_daemon_is_to_stop() -> None:
    tools, memory = FakeTools(), HalfReads()
    slow = Source(slow=range(TOTAL))
    assert visit(a_task(memory), slow, tools).read.done == TOTAL, "24 s fit into a slice"
    tools.progress.hurried = True
    first = visit(a_task(memory), slow, tools)
    assert (first.read.done, first.ended) == (1, False)
    assert first.why


def test_a_medium_beyond_asking_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examine, "BAD_MAX", 3)
    monkeypatch.setattr(examine, "SLICE_S", 0.0)
    memory, tools = HalfReads(), FakeTools()
    source = Source(wrong=range(TOTAL))
    last = visit(a_task(memory, done=5, bad_before=2), source, tools)
    assert last.ended
    assert last.read.done == 1
    assert last.digests == {}


def test_a_sample_that_is_widened_reads_all_the_others() -> None:
    drawing = Drawing("sampled", 30.0, False, "s", "M1/I1")
    first, rest = drawing.numbers(TOTAL, widened=False), drawing.numbers(TOTAL, widened=True)
    assert sorted((*first, *rest)) == list(range(TOTAL))
    assert len(first) == 4
