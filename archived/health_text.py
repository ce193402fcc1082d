"""The table [health] of a fresh archived.toml, every key commented."""

from typing import Final

HEALTH: Final = """\
[health]
# A file of thresholds of your own, relative to the site or absolute: docs/health.md. "" = those that come with
# archived, which `archivectl media health --thresholds` shows with where each number comes from.
thresholds = ""
# Discs are scanned for their error rates by themselves, so many days after their last scan; 0 = only when somebody
# asks: archivectl media scan. Drives that know no such scan are timed while they read.
scan_days = 0.0
# How a drive is asked for error rates, where its own name does not tell: "optiarc", "liteon" or "pioneer".
[health.dialects]
# drive1 = "liteon"

"""
