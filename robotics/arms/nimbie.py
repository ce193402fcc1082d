"""The arm of an Acronova Nimbie NB21: one drive, a queue that it takes from, two piles that it drops on.

It answers a command before its motion ends, so its sensors say when that is over. They are looked at before each
motion, too: it is not told to move when they say that it must not. A refusal counts when they agree with it; a
late answer to something else would read the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from devices.clock import Clock
from devices.failures import OutcomeUnknown, TransportLost, TransportTimeout, WireDamaged
from devices.lines import PacketLine
from devices.polling import WaitExpired, wait_until
from robotics.arms.interface import ArmGeometry, ArmState, nothing_to_close
from robotics.errors import (
    ChangerBroken,
    DestinationFull,
    MoveRefused,
    NotSupported,
    RoboticsError,
    SourceEmpty,
    TrayInTheWay,
)
from robotics.model import Bin, BinOrder, ChangerIdentity
from robotics.wire.nimbie import Code, Command, State, find_code, find_state, messages_in

DRIVE = 1
QUEUE, ACCEPT, REJECT = 1, 2, 3
#: Piles as its maker gives them for the queue; nothing is published about the others.
BINS = (
    Bin(QUEUE, "input", 1024, 100, BinOrder.FIFO, takes=True, puts=False),
    Bin(ACCEPT, "accept", 1280, 100, BinOrder.LIFO, takes=False, puts=True),
    Bin(REJECT, "reject", 1536, 100, BinOrder.LIFO, takes=False, puts=True),
)
_DROP = {ACCEPT: Command.ACCEPT, REJECT: Command.REJECT}
_NEEDS_RESET = "it needs a reset of its USB port, by a person who has looked into it"
_WITHOUT_END = 1000.0
#: More than this before an answer is no answer.
_MESSAGES_MAX = 64


@dataclass(frozen=True, slots=True)
class NimbieTimeouts:
    """Seconds: until it answers, until a motion shows, between two looks, and how long silence ends an answer.

    `still_s` after its last command no disc moves any more, `settle_s` after it nothing at all; `return_s` is how long
    it may be away after a reset.
    """

    reply_s: float = 20.0
    motion_s: float = 40.0
    tray_s: float = 15.0
    poll_s: float = 0.5
    quiet_s: float = 0.02
    still_s: float = 20.0
    settle_s: float = 60.0
    return_s: float = 30.0

    @classmethod
    def at_speed(cls, speed: float) -> "NimbieTimeouts":
        """For a machine that is played so many times faster than a real one (0: without end): it rests sooner. How long
        an answer and a motion may take stays as it is.
        """
        real, speed = cls(), speed or _WITHOUT_END
        return replace(
            real,
            poll_s=max(real.poll_s / speed, real.quiet_s),
            still_s=real.still_s / speed,
            settle_s=real.settle_s / speed,
        )


class NimbieArm:
    """Implements `robotics.arms.interface.DiscArm`; `name` is how messages call it."""

    def __init__(
        self,
        line: PacketLine,
        clock: Clock,
        *,
        name: str = "nimbie",
        bins: tuple[Bin, ...] = BINS,
        timeouts: NimbieTimeouts | None = None,
    ) -> None:
        self._line = line
        self._clock = clock
        self._name = name
        self._bins = bins
        self._timeouts = timeouts or NimbieTimeouts()
        # An earlier life may have commanded something a moment ago, and it answers while it moves.
        self._commanded_at_s = clock.monotonic()
        self._may_move = True

    @property
    def geometry(self) -> ArmGeometry:
        """See `DiscArm`. A disc that was lifted cannot be put on the tray again."""
        return ArmGeometry(drives=1, bins=self._bins, tells_hand=True)

    def identify(self) -> ChangerIdentity:
        """See `DiscArm`. It tells no serial number; that it answers is all that is known."""
        self._look_at_rest()
        return ChangerIdentity("Acronova", "Nimbie NB21", "", "")

    def prepare(self, *, reset: bool = False) -> None:
        """See `DiscArm`. It has nothing to be homed.

        `reset` resets its USB port first, once everything that it was told has had time to end: only for a person
        who asks for it, after an error that it does not explain. What it holds stays in its hand.
        """
        if reset:
            self._reset()
        self._look_at_rest()

    def state(self) -> ArmState:
        """See `DiscArm`. What lies on a tray that is in, it does not see.

        After a start, or an unknown outcome, it answers only when nothing can be moving any more.
        """
        state = self._look_at_rest()
        return ArmState(
            holding=state.lifted,
            occupied={QUEUE: state.queue_occupied},
            on_tray={DRIVE: state.on_tray} if state.tray_out else {},
            words=_words(state),
        )

    def load(self, *, bin: int, drive: int) -> None:
        """See `DiscArm`."""
        what = "load a disc from the queue"
        self._demand_drive(drive, what)
        if bin != QUEUE:
            raise NotSupported(f"{self._name}: {what}: it takes nothing from bin {bin}")
        state = self._demand_open_tray(what)
        if state.on_tray:
            raise DestinationFull(f"{self._name}: {what}: a disc lies on the tray already; nothing was moved")
        self._command(Command.PLACE, what, lambda now: now.on_tray, state)

    def unload(self, *, drive: int, bin: int, lifted: Callable[[], None] = nothing_to_close) -> None:
        """See `DiscArm`. When `lifted` does not close the tray, the disc stays in the hand."""
        what = "unload the disc of the tray"
        self._demand_drive(drive, what)
        self._demand_pile(bin, what)
        state = self._demand_open_tray(what)
        self._command(Command.LIFT, what, lambda now: now.lifted, state)
        lifted()
        self._wait(
            lambda now: not now.tray_out,
            self._timeouts.tray_s,
            f"{what}: the disc is in the hand, and the tray is still out",
        )
        self._drop(bin)

    def put_away(self, *, bin: int) -> None:
        """See `DiscArm`. Does nothing when the hand is empty."""
        what = "put the disc of the hand away"
        self._demand_pile(bin, what)
        state = self._look_at_rest()
        if not state.lifted:
            return
        if state.tray_out:
            raise TrayInTheWay(f"{self._name}: {what}: the tray is out; the disc is still in the hand")
        self._drop(bin)

    def put_on_tray(self, *, drive: int) -> None:
        """See `DiscArm`. It has no such motion."""
        raise NotSupported(f"{self._name}: it drops what it lifted on a pile, and not on the tray again")

    def _demand_drive(self, drive: int, what: str) -> None:
        if drive != DRIVE:
            raise NotSupported(f"{self._name}: {what}: it has no drive {drive}")

    def _demand_pile(self, bin: int, what: str) -> None:
        if bin not in _DROP:
            raise NotSupported(f"{self._name}: {what}: it drops nothing on bin {bin}")

    def _demand_open_tray(self, what: str) -> State:
        """What it sees, when a motion over the open tray may begin."""
        state = self._look_at_rest()
        if state.lifted:
            raise MoveRefused(f"{self._name}: {what}: its hand holds a disc; put that away first")
        if not state.tray_out:
            raise TrayInTheWay(
                f"{self._name}: {what}: its sensor does not see the tray out; nothing was moved"
            )
        return state

    def _drop(self, bin: int) -> None:
        name = next((one.name for one in self._bins if one.number == bin), str(bin))
        what = f"drop the disc on the {name} pile"
        self._command(_DROP[bin], what, lambda now: not now.lifted, self._look())

    def _command(self, command: Command, what: str, done: Callable[[State], bool], before: State) -> None:
        """Command one motion and wait until its sensors show that it is over."""
        self._may_move = True
        said = self._ask_code(command, what)
        code = _code_of(said)
        if code is None:
            raise WireDamaged(f"{self._name}: {what}: it answered {said!r}, which is no code that is known")
        if not code.is_good:
            raise self._refusal(command, code, said, what, done, before)
        self._wait(done, self._timeouts.motion_s, f"{what}: it began, and its sensors never showed the end")
        self._may_move = False

    def _refusal(
        self, command: Command, code: Code, said: str, what: str, done: Callable[[State], bool], before: State
    ) -> Exception:
        """What a refusal means, by what the sensors say beside it."""
        told = f"{self._name}: {what}: {code.words} (AT+{said})"
        if code is Code.FAILED:
            return ChangerBroken(f"{told}; {_NEEDS_RESET}")
        state = self._look()
        kind, agrees = _meaning(command, code, state)
        if not (agrees and state.same_discs(before)):
            # It may be an old answer, and the motion under way.
            try:
                self._wait(done, self._timeouts.motion_s, what)
            except WaitExpired:
                state = self._look()
            else:
                return OutcomeUnknown(f"{told}, and it was done all the same")
            if not state.same_discs(before):
                return OutcomeUnknown(
                    f"{told}, and something was moved: before {_words(before)}, now {_words(state)}"
                )
        self._may_move = False
        return kind(f"{told}; its sensors show {_words(state)}")

    def _wait(self, done: Callable[[State], bool], timeout_s: float, otherwise: str) -> None:
        try:
            wait_until(
                lambda: done(self._look()),
                clock=self._clock,
                timeout_s=timeout_s,
                interval_s=self._timeouts.poll_s,
            )
        except WaitExpired as expired:
            raise WaitExpired(f"{self._name}: {otherwise} ({timeout_s:g} s)") from expired

    def _look_at_rest(self) -> State:
        """What its sensors say when nothing moves any more."""
        if self._may_move:
            self._let_pass(self._timeouts.still_s)
            self._may_move = False
        return self._look()

    def _let_pass(self, seconds: float) -> None:
        """Wait until so much time has passed since its last command."""
        until_s = self._commanded_at_s + seconds
        wait_until(
            lambda: self._clock.monotonic() >= until_s,
            clock=self._clock,
            timeout_s=seconds + self._timeouts.poll_s,
            interval_s=max(seconds, self._timeouts.poll_s),
        )

    def _look(self) -> State:
        """What its sensors say. Raises ChangerBroken when it answers with an error instead."""
        messages = self._ask(
            Command.STATE, "tell its state", lambda told: find_state(told) is not None or _has_failed(told)
        )
        state = find_state(messages)
        if state is None:
            raise ChangerBroken(
                f"{self._name}: it does not tell its state, but AT+{find_code(messages)}; {_NEEDS_RESET}"
            )
        return state

    def _ask_code(self, command: Command, what: str) -> str:
        try:
            return find_code(self._ask(command, what, lambda told: find_code(told) is not None)) or ""
        finally:
            self._commanded_at_s = self._clock.monotonic()

    def _ask(self, command: Command, what: str, complete: Callable[[list[str]], bool]) -> list[str]:
        """Send one command and read its messages up to the empty one that ends them, if it comes."""
        self._drain()
        self._line.write(command.encode())
        until_s = self._clock.monotonic() + self._timeouts.reply_s
        told: list[str] = []
        while not complete(told):
            left_s = until_s - self._clock.monotonic()
            transfer = self._line.read(timeout_s=left_s) if left_s > 0 else None
            if transfer is None:
                said = f", only {told}" if any(told) else ""
                raise TransportTimeout(
                    f"{self._name}: {what}: it gave no answer within {self._timeouts.reply_s:g} s{said}"
                )
            told += messages_in(transfer)
            if len(told) > _MESSAGES_MAX:
                raise WireDamaged(f"{self._name}: {what}: it sends without end, and no answer: {told[:5]}")
        self._line.read(timeout_s=self._timeouts.quiet_s)  # the empty one
        return told

    def _drain(self) -> None:
        """Take what is left of an earlier answer."""
        for _ in range(_MESSAGES_MAX):
            if self._line.read(timeout_s=self._timeouts.quiet_s) is None:
                return
        raise WireDamaged(f"{self._name}: it sends without end")

    def _reset(self) -> None:
        """Reset the port when nothing can be moving any more, and wait until it is there again."""
        self._let_pass(self._timeouts.settle_s)
        self._line.reset()
        wait_until(
            self._is_back,
            clock=self._clock,
            timeout_s=self._timeouts.return_s,
            interval_s=self._timeouts.poll_s,
        )

    def _is_back(self) -> bool:
        try:
            self._drain()
        except TransportLost:
            return False
        return True


def _has_failed(told: list[str]) -> bool:
    """Whether it answered with an error; the code of a motion is only late."""
    return (find_code(told) or "").startswith("E")


def _words(state: State) -> str:
    """A state for people."""
    parts = [
        "a disc in the hand" if state.lifted else "an empty hand",
        "the tray out" if state.tray_out else "the tray in",
        *(["a disc on the tray" if state.on_tray else "an empty tray"] if state.tray_out else []),
        "discs in the queue" if state.queue_occupied else "an empty queue",
    ]
    return f"{', '.join(parts)} {state.text}".strip()


def _code_of(said: str) -> Code | None:
    """The code that it answered; every error is one that it does not explain."""
    if said.startswith("E"):
        return Code.FAILED
    return next((code for code in Code if code.value == said), None)


def _meaning(command: Command, code: Code, state: State) -> tuple[type[RoboticsError], bool]:
    """What a refusal is, and whether the sensors agree with it."""
    drops = command in _DROP.values()
    if code is Code.TRAY_WRONG:
        return TrayInTheWay, state.tray_out == drops
    if code is Code.TRAY_FULL:
        return DestinationFull, state.on_tray
    # Only what its sensors do not see either is not there: a queue that is low is not an empty one.
    seen = state.queue_occupied if command is Command.PLACE else state.on_tray
    if code is Code.DROPPER:
        return (ChangerBroken if drops or seen else SourceEmpty), True
    return (MoveRefused if seen else SourceEmpty), not seen
