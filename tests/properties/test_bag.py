"""What we write into a bag we read back, whatever the names; and rubbish never crashes a reader."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archived.formats.bag import read_bag
from archived.formats.bag_findings import Findings
from archived.formats.bag_making import payload_line, tag_manifest_text
from archived.formats.bag_manifests import read_manifest
from archived.formats.bag_tags import read_declaration, read_tags, tag_lines
from archived.formats.bag_text import lines_of
from archived.formats.root_digest import RootDigest
from archived.policy.carrying import carrying

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=12)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(lambda names: "data/" + "/".join(names))
CONTENT = st.dictionaries(PATHS, st.binary(max_size=20), max_size=8)


@given(CONTENT)
def test_a_manifest_comes_back_as_it_was_written(content: dict[str, bytes]) -> None:
    digests = {path: hashlib.sha256(data).digest() for path, data in content.items()}
    text = b"".join(payload_line(digest.hex(), path) for path, digest in digests.items()).decode()
    findings = Findings()
    manifest = read_manifest("manifest-sha256.txt", "sha256", text, findings, is_rfc=True, files=content)
    assert (dict(manifest.entries), findings) == (digests, Findings())


@given(
    st.lists(st.tuples(st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True), st.text(max_size=40)))
)
def test_tags_come_back_on_one_line_each(tags: list[tuple[str, str]]) -> None:
    text = tag_lines(tags).decode("utf-8", "strict")
    back, problems = read_tags(text, strict=True)
    printable = [(label, " ".join(value.split())) for label, value in tags if value.strip()]
    assert problems == []
    assert back == [(label, value.encode("utf-8", "backslashreplace").decode()) for label, value in printable]


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=200))
def test_rubbish_in_tag_files_is_a_list_of_problems_and_never_a_crash(a: bytes, b: bytes, c: bytes) -> None:
    head = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    for declaration in (a, head):
        files = {"bagit.txt": declaration, "bag-info.txt": b, "manifest-md5.txt": c, "data/x": a}
        sizes = {path: len(data) for path, data in files.items()}
        bag = read_bag(files.__getitem__, sizes, has_payload_folder=True)
        assert bag.problems


@given(st.binary(max_size=120))
def test_a_declaration_is_usable_or_has_problems(data: bytes) -> None:
    findings = Findings()
    declaration = read_declaration(data, findings)
    assert declaration is not None or findings.problems


@given(CONTENT, CONTENT)
def test_roots_are_equal_exactly_when_payloads_are(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    def root(content: dict[str, bytes]) -> str:
        running = RootDigest()
        for path in sorted(content):
            running.add_file(path, hashlib.sha256(content[path]).hexdigest())
        return running.hexdigest()

    if not any(character in path for path in (*one, *other) for character in "\r\n"):
        assert (root(one) == root(other)) == (one == other)


def test_a_root_digest_refuses_another_order() -> None:
    running = RootDigest()
    running.add_file("data/b", "0" * 64)
    with pytest.raises(ValueError, match="does not follow"):
        running.add_file("data/a", "0" * 64)
    running.add_empty_folder("data/a")
    with pytest.raises(ValueError, match="does not follow"):
        running.add_file("data/c", "0" * 64)


@given(st.lists(NAMES, unique=True, max_size=6))
def test_names_that_are_carried_have_no_twin_in_any_case(names: list[str]) -> None:
    bad = {name for name, _why in carrying(names, (), disc_folder="data/F/S/V/v0001").reasons}
    good = [name for name in names if name not in bad]
    assert len({name.lower() for name in good}) == len(good)


@given(
    st.dictionaries(st.sampled_from(["bagit.txt", "bag-info.txt", "manifest-sha256.txt"]), st.just("0" * 64))
)
def test_a_tag_manifest_is_sorted_by_path(digests: dict[str, str]) -> None:
    lines = lines_of(tag_manifest_text(digests.items()).decode())
    assert lines == [f"{digest}  {path}" for path, digest in sorted(digests.items())]
