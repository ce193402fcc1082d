"""A cartridge that nobody's finger takes out of its drive while it is written."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from archived.sessions.mount import asked_anew
from backends.errors import BackendError
from backends.interface import TapeDrive
from devices.failures import DeviceFailure, DeviceRefused
from devices.sense import ILLEGAL_REQUEST


@contextmanager
def latched(drive: TapeDrive) -> Iterator[None]:
    """Forbid the removal of the cartridge for as long as the body lasts; a drive that cannot is used all the same.

    A life that ends in the body leaves it forbidden, until the drive is reset or `mount` gives the cartridge out:
    it allows the removal first. Raises DeviceFailure before the body, and nothing behind it.
    """
    try:
        drive.lock_cartridge(True)
    except DeviceRefused as refused:
        if refused.sense.key != ILLEGAL_REQUEST:
            raise
    try:
        yield
    except Exception:
        _let_go(drive)
        raise
    _let_go(drive)


def _let_go(drive: TapeDrive) -> None:
    """Allow the removal; where the drive does not answer it is allowed when the cartridge is given out."""
    with suppress(DeviceFailure, BackendError):
        asked_anew(lambda: drive.lock_cartridge(False))
