"""A cartridge is restored by what `mt` and `dd` bring: files of blocks, nothing of our code."""

import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest

from backends.tape.labelling import label_cartridge
from tests.unit.backends.tape.images import BLOCK_BYTES, Bytes, a_label, identity, image_bytes, session
from tests.unit.backends.tape.memory_tape import MemoryTape

DATA = {f"I{number}": image_bytes(number, 16 + 7 * number) for number in range(1, 4)}


@pytest.fixture
def copies(tmp_path: Path) -> list[Path]:
    """0000.tape, 0001.tape, …: what the loop in the label makes."""
    tape = MemoryTape()
    label_cartridge(tape, a_label())
    for names in (("I1", "I2"), ("I3",)):
        writing = session(tape)
        for name in names:
            writing.append(identity(DATA[name], name), Bytes(DATA[name]))
        writing.finish()
    for number, content in enumerate(tape.files()):
        (tmp_path / f"{number:04d}.tape").write_bytes(content)
    return sorted(tmp_path.iterdir())


def document(copy: Path) -> dict[str, object]:
    """As `tr -d '\\0'` and a JSON reader see a text."""
    found = json.loads(copy.read_bytes().rstrip(b"\0"))
    assert isinstance(found, dict)
    return found


def test_every_image_is_its_tape_file_cut_to_its_size(copies: list[Path]) -> None:
    restored = {}
    for number, copy in enumerate(copies):
        if not copy.read_bytes().startswith(b'{\n "magic": "archived-tape-header"'):
            continue
        image = document(copy)["image"]
        assert image["file"] == number + 1
        content = copies[number + 1].read_bytes()
        assert len(content) % BLOCK_BYTES == 0
        assert content[image["size_bytes"] :].strip(b"\0") == b""
        content = content[: image["size_bytes"]]  # truncate -s
        assert hashlib.sha256(content).hexdigest() == image["digests"]["sha256"]  # sha256sum
        assert document(copies[number + 2])["image"] == image
        restored[image["image_id"]] = content
    assert restored == DATA


def test_the_last_tape_file_lists_all_images(copies: list[Path]) -> None:
    images = document(copies[-1])["images"]
    found = {image["image_id"]: copies[image["file"]].read_bytes()[: image["size_bytes"]] for image in images}
    assert found == DATA


def test_the_label_tells_people_in_two_languages_how_to_go_on(copies: list[Path]) -> None:
    text = copies[0].read_bytes().rstrip(b"\0").decode()
    assert len(copies[0].read_bytes()) == BLOCK_BYTES
    head, _, prose = text.partition("\n}\n")
    assert json.loads(head + "\n}")["barcode"] == "VOL001L8"
    assert prose.startswith("\nSIMULATED – NOT PRESERVED")
    for words in ("HOW TO RESTORE", "如何恢复", f"bs={BLOCK_BYTES}", "VOL001L8", "示例市档案馆"):
        assert words in prose


@pytest.mark.parametrize("number", [0, 1, 3, 7])
def test_the_check_of_a_text_is_that_of_the_shell_line_in_the_label(copies: list[Path], number: int) -> None:
    lines = copies[0].read_text().splitlines()
    line = next(line.strip() for line in lines if "sha256sum" in line and "tr -d" in line)
    command = line.replace("{64 times 0}", "0" * 64).replace("0000.tape", str(copies[number]))
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=30, check=True)
    said = re.search(rb'"check": "([0-9a-f]{64})"', copies[number].read_bytes())
    assert said is not None
    assert done.stdout.split()[0] == said[1].decode()
