"""What a tape drive says of itself and of the cartridge in it: TapeAlert, and what it counted in this load."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import TypeVar

from archived.sessions.tools import Tools
from backends.errors import BackendError
from backends.interface import CartridgeWear, DriveCounters, TapeAlert, TapeDrive
from devices.failures import DeviceFailure

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class DriveHealth:
    """One answer of one drive."""

    drive: str
    alerts: tuple[TapeAlert, ...]
    #: Empty where the drive does not tell: few do while no cartridge is threaded.
    counters: DriveCounters = field(default_factory=DriveCounters)
    wear: CartridgeWear = field(default_factory=CartridgeWear)
    #: What the drive said late of something it had taken before: a deferred error, in place of an answer. Else "".
    late: str = ""

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
    alerts, late = ask_alerts(tape)
    if alerts is None:
        return DriveHealth(drive, (), late=late) if late else None
    health = DriveHealth(drive, alerts)
    counters, later = _asked(tape.counters)
    if counters is not None:
        wear, last = _asked(tape.wear)
        health = replace(health, counters=counters, wear=wear or health.wear)
        later = later or last
    return replace(health, late=late or later)


def ask_alerts(tape: TapeDrive) -> tuple[tuple[TapeAlert, ...] | None, str]:
    """TapeAlert, None when the drive does not answer; and what it said late (see `DriveHealth.late`)."""
    return _asked(tape.alerts)


def _asked(ask: Callable[[], Answer]) -> tuple[Answer | None, str]:
    """A deferred error is told once, in place of an answer: then the drive is asked again."""
    late = ""
    for _once in range(2):
        try:
            return ask(), late
        except BackendError as error:
            late = late or str(error)
        except DeviceFailure:
            break
    return None, late
