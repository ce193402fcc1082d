"""Catalog rows on a disc: one row a package, as CSV (RFC 4180, UTF-8) and as JSON lines."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from archived.formats.disc import DiscPackage

COLUMNS = (
    "image_id", "package_id", "reference", "version", "title", "retention", "confidentiality",
    "accepted_at", "disc_path", "files", "bytes",
)  # fmt: skip


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
    files: int
    size_bytes: int


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
    )


def csv_text(rows: Iterable[PackageRow]) -> bytes:
    """All rows as CSV with a head line; the reference is printed as field=value, joined by '; '."""
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for row in rows:
        reference = "; ".join(f"{name}={value}" for name, value in row.reference)
        told = (row.title, row.retention, row.confidentiality, utc_text(row.accepted_at), row.disc_path)
        table.writerow(
            (row.image_id, row.package_id, reference, row.version, *told, row.files, row.size_bytes)
        )
    return out.getvalue().encode("utf-8")


def json_lines(rows: Iterable[PackageRow]) -> bytes:
    """All rows as JSON lines with the reference field by field."""
    lines = []
    for row in rows:
        document = {
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
        lines.append(json.dumps(document, ensure_ascii=False) + "\n")
    return "".join(lines).encode("utf-8")


def utc_text(moment: datetime) -> str:
    """2026-11-20T23:01:40Z"""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
