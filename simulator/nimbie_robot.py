"""A Nimbie NB21 behind a pair of USB endpoints: packets of eight bytes in, messages out, over the room's mechanics.

It answers before its motion ends: the disc has come where it goes when it says that it understood, and its
sensors show it a few seconds later. What goes wrong with its answers is `simulator.line_faults`' part.
"""

from collections.abc import Iterator
from dataclasses import replace

from devices.failures import WireDamaged
from robotics.wire.nimbie import Code, Command, State, reply, reply_with, transfer_of
from simulator.estate import Estate
from simulator.latency import scaled
from simulator.line_devices import Sent
from simulator.mechanism import (
    BinEmpty,
    DiscDropped,
    HandEmpty,
    HandFull,
    Jammed,
    Mechanism,
    MotionFailed,
    TrayEmpty,
    TrayFull,
    TrayStruck,
    TrayWrong,
)

#: How it calls its piles: the queue, and the two that it drops on.
_QUEUE, _DROP = 1, {Command.ACCEPT: 2, Command.REJECT: 3}
_DRIVE = 1
_ANSWER_S = 0.1
#: A motion takes this part of the time of a library's robot.
_PART_OF_MOVE = 0.4
_CODES: tuple[tuple[type[MotionFailed], Code], ...] = (
    (TrayStruck, Code.FAILED),
    (Jammed, Code.FAILED),
    (BinEmpty, Code.QUEUE_EMPTY),
    (TrayWrong, Code.TRAY_WRONG),
    (TrayFull, Code.TRAY_FULL),
    (TrayEmpty, Code.NOTHING_ON_TRAY),
    (HandFull, Code.DROPPER),
    (HandEmpty, Code.DROPPER),
)


class NimbieRobot:
    """Implements `simulator.line_devices.LineDevice`. After an error that it does not explain only a reset helps."""

    def __init__(self, estate: Estate, mechanism: Mechanism) -> None:
        self._estate = estate
        self._mechanism = mechanism
        self._shown = self._seen()
        self._shown_until_s = 0.0

    def hear(self, data: bytes) -> Iterator[Sent]:
        """Five commands; to anything else it says nothing."""
        try:
            command = Command.decode(data)
        except WireDamaged:
            return
        yield Sent(transfer_of(""), _ANSWER_S)
        messages = (
            reply(self._state().encode()) if command is Command.STATE else reply_with(self._obey(command))
        )
        for message in messages[1:]:
            yield Sent(transfer_of(message))

    def unasked(self) -> Iterator[Sent]:
        """Nothing."""
        yield from ()

    def reset(self) -> None:
        """See `LineDevice`. A jammed arm is free again; what it holds it keeps."""
        self._mechanism.reset()
        self._shown_until_s = 0.0

    def _obey(self, command: Command) -> Code:
        """Make one motion, and say what it says of it."""
        if self._estate.clock.monotonic() < self._shown_until_s:
            return Code.DROPPER
        before = self._seen()
        try:
            self._move(command)
        except DiscDropped:
            pass  # It does not notice.
        except MotionFailed as failed:
            return next((code for kind, code in _CODES if isinstance(failed, kind)), Code.DROPPER)
        self._shown = before
        took_s = scaled(self._estate.latencies.move_s * _PART_OF_MOVE, self._estate.speed)
        self._shown_until_s = self._estate.clock.monotonic() + took_s
        return Code.PLACED if command is Command.PLACE else Code.DONE

    def _move(self, command: Command) -> None:
        mechanism = self._mechanism
        if command is Command.LIFT:
            mechanism.lift_from_tray(_DRIVE)
        elif command in _DROP:
            mechanism.put_in_bin(_DROP[command])
        else:
            if not mechanism.tray_open(_DRIVE):
                raise TrayWrong("the tray is in")
            if mechanism.disc_on_tray(_DRIVE):
                raise TrayFull("a disc lies on the tray already")
            # The hand takes no part in it: the disc falls from the queue.
            mechanism.take_from_bin(_QUEUE, allowed_out=_DRIVE)
            mechanism.lay_on_tray(_DRIVE)

    def _state(self) -> State:
        """What its sensors show now: while something moves, discs as they were, and the tray as it is."""
        now = self._seen()
        if self._estate.clock.monotonic() >= self._shown_until_s:
            return now
        return replace(self._shown, tray_out=now.tray_out)

    def _seen(self) -> State:
        mechanism = self._mechanism
        return State(
            queue_occupied=mechanism.count(_QUEUE) > 0,
            on_tray=mechanism.disc_on_tray(_DRIVE),
            lifted=mechanism.holding(),
            tray_out=mechanism.tray_open(_DRIVE),
        )
