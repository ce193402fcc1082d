"""What media are known by, cases and cages: through a migration, and through an export and back."""

from datetime import UTC, datetime
from pathlib import Path

from archived.cages import Cage, CageState
from archived.cases import Case, CaseState, Witness, WitnessKind
from archived.catalog import cages, cases, media
from archived.catalog.export import schema, write_tables
from archived.catalog.importing import build
from archived.catalog.store import Catalog
from archived.formats.export_text import ExportWriter
from archived.model import Medium
from archived.states import MediumState

AT = datetime(2026, 11, 1, 12, 30, 0, 123456, tzinfo=UTC)
MEDIUM = Medium(
    id="SIM00001",
    state=MediumState.GOOD,
    kind="bd-r",
    barcode="SIM00001",
    batch="b",
    media_id="M",
    capacity_bytes=1,
    library="main",
    element=1024,
    home_element=1024,
    magazine="magazine-1",
    seen_at=AT,
    rfid_uid="04aa",
    printed_label="0123-07",
    volume_id="7K3F · 3 of 6 · any 4 rebuild",
    seen_by="reader:desk",
)
WITNESSES = (
    Witness(WitnessKind.VOLUME_ID, "7K3F · 3 of 6 · any 4 rebuild", ("SIM00001", "SIM00002"), "drive:B1", AT),
    Witness(WitnessKind.TAG, "", (), "reader:desk", AT),
)
CASE = Case(
    "C00001", CaseState.OPEN, ("SIM00001",), "main", (1024, 1025), "now", AT, WITNESSES, "look at it 查看"
)
CAGE = Cage("cage-1", CageState.OUT, "main", None, "e280", "shelf 3", AT, "uid:7")


def test_everything_about_identity_passes_through_an_export_and_back(tmp_path: Path) -> None:
    old, file = Catalog(tmp_path / "old.sqlite"), tmp_path / "export"
    old.upgrade()
    with old.write() as write:
        media.register(write, MEDIUM)
        cases.register(write, CASE)
        cages.register(write, CAGE)
    with file.open("wb") as out, old.read() as read:
        write_tables(read, ExportWriter(out, {"schema": schema(read)}))
    old.close()
    with file.open("rb") as back:
        build(tmp_path / "new.sqlite", back)
    new = Catalog(tmp_path / "new.sqlite")
    with new.read() as read:
        assert media.get(read, MEDIUM.id) == MEDIUM
        assert cases.get(read, CASE.id) == CASE
        assert cages.get(read, CAGE.id) == CAGE
    new.close()


def test_discs_that_were_written_before_get_their_volume_id_and_others_none(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "earlier.sqlite")
    catalog.upgrade(to="0012")
    column = "id, state, kind, batch, media_id, capacity_bytes, note, simulated, used_bytes"
    with catalog.write() as write:
        for name, kind in (("D1", "bd-r"), ("D2", "bd-r"), ("D3", "bd-r"), ("T1", "lto-8")):
            write.exec_driver_sql(
                f"INSERT INTO medium ({column}) VALUES (?, 'good', ?, '', '', 1, '', 0, 0)", (name, kind)
            )
        write.exec_driver_sql(
            "INSERT INTO image (id, state, kind, pool, fonds, series, retention, confidentiality, held, opened_at, "
            "close_reason, label, ranges, payload_offset) VALUES "
            "('I1', 'kept', 'data', 'p', 'F', 'S', '', '', 0, ?, '', '7K3F', '[]', 0)",
            (AT.isoformat(),),
        )
        for medium, state, tape_file in (
            ("D1", "verified", None),
            ("D2", "abandoned", None),
            ("T1", "verified", 1),
        ):
            write.exec_driver_sql(
                "INSERT INTO copy (image_id, medium_id, state, role, site, planned_at, note, pool, tape_file) "
                "VALUES ('I1', ?, ?, '', '', ?, '', '', ?)",
                (medium, state, AT.isoformat(), tape_file),
            )
    catalog.upgrade()
    with catalog.read() as read:
        known = {medium.id: (medium.volume_id, medium.seen_by) for medium in media.listing(read)}
    catalog.close()
    assert known == {"D1": ("7K3F", ""), "D2": (None, ""), "D3": (None, ""), "T1": (None, "")}
