"""Images appended to a cartridge, session by session."""

import pytest

from backends.errors import MediumRefused
from backends.tape.contents import read_contents, read_label
from backends.tape.image_reader import TapeImageReader
from backends.tape.labelling import label_cartridge
from backends.tape.recognition import TapeEnd
from tests.unit.backends.tape.images import (
    BLOCK_BYTES,
    Bytes,
    a_label,
    identity,
    image_bytes,
    read_back,
    session,
)
from tests.unit.backends.tape.memory_tape import MemoryTape


def labelled(*, worm: bool = False) -> MemoryTape:
    tape = MemoryTape(worm=worm)
    label_cartridge(tape, a_label(worm=worm))
    return tape


@pytest.mark.parametrize("ring_blocks", [0, 1, 3, 32])
def test_images_of_two_sessions_are_found_where_they_were_written(ring_blocks: int) -> None:
    tape = labelled()
    data = [image_bytes(seed, sectors) for seed, sectors in ((1, 17), (2, 80), (3, 16))]
    places = []
    for group in (data[:2], data[2:]):
        writing = session(tape, ring_blocks=ring_blocks)
        for content in group:
            name = f"I{len(places) + 1}"
            places.append(writing.append(identity(content, name), Bytes(content, 5000)))
        report = writing.finish()
        assert [place.image_id for place in report.images] == [p.image_id for p in places[-len(group) :]]
        assert not report.index_problem
        assert report.flushes == len(group) + 1
    for whole in (False, True):
        found = read_contents(tape, whole=whole)
        assert found.label == a_label()
        assert found.images == tuple(places)
        assert (found.end, found.skipped, found.sessions) == (TapeEnd.CLEAN, (), 2)
        assert found.from_index is not whole
        assert found.data_end == (len(tape.objects), 12, True)
    assert [read_back(tape, place) for place in places] == data
    assert read_label(tape) == a_label()


def test_a_reader_gives_any_sectors_and_moves_only_when_it_must() -> None:
    tape, data = labelled(), image_bytes(5, 100)
    place = session(tape).append(identity(data, "I1"), Bytes(data))
    tape.rewind()
    tape.locates.clear()
    reader = TapeImageReader(tape, place, skip_bytes_max=0)
    for lba in range(0, 100, 4):
        assert reader.read(lba, 4) == data[lba * 2048 : (lba + 4) * 2048]
    assert tape.locates == [place.first_block]
    assert reader.read(3, 90) == data[3 * 2048 : 93 * 2048]
    with pytest.raises(ValueError, match="not in an image"):
        reader.read(99, 2)


def test_a_small_gap_is_read_over_and_a_large_one_or_a_bad_one_is_not() -> None:
    tape, data = labelled(), image_bytes(6, 320)
    place = session(tape).append(identity(data, "I1"), Bytes(data))
    tape.rewind()
    tape.locates.clear()
    reader = TapeImageReader(tape, place, skip_bytes_max=4 * BLOCK_BYTES)
    sectors = BLOCK_BYTES // 2048
    # From the label over a filemark and the header, then over four blocks, then over more, then back.
    for block in (0, 5, 11, 2):
        assert reader.read(block * sectors, 1) == data[block * BLOCK_BYTES :][:2048]
    assert tape.locates == [place.first_block + 11, place.first_block + 2]

    tape.bad = {place.first_block + 4}
    assert reader.read(6 * sectors, 1) == data[6 * BLOCK_BYTES :][:2048]
    assert tape.locates[2:] == [place.first_block + 6], "a bad block in the gap costs a motion, and no data"


def test_only_a_blank_cartridge_is_labelled() -> None:
    tape = labelled()
    before = list(tape.objects)
    with pytest.raises(MediumRefused, match="not blank"):
        label_cartridge(tape, a_label())
    assert tape.objects == before
