"""A simulated cartridge on disk: whatever was interrupted, it opens with whole blocks only. And how far its tape is."""

from pathlib import Path

import pytest

from backends.tape.densities import GENERATIONS, can_read, can_write
from simulator.cartridge import BlockDamaged, Chip, SimulatedCartridge, make_cartridge
from simulator.errors import RoomDamaged
from simulator.tape_motion import Reel, TapeLatencies


def quick(descriptor: int) -> None:
    """No fsync: nothing of this must last."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_cartridge(tmp_path / "c", Chip("lto-8", "S1", 1 << 20), sync=quick)
    return tmp_path / "c"


def opened(folder: Path) -> SimulatedCartridge:
    return SimulatedCartridge(folder, sync=quick)


def content(cartridge: SimulatedCartridge) -> list[bytes | None]:
    return [
        cartridge.read(number) if cartridge.length(number) else None for number in range(cartridge.objects)
    ]


@pytest.mark.parametrize("cut_bytes", range(1, 9))
def test_a_block_whose_length_is_torn_was_never_written(folder: Path, cut_bytes: int) -> None:
    cartridge = opened(folder)
    cartridge.put(0, [b"first", None, b"second"])
    cartridge.release()
    objects = folder / "objects.bin"
    objects.write_bytes(objects.read_bytes()[:-cut_bytes])
    again = opened(folder)
    assert content(again) == ([b"first", None] if cut_bytes <= 4 else [b"first"])
    again.put(again.objects, [b"third"])
    again.release()
    last = opened(folder)
    assert content(last)[-1] == b"third"
    last.release()


def test_a_block_whose_bytes_are_torn_was_never_written(folder: Path) -> None:
    cartridge = opened(folder)
    cartridge.put(0, [b"first", b"second"])
    cartridge.release()
    data = folder / "data.raw"
    data.write_bytes(data.read_bytes()[:-1])
    again = opened(folder)
    assert content(again) == [b"first"]
    again.release()


def test_damage_stays_and_overwriting_mends_it(folder: Path) -> None:
    cartridge = opened(folder)
    cartridge.put(0, [b"a", b"b", b"c"])
    cartridge.make_unreadable(1, 2)
    cartridge.release()
    again = opened(folder)
    assert again.unreadable == {1, 2}
    with pytest.raises(BlockDamaged):
        again.read(2)
    again.put(2, [b"new"])
    again.release()
    last = opened(folder)
    assert last.unreadable == {1}
    assert last.read(2) == b"new"
    last.release()


def test_a_drive_reads_two_generations_back_until_the_seventh_and_one_since() -> None:
    readable = {
        name: {medium for medium, kind in GENERATIONS.items() if can_read(drive, kind)}
        for name, drive in GENERATIONS.items()
        if name != "lto-7-m8"
    }
    assert readable["lto-7"] == {"lto-5", "lto-6", "lto-7"}
    assert readable["lto-8"] == {"lto-7", "lto-7-m8", "lto-8"}
    assert readable["lto-9"] == {"lto-8", "lto-9"}
    assert not can_write(GENERATIONS["lto-7"], GENERATIONS["lto-5"])
    assert can_write(GENERATIONS["lto-8"], GENERATIONS["lto-7-m8"])


def test_a_folder_without_a_cartridge_is_named(tmp_path: Path) -> None:
    with pytest.raises(RoomDamaged, match="no cartridge"):
        opened(tmp_path)


def test_the_way_on_a_tape_that_runs_forth_and_back() -> None:
    kind = GENERATIONS["lto-8"]
    reel = Reel(kind, kind.capacity_bytes, TapeLatencies())
    wrap = kind.capacity_bytes / kind.wraps
    assert reel.metres(0) == 0
    assert reel.metres(int(wrap / 2)) == pytest.approx(480, abs=1)
    assert reel.metres(int(wrap) - 1000) == pytest.approx(960, abs=1)
    assert reel.metres(2 * int(wrap) - 1000) == pytest.approx(0, abs=1)
    assert reel.seek_s(7, 7) == 0
    # What lies a whole pair of wraps further on lies beside it.
    assert reel.seek_s(1000, 1000 + 2 * int(wrap)) < 3
    # Over half of the length it takes about as long as makers say for a file somewhere on the tape.
    assert 45 < reel.seek_s(0, int(wrap / 2)) < 55
    assert reel.rewind_s(int(wrap) - 1000) == pytest.approx(96, abs=1)
    assert reel.transfer_s(360_000_000) == pytest.approx(1)
