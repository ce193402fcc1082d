"""Zip archives that are refused, each with its reason, and nothing of them kept."""

import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from archived.errors import ArchivedError
from archived.settings import ArchiveSettings
from archived.stages import archive_zip
from archived.stages.archive_file import read_at
from archived.stages.archive_survey import survey_archive
from tests.unit.archived.archives.packing import TREE, zip_of
from tests.unit.archived.intake.conftest import Site

GOOD = zip_of(TREE)
END = 22


def refused(site: Site, data: bytes, **fields: object) -> str:
    """Why these bytes are not taken, as an archive."""
    path = site.producer / "x.zip"
    path.write_bytes(data)
    with pytest.raises(ArchivedError) as error:
        site.accept(path, **fields)
    assert site.left_in_staging() == []
    assert "accepted" not in site.states()
    return error.value.message


def test_packed_bytes_are_read_as_they_are_unpacked_and_not_ahead(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    block_bytes = 900_000  # of bzip2, unpacked; it can only be unpacked whole
    noise = random.Random(1).randbytes(4 * block_bytes)
    path = site.producer / "x.zip"
    path.write_bytes(zip_of({"x/noise": noise}, method=zipfile.ZIP_BZIP2))
    source = survey_archive(path, ArchiveSettings())
    fed: list[int] = []

    def counted(descriptor: int, offset: int, count: int) -> bytes:
        fed.append(count)
        return read_at(descriptor, offset, count)

    monkeypatch.setattr(archive_zip, "read_at", counted)
    monkeypatch.setattr(archive_zip, "_PACKED_BLOCK_BYTES", 4096)
    with source.supply.open() as contents:
        item = next(iter(contents))
        fed.clear()
        piece = memoryview(bytearray(1000))
        for _number in range(block_bytes // 2 // 1000):
            assert item.readinto(piece)
    assert sum(fed) < 1.1 * block_bytes


def of_entries(*entries: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for info, data in entries:
            archive.writestr(info, data)
    return out.getvalue()


def patched(data: bytes, at: int, value: bytes) -> bytes:
    return data[:at] + value + data[at + len(value) :]


def central(data: bytes, number: int = 0) -> int:
    """Where an entry of the directory begins."""
    at = struct.unpack_from("<L", data, len(data) - END + 16)[0]
    for _ in range(number):
        at += 46 + sum(struct.unpack_from("<HHH", data, at + 28))
    return int(at)


def with_flags(data: bytes, flags: int) -> bytes:
    at = central(data)
    data = patched(data, at + 8, struct.pack("<H", flags))
    return patched(data, 6, struct.pack("<H", flags))


def with_method(data: bytes, method: int) -> bytes:
    return patched(patched(data, central(data) + 10, struct.pack("<H", method)), 8, struct.pack("<H", method))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../x", r"climbs out by '..'"),
        ("x/../../y", "climbs out by '..'"),
        ("/etc/passwd", "absolute"),
        ("C:/x", "drive letter"),
        ("C:\\x", "drive letter"),
        ("\\\\server\\x", "absolute"),
        ("a\\..\\..\\x", "climbs out by '..'"),
        ("a//b", "empty part"),
        ("a/./b", "empty part"),
    ],
)
def test_a_path_that_leads_out_is_refused(site: Site, name: str, why: str) -> None:
    info = zipfile.ZipInfo("placeholder")
    info.create_system, info.filename = 3, name
    text = refused(site, of_entries(("good.txt", b"x"), (info, b"y")))
    assert why in text


def test_backslashes_of_a_zip_from_windows_are_not_guessed(site: Site) -> None:
    info = zipfile.ZipInfo("placeholder")
    info.create_system, info.filename = 0, "folder\\file.txt"
    assert "only '/' may separate folders" in refused(site, of_entries((info, b"x")))


def test_duplicates_and_files_that_are_folders_too_are_refused(site: Site) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = of_entries(("x/a", b"1"), ("x/a", b"2"))
    assert "x/a: it is listed twice" in refused(site, twice)
    assert "a folder above it is listed as a file" in refused(site, of_entries(("a", b"1"), ("a/b", b"2")))
    assert "it is listed as a folder too" in refused(site, of_entries(("a/b", b"2"), ("a", b"1")))


@pytest.mark.parametrize("kind", [0o010000, 0o020000, 0o060000, 0o140000])
def test_devices_pipes_and_sockets_are_refused(site: Site, kind: int) -> None:
    info = zipfile.ZipInfo("x/thing")
    info.create_system, info.external_attr = 3, (kind | 0o644) << 16
    assert "x/thing: it is a" in refused(site, of_entries(("x/a", b""), ("other", b""), (info, b"")))


@pytest.mark.parametrize("flags", [1, 1 | 1 << 6, 1 << 13])
def test_encryption_is_refused_with_the_name(site: Site, flags: int) -> None:
    assert "is encrypted (0007/a.txt)" in refused(site, with_flags(GOOD, flags))


def test_encryption_by_aes_is_refused(site: Site) -> None:
    assert "is encrypted" in refused(site, with_method(GOOD, 99))


@pytest.mark.parametrize(("method", "name"), [(9, "Deflate64"), (14, "LZMA"), (93, "Zstandard"), (77, "77")])
def test_unknown_compression_is_refused_by_its_name(site: Site, method: int, name: str) -> None:
    assert f"by method {name}" in refused(site, with_method(GOOD, method))


def test_parts_of_several_volumes_are_refused(site: Site) -> None:
    end = len(GOOD) - END
    assert "one part of several" in refused(site, patched(GOOD, end + 4, struct.pack("<HH", 1, 1)))
    assert "one part of several" in refused(site, patched(GOOD, end + 8, struct.pack("<H", 1)))
    assert "one part of several" in refused(site, patched(GOOD, central(GOOD) + 34, struct.pack("<H", 2)))


def test_something_before_or_after_is_refused(site: Site) -> None:
    assert "another file stands before it" in refused(site, b"PK\x03\x04" + bytes(100) + GOOD)
    assert "something follows its end" in refused(site, GOOD + b"\0")


def test_bytes_of_no_entry_are_noted(site: Site) -> None:
    at = central(GOOD)
    moved = GOOD[:at] + b"hidden" * 20 + GOOD[at:]
    moved = patched(moved, len(moved) - END + 16, struct.pack("<L", at + 120))
    (site.producer / "x.zip").write_bytes(moved)
    receipt = site.accept(site.producer / "x.zip")
    assert receipt["warnings"] == [
        "120 bytes of the archive belong to none of its entries and were not taken"
    ]


def test_two_headers_that_differ_are_refused(site: Site) -> None:
    assert "the two headers of 0007/a.txt do not say the same" in refused(site, patched(GOOD, 30, b"1"))
    assert "the two headers of 0007/a.txt" in refused(site, patched(GOOD, 22, struct.pack("<L", 99)))


def test_damaged_content_is_refused_with_the_name(site: Site) -> None:
    stored = zip_of(TREE, method=zipfile.ZIP_STORED)
    text = refused(site, patched(stored, 30 + len("0007/a.txt"), b"F"))
    assert "a.txt in x.zip cannot be taken: it is damaged: its CRC-32" in text
    start = GOOD.index(b"0007/sub/b.bin") + len(b"0007/sub/b.bin")
    assert "sub/b.bin in x.zip cannot be taken" in refused(site, patched(GOOD, start, b"\xff" * 20))


def test_a_size_that_lies_is_refused_while_it_is_unpacked(site: Site) -> None:
    data = zip_of({"a": bytes(5000)})
    for size in (1, 4999, 5001, 100_000):
        lying = patched(data, central(data) + 24, struct.pack("<L", size))
        lying = patched(lying, 22, struct.pack("<L", size))
        assert "a in x.zip cannot be taken: it is damaged" in refused(site, lying)


def test_a_stored_entry_with_two_sizes_is_refused(site: Site) -> None:
    data = zip_of({"a": b"12345"}, method=zipfile.ZIP_STORED)
    assert "is not packed and yet has two sizes" in refused(
        site, patched(data, central(data) + 24, struct.pack("<L", 9))
    )


def test_overlapping_entries_are_refused(site: Site) -> None:
    """One kernel of packed zeros that many entries claim."""
    packer = zlib.compressobj(9, wbits=-15)
    zeros = bytes(1 << 20)
    kernel = packer.compress(zeros) + packer.flush()
    local = struct.pack(
        "<4sHHHHHLLLHH", b"PK\x03\x04", 20, 0, 8, 0, 33, zlib.crc32(zeros), len(kernel), len(zeros), 1, 0
    )
    body = local + b"a" + kernel
    entries = b"".join(
        struct.pack(
            "<4sHHHHHHLLLHHHHHLL", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, zlib.crc32(zeros), len(kernel), len(zeros),
            1, 0, 0, 0, 0, 0, 0,
        ) + b"a"
        for _ in range(50)
    )  # fmt: skip
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 50, 50, len(entries), len(body), 0)
    assert "some of its entries share their bytes" in refused(site, body + entries + end)


def test_a_directory_that_counts_otherwise_is_refused(site: Site) -> None:
    end = len(GOOD) - END
    assert "holds more than the entries that it counts" in refused(
        site, patched(GOOD, end + 8, struct.pack("<HH", 2, 2))
    )
    assert "entry 4 of its directory cannot be read" in refused(
        site, patched(GOOD, end + 8, struct.pack("<HH", 4, 4))
    )


@pytest.mark.parametrize("eighths", range(8))
def test_an_archive_cut_off_anywhere_is_refused(site: Site, eighths: int) -> None:
    assert refused(site, GOOD[: len(GOOD) * eighths // 8])


def test_names_that_nobody_marked_are_not_guessed(site: Site) -> None:
    info = zipfile.ZipInfo("placeholder")
    data = of_entries(("x/a.txt", b"x"), (info, b"y"))
    raw = "x/第一.txt".encode("gb18030")
    data = data.replace(b"placeholder", raw.ljust(11, b"_"))
    text = refused(site, data)
    assert "1 names in the archive are not ASCII" in text
    for choice in ("--archive-names", "gb18030", "cp437"):
        assert choice in text
    assert "is not utf-8" in refused(site, data, archive_names="utf-8")
    assert "no encoding 'klingon'" in refused(site, data, archive_names="klingon")
    receipt = site.accept(site.producer / "x.zip", archive_names="gb18030")
    assert receipt["original"]["names"] == "gb18030"
    assert f"data/{raw.ljust(11, b'_').decode('gb18030')[2:]}" in site.rows(receipt["package"])


def test_a_name_in_the_unicode_field_of_info_zip_is_taken(site: Site) -> None:
    raw = "第一".encode("gb18030")
    name = "第一".encode()
    extra = struct.pack("<HHBL", 0x7075, 5 + len(name), 1, zlib.crc32(raw)) + name
    info = zipfile.ZipInfo("abcd")
    info.extra = extra
    data = of_entries((info, b"x"), ("b", b"")).replace(b"abcd", raw)
    other = of_entries((info, b"x"), ("b", b"")).replace(b"abcd", "第二".encode("gb18030"))
    assert "not ASCII" in refused(site, other)
    (site.producer / "x.zip").write_bytes(data)
    assert "data/第一" in site.rows(site.accept(site.producer / "x.zip")["package"])


def test_a_folder_with_content_is_refused(site: Site) -> None:
    data = of_entries(("x/a", b"1"), ("folder_", b"content")).replace(b"folder_", b"folder/")
    assert "it is listed as a folder and has content" in refused(site, data)


def test_an_archive_with_nothing_in_it_is_refused(site: Site, tmp_path: Path) -> None:
    assert "no file at all" in refused(site, zip_of({}))
