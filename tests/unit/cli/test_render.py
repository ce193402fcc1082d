"""Values look the way people read them, and text can do nothing to a terminal."""

import ast
import json
from pathlib import Path

import pytest

import cli
from cli.headings import HEADINGS, heading
from cli.render import cell, duration, plain, reference, size

from .conftest import NOTICE, FakeClient, Run

PACKAGE = {
    "id": "P000001", "state": "accepted", "fonds": "Z109", "series": "2003", "volume": "0007", "version": 1,
    "title": "往来[bold]函件[/bold]", "file_count": 3, "size_bytes": 25_025_314_816, "waits_for": ["an image", "a set"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_400, "999 kB"), (999_949, "1.0 MB"), (1_500_000, "1.5 MB"),
     (25_025_314_816, "25.0 GB"), (123_456_789_012, "123 GB")],
)  # fmt: skip
def test_sizes_are_decimal(count: int, words: str) -> None:
    assert size(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (59, "59 s"), (61, "1 min 01 s"), (3660, "1 h 01 min"), (90000, "1 d 01 h")],
)
def test_durations_show_the_two_units_that_matter(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_the_key_tells_the_unit() -> None:
    assert cell("size_bytes", 2000) == "2.0 kB"
    assert cell("rate_bytes_per_s", 2_000_000) == "2.0 MB/s"
    assert cell("mb_per_s", 42) == "42"
    assert cell("left_s", 61.2) == "1 min 01 s"
    assert cell("position", 3) == "3"
    assert cell("held", True) == "yes"
    assert cell("note", "") == cell("note", None) == cell("note", []) == "–"
    assert cell("packages", {"accepted": 2, "archived": 1}) == "accepted 2, archived 1"


def test_times_are_shown_in_the_zone_of_the_caller() -> None:
    assert cell("at", "2026-11-20T23:38:42.123456+00:00").startswith("2026-11-2")
    assert cell("at", "not a time") == "not a time"


def test_control_characters_become_visible() -> None:
    assert plain("a\x1b[31mb\r\n\udc80\u202e名") == r"a\x1b[31mb\r\n\udc80\u202e名"


def test_headings_are_english_and_chinese() -> None:
    assert heading("volume") == "Volume 案卷"
    assert heading("never_heard_of") == "Never heard of"


def test_every_column_of_every_listing_has_a_heading_in_both_languages() -> None:
    calls = [
        node
        for path in Path(cli.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "table"
    ]
    keys = {word.value for call in calls for word in call.args[1:] if isinstance(word, ast.Constant)}
    assert len(keys) > 20
    assert keys - HEADINGS.keys() == set()


def test_references_are_printed_from_fields_or_words() -> None:
    assert reference({"reference": {"fonds": "F", "series": "S", "volume": "V"}}) == "F/S/V"
    assert (
        reference({"reference": "F/S/V"})
        == reference({"fonds": "F", "series": "S", "volume": "V"})
        == "F/S/V"
    )


def test_a_listing_has_headings_and_takes_no_text_for_markup(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/packages"] = {"notice": NOTICE, "items": [PACKAGE]}
    lines = run("packages").stdout.splitlines()
    assert "Volume 案卷" in lines[1]
    row = next(line for line in lines if "P000001" in line)
    for words in ("Z109", "0007", "往来[bold]函件[/bold]", "25.0 GB", "an image, a set"):
        assert words in row


def test_the_notice_comes_first_once_and_on_standard_error(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/progress"] = {"notice": NOTICE, "items": []}
    daemon.answers["GET /v1/status"] = {"notice": NOTICE, "packages": {"accepted": 1}}
    result = run("watch", "--once")
    assert result.stderr == f"{NOTICE}\n"
    assert result.output.startswith(NOTICE)


def test_json_is_the_document_unchanged_and_nothing_else(run: Run, daemon: FakeClient) -> None:
    document = {"notice": NOTICE, "items": [{**PACKAGE, "title": "名\udc80"}]}
    daemon.answers["GET /v1/packages"] = document
    result = run("packages", "--json")
    assert result.stderr == ""
    assert json.loads(result.stdout) == document
    assert next(iter(json.loads(result.stdout))) == "notice"
