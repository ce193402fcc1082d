"""A report as data: sections of rows, and plots that show columns of these rows and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from archived.reports.words import label_of

FORMAT = "archived-report-1"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """A table of a report. Its columns are keys of its rows, and the last word of a key tells the unit."""

    id: str
    #: English and Chinese.
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    #: What its words mean, for whoever reads it.
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture of columns of a section."""

    section: str
    title: str
    #: "bars" (one a row), "stack" (one bar, a part for each row), "columns" (over time), "lines" (over time)
    kind: str
    #: The column that names what is counted.
    over: str
    #: Columns that are drawn.
    of: tuple[str, ...]
    #: A column that divides the rows into one line, or one part of each column, for each of its values.
    by: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """What happened in it is told; states are those of when the report was made."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """Whose report it is, and when it was made."""

    site: str
    site_zh: str
    simulated: bool
    software: str
    made_at: datetime
    period: Period


@dataclass(frozen=True, slots=True)
class Report:
    """One report."""

    name: str
    title: str
    sections: tuple[Section, ...]
    plots: tuple[Plot, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def section(self, section_id: str) -> Section:
        """Raises KeyError."""
        return {section.id: section for section in self.sections}[section_id]


def as_document(head: Head, report: Report) -> dict[str, Any]:
    """The report as JSON-able data; the other forms are made of this."""
    return {
        "format": FORMAT,
        "report": report.name,
        "title": report.title,
        "site": head.site,
        "site_zh": head.site_zh,
        "simulated": head.simulated,
        "software": head.software,
        "made_at": head.made_at.isoformat(timespec="seconds"),
        "since": head.period.since.isoformat(timespec="seconds"),
        "until": head.period.until.isoformat(timespec="seconds"),
        "notes": list(report.notes),
        "sections": [
            {
                "id": section.id,
                "title": section.title,
                "note": section.note,
                "columns": [{"key": key, "label": label_of(key)} for key in section.columns],
                "rows": [{key: _plain(row.get(key)) for key in section.columns} for row in section.rows],
            }
            for section in report.sections
        ],
        "plots": [
            {
                "section": plot.section,
                "title": plot.title,
                "kind": plot.kind,
                "over": plot.over,
                "of": list(plot.of),
                "by": plot.by,
            }
            for plot in report.plots
        ],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, tuple | list):
        return ", ".join(str(_plain(item)) for item in value)
    return value
