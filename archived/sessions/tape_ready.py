"""Waiting for the cartridge in a drive, with words on the board, until it can be used or the daemon is to stop."""

from archived.language import _
from archived.sessions.tools import Tools
from backends.tape.readiness import wait_until_ready


def await_cartridge(tools: Tools, key: str, medium_id: str, drive: str) -> None:
    """Return when the cartridge can be used: a drive that was interrupted in a first load may need two hours.

    `key` is that of the work on the board. Raises Cancelled once the daemon is to stop (nothing is known of drive
    and cartridge then, and neither is to blame), MediumRefused when the drive holds none, WaitExpired, DeviceFailure.
    """
    words = _(
        "preparing {medium_id}, {minutes} minutes so far (a first load takes up to two hours), in {drive}"
    ).format(drive=drive, medium_id=medium_id, minutes="{minutes}")
    wait_until_ready(tools.tapes[drive], clock=tools.clock, waiting=tools.progress.waiting(key, words))
