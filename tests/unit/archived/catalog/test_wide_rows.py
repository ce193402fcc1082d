"""Rows with chunk tables in them are half a megabyte each: neither an export nor a restore holds many at once."""

import tracemalloc
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from archived.catalog import tables
from archived.catalog.export import schema, write_tables
from archived.catalog.importing import build
from archived.catalog.store import Catalog
from archived.formats.export_text import ExportWriter
from archived.model import Image
from archived.states import ImageState

ROWS, ROW_BYTES = 96, 500_000
CEILING_BYTES = 24 << 20
AT = datetime(2026, 11, 1, tzinfo=UTC)


def peak_bytes() -> int:
    return tracemalloc.get_traced_memory()[1]


def test_many_chunk_tables_pass_through_an_export_and_a_restore_in_little_memory(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "old.sqlite")
    catalog.upgrade()
    with catalog.write() as write:
        for number in range(ROWS):
            image = Image(f"I{number}", ImageState.FOUND, "data", "P", "F", "S", "", "", False, AT)
            write.execute(insert(tables.image).values(**asdict(image)))
            row = {"image_id": image.id, "part": "image", "data": bytes(ROW_BYTES)}
            write.execute(insert(tables.chunk_table).values(**row))
    file = tmp_path / "export"
    tracemalloc.start()
    try:
        with file.open("wb") as out, catalog.read() as read:
            write_tables(read, ExportWriter(out, {"schema": schema(read)}))
        assert peak_bytes() < CEILING_BYTES
        tracemalloc.reset_peak()
        with file.open("rb") as back:
            end = build(tmp_path / "new.sqlite", back)
        assert peak_bytes() < CEILING_BYTES
    finally:
        tracemalloc.stop()
        catalog.close()
    assert end.rows["chunk_table"] == ROWS
