"""What sessions saw of a medium, put on record where it happens. Judged later, by a routine (`judging`)."""

from collections.abc import Sequence

from sqlalchemy import Connection

from archived import medium_health as words
from archived.catalog import health
from archived.policy.ranges import Range
from archived.sessions.health import DriveHealth
from archived.sessions.read import Comparison
from archived.stages.work import Site
from backends.interface import SECTOR_BYTES, AlertSeverity, TapeAlert

#: Of one visit not more single places are noted; the rest is one sum.
PLACES_MAX = 20
#: What a cartridge went through that says something of it.
_WEAR = (
    "cartridge_loads",
    "cartridge_read_errors_uncorrected",
    "cartridge_write_errors_uncorrected",
    "cartridge_beginning_passes",
    "read_errors_corrected",
    "read_errors_uncorrected",
    "write_errors_corrected",
    "write_errors_uncorrected",
)


def note_comparison(
    write: Connection,
    site: Site,
    medium_id: str,
    drive: str,
    image_id: str,
    size_bytes: int,
    seen: Comparison,
) -> None:
    """What reading all of an image back met."""
    note_unreadable(write, site, medium_id, drive, seen.unreadable, image_id=image_id)
    now, detail = site.now(), {"drive": drive, "image": image_id}
    if seen.retries:
        health.note(write, now, medium_id, words.RETRY, seen.retries, unit="attempts", **detail)
    if seen.words and not seen.unreadable:
        health.note(write, now, medium_id, words.WRONG, len(seen.bad), unit="chunks", **detail)
    if not seen.words:
        health.note(write, now, medium_id, words.READ, size_bytes, unit="bytes", **detail)


def note_unreadable(
    write: Connection, site: Site, medium_id: str, drive: str, bad: Sequence[Range], *, image_id: str
) -> None:
    """Places that could not be read, each with where it lies in its image."""
    now = site.now()
    for offset, length in bad[:PLACES_MAX]:
        sectors = -(-length // SECTOR_BYTES)
        place = {"image": image_id, "offset_bytes": offset}
        health.note(write, now, medium_id, words.READ_ERROR, sectors, drive=drive, unit="sectors", **place)
    rest = sum(-(-length // SECTOR_BYTES) for _offset, length in bad[PLACES_MAX:])
    if rest:
        place = {"image": image_id, "places": len(bad) - PLACES_MAX}
        health.note(write, now, medium_id, words.READ_ERROR, rest, drive=drive, unit="sectors", **place)


def note_alerts(
    write: Connection, site: Site, drive: str, medium_id: str, alerts: Sequence[TapeAlert]
) -> None:
    """The TapeAlert flags that a drive raised with this cartridge in it."""
    for alert in alerts:
        if alert.severity is not AlertSeverity.INFORMATION:
            told = {"severity": alert.severity.value, "words": alert.words}
            health.note(
                write, site.now(), medium_id, words.TAPE_ALERT, alert.flag, drive=drive, unit="flag", **told
            )


def note_wear(write: Connection, site: Site, medium_id: str, told: DriveHealth) -> None:
    """What drive and chip counted of a cartridge."""
    for counter in _WEAR:
        value = told.told.get(counter)
        if value is not None:
            health.note(
                write,
                site.now(),
                medium_id,
                words.WEAR,
                value,
                drive=told.drive,
                unit="count",
                counter=counter,
            )
