"""Which emulator answers for the robot of a room: the only place that knows them all."""

from collections.abc import Callable, Mapping

from simulator.aleratec_robot import AleratecRobot
from simulator.estate import Estate
from simulator.generic_robot import GenericRobot
from simulator.line_devices import LineDevice
from simulator.line_faults import FaultyLine
from simulator.mechanism import Mechanism
from simulator.nimbie_robot import NimbieRobot
from simulator.rimage_robot import RimageRobot

#: Robots behind USB; those of all other stackers are behind a serial line.
USB = frozenset({"nimbie"})
#: Makes the emulator of a stacker over its mechanics, by `RoomPlan.robot`.
STACKERS: Mapping[str, Callable[[Estate, Mechanism], LineDevice]] = {
    "aleratec": AleratecRobot,
    "generic": GenericRobot,
    "nimbie": NimbieRobot,
    "rimage": RimageRobot,
}


def robot_of(estate: Estate, mechanism: Mechanism) -> LineDevice:
    """The emulator of the room's stacker, with whatever is armed to go wrong on its line; raises `KeyError`."""
    plan = estate.plan
    return FaultyLine(STACKERS[plan.robot](estate, mechanism), estate, plan.library)
