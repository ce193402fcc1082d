"""Cartridges frozen when the tape format was fixed. Every later release reads them; they are never made again."""

import hashlib
import tarfile

import pytest

from backends.tape.contents import read_contents
from backends.tape.image_reader import TapeImageReader
from backends.tape.recognition import TapeEnd
from tests.formats.freezing import SAMPLES
from tests.formats.tape_freezing import FROZEN, SECTORS, image_of
from tests.unit.backends.tape.memory_tape import MARK, MemoryTape

#: What each sample holds: images with their tape files, skipped tape files, and how it ends.
EXPECTED = {
    "tape-v1-two-sessions": ({"I000001": 2, "I000002": 5, "I000003": 9}, (), TapeEnd.CLEAN, 2),
    "tape-v1-torn": ({"I000001": 2}, (5, 6), TapeEnd.TORN, 2),
    "tape-v1-worm": ({"I000001": 2, "I000002": 8}, (5, 6), TapeEnd.CLEAN, 3),
}
#: The samples whose bytes this release still makes.
NEWEST = "tape-v1-"


def files_of(name: str) -> list[bytes]:
    with tarfile.open(SAMPLES / f"{name}.tar.xz") as archive:
        members = sorted(archive.getmembers(), key=lambda member: member.name)
        return [file.read() for member in members if (file := archive.extractfile(member))]


def tape_of(files: list[bytes], *, closed: bool) -> MemoryTape:
    """The cartridge that these tape files were copied from."""
    objects: list[bytes | None] = []
    for content in files:
        objects += [content[start : start + (32 << 10)] for start in range(0, len(content), 32 << 10)]
        objects.append(MARK)
    return MemoryTape(objects if closed else objects[:-1])


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_sample_is_the_one_that_was_frozen(name: str) -> None:
    listed = (SAMPLES / f"{name}.sha256").read_text(encoding="utf-8").splitlines()
    found = [f"{hashlib.sha256(c).hexdigest()}  {number:04d}.tape" for number, c in enumerate(files_of(name))]
    assert found == listed


@pytest.mark.parametrize("whole", [False, True], ids=["by the index", "by every text"])
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_frozen_cartridge_is_read(name: str, whole: bool) -> None:
    images, skipped, end, sessions = EXPECTED[name]
    tape = tape_of(files_of(name), closed=end is TapeEnd.CLEAN)
    found = read_contents(tape, whole=whole)
    assert {place.image_id: place.file for place in found.images} == images
    assert (found.skipped, found.end, found.sessions) == (skipped, end, sessions)
    assert found.label is not None
    assert found.label.institution == "示例市档案馆"
    for place in found.images:
        content = TapeImageReader(tape, place).read(0, SECTORS[place.image_id])
        assert content == image_of(place.image_id)
        assert hashlib.sha256(content).hexdigest() == place.digests["sha256"]


@pytest.mark.parametrize("name", sorted(name for name in FROZEN if name.startswith(NEWEST)))
def test_the_same_sessions_still_give_the_frozen_bytes(name: str) -> None:
    """But for the label, whose text for people may be said better."""
    frozen, made = files_of(name), FROZEN[name]().files()
    assert made[1:] == frozen[1:]
