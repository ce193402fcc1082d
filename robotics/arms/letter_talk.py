"""One letter and its answer at a time, with a robot whose answers carry no name of the question.

An X says only that *something* is over. So nothing is asked while an earlier answer may still be on its way: after a
silence, or when this process has just begun, the status is asked first, because its digits cannot be taken for anything
else and whatever comes before them is old. An answer ends with a moment of silence, so that one that is said twice is
heard with its own question.
"""

from collections.abc import Callable
from typing import TypeVar

from devices.clock import Clock
from devices.failures import OutcomeUnknown, TransportTimeout, WireDamaged
from devices.lines import SerialLine
from robotics.arms.generic_profiles import GenericProfile
from robotics.wire.generic_serial import Verdict, decode_status, decode_verdict, printable

#: How long a line may go on talking before what it said is taken for one burst.
_BABBLE_S = 5.0
_Answer = TypeVar("_Answer")


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
        # Whatever comes is taken for it: a version in words may hold any letter. So its end is not known either.
        self._in_step = False
        return self._ask(self._profile.sign_on, "sign-on", printable, self._profile.query_timeout_s)

    def move(self, letter: str, what: str) -> Verdict:
        """Have it make one motion, and wait for its end.

        Raises OutcomeUnknown: silence, rubbish in place of an answer, or two answers that contradict each other. Where
        it does so before the letter was sent, the message says that nothing was asked for.
        """
        self._fall_in(what)
        self._in_step = False
        verdict = self._ask(letter, what, decode_verdict, self._profile.motion_timeout_s)
        self._in_step = True
        return verdict

    def status(self) -> int | None:
        """What the mechanism says of itself; None for a model that cannot. Raises OutcomeUnknown."""
        if not self._profile.status:
            return None
        # A robot that may be in a motion, of an earlier life perhaps, answers when that is over.
        timeout_s = self._profile.query_timeout_s if self._in_step else self._profile.motion_timeout_s
        try:
            status = self._ask(self._profile.status, "status", decode_status, timeout_s)
        except (TransportTimeout, WireDamaged):
            # Where no disc is under way, what was asked may be taken back; else this could stop an arm in the air.
            if self._in_step and self._profile.cancel:
                self._line.write(self._profile.cancel.encode("ascii"))
            raise
        self._in_step = True
        return status

    def _fall_in(self, what: str) -> None:
        """Come to a point where the next answer is that to the next question."""
        if self._in_step:
            return
        if self._profile.status:
            try:
                self.status()
            except OutcomeUnknown as failure:
                raise type(failure)(f"{failure}; {what} was not asked for") from failure
            return
        # Without a status there is only time: whatever it was asked, it has answered by then.
        deadline_s = self._clock.monotonic() + self._profile.motion_timeout_s
        while self._burst(deadline_s):
            pass
        self._in_step = True

    def _ask(
        self, letter: str, what: str, decode: Callable[[bytes], _Answer | None], timeout_s: float
    ) -> _Answer:
        """Send one letter and read bursts until one is an answer to it."""
        self._line.discard()
        self._line.write(letter.encode("ascii"))
        deadline_s, rubbish = self._clock.monotonic() + timeout_s, b""
        while burst := self._burst(deadline_s):
            try:
                answer = decode(burst)
            except WireDamaged as damaged:
                raise WireDamaged(f"{self._name}: {what}: {damaged}") from damaged
            if answer is not None:
                return answer
            rubbish += burst
        if rubbish:
            raise WireDamaged(f"{self._name}: {what}: no answer in what it said ({rubbish[:64]!r})")
        raise TransportTimeout(f"{self._name}: {what}: no answer within {timeout_s:g} s")

    def _burst(self, deadline_s: float) -> bytes:
        """All that comes until the line is silent for a moment; b"" when nothing comes in time."""
        left_s = deadline_s - self._clock.monotonic()
        burst = more = self._line.read(timeout_s=left_s) if left_s > 0 else b""
        end_s = self._clock.monotonic() + _BABBLE_S
        while more and self._clock.monotonic() < end_s:
            more = self._line.read(timeout_s=self._profile.quiet_s)
            burst += more
        return burst
