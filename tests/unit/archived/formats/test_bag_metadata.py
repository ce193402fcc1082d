"""bag-info.txt and fetch.txt: form, numbers that must agree, and files that are elsewhere."""

import pytest

from tests.unit.archived.formats.bag_building import declaration, judged, make, said, warned

OXUM = b"Payload-Oxum: 11.2\n"


@pytest.mark.parametrize("line", [b"no colon", b": value", b"Label : x", b" Label: x", b"Label:x"])
def test_a_line_of_bag_info_is_exactly_a_label_and_a_value_from_1_0(line: bytes) -> None:
    assert "bag-info.txt: line 1" in said(make(bag_info__txt=line + b"\n"))


def test_drafts_allow_any_white_space_around_the_colon() -> None:
    files = make(
        "0.97", bag_info__txt=b"Test-Tag: 1\nTest-Tag:   2\nTest-Tag : 3\nTest-Tag\t:\t4\nTest-Tag:5\n"
    )
    assert warned(files) == ""
    assert judged(files).info == tuple(("Test-Tag", str(n)) for n in range(1, 6))


def test_labels_come_back_in_order_repeated_and_folded() -> None:
    files = make(bag_info__txt=b"Contact-Name: A\nContact-Name: B\n\tand C\nUrl: http://x:80/\nEmpty:\n")
    assert judged(files).info == (
        ("Contact-Name", "A"),
        ("Contact-Name", "B and C"),
        ("Url", "http://x:80/"),
        ("Empty", ""),
    )
    assert warned(files) == ""


def test_a_bag_needs_no_bag_info() -> None:
    assert warned(make(bag_info__txt=None)) == ""


def test_package_info_is_metadata_in_old_drafts_and_just_a_tag_file_later() -> None:
    changes = {"bag_info__txt": None, "package_info__txt": b"Payload-Oxum: 9.9\n"}
    assert "declares 9.9" in said(make("0.95", **changes))
    assert warned(make("0.96", **changes)) == ""
    assert warned(make("1.0", **changes)) == ""


@pytest.mark.parametrize("value", ["12.2", "11.3", "0.0"])
@pytest.mark.parametrize("version", ["0.93", "1.0"])
def test_an_oxum_that_is_not_that_of_the_payload_is_refused(version: str, value: str) -> None:
    text = said(make(version, bag_info__txt=f"payload-oxum: {value}\n".encode()))
    assert f"declares {value} (bytes.files), the payload has 11.2" in text


@pytest.mark.parametrize("value", [b"11", b"11.2.3", b"eleven.2", b"11,2", b"-11.2"])
def test_an_oxum_that_is_none_is_refused_from_1_0_and_noted_before(value: bytes) -> None:
    assert "is not OCTETS.FILES" in said(make(bag_info__txt=b"Payload-Oxum: " + value + b"\n"))
    assert "is not OCTETS.FILES" in warned(make("0.97", bag_info__txt=b"Payload-Oxum: " + value + b"\n"))


def test_a_second_oxum_is_refused_from_1_0_and_noted_before() -> None:
    assert "more than once" in said(make(bag_info__txt=OXUM * 2))
    assert "more than once" in warned(make("0.97", bag_info__txt=OXUM * 2))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"Bag-Count: 16 of 15\n", "beyond their total"),
        (b"Bag-Count: one\n", "'N of T'"),
        (b"Bag-Count: 1 of 2\nbag-count: 1 of 2\n", "bag-count is given 2 times"),
        (b"Bagging-Date: 31.01.2026\n", "YYYY-MM-DD"),
        (b"Bagging-Date: 2026-13-01\n", "YYYY-MM-DD"),
    ],
)
def test_odd_values_of_reserved_labels_are_noted(text: bytes, words: str) -> None:
    assert words in warned(make(bag_info__txt=text))


@pytest.mark.parametrize("value", [b"1 of 15", b"15 of 15", b"3 of ?"])
def test_a_count_of_bags_may_leave_the_total_open(value: bytes) -> None:
    assert warned(make(bag_info__txt=b"Bag-Count: " + value + b"\n")) == ""


@pytest.mark.parametrize("version", ["0.97", "1.0"])
def test_a_fetch_file_whose_files_are_all_there_is_accepted_and_noted(version: str) -> None:
    files = make(
        version, fetch__txt=b"https://example.org/a 5 data/a.txt\nhttps://example.org/b - data/sub/b.txt\n"
    )
    assert "all of whose files are there" in warned(files)


def test_a_fetch_file_that_still_waits_for_files_is_refused_and_each_is_named() -> None:
    files = make(fetch__txt=b"https://example.org/a 5 data/a.txt\nhttps://example.org/b 6 data/sub/b.txt\n")
    del files["data/a.txt"], files["data/sub/b.txt"]
    for path in ("data/a.txt", "data/sub/b.txt"):
        assert f"{path} is still to be fetched" in said(files)
        assert f"{path} is missing" in said(files)


def test_a_fetched_file_is_listed_in_every_manifest_from_1_0() -> None:
    files = make(fetch__txt=b"https://example.org/c 1 data/c.txt\n")
    assert "fetch.txt lists data/c.txt, and manifest-sha256.txt does not" in said(files)


def test_a_length_in_the_fetch_file_that_is_not_the_files_is_noted() -> None:
    assert "gives data/a.txt 7 bytes, it has 5" in warned(
        make(fetch__txt=b"https://example.org/a 7 data/a.txt\n")
    )


@pytest.mark.parametrize(
    "line", [b"https://example.org/a", b"https://example.org/a x data/a.txt", b"5 data/a.txt"]
)
def test_a_line_of_the_fetch_file_has_three_parts(line: bytes) -> None:
    assert "line 1 is not 'URL LENGTH PATH'" in said(make(fetch__txt=line + b"\n"))


def test_tag_files_are_never_fetched() -> None:
    assert "bag-info.txt is not below data/" in said(
        make(fetch__txt=b"https://example.org/a - bag-info.txt\n")
    )


def test_a_fetch_file_is_read_in_the_declared_encoding() -> None:
    assert "fetch.txt is not UTF-8" in said(
        make(bagit__txt=declaration(), fetch__txt=b"https://x - data/\xff\n")
    )
