"""An arm without a wire: the mechanics of a simulated stacker, asked by nobody but the driver of the changer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from robotics.arms.interface import ArmGeometry, ArmState, nothing_to_close
from robotics.errors import ChangerBroken, DestinationFull, MoveRefused, SourceEmpty
from robotics.model import ChangerIdentity
from simulator.mechanism import (
    BinEmpty,
    BinFull,
    HandEmpty,
    HandFull,
    Mechanism,
    MotionFailed,
    TrayEmpty,
    TrayFull,
    TrayWrong,
)

_REFUSALS: dict[type[MotionFailed], type[MoveRefused]] = {
    BinEmpty: SourceEmpty,
    TrayEmpty: SourceEmpty,
    HandEmpty: SourceEmpty,
    BinFull: DestinationFull,
    TrayFull: DestinationFull,
    TrayWrong: MoveRefused,
    HandFull: MoveRefused,
}


class MechanicalArm:
    """Implements `robotics.arms.interface.DiscArm`; `step` is called before and after every part of a motion."""

    def __init__(
        self,
        mechanism: Mechanism,
        *,
        tells_hand: bool = True,
        puts_in_again: bool = False,
        step: Callable[[str], None] = lambda name: None,
    ) -> None:
        self._mechanism = mechanism
        self._tells_hand = tells_hand
        self._puts_in_again = puts_in_again
        self._step = step

    @property
    def geometry(self) -> ArmGeometry:
        bins = tuple(self._mechanism.bins.values())
        return ArmGeometry(len(self._mechanism.drives), bins, self._tells_hand, self._puts_in_again)

    def identify(self) -> ChangerIdentity:
        return ChangerIdentity("simulated", "arm", "", "")

    def prepare(self, *, reset: bool = False) -> None:
        if self._mechanism.jammed:
            self._mechanism.reset()

    def state(self) -> ArmState:
        return ArmState(holding=self._mechanism.holding() if self._tells_hand else None)

    def load(self, *, bin: int, drive: int) -> None:
        with self._motion("take"):
            self._mechanism.take_from_bin(bin, allowed_out=drive)
        with self._motion("lay"):
            self._mechanism.lay_on_tray(drive)

    def unload(self, *, drive: int, bin: int, lifted: Callable[[], None] = nothing_to_close) -> None:
        with self._motion("lift"):
            self._mechanism.lift_from_tray(drive)
        lifted()
        with self._motion("put"):
            self._mechanism.put_in_bin(bin)

    def put_away(self, *, bin: int) -> None:
        with self._motion("put"):
            self._mechanism.put_in_bin(bin)

    def put_on_tray(self, *, drive: int) -> None:
        with self._motion("lay"):
            self._mechanism.lay_on_tray(drive)

    @contextmanager
    def _motion(self, name: str) -> Iterator[None]:
        self._step(f"before arm {name}")
        try:
            yield
        except MotionFailed as failed:
            kind = _REFUSALS.get(type(failed))
            if kind is not None and (name in ("take", "lift") or not self._mechanism.holding()):
                raise kind(str(failed)) from failed
            raise ChangerBroken(str(failed)) from failed
        self._step(f"after arm {name}")
