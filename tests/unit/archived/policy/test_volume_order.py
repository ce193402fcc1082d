"""The order of volume numbers, and their ranges on a label."""

import pytest

from archived.policy.volume_order import natural_key, ranges


def ordered(*volumes: str) -> list[str]:
    return sorted(volumes, key=natural_key)


def test_digits_are_compared_as_numbers() -> None:
    assert ordered("10", "0009", "2") == ["2", "0009", "10"]
    assert ordered("A10", "A2", "B1") == ["A2", "A10", "B1"]
    assert ordered("第10卷", "第2卷") == ["第2卷", "第10卷"]


def test_leading_zeros_only_break_ties() -> None:
    assert natural_key("007") != natural_key("7")
    assert ordered("008", "7", "007") == ["007", "7", "008"]


def test_numbers_too_long_for_int_still_have_an_order() -> None:
    small, large = "8" * 5000, "9" * 5000
    assert ordered(large, small) == [small, large]


@pytest.mark.parametrize(
    ("volumes", "printed"),
    [
        ([], ()),
        (["0001"], ("0001",)),
        (["0001", "0002", "0003", "0005"], ("0001–0003", "0005")),
        (["9", "10"], ("9–10",)),
        (["0009", "0010"], ("0009–0010",)),
        (["0009", "10"], ("0009", "10")),
        (["99", "100"], ("99–100",)),
        (["A1", "B2"], ("A1", "B2")),
        (["A/0001", "A/0002", "B/0003"], ("A/0001–A/0002", "B/0003")),
        (["第1卷", "第2卷"], ("第1卷–第2卷",)),
        (["1-a", "2-b"], ("1-a", "2-b")),
        (["index", "index"], ("index", "index")),
    ],
)
def test_neighbours_are_printed_as_ranges(volumes: list[str], printed: tuple[str, ...]) -> None:
    assert ranges(volumes) == printed
