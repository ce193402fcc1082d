"""rebuild.py as a rescuer runs it: the joined program, an isolated interpreter, raw copies with holes."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import bagit
import pytest

from archived.formats.program import rebuild_program
from tests.formats.building import PERCENT_POSITION, BuiltSet, build_set

MIB = 1 << 20


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> BuiltSet:
    """4 + 2; image 1 is about one MiB long, the others about three."""
    sizes = (1000, 2 * MIB, 2 * MIB + 5000, 2 * MIB + 9)
    return build_set(tmp_path_factory.mktemp("whole"), n=4, m=2, payload_bytes=sizes)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("program") / "rebuild.py"
    path.write_bytes(rebuild_program())
    return path


class Rescuer:
    """A folder of raw copies under neutral names, and the program."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program, self.raw, self.out, self.files = (
            program,
            folder / "raw",
            folder / "out",
            folder / "files",
        )
        self.raw.mkdir()

    def take(self, built: BuiltSet, *positions: int) -> None:
        for position in positions:
            shutil.copy(built.images[position], self.raw / f"disc-{position}.img")

    def zero(self, position: int, start: int, length: int) -> None:
        with (self.raw / f"disc-{position}.img").open("r+b") as file:
            file.seek(start)
            file.write(bytes(length))

    def run(self, *arguments: str) -> tuple[int, str]:
        command = [
            sys.executable,
            "-I",
            str(self.program),
            str(self.raw),
            "--out",
            str(self.out),
            "--processes",
            "1",
        ]
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def rebuilt(self) -> set[str]:
        return {path.name for path in self.out.glob("*")} if self.out.exists() else set()


@pytest.fixture
def rescuer(program: Path, tmp_path: Path) -> Rescuer:
    return Rescuer(program, tmp_path)


def same(built: BuiltSet, rescuer: Rescuer, *positions: int) -> bool:
    return all(
        (rescuer.out / built.images[p].name).read_bytes() == built.images[p].read_bytes() for p in positions
    )


def test_a_whole_set_is_called_well_and_nothing_is_written(whole: BuiltSet, rescuer: Rescuer) -> None:
    rescuer.take(whole, 1, 2, 3, 4, 5, 6)
    code, words = rescuer.run()
    assert code == 0
    assert "All is well" in words
    assert not rescuer.rebuilt()


@pytest.mark.parametrize("lost", [(1, 2), (2, 4), (3, 5), (1, 6), (5, 6)])
def test_any_two_lost_discs_come_back_bit_for_bit(
    whole: BuiltSet, rescuer: Rescuer, lost: tuple[int, int]
) -> None:
    rescuer.take(whole, *({1, 2, 3, 4, 5, 6} - set(lost)))
    code, words = rescuer.run()
    if lost == (5, 6):
        assert (code, "no parity disc was given" in words) == (0, True)
        return
    data = [p for p in lost if p <= 4]
    assert code == 0, words
    assert rescuer.rebuilt() == {whole.images[p].name for p in data}
    assert same(whole, rescuer, *data)


def test_two_missing_and_zeroed_ranges_behind_the_end_of_a_missing_one_come_back(
    whole: BuiltSet, rescuer: Rescuer
) -> None:
    rescuer.take(whole, 2, 3, 4, 5)
    rescuer.zero(3, MIB + 4096, 50 * 2048)
    rescuer.zero(3, 2 * MIB, 64 * 2048)
    code, words = rescuer.run()
    assert code == 0, words
    assert same(whole, rescuer, 1, 3)


def test_a_missing_disc_and_holes_at_other_sectors_of_one_chunk_come_back(
    whole: BuiltSet, rescuer: Rescuer
) -> None:
    rescuer.take(whole, 1, 3, 4, 5, 6)
    rescuer.zero(3, MIB, 30 * 2048)
    rescuer.zero(4, MIB + 100 * 2048, 30 * 2048)
    code, words = rescuer.run()
    assert code == 0, words
    assert same(whole, rescuer, 2, 3, 4)


def test_what_is_beyond_recovery_is_listed_by_chunk_and_the_rest_is_written(
    whole: BuiltSet, rescuer: Rescuer
) -> None:
    rescuer.take(whole, 1, 4, 5, 6)
    rescuer.zero(4, 2 * MIB, MIB)
    code, words = rescuer.run("--check")
    assert code == 1
    assert "2: chunks 2 NOT RECOVERABLE" in words
    assert not rescuer.rebuilt()
    code, words = rescuer.run()
    assert code == 1
    assert re.search(r"NOT RECOVERABLE in .*7K3F-02.img.partial: chunks 2 of 1048576 bytes", words)
    partial = (rescuer.out / "7K3F-02.img.partial").read_bytes()
    original = whole.images[2].read_bytes()
    assert len(partial) == len(original)
    assert partial[: 2 * MIB] == original[: 2 * MIB]
    assert partial[2 * MIB : 2 * MIB + 2048] == bytes(2048)


def test_three_lost_discs_are_too_many(whole: BuiltSet, rescuer: Rescuer) -> None:
    rescuer.take(whole, 2, 4, 6)
    code, words = rescuer.run("--check")
    assert code == 1
    # Behind the end of the short image 1 its bytes are known zeros, and three discs are enough.
    assert "1: chunks 0 NOT RECOVERABLE" in words
    assert not rescuer.rebuilt()


def test_a_truncated_and_a_holed_copy_of_the_same_disc_complete_each_other(
    whole: BuiltSet, rescuer: Rescuer
) -> None:
    rescuer.take(whole, 2, 5)
    image = whole.images[2].read_bytes()
    (rescuer.raw / "disc-2.img").write_bytes(image[: MIB + 77])
    holed = bytearray(image)
    holed[:MIB] = bytes(MIB)
    (rescuer.raw / "again.img").write_bytes(holed)
    code, words = rescuer.run()
    assert code == 1
    assert "7K3F-02.img: sha256 matches" in words
    assert same(whole, rescuer, 2)


def test_discs_whose_file_system_is_gone_are_found_by_extents_and_checksums(
    whole: BuiltSet, rescuer: Rescuer
) -> None:
    rescuer.take(whole, 2, 3, 4, 5, 6)
    for position in (2, 5):
        rescuer.zero(position, 256 * 2048, 80 * 2048)
        size = whole.images[position].stat().st_size
        rescuer.zero(position, size - 32 * 2048, 32 * 2048)
        with (rescuer.raw / f"disc-{position}.img").open("ab") as file:
            file.write(bytes(3 * MIB))  # a copy of the whole disc goes on behind the image
    code, words = rescuer.run()
    assert code == 0, words
    assert same(whole, rescuer, 1, 2)


def test_loose_files_of_a_parity_disc_are_enough(whole: BuiltSet, rescuer: Rescuer) -> None:
    rescuer.take(whole, 1, 2, 4)
    (rescuer.raw / "from-parity").mkdir()
    image = whole.images[5].read_bytes()
    for name in ("parity.bin", "descriptor.json"):
        extent = whole.mastered[5].extent(name)
        data = image[extent.lba * 2048 : extent.lba * 2048 + extent.size_bytes]
        (rescuer.raw / "from-parity" / name).write_bytes(data)
    code, words = rescuer.run()
    assert code == 0, words
    assert same(whole, rescuer, 3)


def test_a_short_set_needs_as_few_discs_as_it_has_data(program: Path, tmp_path: Path) -> None:
    built = build_set(tmp_path / "short", n=4, m=2, present=2)
    rescuer = Rescuer(program, tmp_path)
    rescuer.take(built, 5, 6)
    code, words = rescuer.run()
    assert code == 0, words
    assert "closed short" in words
    assert same(built, rescuer, 1, 2)


def test_data_discs_alone_are_held_against_their_manifests(whole: BuiltSet, rescuer: Rescuer) -> None:
    rescuer.take(whole, 1, 2, 3)
    code, words = rescuer.run()
    assert code == 1
    assert re.search(r"4  data    7K3F-04  MISSING", words)
    rescuer.take(whole, 4)
    assert rescuer.run()[0] == 0
    extent = whole.mastered[2].extent("data/scan.bin", "P-002")
    rescuer.zero(2, extent.lba * 2048 + 8192, 2048)
    code, words = rescuer.run("--extract", str(rescuer.files))
    assert code == 1
    assert "BAD data/全宗1/S1/002/v0001/data/scan.bin" in words
    bag = rescuer.files / "7K3F-02/data/全宗1/S1/002/v0001/data"
    assert sorted(path.name for path in bag.glob("*")) == sorted(
        [".hidden", "empty", "note 笔记.txt", "scan.bin.damaged"]
    )


def test_extracted_files_are_the_disc_and_the_disc_is_a_valid_bag(whole: BuiltSet, rescuer: Rescuer) -> None:
    rescuer.take(whole, 1, 3, 5, 6)
    code, words = rescuer.run("--extract", str(rescuer.files))
    assert code == 0, words
    for position in (1, 2, 3, 4):
        disc = rescuer.files / whole.identity.members[position - 1].image_id
        if position == PERCENT_POSITION:  # bagit.py does not read %25 as RFC 8493 writes it
            continue
        bagit.Bag(str(disc)).validate()
        for package in whole.packages[position]:
            bagit.Bag(str(disc / package.disc_path)).validate()
            assert (disc / package.disc_path / "data/empty").is_dir()
    readme = (rescuer.files / "7K3F-02/README.txt").read_text(encoding="utf-8")
    assert readme.startswith("SIMULATED – NOT PRESERVED\n")
    assert "7K3F · 2 of 6 · any 4 rebuild" in readme


def test_wrong_use_exits_with_two(program: Path, rescuer: Rescuer) -> None:
    (rescuer.raw / "something.txt").write_text("no disc")
    code, words = rescuer.run()
    assert code == 2
    assert "no disc image" in words
    assert rescuer.run("--nonsense")[0] == 2
    assert rescuer.run("/does/not/exist")[0] == 2


def test_the_program_needs_only_the_standard_library_of_python_3_8() -> None:
    tree = ast.parse(rebuild_program().decode("utf-8"), feature_version=(3, 8))
    imported = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_a_file_that_stands_at_the_output_is_never_overwritten(whole: BuiltSet, rescuer: Rescuer) -> None:
    rescuer.take(whole, 2, 3, 4, 5)
    rescuer.out.mkdir()
    (rescuer.out / "7K3F-01.img").write_bytes(b"somebody's")
    code, words = rescuer.run()
    assert code == 0, words
    assert (rescuer.out / "7K3F-01.img").read_bytes() == b"somebody's"
    assert (rescuer.out / "rebuilt-7K3F-01.img").read_bytes() == whole.images[1].read_bytes()
