"""What can go wrong around the simulated room itself (what its devices refuse is sense data, not one of
these).
"""


class SimulatorError(Exception):
    """Root of all errors of the simulator."""


class PlanRefused(SimulatorError):
    """A room plan contradicts itself: two things in one place, a name twice, a size that cannot be."""


class WorldImpossible(SimulatorError):
    """The model of the room would lose a medium, or hold one in two places, or two in one place."""


class RoomOccupied(SimulatorError):
    """Another room server holds this room directory."""


class RoomDamaged(SimulatorError):
    """A file of the room directory cannot be understood."""


class ControlRefused(SimulatorError):
    """A control verb names something that this room does not have, or asks for what it cannot do."""


class BurnRefused(SimulatorError):
    """A declared burn cannot take place: wrong kind of file, no blank disc, or it does not fit."""
