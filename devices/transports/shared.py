"""One device that several threads command in turn: a session that reads, and whoever asks where its tray is."""

import threading

from devices.scsi import OutgoingBytes, Result, Transport


class SharedTransport:
    """Carries one command at a time over another transport; the others wait their turn."""

    def __init__(self, way: Transport) -> None:
        self._way = way
        self._turn = threading.Lock()

    def execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: OutgoingBytes | None = None, timeout_s: float
    ) -> Result:
        """See `devices.scsi.Transport`; the wait for the turn does not count."""
        with self._turn:
            return self._way.execute(cdb, data_in=data_in, data_out=data_out, timeout_s=timeout_s)

    def close(self) -> None:
        with self._turn:
            self._way.close()
