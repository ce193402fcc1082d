"""The arm of an Aleratec Auto Publisher LS: three drives, three bins to take from and lay into, one for rejects.

The reject bin is a post under the trays, so in the middle of a motion to it all trays have to be drawn in: the machine
says when, and `lifted` does it. It has no sensor that tells of its discs between two motions, but each of them ends
with an empty hand or an alarm: a machine that stands without one holds nothing. An alarm is cleared where a person or
the start of the library asks for it (`prepare`), and after a motion that told that it found no disc; calibration is a
person's work.
"""

from collections.abc import Callable

from devices.clock import Clock
from devices.failures import OutcomeUnknown, TransportTimeout
from devices.lines import SerialLine, SerialSettings
from robotics.arms.aleratec_talk import AleratecTalk, AleratecTimeouts, Answer, CommandRefused
from robotics.arms.interface import ArmGeometry, ArmState, nothing_to_close
from robotics.errors import PERSON, ChangerBroken, ChangerNotReady, NotSupported, RoboticsError, SourceEmpty
from robotics.model import Bin, BinOrder, ChangerIdentity
from robotics.wire import aleratec as wire
from robotics.wire.aleratec import Alarm, Command, Ended, Ending, Parameter

SETTINGS = SerialSettings(baud=9600, data_bits=8, parity="E", stop_bits=1, dtr=False)
DRIVES = 3
REJECT = 5
#: Its maker gives 200 discs for the whole machine and nothing for each bin.
BINS = (
    Bin(1, "bin 1", 1024, 60, BinOrder.LIFO, takes=True, puts=True),
    Bin(2, "bin 2", 1280, 60, BinOrder.LIFO, takes=True, puts=True),
    Bin(3, "bin 3", 1536, 60, BinOrder.LIFO, takes=True, puts=True),
    Bin(REJECT, "reject", 1792, 20, BinOrder.LIFO, takes=False, puts=True),
)
#: At this progress the disc is off the tray: the arm is up (2), or on its way (3). One reading of the machine has it up
#: with 2, another only with 3, so where nothing hurries 3 is waited for.
_UP, _ON_ITS_WAY = 2, 3


class AleratecArm:
    """Implements `robotics.arms.interface.DiscArm`; `name` is how messages call it."""

    def __init__(
        self,
        line: SerialLine,
        clock: Clock,
        *,
        name: str = "aleratec",
        bins: tuple[Bin, ...] = BINS,
        drives: int = DRIVES,
        timeouts: AleratecTimeouts | None = None,
    ) -> None:
        self._talk = AleratecTalk(line, clock, name=name, timeouts=timeouts)
        self._name = name
        self._geometry = ArmGeometry(drives=drives, bins=bins, tells_hand=False)
        #: Whether the hand holds a disc, by what it told of its motions; None where that says nothing.
        self._held: bool | None = None
        #: Over which bin the hand is opened before it moves again: after an alarm it may hold a disc.
        self._open_over: int | None = None
        #: Whether the alarm that is on is one of which a motion told.
        self._alarm_told = False
        #: Whether what an earlier life left is still to be asked for.
        self._is_new = True

    @property
    def geometry(self) -> ArmGeometry:
        """See `DiscArm`. A disc that it laid into a bin can be taken to another drive."""
        return self._geometry

    def identify(self) -> ChangerIdentity:
        """See `DiscArm`. It tells neither a serial number nor a version; that it answers is all that is known."""
        self.state()
        return ChangerIdentity("Aleratec", "Auto Publisher LS", "", "")

    def prepare(self, *, reset: bool = False) -> None:
        """See `DiscArm`. Clears its alarm, puts its motors on and homes the arm; every tray has to be in.

        After an alarm of a motion it opens its hand: over the bin from which a disc was being taken, so that it is
        there whether it was taken or not, else over the reject bin, where a missed disc lies if it did not fall.
        Raises ChangerNotReady when it needs to be calibrated, which is a person's work.
        """
        for command in (wire.FIRST_PARAMETER, wire.SECOND_PARAMETER):
            said = self._sign_on(command)
            if isinstance(said, Parameter) and said.needs_calibration:
                raise ChangerNotReady(
                    f"{self._name}: it has lost where its bins and trays are; it has to be calibrated by a person "
                    "before anything is moved",
                    said=PERSON,
                )
        self._clear_alarm()
        for command in (wire.STEPPERS_ON, wire.HOME):
            self._demand_end(command, "prepare")
        if self._open_over is not None:
            self._open_hand(self._open_over, "prepare")

    def state(self) -> ArmState:
        """See `DiscArm`. Of its hand it says what follows from its motions and alarm, of trays and bins nothing."""
        said = self._talk.ask(wire.FIRST_PARAMETER, "tell its state").said
        self._note_standing(said)
        return ArmState(holding=self._held, words=said.words if isinstance(said, Alarm) else "it answers")

    def load(self, *, bin: int, drive: int) -> None:
        """See `DiscArm`. The arm is up again when it returns, so that the tray may be drawn in."""
        what = f"load a disc from bin {bin} into drive {drive}"
        self._demand(drive, bin, what)
        if not self._bin(bin, what).takes:
            raise NotSupported(f"{self._name}: {what}: its arm would run into the post of that bin")
        if self._travel(wire.load(drive, bin), what) is Ending.NO_DISC:
            self._after_no_disc()
            raise SourceEmpty(f"{self._name}: {what}: it found none; the bin is empty")
        self._demand_end(wire.HOME_Y, f"{what}: the disc is on the tray; raise the arm")

    def unload(self, *, drive: int, bin: int, lifted: Callable[[], None] = nothing_to_close) -> None:
        """See `DiscArm`. What `lifted` raises stops the machine with the disc in its hand."""
        what = f"unload drive {drive} into bin {bin}"
        self._demand(drive, bin, what)
        if not self._bin(bin, what).puts:
            raise NotSupported(f"{self._name}: {what}: nothing is laid into that bin")
        # Only this one rests until the trays are in; the plain unload would run into them.
        command, moment = (
            (wire.clear(drive, bin), _UP) if bin == REJECT else (wire.unload(drive, bin), _ON_ITS_WAY)
        )
        told = False

        def on_step(step: int) -> None:
            nonlocal told
            if step < moment or told:
                return
            told = True
            try:
                lifted()
            except BaseException:
                # It is on its way to where a tray is: it stops, and takes hold again of what it let go.
                self._talk.tell(wire.STOP, wire.GRAB)
                self._held = True
                raise

        if self._travel(command, what, on_step) is Ending.NO_DISC:
            self._after_no_disc()
            raise SourceEmpty(f"{self._name}: {what}: there was no disc on the tray")
        if not told:
            lifted()

    def put_away(self, *, bin: int) -> None:
        """See `DiscArm`. It opens its hand over the bin, whether a disc is in it or not; every tray has to be in.

        Raises SourceEmpty when by all that it told there was none in it.
        """
        what = f"put what the hand holds into bin {bin}"
        if not self._bin(bin, what).puts:
            raise NotSupported(f"{self._name}: {what}: nothing is laid into that bin")
        held = self._held
        self._open_hand(bin, what)
        if held is False:
            raise SourceEmpty(f"{self._name}: {what}: it held nothing, by what it told of its motions")

    def put_on_tray(self, *, drive: int) -> None:
        """See `DiscArm`. It has no such motion that is known."""
        raise NotSupported(f"{self._name}: no motion is known by which it lays what it holds on a tray")

    def _bin(self, number: int, what: str) -> Bin:
        for one in self._geometry.bins:
            if one.number == number:
                return one
        raise NotSupported(f"{self._name}: {what}: it has no bin {number}")

    def _demand(self, drive: int, bin: int, what: str) -> None:
        if not 1 <= drive <= self._geometry.drives:
            raise NotSupported(f"{self._name}: {what}: it has no drive {drive}")
        self._bin(bin, what)

    def _open_hand(self, bin: int, what: str) -> None:
        for command in (wire.HOME_Y, wire.to_bin(bin), wire.RELEASE, wire.HOME_Y):
            self._demand_end(command, what)
        self._held, self._open_over = False, None

    def _travel(
        self, command: Command, what: str, on_step: Callable[[int], None] = lambda step: None
    ) -> Ending:
        """Let a disc travel, and keep in mind what is told of the hand. See `_ending` for what it raises."""
        before, self._held = self._held, None
        step = 0

        def noted(told: int) -> None:
            nonlocal step
            step = told
            on_step(told)

        try:
            ending = self._ending(self._talk.ask(command, what, on_step=noted), command, step, what)
        except (OutcomeUnknown, RoboticsError):
            if not step:
                # It never said that it began: where it did all the same, the drive tells.
                self._held = before
            raise
        self._held = False
        return ending

    def _ending(self, answer: Answer, command: Command, step: int, what: str) -> Ending:
        """What became of the disc. Raises ChangerNotReady for an alarm before anything began, ChangerBroken for one
        after the disc was taken, and OutcomeUnknown for one while it was, and for what nobody can read.
        """
        said = answer.said
        if isinstance(said, Alarm):
            self._alarm_told = True
            told = f"{self._name}: {what}: {said.words}"
            if not step:
                raise ChangerNotReady(f"{told}; it did not begin")
            if command.number == wire.LOAD and step < _UP:
                self._open_over = command.n
                raise OutcomeUnknown(f"{told}; when it is prepared it lets go over bin {command.n}")
            self._open_over = REJECT
            raise ChangerBroken(
                f"{told}; when it is prepared it lets go over the reject bin: look for the disc there, and on the floor"
            )
        ending = said.ending if isinstance(said, Ended) else None
        if ending is None:
            raise OutcomeUnknown(
                f"{self._name}: {what}: it ended with {said}, which says nothing of the disc"
            )
        if ending is Ending.MOVED and not answer.travelled:
            raise OutcomeUnknown(
                f"{self._name}: {what}: it says that it is done and told no progress; it may be the end of "
                "something earlier"
            )
        return ending

    def _note_standing(self, said: Ended | Parameter | Alarm) -> None:
        """It stands still and answers: without an alarm it holds nothing that an earlier life left in its hand."""
        if isinstance(said, Alarm) and not self._alarm_told:
            # Of a motion of which nobody heard.
            self._held = self._held or None
        elif self._is_new and not isinstance(said, Alarm):
            self._held = False
        self._is_new = False

    def _demand_end(self, command: Command, what: str) -> None:
        """One command that moves no disc between places. Raises ChangerBroken for an alarm."""
        said = self._talk.ask(command, what).said
        if isinstance(said, Alarm):
            raise ChangerBroken(f"{self._name}: {what}: {command}: {said.words}")

    def _after_no_disc(self) -> None:
        """It stands with an alarm on, although all is well: nothing was found, and it said so."""
        self._clear_alarm()
        self._demand_end(wire.HOME_Y, "raise the arm")

    def _clear_alarm(self) -> None:
        # It may answer with the line of an alarm, the one that is being cleared.
        self._talk.ask(wire.CLEAR_ALARM, "clear its alarm")
        self._alarm_told = False

    def _sign_on(self, command: Command) -> Ended | Parameter | Alarm:
        """Ask a question that moves nothing; behind an alarm, or silence, once more after clearing it."""
        try:
            said = self._talk.ask(command, "prepare").said
        except (CommandRefused, TransportTimeout):
            self._is_new = False
        else:
            self._note_standing(said)
            if not isinstance(said, Alarm):
                return said
        self._clear_alarm()
        said = self._talk.ask(command, "prepare").said
        if isinstance(said, Alarm):
            raise ChangerBroken(f"{self._name}: its alarm does not go away: {said.words}")
        return said
