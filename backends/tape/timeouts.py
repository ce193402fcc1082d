"""How long a tape drive may take for what it is told."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TapeTimeouts:
    """How long each command may take, in seconds: what drivers of real drives allow."""

    query_s: float = 60.0
    transfer_s: float = 900.0
    motion_s: float = 1800.0
    load_s: float = 900.0
