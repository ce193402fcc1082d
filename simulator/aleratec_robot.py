"""An Auto Publisher LS behind a serial line: lines in, lines out, over the room's mechanics.

It tells where a disc is while it travels. Before it goes to the post under the trays it rests for the host to draw
them in, for as long as `HOST_S` of the host's time; then it goes. Whatever fails puts its alarm on, and with the alarm
on it obeys no other command than to clear it. Which motion it is told to stop it stops between two steps.
"""

from collections.abc import Iterator

from robotics.wire import aleratec as wire
from robotics.wire.aleratec import (
    Alarm,
    Command,
    Ending,
    end_line,
    parameter_line,
    progress_line,
    split,
    status_of,
)
from simulator.estate import Estate
from simulator.faults import Occasion
from simulator.line_devices import Sent
from simulator.mechanism import BinEmpty, Mechanism, MotionFailed, TrayEmpty

POST = 5
HOST_S = 5.0
_HOST_LOOK_S = 0.05
_ANSWER_S, _HOME_S = 0.1, 3.0
#: Parts of the time of a library's robot that the steps of a travel take.
_STEPS = {1: 0.05, 2: 0.35, 3: 0.2, 4: 0.35}
_FAILED = Alarm(0, "11111000", "11111111")


class AleratecRobot:
    """Implements `simulator.line_devices.LineDevice`."""

    def __init__(self, estate: Estate, mechanism: Mechanism) -> None:
        self._estate = estate
        self._mechanism = mechanism
        self._rest = b""
        #: It comes up with its alarm on when it holds a disc.
        self._alarm = mechanism.holding()
        self._calibrated = True
        #: The bin that the arm is over, if it is over one.
        self._over = 0
        #: Counts how often it was told to stop: a travel ends that began before.
        self._stops = 0

    def hear(self, data: bytes) -> Iterator[Sent]:
        """See `LineDevice`. To stop is heard at once, whatever else it is doing."""
        lines, self._rest = split(self._rest + data)
        commands = [Command.decode(line) for line in lines]
        self._stops += commands.count(wire.STOP)
        return self._answers(commands)

    def unasked(self) -> Iterator[Sent]:
        """Nothing: progress comes only while a disc travels."""
        yield from ()

    def reset(self) -> None:
        """Its power came back: an arm that was jammed is free, what it holds it keeps."""
        self._rest, self._alarm, self._over = b"", self._mechanism.holding(), 0
        self._mechanism.reset()

    def _answers(self, commands: list[Command | None]) -> Iterator[Sent]:
        for command in commands:
            if command is None or not self._knows(command):
                yield Sent(bytes([wire.NAK]), _ANSWER_S)
            elif self._alarm and command != wire.CLEAR_ALARM:
                yield Sent(_FAILED.encode(), _ANSWER_S)
            elif command.travels:
                yield from self._travel(command)
            else:
                yield self._simple(command)

    def _knows(self, command: Command) -> bool:
        if command.travels:
            return command.d in self._mechanism.drives and command.n in self._mechanism.bins
        return command.number in range(1, 10)

    def _travel(self, command: Command) -> Iterator[Sent]:
        """A disc travels, step by step, unless it is told to stop or something fails."""
        stops = self._stops
        steps = self._loading(command) if command.number == wire.LOAD else self._unloading(command)
        ending = Ending.MOVED
        try:
            for step in steps:
                if self._stops != stops:
                    return
                after_s = self._estate.latencies.move_s * _STEPS[step]
                yield Sent(progress_line(command.number, step), after_s)
        except (BinEmpty, TrayEmpty):
            self._alarm, ending = True, Ending.NO_DISC
        except MotionFailed:
            # Also for a disc that fell: the hand feels that it is gone.
            self._alarm = True
            yield Sent(_FAILED.encode(), _ANSWER_S)
            return
        yield Sent(end_line(command, status_of(command.number, ending)), _ANSWER_S)

    def _loading(self, command: Command) -> Iterator[int]:
        """The steps of a load; what each of them moves is moved before the next one is told."""
        drive, bin = command.d, command.n or 0
        yield 1
        self._mechanism.take_from_bin(bin, allowed_out=drive)
        yield 2
        yield 3
        self._mechanism.lay_on_tray(drive)
        yield 4

    def _unloading(self, command: Command) -> Iterator[int]:
        drive, bin = command.d, command.n or 0
        yield 1
        self._mechanism.lift_from_tray(drive)
        yield 2
        if bin == POST and command.number == wire.CLEAR:
            self._rest_for_host()
        yield 3
        self._mechanism.put_in_bin(bin, allowed_out=None if bin == POST else drive)
        yield 4

    def _rest_for_host(self) -> None:
        until_s = self._estate.clock.monotonic() + HOST_S
        stops = self._stops
        while any(map(self._mechanism.tray_open, self._mechanism.drives)) and self._stops == stops:
            if self._estate.clock.monotonic() >= until_s:
                return
            self._estate.clock.sleep(_HOST_LOOK_S)

    def _simple(self, command: Command) -> Sent:
        """A command during which no disc travels."""
        if command == wire.CLEAR_ALARM:
            self._alarm = False
            self._mechanism.reset()
        elif command == wire.END_CALIBRATION:
            self._calibrated = True
        elif command.asks:
            return self._parameter(command)
        elif command.number == wire.HOME.number:
            return self._turn(command)
        elif command == wire.RELEASE and self._mechanism.holding():
            try:
                self._mechanism.put_in_bin(self._over)
            except (MotionFailed, KeyError):
                self._alarm = True
                return Sent(_FAILED.encode(), _ANSWER_S)
        return Sent(end_line(command), _ANSWER_S)

    def _turn(self, command: Command) -> Sent:
        """Home, or go to a bin: past every tray, but when it is only raised from where it is."""
        try:
            if command != wire.HOME_Y:
                self._mechanism.swing()
        except MotionFailed:
            self._alarm = True
            return Sent(_FAILED.encode(), _ANSWER_S)
        self._over = command.d - wire.to_bin(0).d
        return Sent(end_line(command), _HOME_S)

    def _parameter(self, command: Command) -> Sent:
        if command == wire.SECOND_PARAMETER and self._estate.fault(Occasion.SIGN_ON):
            self._calibrated = False
        asks_for_calibration = command == wire.SECOND_PARAMETER and not self._calibrated
        return Sent(parameter_line(command.n or 0, int(asks_for_calibration)), _ANSWER_S)
