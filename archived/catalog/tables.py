"""The tables of the catalog. Column names are the field names of `archived.model`."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import JSON, BigInteger

from archived import states
from archived.catalog import hold_tables as hold_tables
from archived.catalog import survey_tables as survey_tables  # its tables belong to the same metadata
from archived.catalog.alert_tables import alarm as alarm
from archived.catalog.approval_table import approval as approval
from archived.catalog.batch_tables import batch as batch
from archived.catalog.batch_tables import batch_item as batch_item
from archived.catalog.cage_table import cage as cage
from archived.catalog.care_tables import care_item as care_item
from archived.catalog.care_tables import care_run as care_run
from archived.catalog.carrier_table import carried_before as carried_before
from archived.catalog.case_table import case_ as case_
from archived.catalog.certificate_table import certificate as certificate
from archived.catalog.cleaning_table import cleaning as cleaning
from archived.catalog.columns import (
    HexDigest,
    Tuples,
    UtcTime,
    metadata,
    state_column,
    text_column,
    time_column,
)
from archived.catalog.destruction_tables import destruction as destruction
from archived.catalog.destruction_tables import generation as generation
from archived.catalog.fixity_table import fixity_check as fixity_check
from archived.catalog.health_tables import health_entry as health_entry
from archived.catalog.health_tables import medium_history as medium_history
from archived.catalog.hot_item_table import hot_item as hot_item
from archived.catalog.inner_tables import inner_file as inner_file
from archived.catalog.purchase_table import purchase as purchase
from archived.catalog.readmission_table import readmission as readmission
from archived.catalog.regained_tables import regained as regained
from archived.catalog.regained_tables import regained_want as regained_want
from archived.catalog.retention_tables import legal_hold as legal_hold
from archived.catalog.retention_tables import ruling as ruling
from archived.catalog.task_table import task as task
from archived.catalog.transport_tables import transport as transport
from archived.catalog.transport_tables import travel as travel

package = Table(
    "package",
    metadata,
    Column("id", String(24), primary_key=True),
    state_column(states.PackageState),
    text_column("storage_class"),
    text_column("fonds"),
    text_column("series"),
    text_column("volume"),
    Column("version", Integer, nullable=False),
    text_column("title"),
    text_column("retention"),
    text_column("confidentiality"),
    text_column("source_path"),
    Column("owner", Integer, nullable=False),
    text_column("reason"),
    Column("file_count", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    text_column("root_digest"),
    Column("cost_bytes", BigInteger, nullable=False, default=0),
    time_column("submitted_at", required=True),
    time_column("accepted_at"),
    time_column("archived_at"),
    Column("staged", Boolean, nullable=False),
    Column("accepted_receipt", JSON),
    Column("archived_receipt", JSON),
    Index("ix_package_reference", "fonds", "series", "volume", "version"),
)

package_file = Table(
    "package_file",
    metadata,
    Column("package_id", ForeignKey("package.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("is_directory", Boolean, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("mtime_s", BigInteger, nullable=False),
    Column("sha256", HexDigest, nullable=False),
    Column("blake3", HexDigest, nullable=False),
    Column("xxh3", HexDigest, nullable=False),
)

#: Which image carries a package for one pool; image_id is empty while it waits.
membership = Table(
    "membership",
    metadata,
    Column("package_id", ForeignKey("package.id"), primary_key=True),
    Column("pool", Text, primary_key=True),
    Column("image_id", ForeignKey("image.id"), index=True),
    Column("sequence", Integer),
)

image = Table(
    "image",
    metadata,
    Column("id", String(24), primary_key=True),
    state_column(states.ImageState),
    text_column("kind"),
    text_column("pool"),
    text_column("fonds"),
    text_column("series"),
    text_column("retention"),
    text_column("confidentiality"),
    Column("held", Boolean, nullable=False, default=False),
    time_column("opened_at", required=True),
    Column("set_id", ForeignKey("protection_set.id"), index=True),
    Column("position", Integer),
    time_column("closed_at"),
    text_column("close_reason", default=""),
    text_column("label", default=""),
    Column("ranges", Tuples, nullable=False, default=()),
    Column("size_bytes", BigInteger),
    Column("sha256", HexDigest),
    Column("blake3", HexDigest),
    Column("xxh3", HexDigest),
    Column("payload_offset", BigInteger, nullable=False, default=0),
    Column("payload_bytes", BigInteger),
    Column("carved", String(64), nullable=False, default="", index=True),
    Column("revision", Integer, nullable=False, default=1),
)

#: Where a file of a package lies in an image.
extent = Table(
    "extent",
    metadata,
    Column("image_id", ForeignKey("image.id"), primary_key=True),
    Column("package_id", ForeignKey("package.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("lba", BigInteger, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
)

#: Chunk tables as `erasure.chunks` writes them; part is "image" or "payload".
chunk_table = Table(
    "chunk_table",
    metadata,
    Column("image_id", ForeignKey("image.id"), primary_key=True),
    Column("part", String(8), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

protection_set = Table(
    "protection_set",
    metadata,
    Column("id", String(8), primary_key=True),
    state_column(states.SetState),
    text_column("pool"),
    Column("n", Integer, nullable=False),
    Column("m", Integer, nullable=False),
    text_column("scope"),
    text_column("confidentiality"),
    time_column("opened_at", required=True),
    Column("absent", Tuples, nullable=False, default=()),
    Column("close_asked", Boolean, nullable=False, default=False),
    time_column("protected_at"),
    time_column("completed_at"),
    Column("replaces", String(8), nullable=False, default=""),
)

medium = Table(
    "medium",
    metadata,
    Column("id", String(64), primary_key=True),
    state_column(states.MediumState),
    text_column("kind"),
    Column("barcode", String(64), unique=True),
    text_column("batch"),
    text_column("media_id"),
    Column("capacity_bytes", BigInteger, nullable=False),
    Column("library", Text),
    Column("element", Integer),
    Column("home_element", Integer),
    Column("magazine", Text),
    time_column("seen_at"),
    text_column("note", default=""),
    Column("simulated", Boolean, nullable=False, default=False),
    Column("used_bytes", BigInteger, nullable=False, default=0),
    Column("label_uuid", String(36)),
    Column("rfid_uid", String(64), unique=True, index=True),
    Column("printed_label", String(64)),
    Column("volume_id", String(128)),
    text_column("seen_by", default=""),
)

copy = Table(
    "copy",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("image_id", ForeignKey("image.id"), nullable=False, index=True),
    Column("medium_id", ForeignKey("medium.id"), nullable=False, index=True),
    state_column(states.CopyState),
    text_column("role"),
    text_column("site"),
    time_column("planned_at", required=True),
    Column("write_drive", Text),
    Column("verify_drive", Text),
    time_column("written_at"),
    time_column("verified_at"),
    text_column("note", default=""),
    text_column("pool", default=""),
    Column("tape_file", Integer),
    Column("first_block", BigInteger),
    Column("block_bytes", Integer),
    Column("payload_offset", BigInteger),
)

move = Table(
    "move",
    metadata,
    Column("id", Integer, primary_key=True),
    state_column(states.MoveState),
    text_column("library"),
    Column("medium_id", ForeignKey("medium.id"), nullable=False, index=True),
    Column("source", Integer, nullable=False),
    Column("destination", Integer, nullable=False),
    text_column("why"),
    time_column("begun_at", required=True),
    time_column("ended_at"),
    text_column("note", default=""),
)

drive = Table(
    "drive",
    metadata,
    Column("name", String(64), primary_key=True),
    text_column("library"),
    Column("element", Integer, nullable=False),
    text_column("serial"),
    Column("up", Boolean, nullable=False),
    text_column("note", default=""),
    UniqueConstraint("library", "element"),
)

recall = Table(
    "recall",
    metadata,
    Column("id", String(24), primary_key=True),
    state_column(states.RecallState),
    Column("package_id", ForeignKey("package.id")),
    Column("image_id", ForeignKey("image.id")),
    Column("paths", Tuples, nullable=False),
    time_column("requested_at", required=True),
    Column("owner", Integer, nullable=False),
    Column("bytes_wanted", BigInteger, nullable=False),
    Column("from_staging", Boolean, nullable=False, default=False),
    text_column("note", default=""),
    time_column("ended_at"),
    Column("order_id", String(24), index=True),
    Column("order_key", String(64), nullable=False, default="", index=True),
    Column("pieces", Tuples, nullable=False, default=()),
    Column("area_bytes", BigInteger, nullable=False, default=0),
    time_column("ready_at"),
    Column("purpose", String(16), nullable=False, default="recall", index=True),
)

reading = Table(
    "reading",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("recall_id", ForeignKey("recall.id"), nullable=False, index=True),
    Column("image_id", ForeignKey("image.id"), nullable=False),
    Column("copy_id", ForeignKey("copy.id"), nullable=False),
    state_column(states.ReadingState),
    Column("ranges", Tuples, nullable=False),
    text_column("purpose"),
    Column("bad", Tuples, nullable=False, default=()),
    Column("tried_in", Tuples, nullable=False, default=()),
    text_column("note", default=""),
)

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    time_column("at", required=True),
    text_column("type"),
    text_column("agent"),
    text_column("subject_kind"),
    Column("subject_id", Text, nullable=False, index=True),
    text_column("outcome"),
    Column("detail", JSON, nullable=False),
)

allowance = Table(
    "allowance",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("thing", String(128), primary_key=True),
    text_column("reason"),
    text_column("agent"),
    time_column("at", required=True),
)

#: Trouble that waits for a person; a row goes when the cause goes.
attention = Table(
    "attention",
    metadata,
    Column("id", String(96), primary_key=True),
    text_column("urgency"),
    text_column("what"),
    text_column("safe"),
    text_column("next"),
    time_column("since", required=True),
    Column("before", UtcTime),
    Column("level", Integer, nullable=False, default=0),
)

setting = Table(
    "setting",
    metadata,
    Column("key", String(64), primary_key=True),
    text_column("value"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Integer, nullable=False),
)

#: How fast things went, for estimates: "read" in bytes per second, "load_s" in seconds.
pace = Table(
    "pace",
    metadata,
    Column("what", String(64), primary_key=True),
    Column("value", Float, nullable=False),
)
