"""Tar archives that are refused, each with its reason, and nothing of them kept; and forms of tar that are read."""

import gzip
import lzma
import tarfile

import pytest

from archived.errors import ArchivedError
from archived.settings import ArchiveSettings
from archived.stages.archive_survey import survey_archive
from tests.unit.archived.archives.packing import TARS, TREE, member, tar_of, tar_of_members
from tests.unit.archived.intake.conftest import Site

GOOD = tar_of(TREE)
PACKED = {".tar": bytes, ".tar.gz": gzip.compress, ".tar.xz": lzma.compress}


def refused(site: Site, data: bytes, suffix: str = ".tar", **fields: object) -> str:
    """Why these bytes are not taken, as an archive."""
    path = site.producer / f"x{suffix}"
    path.write_bytes(data)
    with pytest.raises(ArchivedError) as error:
        site.accept(path, **fields)
    assert site.left_in_staging() == []
    assert "accepted" not in site.states()
    return error.value.message


def one(name: str, data: bytes = b"", **fields: object) -> bytes:
    """A good member, and this one."""
    return tar_of_members([member("x/good", b"1"), member(name, data, **fields)])


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../x", "climbs out by '..'"),
        ("x/../../y", "climbs out by '..'"),
        ("/etc/passwd", "absolute"),
        ("C:/x", "drive letter"),
        ("\\\\server\\x", "absolute"),
        ("a\\..\\x", "climbs out by '..'"),
        ("a//b", "empty part"),
    ],
)
def test_a_path_that_leads_out_is_refused(site: Site, name: str, why: str) -> None:
    assert why in refused(site, one(name, b"x"))


@pytest.mark.parametrize(
    ("kind", "why"),
    [(tarfile.CHRTYPE, "character device"), (tarfile.BLKTYPE, "block device"), (tarfile.FIFOTYPE, "pipe")],
)
def test_devices_and_pipes_are_refused(site: Site, kind: bytes, why: str) -> None:
    assert f"thing: it is a {why}" in refused(site, one("x/thing", type=kind))


@pytest.mark.parametrize("target", ["x/later", "x/nowhere", "../../etc/passwd", "x/link"])
def test_a_hard_link_to_no_file_before_it_is_refused(site: Site, target: str) -> None:
    data = tar_of_members(
        [
            member("x/link", type=tarfile.LNKTYPE, linkname=target),
            member("x/later", b"1"),
        ]
    )
    assert "which no file before it is" in refused(site, data)


def test_more_hard_links_than_walks_are_worth_are_refused(site: Site) -> None:
    links = [member(f"x/{n}", type=tarfile.LNKTYPE, linkname="x/a") for n in range(17)]
    assert "more than 16 hard links" in refused(site, tar_of_members([member("x/a", b"1"), *links]))


def test_duplicates_are_refused_although_tar_would_take_the_last(site: Site) -> None:
    assert "good: it is listed twice" in refused(site, one("x/good", b"2"))
    assert "good: it is listed twice" in refused(site, one("./x/good", b"2"))


def test_a_file_below_a_link_or_a_file_is_refused(site: Site) -> None:
    data = tar_of_members(
        [member("x/l", type=tarfile.SYMTYPE, linkname="/etc"), member("x/l/passwd", b"root")]
    )
    assert "a folder above it is listed as a file or a link" in refused(site, data)


@pytest.mark.parametrize("records", [{"GNU.sparse.major": "1"}, {"GNU.sparse.map": "0,1"}])
def test_sparse_files_are_refused(site: Site, records: dict[str, str]) -> None:
    assert "as a sparse file" in refused(site, one("x/hole", b"1", pax_headers=records))


@pytest.mark.parametrize(
    ("letter", "words"), [(b"S", "sparse"), (b"M", "one part of several"), (b"Z", "unknown kind Z")]
)
def test_members_that_nobody_knows_are_refused(site: Site, letter: bytes, words: str) -> None:
    assert words in refused(site, one("x/thing", type=letter))


@pytest.mark.parametrize("suffix", TARS)
@pytest.mark.parametrize("eighths", range(8))
def test_an_archive_cut_off_anywhere_is_refused(site: Site, suffix: str, eighths: int) -> None:
    data = PACKED[suffix](GOOD)
    # What follows the first block of zeros is padding.
    whole = len(data) if suffix != ".tar" else GOOD.rindex(TREE["0007/sub/b.bin"]) + 5120 + 512
    assert refused(site, data[: whole * eighths // 8], suffix)


def test_an_archive_cut_off_between_two_members_is_refused(site: Site) -> None:
    assert "is cut off" in refused(site, GOOD[:1024])
    assert "is cut off" in refused(site, gzip.compress(GOOD[:1024]), ".tar.gz")


@pytest.mark.parametrize("suffix", TARS)
def test_something_after_the_end_is_refused_and_padding_is_not(site: Site, suffix: str) -> None:
    pack = PACKED[suffix]
    assert "something follows its end" in refused(site, pack(GOOD + b"x" * 512), suffix)
    assert "follows its end" in refused(site, pack(GOOD) + b"x" * 512, suffix)
    (site.producer / f"x{suffix}").write_bytes(pack(GOOD + bytes(10_240)) + bytes(512))
    assert site.accept(site.producer / f"x{suffix}")["files"] == 3


@pytest.mark.parametrize("suffix", [".tar.gz", ".tar.xz"])
def test_members_of_the_packing_after_each_other_are_one_stream(site: Site, suffix: str) -> None:
    pack = PACKED[suffix]
    (site.producer / f"x{suffix}").write_bytes(pack(GOOD[:700]) + pack(GOOD[700:]))
    assert site.accept(site.producer / f"x{suffix}")["files"] == 3


def test_damage_is_found_by_sums_of_headers_and_packing(site: Site) -> None:
    assert "a header in it is none" in refused(site, b"9" + GOOD[1:])
    packed = bytearray(gzip.compress(GOOD))
    packed[-6] ^= 1
    assert "is damaged" in refused(site, bytes(packed), ".tar.gz")
    packed = bytearray(lzma.compress(GOOD))
    packed[len(packed) // 2] ^= 1
    assert "is damaged" in refused(site, bytes(packed), ".tar.xz")


def test_an_xz_that_asks_for_the_machines_memory_is_refused(site: Site) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}]
    assert "is damaged: Memory usage limit" in refused(site, lzma.compress(GOOD, filters=filters), ".tar.xz")


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_and_foreign_names_are_read_in_every_form(site: Site, form: int) -> None:
    long = "x/" + "/".join(["第一" * 3] * 6) + "/" + "n" * 90
    (site.producer / "x.tar").write_bytes(tar_of({"x/a": b"1", long: b"2"}, form=form))
    receipt = site.accept(site.producer / "x.tar")
    assert f"data/{long[2:]}" in site.rows(receipt["package"])


def test_names_that_are_no_utf8_are_kept_byte_for_byte_unless_somebody_says_what_they_mean(
    site: Site,
) -> None:
    raw = "x/第一.txt".encode("gb18030").decode("utf-8", "surrogateescape")
    path = site.producer / "x.tar"
    path.write_bytes(tar_of({"x/a": b"1", raw: b"2"}, form=tarfile.GNU_FORMAT))
    kept = survey_archive(path, ArchiveSettings())
    assert [file.path for file in kept.files] == ["a", raw[2:]]
    told = survey_archive(path, ArchiveSettings(), names="gb18030")
    assert [file.path for file in told.files] == ["a", "第一.txt"]


def test_large_numbers_and_early_times_are_read(site: Site) -> None:
    path = site.producer / "x.tar"
    path.write_bytes(
        tar_of_members(
            [member("x/old", b"1", mtime=-86400), member("y", b"2", mtime=2**40)], form=tarfile.GNU_FORMAT
        )
    )
    found = survey_archive(path, ArchiveSettings())
    assert [file.mtime_ns for file in found.files] == [-86400 * 10**9, 2**40 * 10**9]


def test_what_a_package_does_not_keep_is_noted(site: Site) -> None:
    path = site.producer / "x.tar"
    path.write_bytes(one("x/a", b"1", pax_headers={"SCHILY.xattr.user.note": "x"}))
    assert site.accept(path)["warnings"] == [
        "extended attributes in the archive are not kept: SCHILY.xattr.user.note"
    ]


@pytest.mark.parametrize("record", ["mtime", "size"])
def test_numbers_beyond_all_measure_are_refused_like_any_other_damage(site: Site, record: str) -> None:
    data = one("x/thing", b"1", pax_headers={record: "9" * 5000})
    assert "damaged" in refused(site, data)


def test_times_that_no_catalog_holds_are_refused_before_anything_is_taken(site: Site) -> None:
    message = refused(site, one("x/thing", b"1", pax_headers={"mtime": str(2**40)}))
    assert "dated before 1678 or after 2261" in message
    assert "thing" in message
