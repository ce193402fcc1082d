"""Appends that fail: what the session says, what is on the tape afterwards, and that no thread is left."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from backends.errors import AppendCancelled, ImageDiffers, MediumFull, MediumRefused, WriteFailed
from backends.interface import TapePosition
from backends.tape.block_feed import BlockFeed
from backends.tape.contents import read_contents
from backends.tape.image_on_tape import ImageIdentity
from backends.tape.labelling import label_cartridge
from backends.tape.recognition import TapeEnd
from devices.failures import TransportTimeout
from erasure.digests import Digests
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

ONE, TWO, THREE = (image_bytes(seed, 112) for seed in (1, 2, 3))  # seven blocks each


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) == before


@pytest.fixture(params=[False, True], ids=["rewritable", "worm"])
def tape(request: pytest.FixtureRequest) -> MemoryTape:
    made = MemoryTape(worm=request.param)
    label_cartridge(made, a_label())
    return made


class Failing(Bytes):
    """Raises after the first piece."""

    def __init__(self, data: bytes, error: BaseException) -> None:
        super().__init__(data, BLOCK_BYTES)
        self._error, self._reads = error, 0

    def readinto(self, buffer: memoryview) -> int:
        self._reads += 1
        if self._reads > 3:
            raise self._error
        return super().readinto(buffer)


class Endless:
    """Gives zeros for ever."""

    def readinto(self, buffer: memoryview) -> int:
        return len(buffer)


@pytest.mark.parametrize("ring_blocks", [0, 2])
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (lambda: Failing(TWO, OSError("the disk is gone")), OSError),
        (lambda: Failing(TWO, KeyboardInterrupt()), KeyboardInterrupt),
        (lambda: Failing(TWO, MemoryError()), MemoryError),
        (lambda: Bytes(TWO[:-1]), ImageDiffers),
        (lambda: Bytes(TWO[:BLOCK_BYTES]), ImageDiffers),
        (lambda: Bytes(b""), ImageDiffers),
        (lambda: Bytes(TWO + b"x"), ImageDiffers),
        (Endless, ImageDiffers),
        (lambda: Bytes(TWO[:-1] + b"x"), ImageDiffers),
    ],
    ids=["error", "interrupt", "memory", "short", "one block", "empty", "long", "endless", "other byte"],
)
def test_a_bad_source_costs_its_image_only(
    tape: MemoryTape, source: object, expected: type[BaseException], ring_blocks: int
) -> None:
    writing = session(tape, ring_blocks=ring_blocks)
    first = writing.append(identity(ONE, "I1"), Bytes(ONE))
    with pytest.raises(expected):
        writing.append(identity(TWO, "I2"), source())  # type: ignore[operator]
    third = writing.append(identity(THREE, "I3"), Bytes(THREE))
    report = writing.finish()
    assert (report.images, report.index_problem) == ((first, third), "")
    for whole in (False, True):
        found = read_contents(tape, whole=whole)
        assert found.images == (first, third)
        assert found.end is TapeEnd.CLEAN
        assert bool(found.skipped) is tape.worm
    assert (read_back(tape, first), read_back(tape, third)) == (ONE, THREE)


def test_a_failed_last_image_leaves_a_clean_end(tape: MemoryTape) -> None:
    writing = session(tape)
    first = writing.append(identity(ONE, "I1"), Bytes(ONE))
    asked: list[int] = []
    with pytest.raises(AppendCancelled):
        writing.append(
            identity(TWO, "I2"), Bytes(TWO), progress=asked.append, is_cancelled=lambda: len(asked) > 2
        )
    assert asked == [BLOCK_BYTES, 2 * BLOCK_BYTES, 3 * BLOCK_BYTES]
    assert not writing.finish().index_problem
    found = read_contents(tape)
    assert (found.images, found.end, found.from_index) == ((first,), TapeEnd.CLEAN, True)


@pytest.mark.parametrize("ring_blocks", [3])
@pytest.mark.parametrize("behind", range(13))
@pytest.mark.parametrize("deferred", [False, True], ids=["at once", "later"])
def test_what_a_drive_fails_to_write_is_not_written_and_ends_the_session(
    behind: int, deferred: bool, ring_blocks: int
) -> None:
    tape = MemoryTape()
    label_cartridge(tape, a_label())
    writing = session(tape, ring_blocks=ring_blocks)
    first = writing.append(identity(ONE, "I1"), Bytes(ONE))
    at = len(tape.objects) + behind
    tape.fail_at[at] = WriteFailed(at, "the tape is worn", unit="block", deferred=deferred)
    if behind < 12:
        with pytest.raises(WriteFailed, match="worn"):
            writing.append(identity(TWO, "I2"), Bytes(TWO))
        with pytest.raises(WriteFailed, match="ended already"):
            writing.append(identity(TWO, "I2"), Bytes(TWO))
        expected = (first,)
    else:  # nothing but the index is lost
        expected = (first, writing.append(identity(TWO, "I2"), Bytes(TWO)))
    report = writing.finish()
    assert report.images == expected
    assert "worn" in report.index_problem
    assert read_contents(tape).images[0] == first
    if behind < 10:
        assert read_contents(tape).images == (first,)


def test_after_silence_nothing_more_is_sent_to_the_drive(tape: MemoryTape) -> None:
    writing = session(tape)
    at = len(tape.objects) + 4
    tape.fail_at[at] = TransportTimeout("no answer")
    with pytest.raises(TransportTimeout):
        writing.append(identity(ONE, "I1"), Bytes(ONE))
    with pytest.raises(WriteFailed):
        writing.append(identity(TWO, "I2"), Bytes(TWO))
    assert writing.finish().index_problem
    assert len(tape.objects) == at


@pytest.mark.parametrize("room", range(12, 25))
def test_an_image_for_which_the_tape_ends_too_early_is_withdrawn(room: int) -> None:
    tape = MemoryTape()
    label_cartridge(tape, a_label())
    writing = session(tape)
    first = writing.append(identity(ONE, "I1"), Bytes(ONE))
    tape.capacity_objects = len(tape.objects) + room - 10
    if room < 22:
        with pytest.raises(MediumFull):
            writing.append(identity(TWO, "I2"), Bytes(TWO))
        expected = (first,)
    else:
        expected = (first, writing.append(identity(TWO, "I2"), Bytes(TWO)))
    report = writing.finish()
    assert report.images == expected
    found = read_contents(tape)
    assert found.images == expected
    assert bool(report.index_problem) is (room in (22, 23))
    assert found.end is TapeEnd.CLEAN


def test_an_image_that_does_not_fit_is_not_begun(tape: MemoryTape) -> None:
    writing, before = session(tape), len(tape.objects)
    tape.remaining_bytes = 0
    large = replace(identity(ONE, "I1"), size_bytes=1 << 20)
    with pytest.raises(MediumFull, match="not begun"):
        writing.append(large, Bytes(ONE))
    assert len(tape.objects) == before
    tape.remaining_bytes = None
    tape.capacity_objects, tape.early_objects = before + 100, 100
    with pytest.raises(MediumFull, match="near its end"):
        writing.append(identity(ONE, "I1"), Bytes(ONE))
    assert writing.finish().nearly_full


def test_nothing_is_written_where_the_tape_does_not_stand(
    tape: MemoryTape, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, before = session(tape), list(tape.objects)
    monkeypatch.setattr(tape, "position", lambda: TapePosition(7))
    with pytest.raises(MediumRefused, match="stands at block 7"):
        writing.append(identity(ONE, "I1"), Bytes(ONE))
    assert tape.objects == before


def test_one_good_digest_is_enough_to_prove_an_image_and_a_quick_one_is_not() -> None:
    tape = MemoryTape()
    label_cartridge(tape, a_label())
    with pytest.raises(ValueError, match="prove"):
        session(tape, digests=("xxh3-128",)).append(identity(ONE, "I1"), Bytes(ONE))
    writing = session(tape, digests=("blake3",))
    with pytest.raises(ImageDiffers, match="blake3"):
        writing.append(identity(ONE, "I1"), Bytes(TWO))
    place = writing.append(identity(ONE, "I1"), Bytes(ONE))
    assert read_contents(tape).images == (place,)
    assert place.digests == identity(ONE, "I1").digests


def test_the_ring_waits_for_a_slow_source_and_says_so() -> None:
    gate = threading.Event()

    class Slow(Bytes):
        def readinto(self, buffer: memoryview) -> int:
            gate.wait(10)
            return super().readinto(buffer)

    feed = BlockFeed(Slow(ONE, BLOCK_BYTES), len(ONE), BLOCK_BYTES, Digests(), ring_blocks=2)
    with feed:
        gate.set()
        blocks = []
        for block in feed:
            blocks.append(bytes(block))
            if len(blocks) == 2:
                gate.clear()
                threading.Timer(0.05, gate.set).start()
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer):
                thread.join()
    assert b"".join(blocks) == ONE
    assert feed.underruns >= 1
    assert feed.hexdigests == dict(identity(ONE, "I1").digests)


def test_an_image_says_only_what_a_text_can_say() -> None:
    digests = {"sha256": "0" * 64}
    for wrong in (
        {"image_id": ""},
        {"image_id": "a\nb"},
        {"size_bytes": 0},
        {"size_bytes": 2047},
        {"kind": "both"},
        {"position": -1},
        {"digests": {}},
        {"digests": {"sha256": "0"}},
        {"digests": {**digests, "MD5": "00"}},
    ):
        with pytest.raises(ValueError, match="image"):
            ImageIdentity(**{"image_id": "I", "size_bytes": 2048, "digests": digests, **wrong})  # type: ignore[arg-type]
