"""A transport that expects exactly the commands of a script, and answers as the script says."""

from dataclasses import dataclass

from devices.failures import DeviceRefused
from devices.scsi import Result
from devices.sense import Sense

#: Sense with bytes: a refusal that carries data.
Answer = bytes | Sense | tuple[Sense, bytes] | Exception


@dataclass(frozen=True)
class Step:
    """One command block and what comes of it: data, sense (CHECK CONDITION), or a transport failure."""

    cdb: bytes
    answer: Answer = b""


class ScriptedTransport:
    """Implements `devices.scsi.Transport`; `sent` keeps what went out, `timeouts_s` what was allowed."""

    def __init__(self, *steps: Step) -> None:
        self._steps = list(steps)
        self.sent: list[bytes] = []
        self.timeouts_s: list[float] = []

    def execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: bytes | None = None, timeout_s: float
    ) -> Result:
        assert self._steps, f"after the end of the script came {cdb.hex()}"
        step = self._steps.pop(0)
        assert cdb.hex() == step.cdb.hex()
        self.timeouts_s.append(timeout_s)
        if data_out is not None:
            self.sent.append(data_out)
        if isinstance(step.answer, Sense):
            raise DeviceRefused(step.answer, cdb, "scripted")
        if isinstance(step.answer, tuple):
            sense, data = step.answer
            raise DeviceRefused(sense, cdb, "scripted", data=data)
        if isinstance(step.answer, Exception):
            raise step.answer
        data = step.answer[:data_in]
        return Result(data, data_in - len(data))

    def close(self) -> None:
        self._steps.clear()

    @property
    def is_done(self) -> bool:
        return not self._steps
