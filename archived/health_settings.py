"""How the health of media is watched: what archived.toml can say of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HealthSettings:
    """When values of media mean something, and how drives are asked for them: docs/health.md."""

    #: A file of thresholds of the site's own; relative to the site, or absolute. Empty: those that come with archived.
    thresholds: str = ""
    #: Discs are scanned by themselves so many days after their last scan; 0 = only when somebody asks.
    scan_days: float = 0.0
    #: Drive → dialect of its quality scans, where the drive's own name does not tell.
    dialects: Mapping[str, str] = field(default_factory=dict)
