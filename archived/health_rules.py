"""What the settings of health must hold."""

from pathlib import Path

from archived.errors import ConfigurationError
from archived.health_settings import HealthSettings
from archived.health_thresholds import load
from archived.language import _

#: Names of `backends.optical.quality.choice.DIALECTS`.
DIALECTS = ("optiarc", "liteon", "pioneer")


def check_health(health: HealthSettings, where: str) -> None:
    """Raises ConfigurationError, which names `where`."""
    if not 0 <= health.scan_days < float("inf"):
        raise ConfigurationError(
            _("{where}: health.scan_days is {days}; a number of days from 0 on is expected").format(
                where=where, days=health.scan_days
            )
        )
    for drive, dialect in health.dialects.items():
        if dialect not in DIALECTS:
            raise ConfigurationError(
                _(
                    "{where}: health.dialects: drive {drive!r} speaks {dialect!r}, which is none of {known}"
                ).format(where=where, drive=drive, dialect=dialect, known=", ".join(DIALECTS))
            )


def check_thresholds(health: HealthSettings, site: Path) -> None:
    """Raises ConfigurationError when the site's own thresholds cannot be used."""
    load(thresholds_path(health, site))


def thresholds_path(health: HealthSettings, site: Path) -> Path | None:
    """Where the site's own thresholds lie; None when it has none."""
    return site / health.thresholds if health.thresholds else None
