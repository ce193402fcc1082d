"""Where exports of the catalog belong, what is known of those made there, and making the next one."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from archived.catalog import events
from archived.catalog.events import Attention
from archived.catalog.store import Catalog
from archived.errors import ArchivedError, Refused
from archived.formats.export_statement import Statement
from archived.language import _
from archived.policy.export_time import ExportHistory
from archived.stages import hold
from archived.stages.exporting import Report, export_catalog, rotate
from archived.stages.work import Site

FAILED: Final = "catalog-export:failed"
#: Settings of the catalog, times as ISO 8601.
SINCE, SUCCEEDED, FAILED_AT = "export_since", "export_succeeded_at", "export_failed_at"


@dataclass(frozen=True, slots=True)
class Made:
    """An export, and those that went because it is whole."""

    statement: Statement
    removed: tuple[str, ...]


def place_of(site: Site) -> Path:
    """The folder that the settings name. Raises Refused when they name none, or one that is lost with the others."""
    folder = site.config.catalog.export_directory
    if not folder:
        raise Refused(
            _("the settings name no place for exports of the catalog; nothing was exported"),
            advice=_(
                "name one: [catalog] export_directory in archived.toml, or: archivectl catalog export --to DIR"
            ),
        )
    _refuse_same_disk(site, Path(folder))
    return Path(folder)


def export_to_its_place(catalog: Catalog, site: Site, report: Report, *, agent: str = events.DAEMON) -> Made:
    """Export to the place that the settings name, put that on record, and let the oldest go.

    Raises what `place_of` and `export_catalog` raise.
    """
    folder, begun_at = place_of(site), site.now()
    statement = export_catalog(catalog, site, folder, report, agent=agent)
    with catalog.write() as write:
        events.set_setting(write, SUCCEEDED, begun_at.isoformat())
        events.set_setting(write, FAILED_AT, "")
        events.clear_attention(write, FAILED)
        held = hold.stands(write)
    # A catalog that was made again and not checked must not push out what the former one exported.
    removed = [] if held else rotate(folder, site, site.config.catalog.export_keep)
    return Made(statement, tuple(removed))


def remember_failure(catalog: Catalog, site: Site, error: Exception) -> None:
    """Put on record that the export did not come about; a person is told."""
    why = error.message if isinstance(error, ArchivedError) else str(error)
    subject = ("catalog", site.config.catalog.export_directory)
    with catalog.write() as write:
        events.set_setting(write, FAILED_AT, site.now().isoformat())
        events.append(write, site.now(), "catalog exported", subject, outcome="failure", why=why)
        events.raise_attention(
            write,
            Attention(
                FAILED,
                "working-hours",
                _("the catalog was not exported: {why}").format(why=why),
                _("everything else goes on; earlier exports stay; it is tried again every hour"),
                "archivectl catalog export",
                site.now(),
            ),
        )


def history(read: Connection) -> ExportHistory | None:
    """What the catalog knows of its exports; None before the first look."""
    settings = events.settings(read)
    if SINCE not in settings:
        return None
    times = (settings.get(key) for key in (SINCE, SUCCEEDED, FAILED_AT))
    since, succeeded_at, failed_at = (datetime.fromisoformat(found) if found else None for found in times)
    return None if since is None else ExportHistory(since, succeeded_at, failed_at)


def begin_history(write: Connection, site: Site) -> ExportHistory:
    """From now on exports are expected."""
    events.set_setting(write, SINCE, site.now().isoformat())
    return history(write) or ExportHistory(site.now())


def lost_with(site: Site, folder: Path) -> tuple[str, ...]:
    """With what an export there would be lost, one sentence each; none for a disk of its own. Raises OSError."""
    paths, place = site.tools.paths, folder.stat().st_dev
    others = (
        (paths.staging, _("{folder} lies on the disk of staging and would be lost with it")),
        (paths.catalog.parent, _("{folder} lies on the disk of the catalog and would be lost with it")),
    )
    return tuple(words.format(folder=folder) for other, words in others if other.stat().st_dev == place)


def _refuse_same_disk(site: Site, folder: Path) -> None:
    """Raises Refused when an export there would be lost with staging or with the catalog itself."""
    try:
        found = lost_with(site, folder)
    except OSError as error:
        raise Refused(
            _("{folder} cannot be used: {why}; nothing was exported").format(
                folder=folder, why=error.strerror
            ),
            advice=_("mount it, or name another place: [catalog] export_directory in archived.toml"),
        ) from None
    if found:
        raise Refused(
            _("{why}; nothing was exported").format(why=found[0]),
            advice=_("name a place on another disk: [catalog] export_directory in archived.toml"),
        )
