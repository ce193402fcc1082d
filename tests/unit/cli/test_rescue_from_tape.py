"""archivectl rescue over the files of a tape, as dd copies them."""

import json
from pathlib import Path

import pytest

from backends.tape.appending import AppendSession
from backends.tape.contents import read_contents
from backends.tape.image_on_tape import ImageIdentity
from backends.tape.labelling import label_cartridge
from devices.clock import SimulatedClock
from erasure.digests import Digests
from tests.formats.building import BuiltSet, build_set
from tests.unit.backends.tape.images import Bytes, a_label
from tests.unit.backends.tape.memory_tape import MemoryTape

from .conftest import FakeClient, Run


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuiltSet:
    return build_set(tmp_path_factory.mktemp("built"), n=2, m=1)


@pytest.fixture
def tape_files(
    built: BuiltSet, tmp_path: Path, daemon: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> list[Path]:
    """The files of a cartridge that holds the whole set, in the working folder."""
    monkeypatch.chdir(tmp_path)
    tape = MemoryTape()
    label_cartridge(tape, a_label(block_bytes=1 << 20))
    writing = AppendSession(
        tape,
        read_contents(tape),
        clock=SimulatedClock(),
        new_digests=Digests,
        software="archived",
        ring_blocks=0,
    )
    for position, path in built.images.items():
        content = path.read_bytes()
        digests = Digests()
        digests.update(content)
        image = ImageIdentity(path.stem, len(content), digests.hexdigests(), "7K3F", position)
        writing.append(image, Bytes(content))
    writing.finish()
    folder = tmp_path / "tape"
    folder.mkdir()
    for number, content in enumerate(tape.files()):
        (folder / f"{number:04d}.tape").write_bytes(content)
    return sorted(folder.iterdir())


def test_a_folder_of_tape_files_is_its_images(tape_files: list[Path], run: Run, daemon: FakeClient) -> None:
    result = run("rescue", "verify", "tape", "--json")
    assert result.exit_code == 0, result.stdout
    document = json.loads(result.stdout)
    assert [Path(disc["path"]).name for disc in document["discs"]] == ["0002.tape", "0005.tape", "0008.tape"]
    assert [member["state"] for member in document["sets"][0]["members"]] == ["whole"] * 3
    assert run("rescue", "list", *map(str, tape_files)).exit_code == 0
    assert run("rescue", "extract", str(tape_files[2]), "--to", "files").exit_code == 0
    assert not daemon.calls


def test_a_missing_image_of_a_tape_is_rebuilt(tape_files: list[Path], run: Run, built: BuiltSet) -> None:
    tape_files[2].unlink()
    assert run("rescue", "rebuild", "tape", "--to", "new").exit_code == 0
    assert (Path("new") / built.images[1].name).read_bytes() == built.images[1].read_bytes()


def test_an_image_that_is_not_what_its_tape_says_is_named(tape_files: list[Path], run: Run) -> None:
    with tape_files[2].open("r+b") as file:
        file.seek(20 * 2048)
        file.write(b"x")
    for other in tape_files[3:]:
        if other.name != "0003.tape":
            other.unlink()
    result = run("rescue", "verify", "tape", "--json")
    assert result.exit_code == 20
    (disc,) = json.loads(result.stdout)["discs"]
    assert any("sha256" in problem for problem in disc["problems"])


def test_a_torn_image_is_told_and_what_is_there_is_listed(tape_files: list[Path], run: Run) -> None:
    for other in tape_files[9:]:
        other.unlink()
    with tape_files[8].open("r+b") as file:
        file.truncate(1 << 20)
    result = run("rescue", "list", "tape", "--json")
    assert result.exit_code == 20
    last = json.loads(result.stdout)["discs"][-1]
    assert any("interrupted" in problem for problem in last["problems"])
    assert last["files"] > 0
