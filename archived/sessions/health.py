"""What a tape drive says of itself and of the cartridge in it: TapeAlert, and what it counted in this load."""

from dataclasses import asdict, dataclass

from archived.sessions.tools import Tools
from backends.interface import DriveCounters, TapeAlert
from devices.failures import DeviceFailure


@dataclass(frozen=True, slots=True)
class DriveHealth:
    """One answer of one drive."""

    drive: str
    alerts: tuple[TapeAlert, ...]
    counters: DriveCounters

    @property
    def told(self) -> dict[str, int]:
        """Only what it counts."""
        return {name: value for name, value in asdict(self.counters).items() if value is not None}


def ask_health(tools: Tools, drive: str) -> DriveHealth | None:
    """None for a burner, and for a drive that does not answer: what it wants to say it says the next time."""
    tape = tools.tapes.get(drive)
    if tape is None:
        return None
    try:
        return DriveHealth(drive, tape.alerts(), tape.counters())
    except DeviceFailure:
        return None
