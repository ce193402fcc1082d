"""Sets of discs frozen when the format was fixed. Every later release reads them; they are never made again."""

import hashlib
import subprocess
import sys
import tarfile
from itertools import combinations
from pathlib import Path

import pytest

from archived.formats import data_disc, parity_disc
from archived.formats.descriptor import decode_descriptor
from archived.formats.disc import Disc
from archived.formats.program import rebuild_program
from archived.formats.set_document import decode_set_document, encode_set_document
from tests.formats.freezing import SAMPLES, build_sample
from tests.formats.reading import contents

SETS = {"v1-2+1": (2, 1), "v1-2+2": (2, 2), "v1.1-2+1": (2, 1), "v1.1-2+2": (2, 2)}
#: What this release writes; older samples are read, and their bytes are made no more.
NEWEST = "v1.1"


@pytest.fixture(scope="module", params=sorted(SETS))
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("sample")
    with tarfile.open(SAMPLES / f"{request.param}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return request.param, folder


def images_of(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.img"))


def test_the_sample_is_the_one_that_was_frozen(sample: tuple[str, Path]) -> None:
    name, folder = sample
    listed = (SAMPLES / f"{name}.sha256").read_text(encoding="utf-8").splitlines()
    assert len(listed) == sum(SETS[name])
    assert [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}" for p in images_of(folder)] == listed


def test_the_own_reader_finds_every_file_as_its_manifests_say(sample: tuple[str, Path]) -> None:
    name, folder = sample
    n, m = SETS[name]
    for position, image in enumerate(images_of(folder), start=1):
        found = contents(image)
        document = decode_set_document(found["set.json"])
        assert (document.position, document.identity.n, document.identity.m) == (position, n, m)
        sums = [
            found.get(k, b"") for k in ("manifest-sha256.txt", "tagmanifest-sha256.txt", "SHA256SUMS.txt")
        ]
        lines = b"".join(sums).decode("utf-8").splitlines()
        assert len(lines) >= len(found) - 1
        for line in lines:
            digest, path = line.split("  ", 1)
            assert hashlib.sha256(found[path]).hexdigest() == digest
        if position > n:
            descriptor = decode_descriptor(found["descriptor.json"])
            assert (
                hashlib.sha256(found["parity.bin"]).hexdigest()
                == descriptor.record(position).digests["sha256"]
            )


@pytest.mark.parametrize("whose", ["of today", "on the sample"])
def test_rebuild_py_rebuilds_every_loss(sample: tuple[str, Path], tmp_path: Path, whose: str) -> None:
    name, folder = sample
    n, m = SETS[name]
    images = images_of(folder)
    program = tmp_path / "rebuild.py"
    program.write_bytes(rebuild_program() if whose == "of today" else contents(images[-1])["rebuild.py"])
    for number, lost in enumerate(combinations(range(n + m), m)):
        if set(lost) == set(range(n, n + m)):
            continue
        kept = [str(image) for index, image in enumerate(images) if index not in lost]
        out = tmp_path / str(number)
        command = [sys.executable, "-I", str(program), *kept, "--out", str(out), "--processes", "1"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        for index in lost:
            if index < n:
                assert (out / images[index].name).read_bytes() == images[index].read_bytes()


def test_the_same_inputs_and_texts_still_give_the_frozen_bytes(
    sample: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, folder = sample
    if not name.startswith(f"{NEWEST}-"):
        return

    def frozen_texts(disc: Disc) -> dict[str, bytes]:
        found = contents(folder / f"{disc.image_id}.img")
        texts = {key: found[key] for key in ("README.txt", "FORMAT.txt", "rebuild.py", "site-key.pem")}
        return {"set.json": encode_set_document(disc), **texts}

    monkeypatch.setattr(data_disc, "own_texts", frozen_texts)
    monkeypatch.setattr(parity_disc, "own_texts", frozen_texts)
    for image in build_sample(tmp_path / "again", *SETS[name]).images.values():
        assert image.read_bytes() == (folder / image.name).read_bytes(), image.name
