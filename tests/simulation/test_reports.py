"""Reports of a site that lived: what they say is what happened to it."""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archived.catalog import events, health
from archived.catalog.events import Attention
from archived.errors import NotFound, Refused
from archived.model import Allowance
from archived.reports.making import REPORTS, make
from archived.reports.page import html_of
from archived.reports.sheet import csv_of
from archived.routines import alarm_journal
from tests.simulation.harness import Story
from tests.unit.archived.reports.test_forms import assert_alone


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Two sets, the second 500 days after the first; a disc of the first is away."""
    told = Story(tmp_path_factory.mktemp("story"))
    told.submit_set()
    told.close_everything()
    told.clock.sleep(timedelta(days=500).total_seconds())
    told.submit_set(first=10)
    told.close_everything()
    told.lose("SIM00001")
    told.settle()
    now = told.clock.now()
    with told.catalog.write() as write:
        events.allow(write, Allowance("diversity", "7K3F", "one box only", "uid:1000", now))
        events.raise_attention(write, Attention("by-hand", "now", "something", "all", "look", now))
        alarm_journal.acknowledge(write, told.site, "by-hand", agent="uid:1000", reason="seen")
        for month, value in ((70, 10.0), (40, 14.0), (0, 30.0)):
            at = now - timedelta(days=month)
            health.note(write, at, "SIM00002", "scan LDC", value, drive="B1")
            health.note(write, at, "SIM00002", "scan LDC", value + 2, drive="B2")
        health.note(write, now, "SIM00002", "read error", 7, drive="B1")
        events.append(write, now, "medium lost", ("medium", "X"), agent="uid:1000", reason="fell down")
        events.append(write, now, "mending", ("package", "P1"), agent="uid:1000", mended=1)
        events.append(write, now, "medium put in", ("medium", "X"), agent="uid:1000", bin="input")
    told.clock.sleep(3600)
    return told


def made(story: Story, name: str, **period: datetime) -> dict[str, Any]:
    return make(story.catalog, story.site, name, **period)


def rows(document: dict[str, Any], section: str) -> list[dict[str, Any]]:
    return next(one["rows"] for one in document["sections"] if one["id"] == section)


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_is_one_truth_in_three_forms(story: Story, name: str) -> None:
    document = made(story, name)
    page = assert_alone(html_of(document))
    numbers = [
        str(value)
        for section in document["sections"]
        for row in section["rows"]
        for value in row.values()
        if isinstance(value, int | float)
    ]
    assert page.exact == numbers
    for section in document["sections"]:
        read = list(csv.DictReader(io.StringIO(csv_of(document, section["id"]))))
        assert len(read) == len(section["rows"])
        for row, line in zip(section["rows"], read, strict=True):
            for key, value in row.items():
                if isinstance(value, int | float):
                    assert line[key] == str(value)
        assert {column["key"] for column in section["columns"]} == set(
            section["rows"][0] if section["rows"] else [c["key"] for c in section["columns"]]
        )
    sections = {section["id"]: section["columns"] for section in document["sections"]}
    for plot in document["plots"]:
        columns = {column["key"] for column in sections[plot["section"]]}
        assert {plot["over"], *plot["of"], *filter(None, [plot["by"]])} <= columns


def test_holdings_count_every_package_once(story: Story) -> None:
    document = made(story, "holdings")
    for section in ("state", "fonds", "class", "retention", "confidentiality"):
        assert sum(row["packages"] for row in rows(document, section)) == len(story.contents)
    assert rows(document, "state")[0]["state"] == "archived"


def test_integrity_tells_what_was_read_from_what_was_not(story: Story) -> None:
    found = {row["category"]: row["copies"] for row in rows(made(story, "integrity"), "copies")}
    # The first set was written 500 days ago, and nobody looked until now: all of it was due in full by then.
    assert found == {
        "read in full": 5, "sampled": 0, "not due": 0, "overdue": 0, "unreachable": 1, "never read": 0,
        "damaged": 0, "lost": 0,
    }  # fmt: skip
    runs = rows(made(story, "integrity"), "runs")
    assert {run["how"] for run in runs} == {"full"}
    assert all(run["seed"] and "with 95 %" in run["finds"] for run in runs if run["how"] == "sampled")
    assert sum(row["checks"] for row in rows(made(story, "integrity"), "checks")) >= 2
    wanting = rows(made(story, "integrity"), "wanting")
    assert [row["category"] for row in wanting].count("unreachable") == 1
    standing = {
        row["recoverability"]: row["packages"] for row in rows(made(story, "integrity"), "recoverability")
    }
    assert standing == {"spare": 2, "no spare": 2, "forming": 0, "not recoverable now": 0}


def test_integrity_of_an_earlier_period_knows_nothing_of_what_came_later(story: Story) -> None:
    end = story.clock.now() - timedelta(days=400)
    document = made(story, "integrity", since=end - timedelta(days=300), until=end)
    assert sum(row["copies"] for row in rows(document, "copies")) == 3


def test_capacity_says_how_long_blanks_last_at_this_pace(story: Story) -> None:
    document = made(story, "capacity")
    blanks = rows(document, "blanks")[0]
    assert blanks["used_media_per_month"] == pytest.approx(3 / 12, abs=0.01)
    assert blanks["lasts_months"] == pytest.approx(blanks["media"] / (3 / 12), rel=0.05)
    assert sum(row["media"] for row in rows(document, "fills")) == 6
    assert [row["size_bytes"] for row in rows(document, "written")] == [
        rows(document, "pools")[0]["used_bytes"] / 2
    ]


def test_media_stand_with_their_age_and_loads(story: Story) -> None:
    document = made(story, "media")
    ages = {row["years"]: row["media"] for row in rows(document, "ages")}
    assert ages == {0: 3, 1: 3}
    written = [row for row in rows(document, "media") if row["copies"]]
    assert len(written) == 6
    assert all(row["loads"] >= 2 for row in written)


def test_errors_are_told_by_month_and_by_the_drive_that_saw_them(story: Story) -> None:
    document = made(story, "media")
    scans = rows(document, "scan-ldc")
    assert [row["mean"] for row in scans if row["drive"] == "B1 (bd-r)"] == [10.0, 14.0, 30.0]
    assert [row["mean"] for row in scans if row["drive"] == "B2 (bd-r)"] == [12.0, 16.0, 32.0]
    assert [(row["what"], row["number"]) for row in rows(document, "errors") if row["drive"] == "B1"] == [
        ("read error", 7)
    ]
    assert next(row for row in rows(document, "media") if row["medium"] == "SIM00002")["read_errors"] == 7
    assert "polyline" in html_of(document)


def test_activity_is_of_the_period_alone(story: Story) -> None:
    assert sum(row["packages"] for row in rows(made(story, "activity"), "archived")) == 2
    long = made(story, "activity", since=story.clock.now() - timedelta(days=600))
    months = rows(long, "months")
    assert [row["archived"] for row in months if row["archived"]] == [2, 2]
    assert [row["written"] for row in months if row["written"]] == [3, 3]


def test_exceptions_name_who_took_what_upon_himself(story: Story) -> None:
    document = made(story, "exceptions")
    assert rows(document, "waivers")[0]["reason"] == "one box only"
    assert [(row["event"], row["reason"]) for row in rows(document, "forced")] == [
        ("medium lost", "fell down"),
        ("mending", ""),
    ]
    assert [(row["thing"], row["agent"]) for row in rows(document, "acknowledgements")] == [
        ("by-hand", "uid:1000")
    ]
    alarm = next(row for row in rows(document, "alarms") if row["thing"] == "by-hand")
    assert (alarm["acked_by"], alarm["recovered_at"], alarm["lasted_s"]) == ("uid:1000", None, 3600)
    assert "medium missed" in {row["event"] for row in rows(document, "failures")}


def test_what_cannot_be_is_refused(story: Story) -> None:
    with pytest.raises(NotFound, match="there are: holdings, integrity"):
        made(story, "nothing")
    with pytest.raises(Refused, match="ends before it begins"):
        made(story, "holdings", since=story.clock.now() + timedelta(days=1))


def test_a_report_of_a_site_that_holds_nothing_says_so(tmp_path: Path) -> None:
    empty = Story(tmp_path)
    for name in REPORTS:
        assert_alone(html_of(make(empty.catalog, empty.site, name)))
    empty.end()


def test_what_nobody_examined_for_long_is_overdue_whatever_was_sampled_before(story: Story) -> None:
    story.clock.sleep(timedelta(days=900).total_seconds())
    found = {row["category"]: row["copies"] for row in rows(made(story, "integrity"), "copies")}
    assert (found["overdue"], found["unreachable"]) == (5, 1)
