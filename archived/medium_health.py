"""What is on record of how a medium is: what was seen of it, by which drive, and why its state changed. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from archived.medium_states import MediumEvent, MediumState

#: What can be noted of a medium. A value counts what its unit says; None where there is nothing to count.
LOAD: Final = "load"  # it was put into a drive
READ_ERROR: Final = "read error"  # something on it could not be read; value: sectors or blocks
RETRY: Final = "retry"  # it was read at another attempt; value: attempts
SLOW: Final = "slow"  # a region came much slower than the rest; value: seconds
WRONG: Final = "wrong"  # what was read without an error is not what was written; value: chunks
READ: Final = "read"  # it was read without a complaint; value: bytes
SCAN_LDC: Final = "scan LDC"  # BD: errors of the long distance code; value: the mean of a cluster
SCAN_BIS: Final = "scan BIS"  # BD: errors of the burst indicator; value: the highest of a cluster
SCAN_PIE: Final = "scan PIE"  # DVD: inner parity errors; value: the highest in 8 ECC blocks
SCAN_PIF: Final = "scan PIF"  # DVD: inner parity failures; value: the highest in an ECC block
SCAN_C1: Final = "scan C1"  # CD: value: the highest of a second
SCAN_C2: Final = "scan C2"  # CD: value: the sum
TIMED_READ: Final = "timed read"  # read to time it, any drive can; value: bytes per second
TAPE_ALERT: Final = "tape alert"  # a flag of TapeAlert; value: its number
WEAR: Final = "wear"  # what a cartridge or a drive counted; value: the count, `detail` names it
KINDS: Final = (
    LOAD,
    READ_ERROR,
    RETRY,
    SLOW,
    WRONG,
    READ,
    SCAN_LDC,
    SCAN_BIS,
    SCAN_PIE,
    SCAN_PIF,
    SCAN_C1,
    SCAN_C2,
    TIMED_READ,
    TAPE_ALERT,
    WEAR,
)


@dataclass(frozen=True, slots=True)
class HealthEntry:
    """One thing that was seen of a medium."""

    id: int
    at: datetime
    medium_id: str
    what: str
    value: float | None
    unit: str
    #: Name of the drive; "" where none had to do with it.
    drive: str
    #: Who read, by its own serial number: values compare only with those of the same reader.
    reader: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MediumStep:
    """One change of state of a medium."""

    id: int
    medium_id: str
    #: None where the step was not told its time.
    at: datetime | None
    #: None for the first step: it was registered.
    before: MediumState | None
    #: None for the first step.
    event: MediumEvent | None
    after: MediumState
    agent: str
    why: str
