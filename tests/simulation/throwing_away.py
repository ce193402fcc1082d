"""A catalog that is thrown away: the old one set aside to compare with, a new one made from the media of the room."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

from archived import founding
from archived.catalog import surveys
from archived.catalog.store import Catalog
from archived.stages import registration, surveying
from archived.states import MediumState, RecallState
from archived.surveys import Survey
from tests.simulation.harness import POOL, Story

#: What stands on no medium, or is another thing after a rebuild; docs/catalog-rebuild.md says why, column by column.
NOT_FROM_MEDIA: dict[str, set[str]] = {
    "package": {"state", "source_path", "archived_at", "archived_receipt"},
    "package_file": set(),
    "inner_file": set(),
    "membership": set(),
    "image": {"state", "opened_at", "close_reason"},
    "extent": set(),
    "chunk_table": set(),
    "protection_set": {"state", "opened_at", "protected_at", "completed_at", "close_asked"},
    "copy": {"id", "state", "planned_at", "written_at", "verified_at", "note"}
    | {"write_drive", "verify_drive"},
    "medium": {"batch", "seen_at", "seen_by", "rfid_uid", "printed_label"},
}  # fmt: skip
#: Digests of the wrapper around parity.bin, and when it was made, stand on no medium; those of parity.bin do.
WRAPPER = {"sha256", "blake3", "xxh3", "closed_at"}


def keep_blanks(story: Story, count: int) -> None:
    """Carry all blanks but some out of the room, and out of the catalog's sight: looks at them take time."""
    left = {medium.id for medium in story.media(MediumState.BLANK)[::9][:count]}
    for medium in story.media(MediumState.BLANK):
        if medium.id not in left:
            story.lose(medium.id)
    story.settle()


def throw_away(story: Story, *, kept: str = "old.sqlite") -> Path:
    """The catalog is gone; a daemon starts with an empty one. Returns the old one."""
    story.executor.close()
    with sqlite3.connect(story.site.tools.paths.catalog) as old:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    old.close()
    story.catalog.close()
    path = story.site.tools.paths.catalog
    aside = story.folder / kept
    path.rename(aside)
    for name in ("-wal", "-shm"):
        Path(f"{path}{name}").unlink(missing_ok=True)
    fresh = Catalog(path)
    fresh.upgrade()
    assert founding.found_again(fresh, story.config, story.site_folder, story.clock)
    fresh.close()
    story.begin_life()
    return aside


def register_blanks(story: Story) -> None:
    """archivectl media register BLANK --batch NAME, each of a batch of its own."""
    blanks = [m.id for m in story.media(MediumState.QUARANTINED) if m.element is not None]
    with story.catalog.write() as write:
        for blank in blanks:
            registration.register_blanks(
                write,
                story.site,
                [blank],
                pool=POOL,
                batch=f"batch of {blank}",
                media_id="",
                capacity_bytes=None,
                agent="uid:1000",
            )


def bring_back(story: Story, barcode: str) -> None:
    """A disc that was carried away is laid into an import/export slot, or a storage slot, and a look finds it."""
    estate = story.room.estate
    name, carrier = next((n, c) for n, c in estate.world.carriers.items() if c.barcode == barcode)
    address = estate.world.free_element(estate.plan.import_export_addresses)
    if address is None:
        address = estate.world.free_element(estate.plan.slot_addresses)
    assert address is not None
    estate.change(lambda world: world.with_carrier(name, replace(carrier, address=address)))
    story.room.somebody_reached_in(address)
    story.look()
    story.settle()


def ask_to_rebuild(story: Story) -> int:
    """archivectl catalog rebuild --from-media"""
    with story.catalog.write() as write:
        return surveying.request_rebuild(write, story.site, agent="uid:1000").id


def rebuild(story: Story) -> Survey:
    """The same, until it is done."""
    survey_id = ask_to_rebuild(story)
    story.settle()
    return survey(story, survey_id)


def check(story: Story, *, full: bool = False) -> Survey:
    """archivectl catalog check"""
    with story.catalog.write() as write:
        survey_id = surveying.request_check(write, story.site, full=full, agent="uid:1000").id
    story.settle()
    return survey(story, survey_id)


def recall_all(story: Story, ids: list[str]) -> None:
    """Every byte of these packages comes back."""
    for package_id in ids:
        recall_id = story.recall(package_id)
        story.settle()
        assert story.get_recall(recall_id).state is RecallState.READY
        story.assert_given_back(package_id, recall_id)


def survey(story: Story, survey_id: int) -> Survey:
    with story.catalog.read() as read:
        return surveys.get(read, survey_id)


def kinds(found: Survey) -> list[str]:
    """Kinds of differences in a report, sorted."""
    return sorted(item["kind"] for item in found.report.get("differences", ()))


def holdings(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Every table of the catalog at `path` that media can tell, without what they cannot, in an order of its own.

    Images are called by their sets and positions: numbers of the catalog's own stand on no disc.
    """
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        names = {
            row["id"]: f"{row['set_id']}-{row['position']}"
            for row in connection.execute("SELECT id, set_id, position FROM image WHERE set_id IS NOT NULL")
        }
        found = {
            table: _rows(connection, table, left_out, names) for table, left_out in NOT_FROM_MEDIA.items()
        }
    connection.close()
    return found


def _rows(
    connection: sqlite3.Connection, table: str, left_out: set[str], names: dict[str, str]
) -> list[dict[str, Any]]:
    rows = []
    wrapped = {row["id"] for row in connection.execute("SELECT id FROM image WHERE kind = 'parity'")}
    for row in connection.execute(f"SELECT * FROM {table}"):
        columns = list(row.keys())
        image = row["id"] if table == "image" else row["image_id"] if "image_id" in columns else None
        if image is not None and image not in names:
            continue  # an open image: it gathers what waits in staging
        if table == "chunk_table" and row["part"] == "image" and row["image_id"] in wrapped:
            continue  # of a wrapper, too
        kept = {key: row[key] for key in columns if key not in left_out}
        if image is not None:
            kept["image"] = names[image]
        if table == "image" and row["kind"] == "parity":
            kept = {key: value for key, value in kept.items() if key not in WRAPPER}
        if "closed_at" in kept:
            kept["closed_at"] = str(row["closed_at"])[:19]  # discs tell whole seconds
        rows.append(kept)
    return sorted(rows, key=repr)
