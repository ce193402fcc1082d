"""Sizes as people write them, the same on both command lines."""

import click
import pytest
from click.testing import CliRunner

from archived.__main__ import commands
from archived.byte_size import ByteSize


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("65536", 65536),
        ("64KiB", 65536),
        ("64 kib", 65536),
        ("1.5MiB", 3 << 19),
        ("25GB", 25 * 10**9),
        ("1.1TB", 1_100_000_000_000),
        ("0.3kB", 300),
        (7, 7),
    ],
)
def test_a_size_is_exact(text: object, expected: int) -> None:
    assert ByteSize().convert(text, None, None) == expected


@pytest.mark.parametrize("text", ["", "-1", "9 parsecs", "1.MiB", "GiB", "１２", "1e3"])
def test_what_is_no_size_is_refused_with_what_is(text: str) -> None:
    with pytest.raises(click.BadParameter, match="write bytes, or a number with"):
        ByteSize().convert(text, None, None)


def test_making_a_site_understands_the_units_that_archivectl_does() -> None:
    wrong = CliRunner().invoke(commands, ["init", "--site", "/nowhere", "--keep-free", "2 parsecs"])
    assert wrong.exit_code == 2
    assert "TiB" in wrong.output
