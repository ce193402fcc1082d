"""Commands only for the device that is meant, over any transport.

Nodes are numbered anew at each start of a machine, and addresses are given to other machines. So the first command of
each session is preceded by INQUIRY for the unit serial number (VPD page 80h, SPC-4). No device answers that with a
unit attention, and it takes none away: what a new session has to tell reaches whoever commands the device.

A session that was lost is given up at once and made again by the next command. The caller was told of the loss, and a
tape's position went with it.
"""

import threading

from devices.failures import DeviceRefused, TransportLost, WireDamaged, WorldDiffers
from devices.scsi import Inquiry, OutgoingBytes, Result, Transport, UnitSerialNumber
from devices.sense import ILLEGAL_REQUEST

_PAGE_BYTES = 255
_QUERY_S = 60.0


class ExpectedTransport:
    """Carries command blocks to the device of the serial number `serial`, and to no other.

    "" is a device that tells none, None is any device: nothing is asked.
    """

    def __init__(self, carrier: Transport, *, serial: str | None, where: str) -> None:
        """`where` says in messages what answered."""
        self._carrier = carrier
        self._serial = serial
        self._where = where
        self._is_known = serial is None
        # Whoever waits for an answer of a session must not be the first to command the next one, unasked.
        self._turn = threading.Lock()

    def execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: OutgoingBytes | None = None, timeout_s: float
    ) -> Result:
        """See `devices.scsi.Transport`. Raises WorldDiffers, with nothing sent, when another device answers."""
        with self._turn:
            try:
                if not self._is_known:
                    self._meet(min(timeout_s, _QUERY_S))
                return self._carrier.execute(cdb, data_in=data_in, data_out=data_out, timeout_s=timeout_s)
            except (TransportLost, WorldDiffers):
                self._give_up()
                raise

    def close(self) -> None:
        """Give the device up, to others, too; a later command asks again who answers."""
        with self._turn:
            self._give_up()

    def _give_up(self) -> None:
        self._carrier.close()
        self._is_known = self._serial is None

    def _meet(self, timeout_s: float) -> None:
        request = Inquiry(allocation=_PAGE_BYTES, page=UnitSerialNumber.PAGE).encode()
        try:
            answer = self._carrier.execute(request, data_in=_PAGE_BYTES, timeout_s=timeout_s).data
            found = UnitSerialNumber.decode(answer).serial
        except DeviceRefused as refused:
            if refused.sense.key != ILLEGAL_REQUEST:
                raise
            found = ""
        except WireDamaged:
            found = ""
        if found != self._serial:
            said = f"a device with the serial number {found}" if found else "a device without a serial number"
            meant = self._serial or "one without a serial number"
            raise WorldDiffers(
                f"{self._where}: {said} answers, and {meant} is meant; nothing was sent to it. "
                "Correct path or portal, or serial, in the configuration"
            )
        self._is_known = True
