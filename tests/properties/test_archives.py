"""Trees come out of any archive as they went in; rubbish and damage are told, never a crash and never accepted."""

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archived.errors import Unacceptable
from archived.policy.archive_tree import plain, problem_with_path
from archived.settings import ArchiveSettings
from archived.stages.archive_survey import survey_archive
from archived.stages.intake_source import Source
from tests.unit.archived.archives.packing import SUFFIXES, TREE, pack

Tree = dict[str, bytes]

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=8)
BYTES = st.binary(min_size=1, max_size=8).map(
    lambda raw: raw.translate(None, b"/\0").decode("utf-8", "surrogateescape") or "x"
)


def trees(names: st.SearchStrategy[str]) -> st.SearchStrategy[Tree]:
    """Paths of any names to content, none of them a folder of another."""
    paths = st.lists(names, min_size=1, max_size=3).map("/".join)
    good = paths.filter(lambda path: problem_with_path(path) is None and plain(path) == path)
    whole = st.dictionaries(good, st.binary(max_size=700), min_size=1, max_size=5)
    return whole.filter(lambda tree: not any(f"{one}/" in other for one in tree for other in tree)).filter(
        lambda tree: not any(other.startswith(f"{one}/") for one in tree for other in tree)
    )


def content(source: Source) -> Tree:
    """Every file of a source, read as intake reads it."""
    assert source.unusable == ""
    assert source.problems == ()
    found: Tree = {}
    buffer = memoryview(bytearray(256))
    with source.supply.open() as contents:
        for item in contents:
            data = bytearray()
            while count := item.readinto(buffer):
                data += buffer[:count]
            found[item.file.path] = bytes(data)
            assert len(data) == item.file.size_bytes
        assert contents.changed() == []
    assert set(found) == {file.path for file in source.files}
    return found


class Unseekable(io.RawIOBase):
    """Somewhere that a zip can only be streamed to: lengths then follow the bytes."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.data += memoryview(data)  # type: ignore[arg-type]
        return len(memoryview(data))  # type: ignore[arg-type]


@given(trees(TEXT), st.sampled_from([0, 8, 12]), st.booleans(), st.booleans())
def test_a_tree_comes_out_of_a_zip_as_it_went_in(
    tree: Tree, method: int, streamed: bool, large: bool
) -> None:
    out: io.BytesIO | Unseekable = Unseekable() if streamed else io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:  # type: ignore[arg-type]
        for path, data in tree.items():
            info = zipfile.ZipInfo("x")
            # What zipfile does to names is not what is asked here.
            info.filename, info.compress_type, info.create_system = f"top/{path}", method, 3
            with archive.open(info, "w", force_zip64=large) as entry:
                entry.write(data)
    raw = bytes(out.data) if isinstance(out, Unseekable) else out.getvalue()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.zip"
        path.write_bytes(raw)
        assert content(survey_archive(path, ArchiveSettings())) == tree


@given(
    trees(BYTES),
    st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
    st.sampled_from([("w", ".tar"), ("w:gz", ".tar.gz"), ("w:xz", ".tar.xz")]),
)
def test_a_tree_comes_out_of_a_tar_as_it_went_in(tree: Tree, form: int, kind: tuple[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{kind[1]}"
        with tarfile.open(path, kind[0], format=form) as archive:  # type: ignore[call-overload]
            for name, data in tree.items():
                info = tarfile.TarInfo(f"top/{name}")
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        assert content(survey_archive(path, ArchiveSettings())) == tree


COMMANDS = {
    "gnu": ["tar", "-cf", "x.tar", "--format=gnu", "top"],
    "posix": ["tar", "-cf", "x.tar", "--format=posix", "top"],
    "v7": ["tar", "-cf", "x.tar", "--format=v7", "top"],
    "dot": ["tar", "-czf", "x.tar.gz", "./top"],
    "xz": ["tar", "-cJf", "x.tar.xz", "top"],
    "zip": ["zip", "-qr", "x.zip", "top"],
    "zip-stored": ["zip", "-qr0", "x.zip", "top"],
}


@pytest.mark.parametrize("command", COMMANDS)
@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_the_usual_programs_pack_comes_out_as_it_went_in(command: str, data: st.DataObject) -> None:
    program = COMMANDS[command]
    if shutil.which(program[0]) is None:
        pytest.skip(f"{program[0]} is not here")
    # Whether Info-ZIP marks its names depends on the locales of the machine, so their encoding is named.
    tree = data.draw(trees(st.sampled_from(["a", "B b", "第一", "ñ"]) if "zip" in command else TEXT))
    with tempfile.TemporaryDirectory() as folder:
        for path, written in tree.items():
            there = Path(folder) / "top" / path
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(written)
        (Path(folder) / "top" / "an empty folder").mkdir(exist_ok=True)
        subprocess.run(program, cwd=folder, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
        source = survey_archive(Path(folder) / program[2], ArchiveSettings(), names="utf-8")
        assert content(source) == tree
        assert "an empty folder" in source.folders


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=60)
@given(data=st.data())
def test_a_damaged_archive_gives_the_content_or_is_refused(suffix: str, data: st.DataObject) -> None:
    """One changed byte: where nothing covers it by a sum it may be another name or time, never other bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = pack(Path(folder) / f"x{suffix}")
        raw = bytearray(path.read_bytes())
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] ^= data.draw(st.integers(1, 255))
        path.write_bytes(raw)
        source = survey_archive(path, ArchiveSettings())
        if source.unusable or source.problems:
            return
        try:
            found = content(source)
        except Unacceptable:
            return
        # A plain tar has no sums over content; that is what manifests are for.
        if suffix != ".tar":
            assert sorted(found.values()) == sorted(TREE.values())


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(data=st.binary(max_size=2000))
def test_rubbish_is_refused(suffix: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{suffix}"
        path.write_bytes(data)
        assert survey_archive(path, ArchiveSettings()).files == ()
