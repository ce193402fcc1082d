"""What a simulated device says: good data, a refusal with sense data, or nothing at all."""

from collections.abc import Callable
from dataclasses import dataclass

from devices.failures import WireDamaged
from devices.sense import ILLEGAL_REQUEST, Sense

GOOD, CHECK_CONDITION = 0x00, 0x02


@dataclass(frozen=True, slots=True)
class Answer:
    """SCSI status, sense data (empty when good), the data, and how many bytes less than asked came."""

    status: int = GOOD
    sense: bytes = b""
    data: bytes = b""
    residual: int = 0


class Refusal(Exception):
    """The device says no, or (a tape drive) yes with a remark; then `data` goes with it."""

    def __init__(
        self,
        key: int,
        asc: int,
        ascq: int,
        *,
        information: int | None = None,
        filemark: bool = False,
        eom: bool = False,
        ili: bool = False,
        deferred: bool = False,
        data: bytes = b"",
    ) -> None:
        self.sense = Sense(
            key=key,
            asc=asc,
            ascq=ascq,
            filemark=filemark,
            eom=eom,
            ili=ili,
            information=information,
            deferred=deferred,
        )
        self.data = data
        super().__init__(str(self.sense))


class NoAnswer(Exception):
    """The device says nothing, whether or not it did what it was told."""


class ConnectionEnds(Exception):
    """The line to the room goes dead before the device heard the command."""


Handler = Callable[[bytes, bytes], bytes]


def answer(handlers: dict[int, Handler], cdb: bytes, *, data_in: int, data_out: bytes) -> Answer:
    """Let the handler of the operation code speak, and put its words into the shape of an answer."""
    handler = handlers.get(cdb[0] if cdb else -1)
    try:
        if handler is None:
            raise Refusal(ILLEGAL_REQUEST, 0x20, 0x00)
        data = handler(cdb, data_out)[:data_in]
    except WireDamaged:
        return _refused(Refusal(ILLEGAL_REQUEST, 0x24, 0x00), data_in)
    except Refusal as refusal:
        return _refused(refusal, data_in)
    return Answer(data=data, residual=data_in - len(data))


def _refused(refusal: Refusal, data_in: int) -> Answer:
    data = refusal.data[:data_in]
    return Answer(
        status=CHECK_CONDITION, sense=refusal.sense.encode(), data=data, residual=data_in - len(data)
    )
