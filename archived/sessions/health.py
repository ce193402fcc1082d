"""What a tape drive says of itself and of the cartridge in it: TapeAlert, and what it counted in this load."""

from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace

from archived.sessions.tools import Tools
from backends.interface import CartridgeWear, DriveCounters, TapeAlert
from devices.failures import DeviceFailure


@dataclass(frozen=True, slots=True)
class DriveHealth:
    """One answer of one drive."""

    drive: str
    alerts: tuple[TapeAlert, ...]
    #: Empty where the drive does not tell: few do while no cartridge is threaded.
    counters: DriveCounters = field(default_factory=DriveCounters)
    wear: CartridgeWear = field(default_factory=CartridgeWear)

    @property
    def told(self) -> dict[str, int]:
        """Only what is counted; what the cartridge went through in its life by names that say so."""
        life = {f"cartridge_{name}": value for name, value in asdict(self.wear).items()}
        return {k: v for k, v in (asdict(self.counters) | life).items() if v is not None}


def ask_health(tools: Tools, drive: str) -> DriveHealth | None:
    """None for a burner, and for a drive that does not answer: what it wants to say it says the next time."""
    tape = tools.tapes.get(drive)
    if tape is None:
        return None
    try:
        health = DriveHealth(drive, tape.alerts())
    except DeviceFailure:
        return None
    with suppress(DeviceFailure):
        health = replace(health, counters=tape.counters())
        health = replace(health, wear=tape.wear())
    return health
