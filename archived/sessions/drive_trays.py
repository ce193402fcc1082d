"""The trays that an arm passes, as the burners tell of them: `robotics.trays.Trays` over optical drives.

A drive that burns is not asked: its tray is locked shut by the burn, and its node belongs to whoever burns. One that
reads is asked in turn with the session that reads: GET EVENT STATUS NOTIFICATION turns no disc and takes no news away.
"""

from collections.abc import Callable, Sequence

from archived.sessions.tools import Answer, Burner
from backends.interface import DiscStatus, OpticalDrive
from devices.failures import DeviceRefused, WorldDiffers
from devices.sense import Blame, blame_of
from robotics.trays import TrayState


class DriveTrays:
    """Implements `robotics.trays.Trays`; drives by name, in the order in which the robot numbers them from 1."""

    def __init__(self, drives: Sequence[tuple[str, OpticalDrive]], burner: Burner) -> None:
        self._drives = tuple(drives)
        self._burner = burner

    def state(self, drive: int) -> TrayState:
        """A drive that burns has its tray shut. One that tells of no tray is asked for what lies in it."""
        name, device = self._drives[drive - 1]

        def ask() -> TrayState:
            seen = _told(device.tray)
            if seen is None:
                return TrayState.UNKNOWN
            return TrayState.OPEN if seen.is_open else TrayState.CLOSED

        return self._aside(name, ask) or TrayState.CLOSED

    def has_disc(self, drive: int) -> bool | None:
        name, device = self._drives[drive - 1]

        def ask() -> tuple[bool | None]:
            return (_disc_in(device),)

        answer = self._aside(name, ask)
        if answer is None:
            raise WorldDiffers(f"{name} burns, and is not asked what it holds")
        return answer[0]

    def open(self, drive: int) -> None:
        name, device = self._drives[drive - 1]

        def command() -> bool:
            _told(lambda: device.lock_tray(False))
            _told(device.eject)
            return True

        self._command(name, command)

    def close(self, drive: int) -> None:
        name, device = self._drives[drive - 1]

        def command() -> bool:
            try:
                _told(device.load)
            except DeviceRefused as refused:
                if blame_of(refused.sense) is not Blame.NOT_READY:
                    raise  # it went in, and there is nothing to start: where the tray is now is asked anyway
            return True

        self._command(name, command)

    def _command(self, name: str, command: Callable[[], bool]) -> None:
        if not self._aside(name, command):
            raise WorldDiffers(f"{name} burns: its tray stays shut until the burn has ended")

    def _aside(self, name: str, ask: Callable[[], Answer]) -> Answer | None:
        return self._burner.aside(name, ask)


def _disc_in(device: OpticalDrive) -> bool | None:
    seen = _told(device.tray)
    if seen is None or seen.is_open:
        return None
    if seen.has_disc:
        return True
    try:
        return _told(device.inspect).status is not DiscStatus.ABSENT
    except DeviceRefused as refused:
        if blame_of(refused.sense) is Blame.NOT_READY:
            return None  # it makes out what was put in
        raise


def _told(ask: Callable[[], Answer]) -> Answer:
    """A drive tells a reset or a change of medium once, in place of an answer: then it is asked again at once."""
    try:
        return ask()
    except DeviceRefused as refused:
        if blame_of(refused.sense) is not Blame.STATE_CHANGED:
            raise
        return ask()
