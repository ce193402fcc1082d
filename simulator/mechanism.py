"""The mechanics of a stacker: one arm over bins of discs and trays of drives, in the shared world.

Emulators of all dialects move discs by it alone, so that no dialect can lose one, or lay two in one place. It knows no
letters and lets no time go by. What lies on an open tray was put there by the arm, and stays there: drawing the tray
in is the host's part, by a command to the drive.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from robotics.model import Bin, BinOrder
from simulator.errors import SimulatorError
from simulator.estate import Estate
from simulator.faults import Occasion
from simulator.plan import TRANSPORT_ADDRESS, places_of
from simulator.world import FLOOR


class MotionFailed(SimulatorError):
    """A motion that could not be made. Every disc is where it was, but that of `DiscDropped`."""


class BinEmpty(MotionFailed):
    """No disc is in the bin, as far as the machine can tell."""


class BinLow(BinEmpty):
    """Discs are in the bin, and the machine takes it for empty all the same."""


class BinFull(MotionFailed):
    """There is no place on top of the bin."""


class HandFull(MotionFailed):
    """The hand holds a disc already."""


class HandEmpty(MotionFailed):
    """The hand holds no disc."""


class TrayWrong(MotionFailed):
    """The tray in question is not out."""


class TrayFull(MotionFailed):
    """A disc lies on the tray already."""


class TrayEmpty(MotionFailed):
    """No disc lies on the tray."""


class TrayStruck(MotionFailed):
    """The arm ran into a tray that was out of its place; the disc stays in the hand, if one is there."""


class Jammed(MotionFailed):
    """The arm stands still until it is reset; a disc in its hand stays there."""


class DiscDropped(MotionFailed):
    """The disc fell on the floor; the hand is empty."""


def nobody(_address: int, _carrier: str) -> None:
    """For a room in which nobody needs to know that a disc was lifted."""


class Mechanism:
    """One arm. `drives` are the element addresses of the drives by their number from 1, `bins` those of the plan.

    `lifted` is told of every disc (address of the drive, carrier) that leaves a tray.

    A motion passes every tray but that of `allowed_out`, and a tray that is out in its way is struck. A jammed arm
    makes no motion.
    """

    def __init__(
        self,
        estate: Estate,
        *,
        bins: tuple[Bin, ...],
        drives: Mapping[int, int],
        lifted: Callable[[int, str], None] = nobody,
    ) -> None:
        self._estate = estate
        self._bins = {one.number: one for one in bins}
        self._drives = dict(drives)
        self._lifted = lifted

    @property
    def bins(self) -> Mapping[int, Bin]:
        """All bins by number."""
        return self._bins

    @property
    def drives(self) -> tuple[int, ...]:
        """The numbers of all drives."""
        return tuple(self._drives)

    @property
    def jammed(self) -> bool:
        return self._estate.world.jammed

    def reset(self) -> None:
        """Free a jammed arm; what it holds stays in the hand."""
        self._estate.change(lambda world: replace(world, jammed=False))

    def swing(self, *, frees: bool = False) -> None:
        """Home, turn or calibrate: the arm passes every tray, and takes no disc from anywhere.

        `frees`: a jammed arm is free afterwards. Raises Jammed for one that is not freed, TrayStruck.
        """
        if self.jammed and not frees:
            raise Jammed("the arm is jammed")
        self._pass(None)
        self.reset()

    def holding(self) -> bool:
        """Whether the hand holds a disc."""
        return self._estate.world.at(TRANSPORT_ADDRESS) is not None

    def count(self, bin: int) -> int:
        """How many discs lie in a bin; raises `KeyError` for no such bin, as every motion does."""
        return len(self._taken(bin))

    def tray_open(self, drive: int) -> bool:
        return self._estate.world.drives[self._drives[drive]].tray_open

    def disc_on_tray(self, drive: int) -> bool:
        """Whether a disc lies on the open tray; a closed one shows nothing."""
        return self.tray_open(drive) and self._estate.world.at(self._drives[drive]) is not None

    def take_from_bin(self, bin: int, *, allowed_out: int | None = None) -> None:
        """Take the next disc of a bin into the hand.

        Raises Jammed, TrayStruck, HandFull, BinEmpty, BinLow.
        """
        pile = self._bins[bin]
        self._begin(allowed_out)
        self._demand_empty_hand()
        taken = self._taken(bin)
        if taken and self._estate.fault(Occasion.TAKE):
            raise BinLow(f"the {pile.name} bin is taken for empty")
        if not taken:
            raise BinEmpty(f"the {pile.name} bin is empty")
        next_out = max(taken) if pile.order is BinOrder.LIFO else min(taken)
        self._move(next_out, TRANSPORT_ADDRESS)

    def put_in_bin(self, bin: int, *, allowed_out: int | None = None) -> None:
        """Lay the disc of the hand on top of a bin.

        Raises Jammed, TrayStruck, HandEmpty, BinFull, DiscDropped.
        """
        pile = self._bins[bin]
        self._begin(allowed_out)
        self._demand_disc_in_hand()
        top = max(self._taken(bin), default=pile.first - 1) + 1
        if top not in pile:
            raise BinFull(f"the {pile.name} bin is full")
        self._lay(top)

    def lay_on_tray(self, drive: int) -> None:
        """Lay the disc of the hand on an open, empty tray.

        Raises Jammed, TrayStruck, HandEmpty, TrayWrong, TrayFull, DiscDropped.
        """
        address = self._drives[drive]
        self._begin(drive)
        self._demand_disc_in_hand()
        self._demand_open(drive)
        if self._estate.world.at(address) is not None:
            raise TrayFull(f"a disc lies on tray {drive} already")
        self._lay(address)

    def lift_from_tray(self, drive: int) -> None:
        """Take the disc of an open tray into the hand.

        Raises Jammed, TrayStruck, HandFull, TrayWrong, TrayEmpty.
        """
        address = self._drives[drive]
        self._begin(drive)
        self._demand_empty_hand()
        self._demand_open(drive)
        carrier = self._estate.world.at(address)
        if carrier is None:
            raise TrayEmpty(f"no disc lies on tray {drive}")
        self._move(address, TRANSPORT_ADDRESS)
        self._lifted(address, carrier)

    def _begin(self, allowed_out: int | None) -> None:
        """A motion begins: unless the arm is jammed, jams now, or runs into a tray."""
        if self.jammed:
            raise Jammed("the arm is jammed")
        self._pass(allowed_out)
        if self._estate.fault(Occasion.MOTION):
            self._estate.change(lambda world: replace(world, jammed=True))
            raise Jammed("the arm jams")

    def _pass(self, allowed_out: int | None) -> None:
        struck = [drive for drive in self._drives if drive != allowed_out and self.tray_open(drive)]
        if struck:
            self._estate.change(lambda world: replace(world, strikes=world.strikes + 1))
            self._estate.log(f"arm: ran into tray {struck[0]}, which is out")
            raise TrayStruck(f"the arm ran into tray {struck[0]}")

    def _lay(self, address: int) -> None:
        held = self._demand_disc_in_hand()
        barcode = self._estate.world.carriers[held].barcode
        if self._estate.fault(Occasion.LAY, medium=barcode):
            self._estate.change(lambda world: world.taken(held, FLOOR))
            self._estate.log(f"arm: {barcode} fell on the floor")
            raise DiscDropped("the disc fell on the floor")
        self._move(TRANSPORT_ADDRESS, address)

    def _move(self, source: int, destination: int) -> None:
        world = self._estate.change(lambda world: world.moved(source, destination))
        carrier = world.at(destination)
        barcode = world.carriers[carrier].barcode if carrier else ""
        plan = self._estate.plan
        self._estate.log(f"arm: {barcode} from {plan.describe(source)} to {plan.describe(destination)}")

    def _taken(self, bin: int) -> list[int]:
        world = self._estate.world
        return [address for address in places_of(self._bins[bin]) if world.at(address) is not None]

    def _demand_empty_hand(self) -> None:
        if self.holding():
            raise HandFull("the hand holds a disc already")

    def _demand_disc_in_hand(self) -> str:
        held = self._estate.world.at(TRANSPORT_ADDRESS)
        if held is None:
            raise HandEmpty("the hand holds no disc")
        return held

    def _demand_open(self, drive: int) -> None:
        if not self.tray_open(drive):
            raise TrayWrong(f"tray {drive} is not out")
