"""Transcripts: what was asked of a device and what it said, to be played again without the device.

A transcript is JSON lines, one command a line: `cdb` (hex), `data_in` (bytes asked for), `data_out` (what was
sent: `{"hex": …}`, or `{"bytes": …, "sha256": …}` when it is long; absent when nothing was), and one of

- `good`: `{"data": hex, "residual": number}`;
- `refused`: `{"sense": hex, "what": device, "data": hex, "residual": number}`;
- `lost`, `timeout`, `damaged`, `unknown`: the words of the OutcomeUnknown that was raised.

Time limits are not kept. What a device answers is, whole: a transcript of READs is as long as what was read.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, TextIO

from devices.failures import DeviceRefused, OutcomeUnknown, TransportLost, TransportTimeout, WireDamaged
from devices.scsi import OutgoingBytes, Result, Transport
from devices.sense import Sense

#: Longer data that was sent is kept as its digest.
HEX_BYTES_MAX = 64
#: Most special first.
_UNKNOWN: dict[str, type[OutcomeUnknown]] = {
    "lost": TransportLost,
    "timeout": TransportTimeout,
    "damaged": WireDamaged,
    "unknown": OutcomeUnknown,
}
_OUTCOMES = {"good", "refused", *_UNKNOWN}


class TranscriptUnreadable(ValueError):
    """A line of a transcript is not what this module writes."""


class TranscriptDiffers(Exception):
    """A command came that the transcript does not have at this place: what is tested has changed.

    No DeviceFailure, so that no driver takes it for the device's.
    """


class RecordingTransport:
    """Passes everything on to `inner`, and writes each command with its outcome to `sink` before it returns.

    What fails in another way than by DeviceRefused or OutcomeUnknown never reached the device; it is not kept.
    """

    def __init__(self, inner: Transport, sink: TextIO) -> None:
        self._inner = inner
        self._sink = sink

    def execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: OutgoingBytes | None = None, timeout_s: float
    ) -> Result:
        """See `devices.scsi.Transport`; raises what `inner` raises."""
        line = _request(cdb, data_in, data_out)
        try:
            result = self._inner.execute(cdb, data_in=data_in, data_out=data_out, timeout_s=timeout_s)
        except DeviceRefused as refused:
            self._write(line | {"refused": _refusal(refused)})
            raise
        except OutcomeUnknown as unknown:
            name = next(name for name, kind in _UNKNOWN.items() if isinstance(unknown, kind))
            self._write(line | {name: str(unknown)})
            raise
        self._write(line | {"good": {"data": result.data.hex(), "residual": result.residual}})
        return result

    def close(self) -> None:
        """Close `inner`; the sink belongs to whoever gave it."""
        self._inner.close()

    def _write(self, line: dict[str, Any]) -> None:
        self._sink.write(json.dumps(line, separators=(",", ":")) + "\n")
        self._sink.flush()


class ReplayTransport:
    """Answers as the transcript's device did, as long as the same commands come in the same order."""

    def __init__(self, transcript: Iterable[str]) -> None:
        """Takes lines; empty ones count for nothing. Raises TranscriptUnreadable."""
        self._lines = [_parse(number, text) for number, text in enumerate(transcript, 1) if text.strip()]
        self._next = 0

    @property
    def remaining(self) -> int:
        """How many recorded commands were not asked for yet; a test expects 0 at its end."""
        return len(self._lines) - self._next

    def execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: OutgoingBytes | None = None, timeout_s: float
    ) -> Result:
        """See `devices.scsi.Transport`. Raises TranscriptDiffers for another command, which changes nothing."""
        request = _request(cdb, data_in, data_out)
        place = f"command {self._next + 1}"
        if not self.remaining:
            raise TranscriptDiffers(f"{place}: {_words(request)} came, the transcript ends before it")
        line = self._lines[self._next]
        recorded = {name: value for name, value in line.items() if name not in _OUTCOMES}
        if request != recorded:
            raise TranscriptDiffers(f"{place}: {_words(request)} came, recorded is {_words(recorded)}")
        self._next += 1
        return _outcome(line, cdb)

    def close(self) -> None:
        """Nothing is held; may be called at any time."""


def _request(cdb: bytes, data_in: int, data_out: OutgoingBytes | None) -> dict[str, Any]:
    request: dict[str, Any] = {"cdb": bytes(cdb).hex(), "data_in": data_in}
    if data_out is not None:
        is_short = len(data_out) <= HEX_BYTES_MAX
        request["data_out"] = (
            {"hex": bytes(data_out).hex()}
            if is_short
            else {"bytes": len(data_out), "sha256": hashlib.sha256(data_out).hexdigest()}
        )
    return request


def _refusal(refused: DeviceRefused) -> dict[str, Any]:
    sense = refused.sense
    # The device's own bytes where they are: fixed format cannot say everything that a descriptor can.
    raw = sense.raw if Sense.decode(sense.raw) == sense else sense.encode()
    return {
        "sense": raw.hex(),
        "what": refused.what,
        "data": refused.data.hex(),
        "residual": refused.residual,
    }


def _parse(number: int, text: str) -> dict[str, Any]:
    """One line, looked at so closely that playing it cannot fail."""
    try:
        line = json.loads(text)
        (outcome,) = set(line) & _OUTCOMES
        if set(line) - {"cdb", "data_in", "data_out", outcome} or not isinstance(line["data_in"], int):
            raise ValueError("something is there that does not belong there")
        _outcome(line, bytes.fromhex(line["cdb"]))
    except (DeviceRefused, OutcomeUnknown):
        return dict(line)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TranscriptUnreadable(f"line {number} of the transcript: {error!r}") from error
    return dict(line)


def _outcome(line: dict[str, Any], cdb: bytes) -> Result:
    """Return or raise what was recorded."""
    if "good" in line:
        good = line["good"]
        return Result(bytes.fromhex(good["data"]), int(good["residual"]))
    if "refused" in line:
        refused = line["refused"]
        raise DeviceRefused(
            Sense.decode(bytes.fromhex(refused["sense"])),
            cdb,
            str(refused["what"]),
            data=bytes.fromhex(refused["data"]),
            residual=int(refused["residual"]),
        )
    name = next(name for name in _UNKNOWN if name in line)
    raise _UNKNOWN[name](str(line[name]))


def _words(request: dict[str, Any]) -> str:
    """A command as a person compares it: its bytes, and what goes either way."""
    text = str(request["cdb"])
    if request["data_in"]:
        text += f" for {request['data_in']} bytes"
    if "data_out" in request:
        text += " with " + " ".join(f"{name} {value}" for name, value in sorted(request["data_out"].items()))
    return text
