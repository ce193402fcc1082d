"""Bags are judged as RFC 8493 says, and all that is wrong is said at once: declaration, tag files, completeness."""

import hashlib

import pytest

from tests.unit.archived.formats.bag_building import (
    TEXT,
    declaration,
    judged,
    make,
    problems,
    said,
    sealed,
    sums,
    warned,
)


def test_a_good_bag_has_no_problem_and_its_tags_are_read() -> None:
    bag = judged(make())
    assert problems(make()) == []
    assert bag.warnings == ()
    assert bag.info == (("Payload-Oxum", "11.2"), ("Contact-Name", "A B"))


@pytest.mark.parametrize("version", ["0.93", "0.94", "0.95", "0.96", "0.97", "1.0"])
def test_every_known_version_is_readable(version: str) -> None:
    assert problems(make(version)) == []


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha512", "sha3_256", "blake2b"])
def test_manifests_of_any_digest_of_hashlib_are_checked(algorithm: str) -> None:
    name = algorithm.replace("_", "")
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
    text = said(files)
    for words in (
        "declares 12.3", "has 11.3", "line 2 is not", "data/gone.txt is missing", "outside.txt is not below",
        "line 5 is not", "still to be fetched", "'nonsense'",
        "data/extra.txt is not listed in manifest-sha256.txt",
    ):  # fmt: skip
        assert words in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "first line"),
        (b"BagIt-Version: 1.0\n", "second line"),
        (b"\xef\xbb\xbf" + declaration(), "byte order mark"),
        (b"\xff\xfe", "not UTF-8"),
        (declaration("2.0"), "2.0"),
        (b"BagIt-Version: .97\nTag-File-Character-Encoding: UTF-8\n", "first line"),
        (declaration(encoding="klingon"), "klingon"),
        (declaration(encoding="base64"), "base64"),
        (declaration(encoding="unicode_escape"), "unicode_escape"),
        (declaration(encoding="utf_8_sig"), "utf_8_sig"),
        (declaration() + b"More: x\n", "exactly two lines"),
        (declaration() + b"\n", "exactly two lines"),
        (b"BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n", "exactly two lines"),
        (b"BagIt-Version: 1.0 \nTag-File-Character-Encoding: UTF-8\n", "exactly two lines"),
        (b"bagit-version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "exactly two lines"),
        (b"Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n", "first line"),
    ],
)
def test_a_declaration_that_is_not_one_is_named(text: bytes, words: str) -> None:
    assert words in said(make(bagit__txt=text))


def test_drafts_may_write_the_declaration_less_exactly() -> None:
    loose = b"BagIt-Version : 0.96\nTag-File-Character-Encoding: UTF-8\nMore: x\n"
    assert "exactly two lines" in warned(make(bagit__txt=loose))
    assert warned(make(bagit__txt=b"BagIt-version: 0.96\nTag-File-Character-Encoding: UTF-8")) == ""
    assert "byte order mark" in said(make(bagit__txt=b"\xef\xbb\xbf" + declaration("0.97")))


def test_tag_files_are_read_in_the_declared_encoding() -> None:
    info = "Contact-Name: 张三\n".encode("gb18030")
    files = make(bagit__txt=declaration(encoding="GB18030"), bag_info__txt=info)
    assert judged(files).info == (("Contact-Name", "张三"),)
    assert "GB18030; UTF-8 is what everybody reads" in warned(files)
    assert "is not UTF-8" in said(make(bag_info__txt=info))


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_needs_its_byte_order_mark(codec: str) -> None:
    texts = {path: data.decode() for path, data in make().items() if not path.startswith(("data/", "bagit"))}
    head = {"bagit.txt": declaration(encoding="UTF-16"), **TEXT}
    marked = head | {path: ("\ufeff" + text).encode(codec) for path, text in texts.items()}
    assert problems(marked) == []
    assert judged(marked).info[0] == ("Payload-Oxum", "11.2")
    bare = head | {path: text.encode(codec) for path, text in texts.items()}
    assert "bag-info.txt has no byte order mark, which UTF-16 needs" in said(bare)
    assert "manifest-sha256.txt has no byte order mark" in said(bare)


def test_a_byte_order_mark_where_none_is_needed_is_refused_from_1_0_and_before_it_is_noted() -> None:
    marked = b"\xef\xbb\xbf" + sums("sha256", TEXT)
    assert "which UTF-8 does not need" in said(make(manifest_sha256__txt=marked))
    assert "which UTF-8 does not need" in warned(make("0.97", manifest_sha256__txt=marked))


def test_without_a_payload_folder_or_a_manifest_it_is_no_bag() -> None:
    text = "\n".join(judged({"bagit.txt": declaration()}, has_payload_folder=False).problems)
    assert "data/ is missing" in text
    assert "no payload manifest" in text


def test_from_1_0_every_manifest_lists_everything_and_before_their_union_does() -> None:
    a, b = ({path: data} for path, data in TEXT.items())
    changes = {"manifest_sha256__txt": sums("sha256", a), "manifest_md5__txt": sums("md5", b)}
    assert "manifest-md5.txt does not list data/a.txt, which another manifest does" in warned(
        make("0.97", **changes)
    )
    assert len(problems(make("1.0", **changes))) == 2
    assert "listed in no manifest" in said(make("0.97", manifest_sha256__txt=sums("sha256", a)))


def test_two_manifests_of_one_digest_are_refused() -> None:
    files = make("0.97") | {"manifest-SHA-256.txt": sums("sha256", TEXT)}
    assert "manifest-sha256.txt and manifest-SHA-256.txt are two manifests of one digest" in said(files)


def test_the_name_of_a_manifest_is_normalized_from_1_0() -> None:
    for name in ("manifest-SHA256.txt", "manifest-sha-256.txt", "Manifest-sha256.txt"):
        change = {name: sums("sha256", TEXT)}
        assert "lower case without punctuation" in said(make(manifest_sha256__txt=None) | change)
        assert "lower case without punctuation" in warned(make("0.97", manifest_sha256__txt=None) | change)


def test_weak_digests_are_accepted_as_declared_and_noted() -> None:
    weak = {"manifest_sha256__txt": None, "manifest_md5__txt": sums("md5", TEXT)}
    assert "md5 only" in warned(make(**weak))
    assert "forgery" not in warned(make(**weak) | {"manifest-sha512.txt": sums("sha512", TEXT)})


def test_several_manifests_are_each_held_against_the_bytes() -> None:
    files = make(manifest_sha512__txt=sums("sha512", TEXT | {"data/a.txt": b"other"}))
    assert [line.split(", ")[1].split()[0] for line in problems(files)] == ["manifest-sha512.txt"]


def test_tag_manifests_are_checked_and_must_list_the_payload_manifests() -> None:
    files = sealed(make(), ("md5",))
    assert problems(files) == []
    tags = {path: data for path, data in files.items() if not path.startswith(("data/", "tagmanifest"))}
    files["bag-info.txt"] += b"More: x\n"
    assert [line.split(":")[0] for line in problems(files)] == ["bag-info.txt"]
    del tags["manifest-sha256.txt"]
    files["tagmanifest-md5.txt"] = sums("md5", tags | {"data/a.txt": b"first", "tagmanifest-md5.txt": b""})
    for words in ("manifest-sha256.txt is not listed", "is payload", "is itself a tag manifest"):
        assert words in said(files)


def test_a_tag_file_that_a_tag_manifest_lists_must_be_there() -> None:
    files = sealed(make() | {"metadata/more.xml": b"<a/>"})
    assert problems(files) == []
    del files["metadata/more.xml"]
    assert "metadata/more.xml is missing; tagmanifest-sha256.txt lists it" in said(files)


def test_other_tag_files_are_kept_and_noted_when_no_tag_manifest_lists_them() -> None:
    assert warned(make() | {"metadata/more.xml": b"<a/>"}) == ""
    files = sealed(make()) | {"metadata/more.xml": b"<a/>"}
    assert "not listed in every tag manifest: metadata/more.xml" in warned(files)


def test_drafts_do_not_ask_that_a_tag_manifest_lists_the_payload_manifests() -> None:
    tags = {"bagit.txt": declaration("0.97")}
    files = make("0.97", tagmanifest_sha256__txt=sums("sha256", tags))
    assert "manifest-sha256.txt is not listed in tagmanifest-sha256.txt" in warned(files)
    assert "is not listed" in said(make(tagmanifest_sha256__txt=sums("sha256", {"bagit.txt": declaration()})))


def test_a_tag_file_that_changes_after_it_was_read_is_noticed() -> None:
    bag = judged(make())
    assert "changed" in bag.problems_with("bag-info.txt", {"sha256": hashlib.sha256(b"x").hexdigest()})[0]


def test_a_bag_in_a_bag_is_payload() -> None:
    inner = {f"data/bag/{path}": data for path, data in make().items()}
    inner["data/bag/manifest-sha256.txt"] = b"broken"
    assert problems({"bagit.txt": declaration(), "manifest-sha256.txt": sums("sha256", inner)} | inner) == []
