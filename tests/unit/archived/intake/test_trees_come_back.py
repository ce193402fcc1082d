"""Whatever a tree holds, it comes back as it was handed in: names, bytes, times, modes and links."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import bagit
import pytest
from hypothesis import HealthCheck, event, given, settings

from archived.catalog import inner_files, packages
from archived.names import as_text
from archived.policy.delivered_entries import Entry, entries
from cli.delivered import DeliveredFile, DeliveredFolder, DeliveredLink
from cli.delivery import deliver
from tests.trees import Leaf, Tree, look, plant, trees
from tests.unit.archived.intake.conftest import Site

#: One site serves all examples of a test; each hands in a volume of its own.
MANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
_numbers = count()


@pytest.fixture
def recording(site: Site) -> Site:
    """A site whose class takes links as what they are."""
    kind = replace(site.config.classes["permanent"], symlinks="record")
    site.config = replace(site.config, classes={"permanent": kind})
    return site


def handed_in(site: Site, tree: Tree) -> tuple[Any, Path]:
    """The receipt of a tree, and where the producer has it."""
    folder = site.producer / f"tree-{next(_numbers)}"
    folder.mkdir()
    plant(tree, folder)
    return site.accept(folder, volume=folder.name), folder


def handed_back(site: Site, package_id: str, to: Path) -> Tree:
    """What the command line makes of what the catalog and staging have."""
    with site.catalog.read() as read:
        found = list(entries(packages.files(read, package_id), inner_files.of_package(read, package_id)))
    by_path = {entry.path: entry for entry in found}

    def fetch(file: DeliveredFile) -> Iterator[bytes]:
        entry: Entry = by_path[file.path]
        with (site.staged(package_id) / entry.source).open("rb") as stored:
            stored.seek(entry.offset)
            yield stored.read(entry.size_bytes)

    files = [
        DeliveredFile(e.path, e.size_bytes, e.sha256, e.mtime_ns, mode=e.mode, true_name=as_text(e.raw))
        for e in found
        if e.kind == "file"
    ]
    folders = [DeliveredFolder(as_text(e.raw)) for e in found if e.kind == "folder"]
    links = [DeliveredLink(as_text(e.raw), as_text(e.target)) for e in found if e.kind == "link"]
    deliver(files, folders, to, fetch, overwrite=False, links=links)
    return look(to)


def below_data(tree: Tree) -> Tree:
    """The payload of what came back, as it lay in the folder that was handed in."""

    def cut(path: bytes) -> bytes:
        return path.removeprefix(b"data/")

    inside = {cut(path): leaf for path, leaf in tree.files.items() if path.startswith(b"data/")}
    return Tree(inside, frozenset(map(cut, tree.empty_folders)), {cut(p): t for p, t in tree.links.items()})


def expected(tree: Tree, *, travels: str) -> Tree:
    """What of a tree must come back: plain files to the second and without modes."""
    umask = os.umask(0)
    os.umask(umask)

    def leaf(there: Leaf) -> Leaf:
        if travels == "files":
            return Leaf(there.data, there.mtime_ns // 10**9 * 10**9, 0o666 & ~umask)
        return Leaf(there.data, there.mtime_ns, there.mode & 0o777 & ~umask)

    return replace(tree, files={path: leaf(there) for path, there in tree.files.items()})


@MANY
@given(tree=trees())
def test_every_tree_comes_back(recording: Site, tmp_path: Path, tree: Tree) -> None:
    receipt, folder = handed_in(recording, tree)
    travels = receipt["travels"]["as"]
    event(f"it travels as {travels}")
    back = handed_back(recording, receipt["package"], tmp_path / folder.name)
    assert below_data(back) == expected(tree, travels=travels)
    assert recording.accept(folder, volume=folder.name) == {**receipt, "repeated": True}
    if travels == "tar":
        plain = {path: replace(leaf, mode=leaf.mode & 0o777) for path, leaf in tree.files.items()}
        found = unpacked(recording, receipt["package"], tmp_path / f"{folder.name}-by-tar")
        assert found == replace(tree, files=plain)
    shutil.rmtree(tmp_path / folder.name)


def unpacked(site: Site, package_id: str, to: Path) -> Tree:
    """What `tar -xpf` makes of the tar, setuid apart."""
    to.mkdir()
    tar = site.staged(package_id) / "data/package.tar"
    subprocess.run(["tar", "-xpf", str(tar), "-C", str(to)], check=True, capture_output=True)
    found = look(to / "data")
    shutil.rmtree(to)
    return found


def is_listable(name: bytes) -> bool:
    """Whether bagit.py, which made the bag, can write this name into a manifest and read it again."""
    try:
        text = name.decode()
    except UnicodeDecodeError:
        return False
    return not set(text) & set("%\\\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029") and text == text.strip()


@MANY
@given(tree=trees(links=False))
def test_every_bag_comes_back_whole(site: Site, tmp_path: Path, tree: Tree) -> None:
    tree = Tree({path: leaf for path, leaf in tree.files.items() if is_listable(path)})
    if not tree.files:
        tree = Tree({b"NUL": Leaf(b"x", 0, 0o644)})
    folder = site.producer / f"bag-{next(_numbers)}"
    folder.mkdir()
    plant(tree, folder)
    bagit.make_bag(str(folder), checksums=["sha256"])
    receipt = site.accept(folder, volume=folder.name)
    event(f"it travels as {receipt['travels']['as']}")
    back = handed_back(site, receipt["package"], tmp_path / folder.name)
    assert {path: leaf.data for path, leaf in back.files.items()} == {
        path: leaf.data for path, leaf in look(folder).files.items()
    }
    bagit.Bag(str(tmp_path / folder.name)).validate()
    shutil.rmtree(tmp_path / folder.name)
