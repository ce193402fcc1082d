"""The page, the sheet and the document of a report say the same, whatever stands in the catalog."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archived.errors import NotFound
from archived.reports.document import Head, Period, Plot, Report, Section, as_document
from archived.reports.page import html_of
from archived.reports.plots import svg_of
from archived.reports.sheet import csv_of

NOW = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
HEAD = Head('A & "B"', "示例", True, "archived 1", NOW, Period(datetime(2025, 6, 1, tzinfo=UTC), NOW))
NASTY = "<script src=http://x.example/a.js></script>"
#: All that could make a browser fetch something.
FETCHING = {
    "src",
    "href",
    "srcset",
    "data",
    "action",
    "poster",
    "background",
    "cite",
    "formaction",
    "xlink:href",
}
TAGS_NEVER = {
    "script",
    "link",
    "img",
    "iframe",
    "object",
    "embed",
    "audio",
    "video",
    "base",
    "form",
    "image",
    "use",
}


class Page(HTMLParser):
    """What a browser would see of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetching: list[tuple[str, str | None]] = []
        self.styles, self.cells, self.exact = "", list[str](), list[str]()
        self._in = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._in = tag
        for name, value in attrs:
            if name in FETCHING:
                self.fetching.append((name, value))
            if name == "style":
                self.styles += value or ""
            if tag == "td" and name == "title":
                self.exact.append(value or "")
        if tag == "td":
            self.cells.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "style":
            self.styles += data
        if self._in == "td":
            self.cells[-1] += data


def assert_alone(text: str) -> Page:
    """The page fetches nothing and runs nothing."""
    page = Page(text)
    assert not TAGS_NEVER.intersection(page.tags)
    assert page.fetching == []
    assert "url(" not in page.styles
    assert "@import" not in page.styles
    assert "Content-Security-Policy" in text
    return page


def document(rows: list[dict[str, Any]], *plots: Plot) -> dict[str, Any]:
    section = Section(
        "things", "Things 事物", ("title", "packages", "size_bytes", "at"), tuple(rows), "a note"
    )
    return as_document(
        HEAD, Report("holdings", "Holdings 馆藏", (section, Section("e", "E", ("a",), ())), plots)
    )


ROWS = [
    {"title": NASTY, "packages": 3, "size_bytes": 123_456_789_012, "at": NOW},
    {"title": '=HYPERLINK("http://x")', "packages": 0, "size_bytes": None, "at": None},
    {"title": "卷 “0007”, a", "packages": 12, "size_bytes": 5, "at": NOW},
]
PLOTS = tuple(
    Plot("things", NASTY, kind, "title", ("packages",), by)
    for kind in ("bars", "stack", "columns", "lines")
    for by in ("", "at")
)


def test_the_page_needs_nothing_else_and_runs_nothing_whatever_titles_hold() -> None:
    text = html_of(document(ROWS, *PLOTS))
    page = assert_alone(text)
    assert page.tags.count("svg") == len(PLOTS)
    assert "SIMULATED" in text
    assert "A &amp; &quot;B&quot; 示例" in text
    assert NASTY not in text


def test_the_page_the_sheet_and_the_document_have_the_same_numbers() -> None:
    made = document(ROWS)
    rows = made["sections"][0]["rows"]
    exact = Page(html_of(made)).exact
    assert exact == [str(v) for row in rows for v in row.values() if isinstance(v, int | float)]
    read = list(csv.DictReader(io.StringIO(csv_of(made, "things"))))
    for row, line in zip(rows, read, strict=True):
        assert [line["packages"], line["size_bytes"]] == [
            "" if row[key] is None else str(row[key]) for key in ("packages", "size_bytes")
        ]
    assert json.loads(json.dumps(made)) == made


def test_a_sheet_of_all_sections_names_each_and_no_cell_is_a_formula() -> None:
    lines = list(csv.reader(io.StringIO(csv_of(document(ROWS)))))
    assert lines[0] == ["section", "things"]
    assert lines[1] == ["title", "packages", "size_bytes", "at"]
    assert lines[3][0] == '\'=HYPERLINK("http://x")'
    assert ["section", "e"] in lines
    with pytest.raises(NotFound, match="there are: things, e"):
        csv_of(document(ROWS), "nothing")


def test_a_plot_of_nothing_is_no_plot() -> None:
    assert svg_of({"kind": "bars", "over": "title", "of": ["packages"], "by": ""}, []) == ""
    empty = [{"title": "a", "packages": 0}]
    for kind in ("bars", "stack", "columns", "lines"):
        assert svg_of({"kind": kind, "over": "title", "of": ["packages"], "by": ""}, empty) == ""


def test_months_in_which_nothing_was_are_seen_as_gaps() -> None:
    found = [{"month": "2025-11", "number": 4}, {"month": "2026-02", "number": 2}]
    drawn = svg_of({"kind": "columns", "over": "month", "of": ["number"], "by": ""}, found)
    for month in ("2025-11", "2025-12", "2026-01", "2026-02"):
        assert f">{month}<" in drawn


rows = st.lists(
    st.fixed_dictionaries(
        {
            "title": st.text(max_size=40),
            "packages": st.none() | st.integers(0, 10**15) | st.floats(0, 1e15),
            "size_bytes": st.none() | st.integers(0, 10**18),
            "at": st.none() | st.datetimes().map(lambda at: at.replace(tzinfo=UTC)),
        }
    ),
    max_size=20,
)


@settings(max_examples=25)
@given(rows, st.sampled_from(PLOTS))
def test_any_rows_make_a_page_that_stands_alone_and_bars_within_it(
    found: list[dict[str, Any]], plot: Plot
) -> None:
    text = html_of(document(found, plot))
    assert_alone(text)
    for width in re.findall(r'width="(-?[0-9.]+)" height="(-?[0-9.]+)"', text):
        assert all(0 <= float(side) <= 721 for side in width)
    assert len(list(csv.reader(io.StringIO(csv_of(document(found), "things"))))) >= len(found)
