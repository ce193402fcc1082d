"""What is handed back of a package, and by which names people may ask for it."""

import pytest

from archived.errors import NotFound
from archived.inner_files import FILE, FOLDER, LINK, InnerFile
from archived.model import PackageFile
from archived.policy.delivered_entries import Entry, chosen, entries

PLAIN = [
    PackageFile("P1", "bagit.txt", False, 55, 7, "aa", "", ""),
    PackageFile("P1", "data/100%25.txt", False, 3, 7, "bb", "", ""),
    PackageFile("P1", "data/empty", True, 0, 7, "", "", ""),
]
OUTER = [
    PackageFile("P2", "bagit.txt", False, 55, 7, "aa", "", ""),
    PackageFile("P2", "data/package.tar", False, 10240, 7, "cc", "", ""),
    PackageFile("P2", "name-map.csv", False, 99, 7, "dd", "", ""),
]


def inner(path: str, kind: str = FILE, target: str = "") -> InnerFile:
    return InnerFile("P2", path, kind, 512, 4, 1_500_000_001, 0o640, target, "", "ee", "", "")


INNER = [inner("bagit.txt"), inner("data/%FF"), inner("data/d", FOLDER), inner("data/l", LINK, "../%FF")]


def ask(files: list[PackageFile], inside: list[InnerFile], *wanted: str) -> list[Entry]:
    return chosen(files, inside, wanted, package_id=files[0].package_id)


def test_a_plain_package_is_handed_back_as_its_bag() -> None:
    found = list(entries(PLAIN, []))
    assert [(entry.path, entry.kind, entry.source) for entry in found] == [
        ("bagit.txt", FILE, "bagit.txt"),
        ("data/100%25.txt", FILE, "data/100%25.txt"),
        ("data/empty", FOLDER, ""),
    ]
    assert found[1].raw == b"data/100%25.txt"
    assert not found[1].escaped
    assert found[1].mtime_ns == 7_000_000_000


def test_a_package_in_a_tar_is_handed_back_as_what_was_handed_in() -> None:
    found = {entry.path: entry for entry in entries(OUTER, INNER)}
    assert list(found) == ["bagit.txt", "data/%FF", "data/d", "data/l"]
    file = found["data/%FF"]
    assert (file.raw, file.source, file.offset, file.size_bytes) == (b"data/\xff", "data/package.tar", 512, 4)
    assert (file.mtime_ns, file.mode, file.escaped) == (1_500_000_001, 0o640, True)
    assert (found["data/l"].target, found["data/l"].source, found["data/l"].mode) == (b"../\xff", "", None)


@pytest.mark.parametrize("name", ["data/%FF", "%FF", "data/\udcff", "\udcff"])
def test_a_hard_name_is_found_escaped_or_as_it_is(name: str) -> None:
    assert [entry.raw for entry in ask(OUTER, INNER, name)] == [b"data/\xff"]


def test_the_outer_bag_is_handed_back_to_who_names_it() -> None:
    assert [entry.source for entry in ask(OUTER, INNER, "/bagit.txt", "name-map.csv")] == [
        "bagit.txt",
        "name-map.csv",
    ]
    (inside,) = ask(OUTER, INNER, "bagit.txt")
    assert inside.source == "data/package.tar"


def test_names_of_plain_packages_are_taken_as_they_are() -> None:
    assert [entry.path for entry in ask(PLAIN, [], "100%25.txt")] == ["data/100%25.txt"]
    for name in ("100%.txt", "/bagit.txt"):
        with pytest.raises(NotFound, match="has no file"):
            ask(PLAIN, [], name)
