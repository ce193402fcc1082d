"""A conversation with an Auto Publisher LS: one command, and every line that it says until it has ended.

It never repeats a command, and it clears no alarm: whoever asks decides what silence and NAK mean.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from devices.clock import Clock
from devices.failures import OutcomeUnknown, TransportTimeout, WireDamaged
from devices.lines import SerialLine
from robotics.wire.aleratec import (
    FIRST_PARAMETER,
    Alarm,
    Command,
    Ended,
    Parameter,
    Progress,
    Refused,
    Said,
    read_line,
    split,
)

_EARLY_LEAST_S, _WITHOUT_END = 0.1, 1000.0


@dataclass(frozen=True, slots=True)
class AleratecTimeouts:
    """Seconds: of silence until an answer is given up, of a whole command, and after which an early end is the end.

    After `still_s` without a word nothing of an earlier command goes on.
    """

    silence_s: float = 60.0
    command_s: float = 300.0
    early_s: float = 5.0
    still_s: float = 30.0

    @classmethod
    def at_speed(cls, speed: float) -> "AleratecTimeouts":
        """For a machine that is played so many times faster than a real one (0: without end): it rests sooner. How long
        an answer may take stays as it is.
        """
        real, speed = cls(), speed or _WITHOUT_END
        return replace(real, early_s=max(real.early_s / speed, _EARLY_LEAST_S), still_s=real.still_s / speed)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended: its end, a value, or an alarm. `travelled` says whether it told any progress."""

    said: Ended | Parameter | Alarm
    travelled: bool


class CommandRefused(OutcomeUnknown):
    """It answered NAK: what it made of the command is not told."""


class AleratecTalk:
    """Over one serial line; `name` is how messages call the machine."""

    def __init__(
        self, line: SerialLine, clock: Clock, *, name: str, timeouts: AleratecTimeouts | None = None
    ) -> None:
        self._line = line
        self._clock = clock
        self._name = name
        self._timeouts = timeouts or AleratecTimeouts()
        self._rest = b""
        #: Whether something of an earlier command may still go on; also of an earlier life.
        self._out_of_step = True

    def ask(
        self, command: Command, what: str, *, on_step: Callable[[int], None] = lambda step: None
    ) -> Answer:
        """Send one command and listen until it has ended; `on_step` is told of its progress as it comes.

        After an answer that never came (and at the beginning) it has to have been silent for a while, and to answer a
        question before a disc travels again. Raises CommandRefused for NAK, TransportTimeout for silence, WireDamaged
        for lines without end; what `on_step` raises passes.
        """
        if self._out_of_step:
            self._let_end(what)
            if command.travels:
                self._conversed(FIRST_PARAMETER, "answer", on_step)
        return self._conversed(command, what, on_step)

    def _conversed(self, command: Command, what: str, on_step: Callable[[int], None]) -> Answer:
        self._line.discard()
        self._rest = b""
        self._out_of_step = True
        self._line.write(command.encode())
        answer = self._heard(command, what, on_step)
        self._out_of_step = False
        return answer

    def _heard(self, command: Command, what: str, on_step: Callable[[int], None]) -> Answer:
        """How it ended. An end without any progress may be an old one: it counts only when nothing follows."""
        early: Answer | None = None
        travelled = False
        until_s = self._clock.monotonic() + self._timeouts.command_s
        while self._clock.monotonic() < until_s:
            heard = self._lines(self._timeouts.early_s if early else self._timeouts.silence_s)
            if heard is None and early is not None:
                return early
            if heard is None:
                raise TransportTimeout(
                    f"{self._name}: {what}: no word for {self._timeouts.silence_s:g} s after {command}"
                )
            for said in heard:
                if isinstance(said, Progress) and said.command == command.number:
                    early, travelled = None, True
                    on_step(said.step)
                elif isinstance(said, Refused):
                    raise CommandRefused(f"{self._name}: {what}: it answered NAK to {command}")
                elif answer := _answer_in(said, command, travelled):
                    if travelled or not command.travels:
                        return answer
                    early = answer
        raise WireDamaged(f"{self._name}: {what}: not over after {self._timeouts.command_s:g} s")

    def tell(self, *commands: Command) -> None:
        """Send commands at once, in the middle of whatever is going on; nobody waits for their ends."""
        for command in commands:
            self._line.write(command.encode())

    def _let_end(self, what: str) -> None:
        """Listen until it says nothing any more."""
        until_s = self._clock.monotonic() + self._timeouts.command_s
        while self._line.read(timeout_s=self._timeouts.still_s):
            if self._clock.monotonic() >= until_s:
                raise WireDamaged(f"{self._name}: {what}: not begun, as it never falls silent")

    def _lines(self, silence_s: float) -> list[Said] | None:
        """What it says next, perhaps only part of a line; None after silence."""
        data = self._line.read(timeout_s=silence_s)
        if not data:
            return None
        lines, self._rest = split(self._rest + data)
        return [read_line(line) for line in lines]


def _answer_in(said: Said, command: Command, travelled: bool) -> Answer | None:
    """The answer to a command, where a line is one."""
    if isinstance(said, Ended) and not said.ends(command):
        return None
    if isinstance(said, Parameter) and not command.asks:
        return None
    return Answer(said, travelled) if isinstance(said, Ended | Parameter | Alarm) else None
