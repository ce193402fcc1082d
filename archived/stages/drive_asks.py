"""Questions of people about what stands on a medium: in memory only, as whoever asked waits for the answer."""

import threading
from datetime import datetime

from archived.sessions.volume_read import VolumeRead


class DriveAsk:
    """One question about whatever lies in a drive, or about a medium, which is brought to one; answered once."""

    def __init__(self, since: datetime, *, drive: str = "", medium_id: str = "") -> None:
        self.since = since
        #: The drive; of a question about a medium the one that read it, once it is answered.
        self.drive = drive
        self.medium_id = medium_id
        self.answer: VolumeRead | None = None
        #: Why there is none.
        self.trouble = ""

    @property
    def is_over(self) -> bool:
        return self.answer is not None or bool(self.trouble)


class DriveAsks:
    """Questions that wait, first come first served; for API threads and the control loop alike."""

    def __init__(self) -> None:
        self._asks: list[DriveAsk] = []
        self._lock = threading.Lock()

    def add(self, ask: DriveAsk) -> DriveAsk:
        with self._lock:
            self._asks.append(ask)
        return ask

    def drop(self, ask: DriveAsk) -> None:
        """Nobody waits for it any more; harmless when it is gone."""
        with self._lock:
            if ask in self._asks:
                self._asks.remove(ask)

    def waiting(self) -> tuple[DriveAsk, ...]:
        with self._lock:
            return tuple(ask for ask in self._asks if not ask.is_over)
