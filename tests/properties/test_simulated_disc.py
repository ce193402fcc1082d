"""A simulated disc keeps its promises under any sequence of writes, and when it is killed at any sync."""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.damage import CLUSTER_BYTES, SECTOR_BYTES, ByteRange, merged, scattered, whole_sectors
from simulator.disc import DiscRefused, DiscState, SimulatedDisc

CAPACITY_SECTORS = 8 * 32


class Killed(BaseException):
    """Stands for SIGKILL: nothing after it is carried out."""


def nothing(descriptor: int) -> None:
    """Stands for fsync where only the order matters."""


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def sectors_of(number: int, count: int) -> bytes:
    return bytes([number % 255 + 1]) * (count * SECTOR_BYTES)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 70)),
        st.tuples(st.just("misplaced"), st.integers(1, 70)),
        st.tuples(st.just("flush"), st.just(0)),
        st.tuples(st.just("close"), st.just(0)),
        st.tuples(st.just("killed"), st.just(0)),
    ),
    max_size=14,
)


@given(steps)
def test_a_disc_is_always_what_a_simple_model_says(steps: list[tuple[str, int]]) -> None:
    with folder() as path:
        disc = SimulatedDisc(path, capacity_sectors=CAPACITY_SECTORS, sync=nothing)
        burnt, buffered, state = b"", b"", DiscState.BLANK
        for number, (step, count) in enumerate(steps):
            position = (len(burnt) + len(buffered)) // SECTOR_BYTES
            data = sectors_of(number, count)
            fits = state is not DiscState.COMPLETE and position + count <= CAPACITY_SECTORS
            if step == "write" and fits:
                disc.write(position, data)
                buffered += data
                whole = len(buffered) // CLUSTER_BYTES * CLUSTER_BYTES
                burnt, buffered = burnt + buffered[:whole], buffered[whole:]
                state = DiscState.APPENDABLE
            elif step in {"write", "misplaced"}:
                with pytest.raises(DiscRefused):
                    disc.write(position + (step == "misplaced"), data)
            elif step == "close" and state is not DiscState.APPENDABLE:
                with pytest.raises(DiscRefused):
                    disc.close()
            elif step in {"flush", "close"}:
                disc.flush() if step == "flush" else disc.close()
                burnt, buffered = burnt + buffered + bytes(-len(buffered) % CLUSTER_BYTES), b""
                state = DiscState.COMPLETE if step == "close" else state
            elif step == "killed":
                disc.release()
                disc = SimulatedDisc(path, capacity_sectors=CAPACITY_SECTORS, sync=nothing)
                buffered = b""
            assert disc.state is state
            assert disc.written_bytes == len(burnt)
            expected_next = (
                None if state is DiscState.COMPLETE else (len(burnt) + len(buffered)) // SECTOR_BYTES
            )
            assert disc.next_writable == expected_next
            assert disc.read(0, len(burnt) // SECTOR_BYTES) == burnt
        disc.release()


@settings(max_examples=60)
@given(st.integers(1, 8), st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_killed_at_any_sync_a_disc_is_blank_and_untouched_or_appendable_or_complete(
    kill_at: int, sizes: list[int]
) -> None:
    syncs = 0

    def kill(descriptor: int) -> None:
        nonlocal syncs
        syncs += 1
        if syncs == kill_at:
            raise Killed

    with folder() as path:
        disc = SimulatedDisc(path, capacity_sectors=CAPACITY_SECTORS, sync=kill)
        content = b""
        closed = False
        try:
            for number, size in enumerate(sizes):
                data = sectors_of(number, size)
                content += data
                disc.write(len(content) // SECTOR_BYTES - size, data)
            disc.flush()
            disc.close()
            closed = True
        except Killed:
            pass
        finally:
            disc.release()
        found = SimulatedDisc(path, capacity_sectors=CAPACITY_SECTORS, sync=nothing)
        image = path / "image.raw"
        assert found.state is not DiscState.BLANK or not image.exists()
        assert not closed or found.state is DiscState.COMPLETE
        padded = content + bytes(-len(content) % CLUSTER_BYTES)
        assert found.read(0, found.written_bytes // SECTOR_BYTES) == padded[: found.written_bytes]
        if found.state is DiscState.COMPLETE:
            assert found.written_bytes == len(padded)
        found.release()


ranges = st.lists(st.builds(ByteRange, st.integers(0, 5000), st.integers(1, 3000)), max_size=8)


@given(ranges)
def test_merged_ranges_cover_the_same_bytes_and_do_not_touch(pieces: list[ByteRange]) -> None:
    result = merged(pieces)
    assert {b for r in result for b in range(r.offset, r.end)} == {
        b for r in pieces for b in range(r.offset, r.end)
    }
    assert all(one.end < other.offset for one, other in itertools.pairwise(result))


@given(st.integers(0, 40), st.floats(0.1, 100), st.integers(0, 5))
def test_scattered_damage_is_whole_clusters_of_the_written_area_and_repeats_under_a_seed(
    clusters: int, percent: float, seed: int
) -> None:
    written = clusters * CLUSTER_BYTES
    pieces = scattered(written_bytes=written, percent=percent, seed=seed)
    assert pieces == scattered(written_bytes=written, percent=percent, seed=seed)
    assert all(r == whole_sectors(r) and r.length % CLUSTER_BYTES == 0 and r.end <= written for r in pieces)
    damaged = sum(r.length for r in pieces) // CLUSTER_BYTES
    assert damaged == (min(clusters, max(1, round(clusters * percent / 100))) if clusters else 0)
