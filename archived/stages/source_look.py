"""A look at what a producer hands in, whatever it is: a folder, or an archive of one."""

import os
import stat
from pathlib import Path

from archived.policy.reading_rights import Reader
from archived.settings import ArchiveSettings
from archived.stages.archive_survey import Looking, survey_archive
from archived.stages.intake_source import Source
from archived.stages.intake_survey import survey


def look_at_source(
    path: Path,
    archives: ArchiveSettings,
    *,
    names: str = "",
    reader: Reader | None = None,
    progress: Looking | None = None,
) -> Source:
    """Everything that lies at `path`. What cannot be seen or taken is told in the value.

    Args:
        names: encoding of names that an archive does not mark; empty when nobody said any.
        reader: whoever must be able to read all of it himself; None when the daemon's own rights decide.

    Raises what `progress` raises.
    """
    if _is_file(path):
        return survey_archive(path, archives, names=names, reader=reader, progress=progress)
    return survey(path, reader)


def _is_file(path: Path) -> bool:
    """Only which way to go; both look again by descriptors."""
    try:
        return stat.S_ISREG(os.stat(path, follow_symlinks=False).st_mode)
    except OSError:
        return False
