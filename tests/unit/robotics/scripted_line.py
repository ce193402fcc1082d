"""A serial line whose far end is a script: what must be heard, and what is said upon it, on a simulated clock."""

from dataclasses import dataclass, field

from devices.clock import SimulatedClock


@dataclass(frozen=True, slots=True)
class Said:
    """What the device says `after_s` seconds after it heard something, or after it said the last."""

    data: bytes
    after_s: float = 1.0


@dataclass(slots=True)
class ScriptedLine:
    """`script` is what must be written, in order, each with what comes then. `heard` is what was written."""

    clock: SimulatedClock
    script: list[tuple[bytes, tuple[Said, ...]]] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)
    coming: list[tuple[float, bytes]] = field(default_factory=list)

    def expects(self, data: bytes, *said: bytes | Said) -> "ScriptedLine":
        """Add one exchange; gives itself back."""
        answers = tuple(one if isinstance(one, Said) else Said(one) for one in said)
        self.script.append((data, answers))
        return self

    def comes_unasked(self, data: bytes, *, after_s: float = 0.0) -> None:
        self.coming.append((self.clock.monotonic() + after_s, data))

    def write(self, data: bytes) -> None:
        assert self.script, f"{data!r} was written, and nothing more was expected"
        expected, answers = self.script.pop(0)
        assert data == expected
        self.heard.append(data)
        at_s = self.clock.monotonic()
        for answer in answers:
            at_s += answer.after_s
            self.coming.append((at_s, answer.data))

    def read(self, *, timeout_s: float) -> bytes:
        self.coming.sort(key=lambda one: one[0])
        now_s = self.clock.monotonic()
        if not self.coming or self.coming[0][0] > now_s + timeout_s:
            self.clock.sleep(timeout_s)
            return b""
        at_s, data = self.coming.pop(0)
        self.clock.sleep(at_s - now_s)
        return data

    def discard(self) -> bytes:
        now_s = self.clock.monotonic()
        here = [data for at_s, data in self.coming if at_s <= now_s]
        self.coming = [one for one in self.coming if one[0] > now_s]
        return b"".join(here)

    def close(self) -> None:
        self.coming = []

    def assert_all_was_said(self) -> None:
        assert not self.script, f"never written: {self.script}"
