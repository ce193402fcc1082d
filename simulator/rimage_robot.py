"""A simulated Rimage autoloader. EXPERIMENTAL, as the driver is: it speaks what was heard of one machine.

What it says of trouble that nobody listened to (a jam, a full bin) is made up: a status number that no source has.
"""

from collections.abc import Iterator, Mapping

from devices.failures import WireDamaged
from robotics.wire.rimage_esc import (
    END_OF_COMMAND,
    Act,
    AtBin,
    AtDrive,
    BinHeight,
    Command,
    Measured,
    Moved,
    Plain,
    Reply,
    Status,
    StatusNumber,
    Told,
    decode_command,
    encode_reply,
    take_frames,
)
from simulator.estate import Estate
from simulator.line_devices import Sent
from simulator.mechanism import (
    BinEmpty,
    DiscDropped,
    HandEmpty,
    Mechanism,
    MotionFailed,
    TrayEmpty,
    TrayWrong,
)

#: How far the arm goes down less for each disc (scripts that drive such a machine).
STEPS_PER_DISC = 12
#: Made up: what it says of trouble that no source tells of.
TROUBLE = 9
_ANSWER_S, _HOME_S = 0.1, 8.0
_STATUS: Mapping[type[MotionFailed], int] = {
    BinEmpty: StatusNumber.NO_DISC,
    TrayEmpty: StatusNumber.NO_DISC,
    HandEmpty: StatusNumber.NO_DISC,
    DiscDropped: StatusNumber.NO_DISC,
    TrayWrong: StatusNumber.NO_TRAY,
    MotionFailed: TROUBLE,
}
#: The arm's place at the top and at the lowest tray, and what a probe measures there; one step more for each drive up.
_TOP_STEPS, _LOWEST_TRAY_STEPS, _PLACE, _PROBED = 500, 241, 0, 3


class RimageRobot:
    """Implements `simulator.line_devices.LineDevice`. It does not know the height of a bin before it was there."""

    def __init__(self, estate: Estate, mechanism: Mechanism) -> None:
        self._estate = estate
        self._mechanism = mechanism
        self._received = b""
        self._status: int = StatusNumber.READY
        self._known_bins: set[int] = set()
        self._probed: int | None = None

    def hear(self, data: bytes) -> Iterator[Sent]:
        """See `LineDevice`. What is no command is not answered."""
        bodies, self._received = take_frames(self._received + data, END_OF_COMMAND)
        for body in bodies:
            try:
                command = decode_command(body)
            except WireDamaged:
                continue
            answer, after_s = self._answer(command)
            yield Sent(encode_reply(answer), after_s)

    def unasked(self) -> Iterator[Sent]:
        """See `LineDevice`: it never speaks first."""
        return iter(())

    def reset(self) -> None:
        """See `LineDevice`: a serial line has no reset; what was half heard is forgotten."""
        self._received = b""

    def _answer(self, command: Command) -> tuple[Reply, float]:
        """What it says, and after how many seconds."""
        match command:
            case Plain.SERIAL:
                return Told(Plain.SERIAL, "u000001"), _ANSWER_S
            case Plain.VERSION:
                return Told(Plain.VERSION, "SIMULATED LIBERTY"), _ANSWER_S
            case Plain.STATUS:
                return Status(TROUBLE if self._mechanism.jammed else self._status), _ANSWER_S
            case Plain.POSITION:
                return Measured(_PLACE, _TOP_STEPS), _ANSWER_S
            case Plain.PROBED:
                return Measured(_PROBED, self._probed), _ANSWER_S
            case BinHeight(bin):
                return Measured(_PROBED, self._height(bin)), _ANSWER_S
            case Plain.HOME | Plain.ABOVE_DRIVES:
                return Moved(self._homed()), _HOME_S
            case Plain.PROBE:
                return Moved(self._probe()), _HOME_S
            case AtDrive() | AtBin():
                return Moved(self._made(command)), self._estate.latencies.move_s

    def _homed(self) -> bool:
        try:
            self._mechanism.swing(frees=True)
        except MotionFailed:
            self._status = TROUBLE
            return False
        self._status = StatusNumber.READY
        return True

    def _height(self, bin: int) -> int | None:
        known = bin in self._known_bins
        return self._mechanism.count(bin) * STEPS_PER_DISC if known else None

    def _probe(self) -> bool:
        """Go down to the tray that is out; whether a disc lies there."""
        drive = self._open_drive()
        self._probed = None if drive is None else _LOWEST_TRAY_STEPS + len(self._mechanism.drives) - drive
        there = drive is not None and self._mechanism.disc_on_tray(drive)
        self._status = StatusNumber.READY if there else StatusNumber.NO_DISC
        return there

    def _made(self, command: AtDrive | AtBin) -> bool:
        try:
            self._move(command)
        except KeyError:
            self._status = TROUBLE
            return False
        except MotionFailed as failure:
            self._status = next(status for error, status in _STATUS.items() if isinstance(failure, error))
            return False
        self._status = StatusNumber.READY
        return True

    def _move(self, command: AtDrive | AtBin) -> None:
        arm = self._mechanism
        match command:
            case AtDrive(drive, Act.PUT):
                arm.lay_on_tray(drive)
            case AtDrive(drive, Act.GRAB):
                arm.lift_from_tray(drive)
            case AtBin(bin, Act.PUT):
                arm.put_in_bin(bin, allowed_out=self._open_drive())
                self._known_bins.add(bin)
            case AtBin(bin, Act.GRAB):
                arm.take_from_bin(bin, allowed_out=self._open_drive())
                self._known_bins.add(bin)

    def _open_drive(self) -> int | None:
        """The drive whose tray is out: the host has one out at most, and the arm passes it on its way to it."""
        return next((drive for drive in self._mechanism.drives if self._mechanism.tray_open(drive)), None)
