"""Names: what a disc can hold, and how it is written there."""

import pytest

from backends.optical.udf.names import dstring, encode_cs0, problem_with_name, problem_with_path


@pytest.mark.parametrize(
    "name", ["a", ".hidden", " ", "案卷", "a" * 126, "长" * 126, "\U0001f600" * 63, "CON", "trailing. "]
)
def test_names_that_a_disc_holds_have_no_problem(name: str) -> None:
    assert problem_with_name(name) is None


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("", "empty"),
        (".", "folder itself"),
        ("..", "folder itself"),
        ("a/b", "U+002F"),
        ("a\\b", "U+005C"),
        ("nul\0", "U+0000"),
        ("line\nbreak", "U+000A"),
        ("\x85", "U+0085"),
        ("bad\udc80byte", "U+DC80"),
        ("\ufeffmark", "U+FEFF"),
        ("\uffff", "U+FFFF"),
        ("a" * 127, "127 UTF-16 units"),
        ("\U0001f600" * 64, "128 UTF-16 units"),
    ],
)
def test_names_that_no_disc_holds_are_explained(name: str, word: str) -> None:
    assert word in (problem_with_name(name) or "")


def test_a_path_is_judged_by_its_names_and_by_its_whole_length() -> None:
    assert problem_with_path("data/案卷/0001.tif") is None
    assert "'..'" in (problem_with_path("data/../0001.tif") or "")
    assert "empty" in (problem_with_path("/absolute") or "")
    assert problem_with_path("/".join(["x" * 100] * 10)) is None
    assert "more than 1023" in (problem_with_path("/".join(["x" * 101] * 10)) or "")


def test_latin_text_takes_one_byte_a_character_and_other_text_two() -> None:
    assert encode_cs0("café") == b"\x08caf\xe9"
    assert encode_cs0("案") == b"\x10\x68\x48"
    assert encode_cs0("\U0001f600") == b"\x10\xd8\x3d\xde\x00"


def test_a_field_keeps_its_length_in_its_last_byte_and_is_cut_at_a_whole_character() -> None:
    assert dstring("", 32) == bytes(32)
    assert dstring("ab", 8) == b"\x08ab\0\0\0\0\x03"
    assert dstring("\U0001f600\U0001f600", 8) == b"\x10\xd8\x3d\xde\x00\0\0\x05"
    label = "7K3F · 3 of 6 · any 4 rebuild"
    assert dstring(label, 32)[1:31].rstrip(b"\0").decode("latin-1") == label
