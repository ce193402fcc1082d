"""Trees of files as anybody may have them: any bytes as names, any times and modes, links. Made and looked at."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import strategies as st

#: Names that are hard somewhere, beside names of any bytes.
HARD = (
    b"\xff", b"\xe4\xbd", b"a\nb", b"a\rb", b"a\\b", b"%", b"%41", b"A", b"a", "e\u0301".encode(), "é".encode(),
    b"dot.", b" space ", b"NUL.txt", b"con", b"x" * 130, "卷".encode() * 50, b"-rf", b"~", b"bagit.TXT",
    b"name-map.csv", b"package.tar", "\u202etxt.exe".encode(), b"\x7f", b"\x01",
)  # fmt: skip


@dataclass(frozen=True)
class Leaf:
    """A file."""

    data: bytes
    mtime_ns: int
    mode: int


@dataclass(frozen=True)
class Tree:
    """Everything below one folder, by the bytes of its path."""

    files: Mapping[bytes, Leaf] = field(default_factory=dict)
    empty_folders: frozenset[bytes] = frozenset()
    links: Mapping[bytes, bytes] = field(default_factory=dict)


def _is_name(name: bytes) -> bool:
    return bool(name) and name not in (b".", b"..") and b"/" not in name and b"\0" not in name


NAMES = st.one_of(st.sampled_from(HARD), st.binary(min_size=1, max_size=20).filter(_is_name))
TIMES_NS = st.one_of(
    st.integers((1 - 2**31) * 10**9, 2**33 * 10**9), st.sampled_from([0, -1, 1_500_000_000_123_456_789])
)
LEAVES = st.builds(
    Leaf,
    st.one_of(st.just(b""), st.binary(max_size=1500), st.just(b"x" * 512)),
    TIMES_NS,
    st.sampled_from([0o644, 0o600, 0o755, 0o400, 0o4755]),
)
_THINGS = st.one_of(LEAVES, LEAVES, st.just("folder"), st.sampled_from([b"x", b"../\xff", b"y/" * 80]))


@st.composite
def trees(draw: st.DrawFn, *, links: bool = True) -> Tree:
    """A tree with at least one file."""
    paths = st.lists(NAMES, min_size=1, max_size=4).map(b"/".join)
    wanted = draw(st.dictionaries(paths, _THINGS, min_size=1, max_size=8))
    wanted[draw(NAMES)] = draw(LEAVES)
    taken: set[bytes] = set()
    above: set[bytes] = set()
    files, folders, symlinks = {}, set(), {}
    for path, thing in wanted.items():
        parents = {b"/".join(path.split(b"/")[:n]) for n in range(1, path.count(b"/") + 1)}
        if path in taken | above or parents & taken:
            continue
        if isinstance(thing, bytes) and not links:
            continue
        taken.add(path)
        above |= parents
        if isinstance(thing, Leaf):
            files[path] = thing
        elif isinstance(thing, bytes):
            symlinks[path] = thing
        else:
            folders.add(path)
    if not files:
        files[b"\xfe only"] = draw(LEAVES)
    return Tree(files, frozenset(folders), symlinks)


def plant(tree: Tree, root: Path) -> None:
    """Make the tree below `root`, which is there."""
    top = os.fsencode(root) + b"/"
    for path in tree.empty_folders:
        os.makedirs(top + path, exist_ok=True)
    for path, leaf in tree.files.items():
        os.makedirs(os.path.dirname(top + path), exist_ok=True)
        with open(top + path, "wb") as file:
            file.write(leaf.data)
            os.fchmod(file.fileno(), leaf.mode)
        os.utime(top + path, ns=(leaf.mtime_ns, leaf.mtime_ns))
    for path, target in tree.links.items():
        os.makedirs(os.path.dirname(top + path), exist_ok=True)
        os.symlink(target, top + path)


def look(root: Path) -> Tree:
    """The tree that lies below `root`."""
    files, folders, links = {}, set(), {}
    for top, names, leaves in os.walk(os.fsencode(root)):
        for name in (*names, *leaves):
            path = os.path.join(top, name)
            below = os.path.relpath(path, os.fsencode(root))
            found = os.lstat(path)
            if stat.S_ISLNK(found.st_mode):
                links[below] = os.readlink(path)
            elif stat.S_ISREG(found.st_mode):
                with open(path, "rb") as file:
                    files[below] = Leaf(file.read(), found.st_mtime_ns, stat.S_IMODE(found.st_mode))
            elif not os.listdir(path):
                folders.add(below)
    return Tree(files, frozenset(folders), links)
