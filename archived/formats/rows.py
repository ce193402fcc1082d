"""Catalog rows on a disc: one row a package, as CSV (RFC 4180, UTF-8) and as JSON lines.

A data disc has all columns of its own packages; a parity disc names every package of its set in the short ones.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from archived.formats.disc import DiscPackage, PackageRecord
from archived.formats.errors import DocumentDamaged
from archived.language import _

COLUMNS = (
    "image_id", "package_id", "reference", "version", "title", "retention", "confidentiality",
    "accepted_at", "disc_path", "files", "bytes",
)  # fmt: skip
RECORD_COLUMNS = (
    "storage_class", "pool", "image", "sequence", "root_digest", "owner", "reason",
    "submitted_at", "cost_bytes",
)  # fmt: skip
#: What a data disc says of its own packages: all that the catalog's rows need.
FULL_COLUMNS = COLUMNS + RECORD_COLUMNS


@dataclass(frozen=True, slots=True)
class PackageRow:
    """One package for a reader who has only the disc."""

    image_id: str
    package_id: str
    #: (field, value) in order: (("fonds", "F"), ("series", "S"), ("volume", "V")).
    reference: tuple[tuple[str, str], ...]
    version: int
    title: str
    retention: str
    confidentiality: str
    accepted_at: datetime
    disc_path: str
    #: Of the whole bag, tag files too.
    files: int
    size_bytes: int
    #: None where only the short columns are.
    record: PackageRecord | None = None


def package_row(image_id: str, package: DiscPackage) -> PackageRow:
    """The row of `package` on image `image_id`."""
    return PackageRow(
        image_id=image_id,
        package_id=package.package_id,
        reference=tuple(package.reference.items()),
        version=package.version,
        title=package.title,
        retention=package.retention,
        confidentiality=package.confidentiality,
        accepted_at=package.accepted_at,
        disc_path=package.disc_path,
        files=len(package.files),
        size_bytes=package.size_bytes,
        record=package.record,
    )


def csv_text(rows: Iterable[PackageRow], columns: Sequence[str] = COLUMNS) -> bytes:
    """All rows as CSV with a head line; the reference is printed as field=value, joined by '; '."""
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(columns)
    for row in rows:
        cells = _cells(row)
        cells["reference"] = "; ".join(f"{name}={value}" for name, value in row.reference)
        table.writerow([cells[name] for name in columns])
    return out.getvalue().encode("utf-8")


def json_lines(rows: Iterable[PackageRow], columns: Sequence[str] = COLUMNS) -> bytes:
    """All rows as JSON lines with the reference field by field."""
    out = []
    for row in rows:
        cells = _cells(row)
        out.append(json.dumps({name: cells[name] for name in columns}, ensure_ascii=False) + "\n")
    return "".join(out).encode("utf-8")


def read_package_rows(text: bytes) -> list[PackageRow]:
    """The rows of a packages.jsonl, with or without the columns of the record. Raises DocumentDamaged."""
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            rows.append(_row(json.loads(line)))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DocumentDamaged(
                _("packages.jsonl, line {number}: {error!r}").format(number=number, error=error)
            ) from None
    return rows


def receipt_line(receipt: Mapping[str, Any] | None) -> bytes:
    """The line of a package in receipts.jsonl: its accepted receipt as it was given; nothing without one."""
    if receipt is None:
        return b""
    return (json.dumps(receipt, ensure_ascii=False) + "\n").encode("utf-8")


def utc_text(moment: datetime) -> str:
    """2026-11-20T23:01:40Z"""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _cells(row: PackageRow) -> dict[str, Any]:
    cells: dict[str, Any] = {
        "image_id": row.image_id,
        "package_id": row.package_id,
        "reference": dict(row.reference),
        "version": row.version,
        "title": row.title,
        "retention": row.retention,
        "confidentiality": row.confidentiality,
        "accepted_at": utc_text(row.accepted_at),
        "disc_path": row.disc_path,
        "files": row.files,
        "bytes": row.size_bytes,
    }
    if row.record is not None:
        cells |= {name: getattr(row.record, name) for name in RECORD_COLUMNS}
        cells["submitted_at"] = utc_text(row.record.submitted_at)
    return cells


def _row(cells: dict[str, Any]) -> PackageRow:
    record = None
    if "storage_class" in cells:
        told = {name: cells[name] for name in RECORD_COLUMNS}
        told["submitted_at"] = datetime.fromisoformat(told["submitted_at"])
        record = PackageRecord(**told, receipt=None)
    return PackageRow(
        image_id=str(cells["image_id"]),
        package_id=str(cells["package_id"]),
        reference=tuple((str(name), str(value)) for name, value in cells["reference"].items()),
        version=int(cells["version"]),
        title=str(cells["title"]),
        retention=str(cells["retention"]),
        confidentiality=str(cells["confidentiality"]),
        accepted_at=datetime.fromisoformat(cells["accepted_at"]),
        disc_path=str(cells["disc_path"]),
        files=int(cells["files"]),
        size_bytes=int(cells["bytes"]),
        record=record,
    )
