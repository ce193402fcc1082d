"""A Rimage Liberty autoloader (DTP-4500 RAS-13). EXPERIMENTAL: known from listening to one machine, tried on none.

Each motion is two steps that are asked for apart, so a disc can be kept in the hand and laid on another tray. Before
every step the status is asked: its answer is that of no other question, and what comes before it is old. What the
machine measures of its bins is shown to people and not believed: it is not known until the arm was at a bin.
"""

from collections.abc import Callable
from typing import TypeVar

from devices.clock import Clock
from devices.failures import OutcomeUnknown, TransportTimeout, WireDamaged
from devices.lines import SerialLine, SerialSettings
from devices.polling import wait_until
from robotics.arms.interface import ArmGeometry, ArmState, nothing_to_close
from robotics.errors import (
    PERSON,
    STARTING,
    ChangerBroken,
    ChangerNotReady,
    NotSupported,
    RoboticsError,
    SourceEmpty,
)
from robotics.model import Bin, BinOrder, ChangerIdentity
from robotics.wire.rimage_esc import (
    Act,
    AtBin,
    AtDrive,
    BinHeight,
    Command,
    Measured,
    Moved,
    Plain,
    Status,
    StatusNumber,
    Told,
    decode_reply,
    encode_command,
    status_words,
    take_frames,
)

#: 38400 8N1 with RTS/CTS.
LINE = SerialSettings(baud=38400, hardware_flow=True)
#: Discs in a bin, by the scripts that drive such a machine.
BIN_DISCS = 108
#: The input bin, the accept bin, which the arm also takes from, and the reject bin.
BINS = (
    Bin(1, "input", 1024, BIN_DISCS, BinOrder.LIFO, takes=True, puts=False),
    Bin(2, "accept", 1280, BIN_DISCS, BinOrder.LIFO, takes=True, puts=True),
    Bin(3, "reject", 1536, BIN_DISCS, BinOrder.LIFO, takes=False, puts=True),
)
_MOTION_S, _QUERY_S, _BUSY_S, _POLL_S, _QUIET_S = 60.0, 10.0, 60.0, 1.0, 0.2
_Kind = TypeVar("_Kind", Moved, Status, Measured, Told)
_CALM = frozenset({StatusNumber.READY, StatusNumber.NO_DISC, StatusNumber.NO_TRAY})


class RimageArm:
    """Implements `robotics.arms.interface.DiscArm` over one serial line (`LINE`); `name` is how messages call it."""

    def __init__(
        self,
        line: SerialLine,
        clock: Clock,
        *,
        drives: int,
        bins: tuple[Bin, ...] = BINS,
        name: str = "robot",
    ) -> None:
        self._line = line
        self._clock = clock
        self._name = name
        #: Whether the last question was answered; else it may be in a motion, of an earlier life perhaps.
        self._answered = False
        self._geometry = ArmGeometry(drives, bins, tells_hand=False, puts_in_again=True)

    @property
    def geometry(self) -> ArmGeometry:
        """What it was made with: the machine does not tell."""
        return self._geometry

    def identify(self) -> ChangerIdentity:
        """Its version and its serial number."""
        version, serial = self._told(Plain.VERSION), self._told(Plain.SERIAL)
        return ChangerIdentity("Rimage", version, "", serial)

    def prepare(self, *, reset: bool = False) -> None:
        """Wait until it is not busy any more, and bring the arm home. Raises ChangerBroken."""
        wait_until(
            lambda: self._status() != StatusNumber.WAIT,
            clock=self._clock,
            timeout_s=_BUSY_S,
            interval_s=_POLL_S,
        )
        status = 0 if self._ask_moved(Plain.HOME, "homing") else self._status()
        if status not in _CALM:
            raise ChangerBroken(f"{self._name}: {status_words(status)}; it needs a person")

    def state(self) -> ArmState:
        """Its status and what it measured of its bins, in words."""
        words = [status_words(self._status())]
        for pile in self._geometry.bins:
            height = self._ask(BinHeight(pile.number), "height of a bin", Measured, _QUERY_S).steps
            words.append(f"{pile.name} bin: {'not measured' if height is None else f'{height} steps'}")
        return ArmState(words=", ".join(words))

    def load(self, *, bin: int, drive: int) -> None:
        """See `DiscArm`."""
        pile = self._pile(bin)
        self._require_drive(drive)
        if not pile.takes:
            raise NotSupported(f"{self._name}: it takes no disc from the {pile.name} bin")
        what = f"disc from the {pile.name} bin to drive {drive}"
        self._grab(AtBin(bin, Act.GRAB), what)
        self._put(AtDrive(drive, Act.PUT), what)

    def unload(self, *, drive: int, bin: int, lifted: Callable[[], None] = nothing_to_close) -> None:
        """See `DiscArm`."""
        pile = self._pile(bin)
        self._require_drive(drive)
        if not pile.puts:
            raise NotSupported(f"{self._name}: it lays no disc into the {pile.name} bin")
        what = f"disc from drive {drive} to the {pile.name} bin"
        self._grab(AtDrive(drive, Act.GRAB), what)
        lifted()
        self._put(AtBin(bin, Act.PUT), what)

    def put_away(self, *, bin: int) -> None:
        """See `DiscArm`. Raises SourceEmpty when it says that there is no disc: its hand held none, or lost it."""
        pile = self._pile(bin)
        if not pile.puts:
            raise NotSupported(f"{self._name}: it lays no disc into the {pile.name} bin")
        self._grab(AtBin(bin, Act.PUT), f"held disc to the {pile.name} bin")

    def put_on_tray(self, *, drive: int) -> None:
        """See `DiscArm`. Raises SourceEmpty when it says that there is no disc: its hand held none, or lost it."""
        self._require_drive(drive)
        self._grab(AtDrive(drive, Act.PUT), f"held disc to drive {drive}")

    def _grab(self, command: Command, what: str) -> None:
        """A step before which nothing moved: "no disc" says that there was none to begin with."""
        if self._moved(command, what):
            return
        status = self._status()
        if status == StatusNumber.NO_DISC:
            raise SourceEmpty(f"{self._name}: {what}: {status_words(status)}")
        raise self._failure(what, status)

    def _put(self, command: Command, what: str) -> None:
        """A step with a disc in the hand."""
        if not self._moved(command, what):
            raise self._failure(what, self._status())

    def _failure(self, what: str, status: int) -> RoboticsError | OutcomeUnknown:
        """An arm that stands still may hold the disc, which `put_away` finds out; one that misses it has lost it."""
        said = status_words(status)
        if status == StatusNumber.NO_DISC:
            return ChangerBroken(f"{self._name}: {what}: {said}; the disc is not where it was to go")
        return OutcomeUnknown(f"{self._name}: {what}: it failed, {said}; the hand may hold the disc")

    def _moved(self, command: Command, what: str) -> bool:
        try:
            status = self._status()
        except OutcomeUnknown as failure:
            raise type(failure)(f"{failure}; {what} was not asked for") from failure
        if status not in _CALM:
            waits = STARTING if status == StatusNumber.WAIT else PERSON
            words = f"{self._name}: {what}: {status_words(status)}; it was not asked for"
            raise ChangerNotReady(words, said=waits)
        return self._ask_moved(command, what)

    def _ask_moved(self, command: Command, what: str) -> bool:
        return self._ask(command, what, Moved, _MOTION_S).done

    def _status(self) -> int:
        return self._ask(Plain.STATUS, "status", Status, _QUERY_S if self._answered else _MOTION_S).number

    def _told(self, plain: Plain) -> str:
        return self._ask(plain, "question", Told, _QUERY_S).text

    def _ask(self, command: Command, what: str, kind: type[_Kind], timeout_s: float) -> _Kind:
        """Send one command and give the answer of its kind; answers of other kinds are old.

        Raises TransportTimeout after silence, WireDamaged when two answers contradict each other.
        """
        self._line.discard()
        self._answered = False
        self._line.write(encode_command(command))
        deadline_s, received = self._clock.monotonic() + timeout_s, b""
        answers: list[_Kind] = []
        while not answers:
            left_s = deadline_s - self._clock.monotonic()
            heard = self._line.read(timeout_s=left_s) if left_s > 0 else b""
            if not heard:
                raise TransportTimeout(f"{self._name}: {what}: no answer within {timeout_s:g} s")
            bodies, received = take_frames(received + heard)
            answers += _of_kind(bodies, kind)
        while more := self._line.read(timeout_s=_QUIET_S):
            bodies, received = take_frames(received + more)
            answers += _of_kind(bodies, kind)
            if self._clock.monotonic() > deadline_s:
                break
        if any(answer != answers[0] for answer in answers) and kind is Moved:
            raise WireDamaged(f"{self._name}: {what}: it said that it is done, and that it failed")
        self._answered = True
        return answers[-1]

    def _pile(self, number: int) -> Bin:
        found = next((pile for pile in self._geometry.bins if pile.number == number), None)
        if found is None:
            raise NotSupported(f"{self._name}: it has no bin {number}")
        return found

    def _require_drive(self, drive: int) -> None:
        if not 1 <= drive <= self._geometry.drives:
            raise NotSupported(f"{self._name}: it has no drive {drive}")


def _of_kind(bodies: list[str], kind: type[_Kind]) -> list[_Kind]:
    found: list[_Kind] = []
    for body in bodies:
        try:
            reply = decode_reply(body)
        except WireDamaged:
            continue
        if isinstance(reply, kind):
            found.append(reply)
    return found
