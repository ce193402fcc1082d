"""Checks of what is kept: what was compared with its digests, how much of it, and what came of it. Values only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

#: How much was read: all of it; chunks that were drawn; only the ends; or what somebody else wanted of it.
FULL: Final = "full"
SAMPLED: Final = "sampled"
EDGES: Final = "edges"
RECALL: Final = "recall"

CLEAN: Final = "clean"
BAD: Final = "bad"
#: No drive could tell anything.
FAILED: Final = "failed"


@dataclass(frozen=True, slots=True)
class FixityCheck:
    """One check of a copy, of a staged package, or of an export."""

    id: int
    at: datetime
    #: "copy 12"; the id of a staged package; the name of an export.
    subject: str
    how: str
    #: CLEAN, BAD or FAILED.
    outcome: str
    copy_id: int | None = None
    medium_id: str | None = None
    #: Chunks (of an image) or files that were read, and how many there are.
    parts: int = 0
    parts_total: int = 0
    bytes_read: int = 0
    #: Numbers of the chunks, or names of the files, that were bad.
    bad: tuple[int | str, ...] = ()
    #: Which digests were compared: "sha256, blake3, xxh3-128" or "chunks".
    by: str = ""
    drive: str = ""
    #: The run that it belongs to; "" for none.
    run_id: str = ""
    #: With it the same chunks are drawn again.
    seed: str = ""
    #: When the first of it was read, `at` being when the last was; None where it was read in one go.
    begun_at: datetime | None = None


def subject_of(copy_id: int) -> str:
    """How checks call a copy."""
    return f"copy {copy_id}"
