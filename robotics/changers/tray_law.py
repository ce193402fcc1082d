"""The law of the trays: before an arm moves, every tray that it passes was asked for just now, and is where it must be.

The one in question is open, every other one closed. Trays are put right by commands to their drives; one that does not
come to its place keeps the arm where it is.
"""

from dataclasses import dataclass

from devices.clock import Clock
from devices.failures import DeviceFailure
from devices.polling import WaitExpired, wait_until
from robotics.errors import TrayInTheWay
from robotics.trays import Trays, TrayState


@dataclass(frozen=True, slots=True)
class StackerTimeouts:
    """How long a tray may take, and a drive until it says whether it holds a disc; how often both are asked."""

    tray_s: float = 60.0
    disc_s: float = 120.0
    interval_s: float = 0.25


class TrayLaw:
    """The trays of one robot with `drives` drives, numbered from 1; `name` is how messages call it."""

    def __init__(
        self, trays: Trays, drives: int, clock: Clock, timeouts: StackerTimeouts, *, name: str
    ) -> None:
        self._trays = trays
        self._numbers = range(1, drives + 1)
        self._clock = clock
        self._timeouts = timeouts
        self._name = name

    def put_right(self, open_one: int | None) -> None:
        """Have every tray in its place and know it. Raises TrayInTheWay: the arm must not move."""
        try:
            for number in self._numbers:
                if not self._is_right(number, open_one):
                    self._command(number, _wanted(number, open_one))
            wrong = [number for number in self._numbers if not self._is_right(number, open_one)]
        except DeviceFailure as error:
            raise TrayInTheWay(
                f"{self._name}: a tray is not known to be in its place: {error}; the arm did not move"
            ) from error
        if wrong:
            raise TrayInTheWay(
                f"{self._name}: the tray of drive {wrong[0]} left its place; the arm did not move"
            )

    def bring_out(self, drive: int) -> None:
        """Have one tray come out. Raises TrayInTheWay."""
        try:
            self._command(drive, TrayState.OPEN)
        except DeviceFailure as error:
            words = f"{self._name}: the tray of drive {drive} does not come out: {error}"
            raise TrayInTheWay(words) from error

    def shut(self, drive: int) -> None:
        """Have one tray in. Raises DeviceFailure."""
        if self._trays.state(drive) is not TrayState.CLOSED:
            self._command(drive, TrayState.CLOSED)

    def shut_all(self) -> None:
        """Draw in what stands open, as far as drives do it: what the others hold stays untold."""
        for number in self._numbers:
            try:
                if self._trays.state(number) is TrayState.OPEN:
                    self._command(number, TrayState.CLOSED)
            except DeviceFailure:
                continue  # nothing moves past it

    def has_disc(self, drive: int) -> bool | None:
        """What a drive says of its disc, waiting while it makes up its mind; None when it does not tell.

        Raises DeviceFailure.
        """
        limits = self._timeouts
        if self._trays.state(drive) is not TrayState.CLOSED:
            return None
        answer: list[bool] = []

        def told() -> bool:
            found = self._trays.has_disc(drive)
            answer.extend([] if found is None else [found])
            return bool(answer)

        try:
            wait_until(told, clock=self._clock, timeout_s=limits.disc_s, interval_s=limits.interval_s)
        except WaitExpired:
            return None
        return answer[-1]

    def _is_right(self, number: int, open_one: int | None) -> bool:
        return self._trays.state(number) is _wanted(number, open_one)

    def _command(self, number: int, wanted: TrayState) -> None:
        if wanted is TrayState.OPEN:
            self._trays.open(number)
        else:
            self._trays.close(number)
        wait_until(
            lambda: self._trays.state(number) is wanted,
            clock=self._clock,
            timeout_s=self._timeouts.tray_s,
            interval_s=self._timeouts.interval_s,
        )


def _wanted(number: int, open_one: int | None) -> TrayState:
    return TrayState.OPEN if number == open_one else TrayState.CLOSED
