"""A report as CSV (RFC 4180, UTF-8): one section, or all of them one below the other, each with its id before it."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from archived.errors import NotFound
from archived.language import _

#: A spreadsheet takes a cell that begins so for a formula, and a title in an archive may begin with anything.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(document: Mapping[str, Any], section_id: str | None = None) -> str:
    """The numbers of a report document, exact. Raises NotFound."""
    out = io.StringIO()
    writer = csv.writer(out)
    sections = document["sections"]
    if section_id is not None:
        sections = [section for section in sections if section["id"] == section_id]
        if not sections:
            known = ", ".join(section["id"] for section in document["sections"])
            raise NotFound(
                _("the report has no section {name!r}; there are: {known}").format(
                    name=section_id, known=known
                )
            )
    for number, section in enumerate(sections):
        if section_id is None:
            if number:
                writer.writerow([])
            writer.writerow(["section", section["id"]])
        keys = [column["key"] for column in section["columns"]]
        writer.writerow(keys)
        writer.writerows([_cell(row[key]) for key in keys] for row in section["rows"])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value
