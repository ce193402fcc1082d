"""A simulated disc: what it takes, what it refuses, and what is on record when."""

import os
from pathlib import Path

import pytest

from simulator.damage import CLUSTER_BYTES, ByteRange
from simulator.disc import (
    DiscState,
    NotWritable,
    OutOfPlace,
    OverCapacity,
    ReadFailed,
    SimulatedDisc,
)
from simulator.errors import RoomDamaged
from simulator.records import load_lines


def blank(folder: Path, **options: object) -> SimulatedDisc:
    return SimulatedDisc(folder, capacity_sectors=128, **options)  # type: ignore[arg-type]


def test_a_disc_goes_from_blank_over_appendable_to_complete(tmp_path: Path) -> None:
    disc = blank(tmp_path)
    assert (disc.state, disc.next_writable) == (DiscState.BLANK, 0)
    disc.write(0, b"a" * CLUSTER_BYTES)
    assert (disc.state, disc.next_writable) == (DiscState.APPENDABLE, 32)
    disc.close()
    assert (disc.state, disc.next_writable) == (DiscState.COMPLETE, None)
    disc.release()


def test_a_partial_cluster_is_padded_with_zeros_when_flushed(tmp_path: Path) -> None:
    disc = blank(tmp_path)
    disc.write(0, b"a" * 2048)
    assert disc.next_writable == 1
    assert disc.written_bytes == 0
    disc.flush()
    assert disc.next_writable == 32
    assert disc.read(0, 32) == b"a" * 2048 + bytes(31 * 2048)
    disc.release()


def test_small_writes_come_together_in_clusters(tmp_path: Path) -> None:
    disc = blank(tmp_path)
    content = os.urandom(70 * 2048)
    for lba in range(0, 70, 5):
        disc.write(lba, content[lba * 2048 : (lba + 5) * 2048])
    disc.close()
    assert disc.read(0, 70) == content
    disc.release()


@pytest.mark.parametrize(
    ("lba", "sectors", "error"), [(1, 1, OutOfPlace), (0, 129, OverCapacity), (64, 1, OutOfPlace)]
)
def test_a_refused_write_leaves_a_blank_disc_blank(
    tmp_path: Path, lba: int, sectors: int, error: type[Exception]
) -> None:
    disc = blank(tmp_path)
    with pytest.raises(error):
        disc.write(lba, bytes(sectors * 2048))
    assert disc.state is DiscState.BLANK
    assert not list(tmp_path.iterdir())


def test_a_written_cluster_never_changes(tmp_path: Path) -> None:
    disc = blank(tmp_path)
    disc.write(0, b"a" * CLUSTER_BYTES)
    with pytest.raises(OutOfPlace):
        disc.write(0, b"b" * CLUSTER_BYTES)
    disc.close()
    with pytest.raises(NotWritable):
        disc.write(32, b"b" * CLUSTER_BYTES)
    assert disc.read(0, 32) == b"a" * CLUSTER_BYTES
    disc.release()


def test_a_blank_disc_cannot_be_closed(tmp_path: Path) -> None:
    with pytest.raises(NotWritable, match="blank"):
        blank(tmp_path).close()


def test_the_journal_is_synced_before_the_first_byte_and_the_bytes_before_complete(tmp_path: Path) -> None:
    image = tmp_path / "image.raw"
    seen: list[tuple[list[str], int]] = []

    def watch(descriptor: int) -> None:
        states = [line["state"] for line in load_lines(tmp_path / "journal.jsonl")]
        seen.append((states, image.stat().st_size if image.exists() else -1))

    disc = blank(tmp_path, sync=watch)
    disc.write(0, b"a" * CLUSTER_BYTES)
    disc.close()
    assert seen[0] == (["appendable"], -1)
    assert (["appendable"], CLUSTER_BYTES) in seen
    assert seen.index((["appendable"], CLUSTER_BYTES)) < seen.index(
        (["appendable", "complete"], CLUSTER_BYTES)
    )
    disc.release()


def test_a_torn_journal_line_was_never_visible(tmp_path: Path) -> None:
    disc = blank(tmp_path)
    disc.write(0, b"a" * CLUSTER_BYTES)
    disc.release()
    with open(tmp_path / "journal.jsonl", "ab") as journal:
        journal.write(b'{"state":"comp')
    again = blank(tmp_path)
    assert again.state is DiscState.APPENDABLE
    again.close()
    again.release()
    assert [line["state"] for line in load_lines(tmp_path / "journal.jsonl")] == ["appendable", "complete"]


def test_a_damaged_journal_is_an_error_and_no_blank_disc(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_bytes(b"rubbish\n")
    with pytest.raises(RoomDamaged, match="journal"):
        blank(tmp_path)


def test_sectors_past_the_written_ones_read_as_zeros_or_as_an_error(tmp_path: Path) -> None:
    disc = blank(tmp_path / "zeros")
    disc.write(0, b"a" * CLUSTER_BYTES)
    assert disc.read(31, 2) == b"a" * 2048 + bytes(2048)
    disc.release()
    strict = blank(tmp_path / "error", unwritten_reads="error")
    strict.write(0, b"a" * CLUSTER_BYTES)
    with pytest.raises(ReadFailed, match="sector 32 was never written"):
        strict.read(31, 2)
    with pytest.raises(OverCapacity):
        strict.read(127, 2)
    strict.release()


def test_unreadable_sectors_stay_unreadable_and_the_others_readable(tmp_path: Path) -> None:
    disc = blank(tmp_path)
    disc.write(0, b"a" * CLUSTER_BYTES)
    disc.make_unreadable((ByteRange(5 * 2048 + 100, 2048),))
    disc.release()
    again = blank(tmp_path)
    with pytest.raises(ReadFailed) as failed:
        again.read(0, 32)
    assert failed.value.lba == 5
    assert again.read(0, 5) + again.read(7, 25) == b"a" * 30 * 2048
    assert again.raw_copy().unreadable == (ByteRange(5 * 2048, 2 * 2048),)
    again.release()


def test_silent_damage_changes_exactly_the_bytes_it_names(tmp_path: Path) -> None:
    disc = blank(tmp_path)
    disc.write(0, b"a" * (2 * CLUSTER_BYTES))
    piece = ByteRange(CLUSTER_BYTES - 10, 30)
    disc.flip((piece,), seed=3)
    data = disc.read(0, 64)
    changed = [offset for offset, byte in enumerate(data) if byte != ord("a")]
    assert changed == list(range(piece.offset, piece.end))
    disc.release()
