"""Two independent rescue programs on the same wrecks: they must come to the same end, byte for byte."""

import random
from pathlib import Path

import pytest

from archived.formats.program import rebuild_program
from tests.formats.building import BuiltSet, build_set
from tests.formats.salvaging import MIB, Damage, Wreck

EVERYTHING = {1, 2, 3, 4, 5, 6}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuiltSet:
    """4 + 2; image 1 is about one MiB long, the others about three."""
    sizes = (1000, 2 * MIB, 2 * MIB + 5000, 2 * MIB + 9)
    return build_set(tmp_path_factory.mktemp("built"), n=4, m=2, payload_bytes=sizes)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("program") / "rebuild.py"
    path.write_bytes(rebuild_program())
    return path


def holes(wreck: Wreck) -> None:
    wreck.keep(1, 3, 4, 5, 6)
    wreck.zero(3, MIB, 30 * 2048)
    wreck.zero(4, MIB + 100 * 2048, 30 * 2048)


def too_many_holes(wreck: Wreck) -> None:
    wreck.keep(1, 4, 5, 6)
    wreck.zero(4, 2 * MIB, MIB)


def no_file_system(wreck: Wreck) -> None:
    wreck.keep(2, 3, 4, 5, 6)
    for position in (2, 5):
        wreck.zero(position, 256 * 2048, 80 * 2048)
        wreck.zero(position, wreck.path(position).stat().st_size - 32 * 2048, 32 * 2048)


def a_copy_that_ended_early(wreck: Wreck) -> None:
    wreck.keep(2, 3, 4, 5, 6)
    wreck.cut(2, MIB + 77)


def two_halves_of_one_disc(wreck: Wreck) -> None:
    wreck.keep(2, 5)
    image = wreck.path(2).read_bytes()
    wreck.cut(2, MIB + 77)
    (wreck.raw / "again.img").write_bytes(bytes(MIB) + image[MIB:])


def one_wrong_byte(wreck: Wreck) -> None:
    wreck.keep(*EVERYTHING)
    image = bytearray(wreck.path(3).read_bytes())
    image[MIB + 5] ^= 1
    wreck.path(3).write_bytes(image)


def scattered(seed: int) -> Damage:
    def damage(wreck: Wreck) -> None:
        chance = random.Random(seed)
        lost = chance.sample(sorted(EVERYTHING), chance.randint(0, 2))
        if {5, 6} <= set(lost):
            lost = lost[:1]
        wreck.keep(*(EVERYTHING - set(lost)))
        for _ in range(chance.randint(1, 12)):
            position = chance.choice(sorted(EVERYTHING - set(lost)))
            sectors = wreck.path(position).stat().st_size // 2048
            # The descriptor itself stays readable on one disc: without it neither program can do anything.
            first = 600 if position in (5, 6) else 0
            start = chance.randrange(first, sectors - 64)
            wreck.zero(position, start * 2048, chance.randint(1, 60) * 2048)

    damage.__name__ = f"scattered-{seed}"
    return damage


DAMAGES: list[Damage] = [
    holes, too_many_holes, no_file_system, a_copy_that_ended_early, two_halves_of_one_disc, one_wrong_byte,
    *map(scattered, range(6)),
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_both_programs_come_to_the_same_end(
    damage: Damage, built: BuiltSet, program: Path, tmp_path: Path
) -> None:
    wreck = Wreck(built, tmp_path)
    damage(wreck)
    ours, theirs = wreck.by_archivectl(), wreck.by_the_disc(program)
    assert ours == theirs
    for position, image in ours.rebuilt.items():
        assert image == built.images[position].read_bytes()
