"""What a status byte of a real device means for whoever sent the command (SAM-5 5.3). Pure; no I/O.

Some statuses come without sense, though the device did say no and carried nothing out. They become
DeviceRefused with a sense of ours, whose `raw` is empty:

- BUSY, TASK SET FULL: 2/04/01, becoming ready. Whoever waits for readiness looks again; nobody else repeats.
- RESERVATION CONFLICT, ACA ACTIVE: 2/04/03, manual intervention required. Another host holds the device, and
  waiting does not end that.

TASK ABORTED says that the command was stopped from outside, at any point of its work: TransportTimeout.
"""

from devices.failures import DeviceRefused, TransportTimeout, WireDamaged
from devices.sense import NOT_READY, Sense

GOOD, CHECK_CONDITION, CONDITION_MET, BUSY = 0x00, 0x02, 0x04, 0x08
RESERVATION_CONFLICT, TASK_SET_FULL, ACA_ACTIVE, TASK_ABORTED = 0x18, 0x28, 0x30, 0x40

_BECOMING_READY = Sense(NOT_READY, 0x04, 0x01)
_PERSON_NEEDED = Sense(NOT_READY, 0x04, 0x03)
#: Status -> (sense, words that stand behind the device's name).
_WITHOUT_SENSE: dict[int, tuple[Sense, str]] = {
    BUSY: (_BECOMING_READY, "status BUSY"),
    TASK_SET_FULL: (_BECOMING_READY, "status TASK SET FULL"),
    RESERVATION_CONFLICT: (_PERSON_NEEDED, "status RESERVATION CONFLICT: another host has reserved it"),
    ACA_ACTIVE: (_PERSON_NEEDED, "status ACA ACTIVE: another host's failed command blocks it"),
}


def require_good(
    status: int, sense: bytes, cdb: bytes, what: str, *, data: bytes = b"", residual: int = 0
) -> None:
    """Return for GOOD (and CONDITION MET); else raise what the status means for the command `cdb` to `what`.

    Raises DeviceRefused, TransportTimeout for TASK ABORTED, and WireDamaged for a status that nobody defines
    and for CHECK CONDITION without sense: what was carried out is then not known.
    """
    if status in (GOOD, CONDITION_MET):
        return
    if status == CHECK_CONDITION:
        if not sense:
            raise WireDamaged(f"{what}: CHECK CONDITION without sense to command {bytes(cdb).hex()}")
        raise DeviceRefused(Sense.decode(sense), cdb, what, data=data, residual=residual)
    if status == TASK_ABORTED:
        raise TransportTimeout(f"{what}: command {bytes(cdb).hex()} was aborted before it was done")
    if status in _WITHOUT_SENSE:
        made, words = _WITHOUT_SENSE[status]
        raise DeviceRefused(made, cdb, f"{what} ({words})", residual=residual)
    raise WireDamaged(f"{what}: status {status:#04x} to command {bytes(cdb).hex()} is none that SCSI defines")
