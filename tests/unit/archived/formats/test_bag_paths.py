"""Paths in manifests and fetch.txt: escapes, ways out of the bag, duplicates, twins, what checksum tools write."""

import hashlib

import pytest

from tests.unit.archived.formats.bag_building import (
    TEXT,
    declaration,
    make,
    problems,
    said,
    sealed,
    sums,
    warned,
)


def of_lines(version: str, payload: dict[str, bytes], lines: dict[str, bytes]) -> dict[str, bytes]:
    """A bag whose manifest has exactly these paths, written so."""
    text = "".join(f"{hashlib.sha256(data).hexdigest()} {path}\n" for path, data in lines.items())
    return {"bagit.txt": declaration(version), "manifest-sha256.txt": text.encode(), **payload}


def test_escapes_in_paths_are_the_three_of_the_rfc() -> None:
    payload = {"data/50%.txt": b"x", "data/a\nb\r.txt": b"y"}
    lines = {"data/50%25.txt": b"x", "data/a%0Ab%0d.txt": b"y"}
    assert warned(of_lines("1.0", payload, lines)) == ""


def test_a_per_cent_sign_that_is_not_encoded_is_noted_where_it_means_one_thing_only() -> None:
    files = of_lines("1.0", {"data/%20.txt": b"y"}, {"data/%20.txt": b"y"})
    assert "'%' that is not written %25: 1" in warned(files)


def test_a_name_with_25_in_it_is_encoded_from_1_0() -> None:
    files = of_lines("1.0", {"data/a%25": b"x"}, {"data/a%25": b"x"})
    assert "has to write %2525" in said(files)
    assert problems(of_lines("1.0", {"data/a%25": b"x"}, {"data/a%2525": b"x"})) == []


@pytest.mark.parametrize("version", ["0.93", "0.97"])
def test_in_drafts_what_is_there_decides_what_an_escape_means(version: str) -> None:
    for name in ("data/%7Edir/%x", "data/%0Aliteral", "data/%25"):
        assert warned(of_lines(version, {name: b"x"}, {name: b"x"})) == ""
    assert warned(of_lines(version, {"data/a\nb": b"x"}, {"data/a%0Ab": b"x"})) == ""
    assert "as only 1.0 asks" in warned(of_lines(version, {"data/50%": b"x"}, {"data/50%25": b"x"}))


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/etc/passwd", "absolute"),
        ("//server/share", "absolute"),
        ("../../outside", "'..'"),
        ("data/../../outside", "'..'"),
        ("data\\..\\..\\outside", "'..'"),
        ("~/file", "home folder"),
        ("~root/file", "home folder"),
        ("C:\\Windows\\System32\\setx.exe", "drive letter"),
        ("c:file", "drive letter"),
        ("\\\\?\\UNC\\server\\file", "network path"),
        ("\\file", "network path"),
        ("%HomeDrive%\\Windows\\setx.exe", "variable"),
    ],
)
@pytest.mark.parametrize("version", ["0.97", "1.0"])
def test_a_path_that_leads_out_of_the_bag_is_refused_everywhere(version: str, path: str, why: str) -> None:
    line = f"{'0' * 64}  {path}\n".encode()
    whole = make(version, manifest_sha256__txt=sums("sha256", TEXT) + line)
    assert f"manifest-sha256.txt: line 3: {path} leads out of the bag" in said(whole)
    assert why in said(whole)
    sealing = sealed(make(version))
    sealing["tagmanifest-sha256.txt"] += line
    assert f"{path} leads out of the bag" in said(sealing)
    fetching = make(version, fetch__txt=f"https://example.org/x - {path}\n".encode())
    assert f"fetch.txt: line 1: {path} leads out of the bag" in said(fetching)


@pytest.mark.parametrize("name", ["data/~x", "data/C:x", "data/..x", "data/x..", "data/%HomeDrive%x"])
def test_a_name_that_only_looks_dangerous_is_content(name: str) -> None:
    assert problems(of_lines("0.97", {name: b"x"}, {name: b"x"})) == []


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("data/sub/", "folder"),
        ("data//a.txt", "empty part"),
        ("data/./a.txt", "empty part"),
        ("data/a\0.txt", "NUL"),
    ],
)
def test_a_path_that_can_name_no_file_is_refused(path: str, why: str) -> None:
    line = f"{'0' * 64}  {path}\n".encode()
    assert why in said(make(manifest_sha256__txt=sums("sha256", TEXT) + line))
    assert why in said(make(fetch__txt=f"https://example.org/x - {path}\n".encode()))


def test_a_folder_in_a_manifest_is_told_from_a_missing_file() -> None:
    listed = sums("sha256", TEXT | {"data/sub": b""})
    assert "data/sub is a folder" in said(make(manifest_sha256__txt=listed))


def test_backslashes_are_no_separators() -> None:
    files = of_lines("1.0", {"data/sub/b": b"x"}, {"data\\sub\\b": b"x"})
    assert "data/sub/b is not listed" in said(files)
    assert "data\\sub\\b is not below data/" in said(files)
    files = of_lines("1.0", {"data/sub/b": b"x"}, {"data/sub\\b": b"x"})
    assert "is written with '\\' where '/' must stand" in said(files)
    assert problems(of_lines("1.0", {"data/sub\\b": b"x"}, {"data/sub\\b": b"x"})) == []


@pytest.mark.parametrize("path", ["manifest-sha256.txt", "bagit.txt", "other/a.txt"])
def test_a_payload_manifest_lists_payload_only(path: str) -> None:
    listed = sums("sha256", TEXT | {path: b""})
    assert f"{path} is not below data/" in said(make("0.97", manifest_sha256__txt=listed))


def test_a_path_listed_twice_is_refused_from_1_0_and_before_only_when_the_digests_differ() -> None:
    twice = sums("sha256", TEXT) * 2
    assert "listed twice with the same digest" in said(make(manifest_sha256__txt=twice))
    assert "listed twice with the same digest" in warned(make("0.97", manifest_sha256__txt=twice))
    differing = sums("sha256", TEXT) + sums("sha256", {"data/a.txt": b"x"})
    for version in ("0.93", "0.97", "1.0"):
        assert "listed twice with different digests" in said(make(version, manifest_sha256__txt=differing))


def test_a_path_is_the_same_however_a_tool_writes_it() -> None:
    twice = sums("sha256", TEXT) + sums("sha256", {"./data/a.txt": b"first"})
    assert "data/a.txt is listed twice" in said(make(manifest_sha256__txt=twice))


@pytest.mark.parametrize("version", ["0.97", "1.0"])
def test_what_checksum_tools_write_is_understood_and_noted(version: str) -> None:
    assert "'*' of a checksum tool: 2" in warned(
        make(version, manifest_sha256__txt=sums("sha256", TEXT, " *"))
    )
    dotted = {f"./{path}": data for path, data in TEXT.items()}
    assert "begin with './': 2" in warned(make(version, manifest_sha256__txt=sums("sha256", dotted)))
    starred = sealed(make(version))
    tags = {p: d for p, d in starred.items() if not p.startswith(("data/", "tagmanifest"))}
    starred["tagmanifest-sha256.txt"] = sums("sha256", tags, " *")
    assert "'*' of a checksum tool: 3" in warned(starred)


def test_a_real_star_is_part_of_the_name() -> None:
    files = make() | {"*note.txt": b"x"}
    files["tagmanifest-sha256.txt"] = sums(
        "sha256", {path: data for path, data in files.items() if not path.startswith("data/")}
    )
    assert warned(files) == ""


def test_tabs_and_upper_case_digests_are_as_good() -> None:
    assert warned(make(manifest_sha256__txt=sums("sha256", TEXT, "\t \t"))) == ""
    shouted = "".join(
        f"{line.split()[0].upper()}  {line.split()[1]}\n"
        for line in sums("sha256", TEXT).decode().splitlines()
    )
    assert warned(make(manifest_sha256__txt=shouted.encode())) == ""


def test_empty_lines_are_noted() -> None:
    assert "empty lines: 1" in warned(make(manifest_sha256__txt=sums("sha256", TEXT) + b"\n"))


@pytest.mark.parametrize("line", ["abc  data/x", "0" * 63 + "g  data/x", "0" * 64, "0" * 128 + "  data/x"])
def test_a_line_that_is_no_digest_and_path_is_named(line: str) -> None:
    assert "line 3 is not a sha256 digest and a path" in said(
        make(manifest_sha256__txt=sums("sha256", TEXT) + line.encode() + b"\n")
    )


@pytest.mark.parametrize("end", [b"\r", b"\r\n"])
def test_carriage_returns_end_lines_too(end: bytes) -> None:
    files = make(
        manifest_sha256__txt=sums("sha256", TEXT).replace(b"\n", end),
        bagit__txt=declaration().replace(b"\n", end),
        bag_info__txt=b"Payload-Oxum: 11.2" + end + b"Contact-Name: A" + end + b" B" + end,
    )
    assert warned(files) == ""


def test_other_separators_of_unicode_end_no_line() -> None:
    names = {"data/a\x85b": b"x", "data/c\u2028d": b"y", "data/e\x0bf": b"z"}
    assert problems(of_lines("1.0", names, names)) == []


def test_a_name_in_another_normalization_or_case_is_told_apart_from_a_missing_one() -> None:
    listed = {"data/\u00e9": b"x", "data/B": b"y"}
    there = {"data/e\u0301": b"x", "data/b": b"y"}
    text = said(of_lines("1.0", there, listed))
    assert "data/\u00e9 is there in another Unicode normalization only" in text
    assert "data/B is there in other upper and lower case only" in text
    assert "data/b is not listed" in text


def test_twins_that_are_both_there_are_kept_and_noted() -> None:
    names = {"data/a": b"x", "data/A": b"y", "data/\u00e9": b"z", "data/e\u0301": b"w"}
    text = warned(of_lines("1.0", names, names))
    assert "differ in case or Unicode normalization only: data/A, data/a, data/e\u0301, data/\u00e9" in text


def test_what_systems_leave_behind_is_content_of_a_bag_and_noted() -> None:
    names = {"data/Thumbs.db": b"x", "data/.DS_Store": b"", "data/~$a.doc": b"y"}
    assert "kept as part of the bag: data/.DS_Store, data/Thumbs.db, data/~$a.doc" in warned(
        of_lines("1.0", names, names)
    )
    assert "data/Thumbs.db is not listed" in said(make() | {"data/Thumbs.db": b""})
