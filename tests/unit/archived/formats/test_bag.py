"""Bags are judged as RFC 8493 says, and all that is wrong is said at once."""

import hashlib

import pytest

from archived.formats.bag import Bag, read_bag

TEXT = {"data/a.txt": b"first", "data/sub/b.txt": b"second"}


def sums(algorithm: str, files: dict[str, bytes], separator: str = "  ") -> bytes:
    lines = (
        f"{hashlib.new(algorithm, data).hexdigest()}{separator}{path}\n"
        for path, data in sorted(files.items())
    )
    return "".join(lines).encode()


def declaration(version: str = "1.0", encoding: str = "UTF-8") -> bytes:
    return f"BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n".encode()


def make(version: str = "1.0", **changes: bytes | None) -> dict[str, bytes]:
    """A good bag; keyword names have '__' for '.' and '_' for '-'; None removes a file."""
    files = {
        "bagit.txt": declaration(version),
        "bag-info.txt": b"Payload-Oxum: 11.2\nContact-Name: A\n B\n",
        "manifest-sha256.txt": sums("sha256", TEXT),
        **TEXT,
    }
    for name, data in changes.items():
        path = name.replace("__", ".").replace("_", "-")
        files.pop(path, None)
        if data is not None:
            files[path] = data
    return files


def judged(files: dict[str, bytes], *, has_payload_folder: bool = True) -> Bag:
    sizes = {path: len(data) for path, data in files.items()}
    return read_bag(files.__getitem__, sizes, has_payload_folder=has_payload_folder)


def problems(files: dict[str, bytes]) -> list[str]:
    """Everything that is wrong with the bag, its bytes included."""
    bag = judged(files)
    found = list(bag.problems)
    for path, data in files.items():
        names = {*bag.algorithms_for(path), "sha256"}
        found += bag.problems_with(path, {name: hashlib.new(name, data).hexdigest() for name in names})
    return found


def test_a_good_bag_has_no_problem_and_its_tags_are_read() -> None:
    bag = judged(make())
    assert problems(make()) == []
    assert bag.info == (("Payload-Oxum", "11.2"), ("Contact-Name", "A B"))


@pytest.mark.parametrize("version", ["0.93", "0.94", "0.95", "0.96", "0.97", "1.0"])
def test_every_known_version_is_readable(version: str) -> None:
    assert problems(make(version)) == []


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha512", "sha3_256", "blake2b"])
def test_manifests_of_any_digest_of_hashlib_are_checked(algorithm: str) -> None:
    name = algorithm.replace("_", "-")
    files = make(manifest_sha256__txt=None) | {f"manifest-{name}.txt": sums(algorithm, TEXT)}
    assert problems(files) == []
    files["data/a.txt"] = b"First"
    assert [line.split(":")[0] for line in problems(files)] == ["data/a.txt"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    files = make(
        bag_info__txt=b"Payload-Oxum: 12.3\nno colon\n",
        manifest_sha256__txt=sums("sha256", TEXT | {"data/gone.txt": b"", "outside.txt": b""}) + b"rubbish\n",
        fetch__txt=b"https://example.org/x 1 data/gone.txt\n",
        manifest_nonsense__txt=b"",
    )
    files["data/extra.txt"] = b""
    said = "\n".join(problems(files))
    for words in (
        "declares 12.3", "has 11.3", "line 2 is not", "data/gone.txt is missing", "outside.txt is not below",
        "line 5 is not", "fetch.txt", "'nonsense'", "data/extra.txt is not listed in manifest-sha256.txt",
    ):  # fmt: skip
        assert words in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "first line"),
        (b"BagIt-Version: 1.0\n", "second line"),
        (b"\xef\xbb\xbf" + declaration(), "byte order mark"),
        (b"\xff\xfe", "not UTF-8"),
        (declaration("2.0"), "2.0"),
        (declaration(encoding="klingon"), "klingon"),
        (declaration(encoding="base64"), "base64"),
        (declaration() + b"More: x\n", "exactly two lines"),
        (b"BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n", "exactly two lines"),
    ],
)
def test_a_declaration_that_is_not_one_is_named(text: bytes, words: str) -> None:
    assert words in "\n".join(problems(make(bagit__txt=text)))


def test_tag_files_are_read_in_the_declared_encoding() -> None:
    info = "Contact-Name: 张三\n".encode("gb18030")
    files = make(bagit__txt=declaration(encoding="GB18030"), bag_info__txt=info)
    assert judged(files).info == (("Contact-Name", "张三"),)
    assert "is not UTF-8" in "\n".join(problems(make(bag_info__txt=info)))


def test_without_a_payload_folder_or_a_manifest_it_is_no_bag() -> None:
    files = {"bagit.txt": declaration()}
    said = "\n".join(judged(files, has_payload_folder=False).problems)
    assert "data/ is missing" in said
    assert "no payload manifest" in said


def test_from_1_0_every_manifest_lists_everything_and_before_their_union_does() -> None:
    a, b = ({path: data} for path, data in TEXT.items())
    changes = {"manifest_sha256__txt": sums("sha256", a), "manifest_md5__txt": sums("md5", b)}
    assert problems(make("0.97", **changes)) == []
    assert len(problems(make("1.0", **changes))) == 2


def test_a_path_listed_twice_is_named() -> None:
    assert "listed twice" in "\n".join(problems(make(manifest_sha256__txt=sums("sha256", TEXT) * 2)))


def test_tag_manifests_are_checked_and_must_list_the_payload_manifests() -> None:
    files = make()
    tags = {path: data for path, data in files.items() if not path.startswith("data/")}
    files["tagmanifest-md5.txt"] = sums("md5", tags)
    assert problems(files) == []
    files["bag-info.txt"] += b"More: x\n"
    assert [line.split(":")[0] for line in problems(files)] == ["bag-info.txt"]
    del tags["manifest-sha256.txt"]
    files["tagmanifest-md5.txt"] = sums("md5", tags | {"data/a.txt": b"first", "tagmanifest-md5.txt": b""})
    said = "\n".join(problems(files))
    for words in ("manifest-sha256.txt is not listed", "is payload", "is itself a tag manifest"):
        assert words in said


def test_escapes_in_paths_are_the_three_of_the_rfc() -> None:
    names = {"data/50%.txt": b"x", "data/%20.txt": b"y"}
    text = "".join(
        f"{hashlib.sha256(data).hexdigest()} {path}\n"
        for path, data in (("data/50%25.txt", b"x"), ("data/%20.txt", b"y"))
    )
    files = {"bagit.txt": declaration(), "manifest-sha256.txt": text.encode(), **names}
    assert problems(files) == []


def test_stars_of_md5sum_and_tabs_are_understood() -> None:
    assert problems(make(manifest_sha256__txt=sums("sha256", TEXT, " *"))) == []
    assert problems(make(manifest_sha256__txt=sums("sha256", TEXT, "\t"))) == []


def test_carriage_returns_end_lines_too() -> None:
    text = sums("sha256", TEXT).replace(b"\n", b"\r\n")
    assert problems(make(manifest_sha256__txt=text, bagit__txt=declaration().replace(b"\n", b"\r"))) == []


def test_a_name_in_another_normalization_is_told_apart_from_a_missing_one() -> None:
    files = {"bagit.txt": declaration(), "manifest-sha256.txt": sums("sha256", {"data/\u00e9": b""})}
    assert "another Unicode normalization" in "\n".join(problems(files | {"data/e\u0301": b""}))


def test_a_tag_file_that_changes_after_it_was_read_is_noticed() -> None:
    bag = judged(make())
    assert "changed" in bag.problems_with("bag-info.txt", {"sha256": hashlib.sha256(b"x").hexdigest()})[0]
