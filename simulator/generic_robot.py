"""A simulated robot that takes one letter for one motion, with the letters of a profile.

It is as mute as real ones: X or E at the end of a motion, two digits when asked how it is, NAK for what it does not
know. A robot that wants a sign-on takes no other letter before it. Where two drives share a letter, the one whose tray
is out is meant. Its motions are those of `simulator.mechanism`.
"""

from collections.abc import Iterator, Mapping

from robotics.arms.generic_profiles import ACCEPT, AMTREN, INPUT, REJECT, GenericProfile, furnished
from robotics.wire.generic_serial import CANCEL, REFUSED, StatusCode, Verdict, encode_status, encode_verdict
from simulator.estate import Estate
from simulator.line_devices import Sent
from simulator.mechanism import (
    BinEmpty,
    BinFull,
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

#: Discs in the input bin from which on a robot that fails when it is low does so.
LOW_DISCS = 5
_ANSWER_S, _CALIBRATION_S = 0.1, 15.0
#: What the status says after each failure. What the sources do not tell is what the sensor next to it would say.
_STATUS: Mapping[type[MotionFailed], StatusCode] = {
    BinEmpty: StatusCode.INPUT_EMPTY,
    TrayEmpty: StatusCode.TRAY_EMPTY,
    HandEmpty: StatusCode.DISC_SENSOR,
    HandFull: StatusCode.DISC_SENSOR,
    DiscDropped: StatusCode.DISC_SENSOR,
    BinFull: StatusCode.TOP_SENSOR,
    TrayFull: StatusCode.FLOAT_SENSOR,
    TrayWrong: StatusCode.DOWN_TIMEOUT,
    TrayStruck: StatusCode.DOWN_TIMEOUT,
    Jammed: StatusCode.UP_TIMEOUT,
}


class GenericRobot:
    """Implements `simulator.line_devices.LineDevice`; without a `profile` it is an Amtren."""

    def __init__(self, estate: Estate, mechanism: Mechanism, profile: GenericProfile | None = None) -> None:
        self._estate = estate
        self._mechanism = mechanism
        bins = tuple(mechanism.bins.values())
        self._profile = profile or furnished(AMTREN, drives=len(mechanism.drives), bins=bins)
        self._status = StatusCode.OK
        self._signed_on = not self._profile.sign_on

    def hear(self, data: bytes) -> Iterator[Sent]:
        """See `LineDevice`: one letter after the other."""
        for code in data:
            yield from self._hear_letter(chr(code))

    def unasked(self) -> Iterator[Sent]:
        """See `LineDevice`: it never speaks first."""
        return iter(())

    def reset(self) -> None:
        """See `LineDevice`: a serial line has no reset."""

    def _hear_letter(self, letter: str) -> Iterator[Sent]:
        profile, motion = self._profile, self._motion(letter)
        if letter.encode("latin-1") == CANCEL:
            return
        if letter == (profile.sign_on or "V"):
            self._signed_on = True
            yield Sent(f"SIMULATED {profile.name}\r\nX".encode("ascii"), _ANSWER_S)
        elif not self._signed_on:
            yield Sent(REFUSED, _ANSWER_S)
        elif letter == profile.status:
            yield Sent(encode_status(self._told_status), _ANSWER_S)
        elif letter == profile.calibrate:
            yield Sent(encode_verdict(self._calibrated()), _CALIBRATION_S)
        elif motion is None:
            yield Sent(REFUSED, _ANSWER_S)
        else:
            yield Sent(encode_verdict(self._made(*motion)), self._estate.latencies.move_s)

    def _calibrated(self) -> Verdict:
        try:
            self._mechanism.swing(frees=True)
        except MotionFailed:
            return Verdict.FAILED
        self._status = StatusCode.OK
        return Verdict.DONE

    @property
    def _told_status(self) -> StatusCode:
        return StatusCode.UP_TIMEOUT if self._mechanism.jammed else self._status

    def _motion(self, letter: str) -> tuple[str, int] | None:
        """What a letter has it do, and at which drive."""
        if letter == self._profile.reject:
            return ("reject", 0) if REJECT in self._mechanism.bins else None
        for kind in ("load", "get", "accept", "put"):
            meant = [
                number for number, own in enumerate(self._profile.drives, 1) if getattr(own, kind) == letter
            ]
            if meant:
                return kind, next((drive for drive in meant if self._mechanism.tray_open(drive)), meant[0])
        return None

    def _made(self, kind: str, drive: int) -> Verdict:
        runs_low = self._profile.low_fails and self._mechanism.count(INPUT) <= LOW_DISCS
        try:
            self._move(kind, drive)
        except MotionFailed as failure:
            self._status = next(status for error, status in _STATUS.items() if isinstance(failure, error))
            return Verdict.FAILED
        # The disc lies on the tray, and it says that it could get none: so much is E of such a robot worth.
        low = runs_low and kind == "load"
        self._status = StatusCode.INPUT_EMPTY if low else StatusCode.OK
        return Verdict.FAILED if low else Verdict.DONE

    def _move(self, kind: str, drive: int) -> None:
        arm = self._mechanism
        if kind == "load":
            arm.take_from_bin(INPUT, allowed_out=drive)
            arm.lay_on_tray(drive)
        elif kind == "get":
            arm.lift_from_tray(drive)
        elif kind == "put":
            arm.lay_on_tray(drive)
        elif kind == "reject":
            arm.put_in_bin(REJECT)
        elif self._profile.accept_from_hand:
            arm.put_in_bin(ACCEPT)
        else:
            arm.lift_from_tray(drive)
            # The tray stands out meanwhile: the host can close it only when this is over.
            arm.put_in_bin(ACCEPT, allowed_out=drive)
