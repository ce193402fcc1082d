"""Things that go wrong on purpose: named, counted, and chosen by a seed where there is a choice.

A fault is armed for a device or a medium, lets `after` occasions pass, and then happens `times` times. What
an occasion is stands with each kind. Not for damage to a disc's surface, which happens at once (`control`).
"""

import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from enum import Enum
from typing import Any

from simulator.errors import ControlRefused
from simulator.plan import RANDOM_ACCESS, RoomPlan


class Occasion(Enum):
    """What is counted by `after`, and what a fault may be narrowed to."""

    MOVE = "move of the robot"
    ROBOT = "command to the robot"
    COMMAND = "command to the drive"
    WRITE = "writing command"
    CLUSTER = "cluster of a burn"
    CLOSE = "closing of a disc"
    EJECT = "opening of a tray"
    READ = "reading command"
    LOOK = "look at the disc"
    REQUEST = "request to the room"
    LOAD = "loading of a cartridge"
    UNLOAD = "unloading of a cartridge"
    CLEANING = "end of a cleaning"
    BLOCK_WRITE = "block that goes on a tape"
    BLOCK_READ = "block that is read from a tape"
    TAPE_BEGIN = "reading of the beginning of a tape"
    LABEL = "at once"
    HEAD = "at once, to a head"
    MOTION = "motion of an arm between bins and trays"
    LAY = "laying down of a disc"
    TAKE = "taking of a disc from a bin"
    LINE = "answer over a line"
    SENSOR = "look of the sensor of a place"
    TAG = "reading of tags"
    SIGN_ON = "beginning of work with a stacker"


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One thing that can go wrong, in words for people."""

    name: str
    occasion: Occasion
    description: str


KINDS: dict[str, FaultKind] = {
    kind.name: kind
    for kind in (
        FaultKind(
            "robot-timeout",
            Occasion.MOVE,
            "the robot does not answer; the seed decides whether the disc was moved",
        ),
        FaultKind(
            "robot-timeout-moved", Occasion.MOVE, "the robot finishes the move but its answer never comes"
        ),
        FaultKind(
            "robot-timeout-unmoved",
            Occasion.MOVE,
            "the robot does not answer and leaves the disc where it was",
        ),
        FaultKind(
            "robot-timeout-in-hand",
            Occasion.MOVE,
            "the robot does not answer and stops with the disc in its hand",
        ),
        FaultKind(
            "robot-refuses-move", Occasion.MOVE, "the robot reports a mechanical error and moves nothing"
        ),
        FaultKind(
            "door-opened", Occasion.MOVE, "somebody had a door open: the robot says so, and moves nothing"
        ),
        FaultKind("robot-paused", Occasion.ROBOT, "the robot is paused by an operator, and does nothing"),
        FaultKind("robot-reset", Occasion.ROBOT, "the robot was reset, and says so in place of an answer"),
        FaultKind(
            "robot-uninitialized", Occasion.ROBOT, "the robot wants to look into its elements before it works"
        ),
        FaultKind(
            "write-error", Occasion.CLUSTER, "the drive cannot write the cluster after `after` good ones"
        ),
        FaultKind(
            "buffer-full",
            Occasion.WRITE,
            "the drive's buffer is full, and a burn by commands is to try again",
        ),
        FaultKind(
            "close-error", Occasion.CLOSE, "closing fails; the disc stays appendable and its data readable"
        ),
        FaultKind(
            "bad-read-back",
            Occasion.CLUSTER,
            "the cluster after `after` good ones is burnt with other bytes and nobody is told",
        ),
        FaultKind("read-error", Occasion.READ, "the drive cannot read the first sector that is asked for"),
        FaultKind("disc-not-recognised", Occasion.LOOK, "the drive cannot make out what disc it holds"),
        FaultKind("drive-hang", Occasion.COMMAND, "the drive does not answer"),
        FaultKind("tray-stuck", Occasion.EJECT, "the tray does not open"),
        FaultKind(
            "wrong-disc", Occasion.LABEL, "the label of the medium is exchanged with that of another disc"
        ),
        FaultKind(
            "tape-write-error",
            Occasion.BLOCK_WRITE,
            "the drive cannot put the block after `after` good ones on the tape, and says so later",
        ),
        FaultKind(
            "tape-bad-write",
            Occasion.BLOCK_WRITE,
            "the block after `after` good ones is put on the tape with other bytes and nobody is told",
        ),
        FaultKind("tape-read-error", Occasion.BLOCK_READ, "the drive cannot read the block this time"),
        FaultKind(
            "tape-unknown-format",
            Occasion.TAPE_BEGIN,
            "the drive cannot make out how the tape is written: a blank check that is no end of data",
        ),
        FaultKind("cartridge-stuck", Occasion.UNLOAD, "the drive does not give the cartridge out"),
        FaultKind("load-failure", Occasion.LOAD, "the drive cannot load the cartridge"),
        FaultKind("dirty-head", Occasion.HEAD, "the head is dirty until a cleaning cartridge cleans it"),
        FaultKind(
            "cleaning-in-vain", Occasion.CLEANING, "the head is as dirty after the cleaning as it was before"
        ),
        FaultKind(
            "arm-jam", Occasion.MOTION, "the arm jams where it is, disc in hand, and stands until it is reset"
        ),
        FaultKind("disc-dropped", Occasion.LAY, "the disc falls on the floor instead of where it was to lie"),
        FaultKind(
            "bin-low", Occasion.TAKE, "the machine takes a bin that is only low for empty, and gives no disc"
        ),
        FaultKind(
            "calibration-lost",
            Occasion.SIGN_ON,
            "the robot has forgotten where its bins and trays are, and says so",
        ),
        FaultKind(
            "sensor-wrong", Occasion.SENSOR, "the sensor of a place tells the opposite of what lies there"
        ),
        FaultKind("line-late", Occasion.LINE, "the answer comes a minute and a half late"),
        FaultKind("line-silent", Occasion.LINE, "it is done, and no answer comes"),
        FaultKind(
            "line-deaf", Occasion.LINE, "what was asked is not heard: nothing is done, no answer comes"
        ),
        FaultKind("line-garbage", Occasion.LINE, "rubbish that the seed chooses comes before the answer"),
        FaultKind(
            "line-lost", Occasion.LINE, "the line is pulled out before anything is heard, and put in again"
        ),
        FaultKind("line-double", Occasion.LINE, "the last of the answer comes twice"),
        FaultKind("reader-half", Occasion.TAG, "what a reader says of tags ends in the middle"),
        FaultKind("reader-damaged", Occasion.TAG, "a bit of what a reader says of tags is wrong"),
        FaultKind("tag-neighbour", Occasion.TAG, "a tag that lies beside answers as if it were there"),
        FaultKind("tag-collision", Occasion.TAG, "two tags answer at once, and neither is understood"),
        FaultKind("tag-missed", Occasion.TAG, "the tag does not answer"),
        FaultKind("room-lost", Occasion.REQUEST, "the connection to the room ends without an answer"),
    )
}


_OF_DISCS = {Occasion.WRITE, Occasion.CLUSTER, Occasion.CLOSE, Occasion.EJECT, Occasion.READ, Occasion.LOOK}
_OF_TAPES = {
    Occasion.LOAD,
    Occasion.UNLOAD,
    Occasion.BLOCK_WRITE,
    Occasion.BLOCK_READ,
    Occasion.TAPE_BEGIN,
    Occasion.HEAD,
    Occasion.CLEANING,
}
_OF_LIBRARIES = {Occasion.MOVE, Occasion.ROBOT}
_OF_STACKERS = {Occasion.MOTION, Occasion.LAY, Occasion.TAKE, Occasion.SIGN_ON}


def kinds_in(plan: RoomPlan) -> dict[str, FaultKind]:
    """What can go wrong in a room: of cartridges or of discs, with its kind of robot."""
    strange = set(_OF_DISCS if plan.is_tape else _OF_TAPES)
    if plan.robot != RANDOM_ACCESS:
        strange |= _OF_LIBRARIES
    if not plan.is_stacker:
        strange |= _OF_STACKERS
    if not plan.sensed_addresses:
        strange.add(Occasion.SENSOR)
    return {name: kind for name, kind in KINDS.items() if kind.occasion not in strange}


@dataclass(frozen=True, slots=True)
class Fault:
    """One armed fault; `times` None means for ever."""

    kind: str
    drive: str | None = None
    medium: str | None = None
    after: int = 0
    times: int | None = 1
    seed: int = 0

    def concerns(self, *, drive: str | None, medium: str | None) -> bool:
        return self.drive in (None, drive) and self.medium in (None, medium)


class Faults:
    """The faults that are armed in one room. The caller serialises access and saves `to_json`."""

    def __init__(self, armed: list[dict[str, Any]] | None = None) -> None:
        self._armed = [Fault(**fields) for fields in armed or ()]

    def arm(self, fault: Fault) -> FaultKind:
        """Prepare one fault; raises `ControlRefused` for an unknown name or a count that cannot be."""
        kind = KINDS.get(fault.kind)
        if kind is None:
            raise ControlRefused(f"there is no fault {fault.kind!r}; there are: {', '.join(sorted(KINDS))}")
        if fault.after < 0 or (fault.times is not None and fault.times < 1):
            raise ControlRefused(f"a fault after {fault.after} occasions, {fault.times} times, cannot be")
        self._armed.append(fault)
        return kind

    def take(self, *occasions: Occasion, drive: str | None = None, medium: str | None = None) -> Fault | None:
        """Count one occasion for all armed faults it concerns; gives the first that happens now, if any."""
        happening: Fault | None = None
        left: list[Fault] = []
        for fault in self._armed:
            kept: Fault | None = fault
            if KINDS[fault.kind].occasion in occasions and fault.concerns(drive=drive, medium=medium):
                if fault.after:
                    kept = replace(fault, after=fault.after - 1)
                elif happening is None:
                    happening, kept = fault, _used_once(fault)
            if kept is not None:
                left.append(kept)
        self._armed = left
        return happening

    def threaten_burn(self, *, drive: str, medium: str) -> bool:
        """Whether any armed fault waits for a cluster of this burn, so that clusters must be counted."""
        return any(
            KINDS[fault.kind].occasion is Occasion.CLUSTER and fault.concerns(drive=drive, medium=medium)
            for fault in self._armed
        )

    def disarm(self) -> None:
        self._armed = []

    def __iter__(self) -> Iterator[Fault]:
        return iter(tuple(self._armed))

    def __len__(self) -> int:
        return len(self._armed)

    def to_json(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._armed]


def resolved_robot_timeout(fault: Fault) -> str:
    """Which of the particular robot timeouts an unspecific one is, by its seed."""
    if fault.kind != "robot-timeout":
        return fault.kind
    return random.Random(fault.seed).choice(("robot-timeout-moved", "robot-timeout-unmoved"))


def _used_once(fault: Fault) -> Fault | None:
    if fault.times is None:
        return fault
    return replace(fault, times=fault.times - 1) if fault.times > 1 else None
