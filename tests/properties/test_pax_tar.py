"""The headers that we write are read by Python's tarfile and by tar, whatever names, sizes and times are in them."""

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archived.formats import name_map, pax_tar
from archived.formats.errors import DocumentDamaged
from archived.inner_files import FILE, FOLDER, KINDS, LINK, InnerFile
from archived.names import escaped
from tests.trees import NAMES, TIMES_NS

PATHS = st.one_of(
    st.lists(NAMES, min_size=1, max_size=5).map(b"/".join),
    st.sampled_from(
        [b"d/" * 120 + b"f", b"\xff" * 200 + b"/" + b"\xfe" * 120, ("卷" * 60 + "/").encode() * 9 + b"f"]
    ),
)
SIZES = st.one_of(st.integers(0, 2**40), st.sampled_from([0, 8**11 - 1, 8**11]))


@given(PATHS, st.sampled_from(KINDS), SIZES, TIMES_NS, st.integers(0, 0o7777), PATHS)
@example(b"a" * 100 + b"/" + b"b" * 100, FILE, 8**11, -1, 0o4755, b"t" * 101)
def test_tarfile_reads_what_was_written(
    path: bytes, kind: str, size_bytes: int, mtime_ns: int, mode: int, target: bytes
) -> None:
    size_bytes = size_bytes if kind == FILE else 0
    target = target if kind == LINK else b""
    header = pax_tar.header(path, kind, size_bytes=size_bytes, mtime_ns=mtime_ns, mode=mode, target=target)
    assert len(header) % pax_tar.BLOCK_BYTES == 0
    member = tarfile.TarInfo.fromtarfile(_opened(header))
    assert os.fsencode(member.name).rstrip(b"/") == path.rstrip(b"/")
    assert (member.size, member.mode) == (size_bytes, mode & 0o777)
    assert os.fsencode(member.linkname) == target
    assert member.mtime == pytest.approx(mtime_ns / 10**9, abs=1e-5)
    assert (member.isfile(), member.isdir(), member.issym()) == (kind == FILE, kind == FOLDER, kind == LINK)
    assert member.offset_data == len(header)
    assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", "")


def _opened(header: bytes) -> tarfile.TarFile:
    """A tar of one header whose content is not there, before its first member is read."""
    archive = tarfile.TarFile.__new__(tarfile.TarFile)
    archive.fileobj = io.BytesIO(header + pax_tar.END)
    archive.encoding, archive.errors = "utf-8", "surrogateescape"
    archive.offset, archive.pax_headers, archive.members = 0, {}, []
    archive.tarinfo = tarfile.TarInfo
    archive.name = None
    return archive


def test_tar_reads_sizes_and_times_that_no_old_field_holds(tmp_path: Path) -> None:
    """A sparse file stands for 9 GiB of content."""
    path, size_bytes = tmp_path / "large.tar", 9 << 30
    head = pax_tar.header(b"\xfflarge", FILE, size_bytes=size_bytes, mtime_ns=-2_000_000_000, mode=0o600)
    after = pax_tar.header(b"after", FILE, size_bytes=0, mtime_ns=2**34 * 10**9)
    with path.open("wb") as file:
        file.write(head)
        file.seek(len(head) + size_bytes)
        file.write(after + pax_tar.END)
    listed = subprocess.run(
        ["tar", "--utc", "--full-time", "-tvf", str(path)],
        check=True,
        capture_output=True,
        env={"LC_ALL": "C"},
    ).stdout.splitlines()
    assert str(size_bytes).encode() in listed[0]
    assert b"1969-12-31 23:59:58" in listed[0]
    assert listed[1].endswith(b"after")
    assert b"2514-05-30" in listed[1]


DIGESTS = st.sampled_from(["", "ab" * 32])
ITEMS = st.builds(
    InnerFile,
    st.just("P1"),
    PATHS.map(lambda path: escaped(os.fsdecode(path))),
    st.sampled_from(KINDS),
    SIZES,
    SIZES,
    TIMES_NS,
    st.integers(0, 0o7777),
    PATHS.map(lambda path: escaped(os.fsdecode(path))),
    st.just(""),
    DIGESTS,
    DIGESTS,
    st.sampled_from(["", "cd" * 16]),
)


@given(
    st.lists(st.tuples(ITEMS, st.text(st.characters(categories=["L", "P", "Zs"]), max_size=20)), max_size=5)
)
def test_a_name_map_comes_back_as_it_was_written(rows: list[tuple[InnerFile, str]]) -> None:
    text = name_map.head() + b"".join(name_map.row(item, reason) for item, reason in rows)
    assert all(len(name_map.row(i, r)) <= name_map.row_bytes_max(i, r) for i, r in rows)
    assert list(name_map.read(io.StringIO(text.decode(), newline=""), "P1")) == [item for item, _ in rows]


@pytest.mark.parametrize(
    "spoilt", ["path,kind\n", "", "a,pipe", 'a,file,0,0,0,0644,,,,"x', "a,file,x,0,0,0644,,,,,,"]
)
def test_a_name_map_that_is_none_is_refused(spoilt: str) -> None:
    text = spoilt if spoilt in ("", "path,kind\n") else name_map.head().decode() + spoilt + "\n"
    with pytest.raises(DocumentDamaged):
        list(name_map.read(io.StringIO(text, newline=""), "P1"))
