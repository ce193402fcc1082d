"""A quality scan over any transport, in the dialect of the drive. Never waits, never retries."""

from backends.errors import MediumUnreadable
from backends.optical.quality.interface import Dialect, ErrorSample, Exchange, Family
from devices.failures import DeviceRefused
from devices.scsi import Transport
from devices.sense import Blame, blame_of

#: A sample comes at the speed of the disc; a drive that meets damage takes its time.
SAMPLE_TIMEOUT_S = 120.0


class DialectScanner:
    """Implements `backends.optical.quality.interface.QualityScanner`."""

    def __init__(
        self, transport: Transport, dialect: Dialect, family: Family, timeout_s: float = SAMPLE_TIMEOUT_S
    ) -> None:
        self._transport = transport
        self._dialect = dialect
        self._timeout_s = timeout_s
        self._lba = 0
        self.family = family

    @property
    def dialect(self) -> str:
        return self._dialect.name

    def start(self, lba: int) -> None:
        self._lba = lba
        for exchange in self._dialect.begin(self.family, lba):
            self._send(exchange)

    def sample(self) -> ErrorSample | None:
        """What is known to be no measurement is left out, and the next one asked for."""
        while True:
            try:
                answers = [self._send(one) for one in self._dialect.ask(self.family, self._lba)]
            except DeviceRefused as refused:
                if self._dialect.is_end(refused.sense):
                    return None
                if blame_of(refused.sense) is Blame.MEDIUM:
                    raise MediumUnreadable(self._lba, self.family.block_sectors, refused.sense) from refused
                raise
            found = self._dialect.read(self.family, self._lba, answers)
            self._lba = (self._lba if found is None else found.lba) + self.family.block_sectors
            if found is not None:
                return found

    def end(self) -> None:
        for exchange in self._dialect.finish(self.family):
            self._send(exchange)

    def _send(self, exchange: Exchange) -> bytes:
        return self._transport.execute(
            exchange.cdb,
            data_in=exchange.data_in,
            data_out=exchange.data_out or None,
            timeout_s=self._timeout_s,
        ).data
