"""One letter and its answer at a time, with a robot whose answers carry no name of the question.

An X says only that *something* is over. So nothing is asked while an earlier answer may still be on its way: after a
silence, or when this process has just begun, the status is asked first, because its digits cannot be taken for anything
else and whatever comes before them is old. After each answer the line has to be silent for a moment, so that an answer
that is said twice is heard with its own question.
"""

from collections.abc import Callable

from devices.clock import Clock
from devices.failures import TransportTimeout, WireDamaged
from devices.lines import SerialLine
from robotics.arms.generic_profiles import GenericProfile
from robotics.wire.generic_serial import (
    Verdict,
    decode_status,
    find_verdict,
    holds_status,
    printable,
)

#: How long a line may go on talking after an answer; it is asked nothing before it is quiet.
_BABBLE_S = 5.0


class LetterTalk:
    """Asks the robot of `profile` over `line`; `name` is how messages call it. Repeats nothing."""

    def __init__(self, line: SerialLine, profile: GenericProfile, clock: Clock, *, name: str) -> None:
        self._line = line
        self._profile = profile
        self._clock = clock
        self._name = name
        #: Whether every question of ours, and of whoever was here before, is known to be answered.
        self._in_step = False

    def sign_on(self) -> str:
        """Say what the robot wants to hear first, and what it says to that. Raises OutcomeUnknown."""
        timeout_s = self._profile.query_timeout_s
        self._line.discard()
        # Whatever comes is taken for it: a version in words may hold any letter. So its end is not known either.
        self._in_step = False
        self._line.write(self._profile.sign_on.encode("ascii"))
        received = self._read_until(bool, timeout_s)
        if not received:
            raise self._no_answer("sign-on", received, timeout_s)
        return printable(received + self._quiet())

    def move(self, letter: str, what: str) -> Verdict:
        """Have it make one motion, and wait for its end.

        Raises OutcomeUnknown: silence, rubbish in place of an answer, or two answers that contradict each other. Where
        it does so before the letter was sent, the message says that nothing was asked for.
        """
        self._fall_in(what)
        self._line.discard()
        self._in_step = False
        self._line.write(letter.encode("ascii"))
        timeout_s = self._profile.motion_timeout_s
        received = self._read_until(lambda received: find_verdict(received) is not None, timeout_s)
        if find_verdict(received) is None:
            raise self._no_answer(what, received, timeout_s)
        heard = find_verdict(received + self._quiet())
        if heard is None or heard.is_contradicted:
            raise WireDamaged(f"{self._name}: {what}: it said that it is done, and that it failed")
        self._in_step = True
        return heard.verdict

    def status(self) -> int | None:
        """What the mechanism says of itself; None for a model that cannot. Raises OutcomeUnknown."""
        if not self._profile.status:
            return None
        safe, timeout_s = self._in_step, self._profile.query_timeout_s
        self._line.discard()
        self._line.write(self._profile.status.encode("ascii"))
        received = self._read_until(holds_status, timeout_s)
        if not holds_status(received):
            # No disc is under way, so what was asked may be taken back; else this could stop an arm in the air.
            if safe and self._profile.cancel:
                self._line.write(self._profile.cancel.encode("ascii"))
            raise self._no_answer("status", received, timeout_s)
        status = decode_status(received + self._quiet())
        self._in_step = True
        return status

    def _fall_in(self, what: str) -> None:
        """Come to a point where the next answer is that to the next question."""
        if self._in_step:
            return
        if self._profile.status:
            try:
                self.status()
            except (TransportTimeout, WireDamaged) as failure:
                raise type(failure)(f"{failure}; {what} was not asked for") from failure
            return
        # Without a status there is only time: whatever it was asked, it has answered by then.
        self._read_until(lambda received: False, self._profile.motion_timeout_s)
        self._in_step = True

    def _quiet(self) -> bytes:
        """What comes behind an answer until the line is silent."""
        return self._read_until(lambda received: False, _BABBLE_S, silence_s=self._profile.quiet_s)

    def _read_until(
        self, enough: Callable[[bytes], bool], timeout_s: float, *, silence_s: float | None = None
    ) -> bytes:
        """What comes until it is enough, until `timeout_s` are over, or until `silence_s` without a byte."""
        received, deadline_s = b"", self._clock.monotonic() + timeout_s
        while not enough(received):
            left_s = deadline_s - self._clock.monotonic()
            if left_s <= 0:
                break
            heard = self._line.read(timeout_s=left_s if silence_s is None else min(left_s, silence_s))
            if not heard:
                break
            received += heard
        return received

    def _no_answer(self, what: str, received: bytes, timeout_s: float) -> TransportTimeout | WireDamaged:
        if received:
            return WireDamaged(f"{self._name}: {what}: no answer in what it said ({received[:64]!r})")
        return TransportTimeout(f"{self._name}: {what}: no answer within {timeout_s:g} s")
