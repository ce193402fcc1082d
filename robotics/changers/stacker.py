"""A disc robot with bins as a changer: element addresses over an arm that knows bins and drives only.

The arm is moved here and nowhere else, under the law of the trays (`tray_law`). There is no ledger: only what is sensed
is told.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from devices.clock import Clock
from devices.failures import DeviceFailure, OutcomeUnknown
from robotics.arms.interface import ArmState, DiscArm
from robotics.changers.tray_law import StackerTimeouts, TrayLaw
from robotics.errors import (
    BadElement,
    ChangerBroken,
    ChangerNotReady,
    DestinationFull,
    InventoryStale,
    MoveRefused,
    NotSupported,
    SourceEmpty,
    TrayInTheWay,
)
from robotics.model import (
    Bin,
    ChangerAbilities,
    ChangerIdentity,
    Element,
    ElementKind,
    ElementLayout,
    ElementRange,
    Inventory,
)
from robotics.trays import Trays

#: The element of the hand, that of the first drive, and where places in bins begin.
HAND: Final = 1
FIRST_DRIVE: Final = 256
FIRST_PLACE: Final = 1024


class _Held(Exception):
    """Ends an unloading with the disc in the hand."""


class StackerChanger:
    """Implements `robotics.interface.Changer` over an arm and the trays of its drives. Threads take turns.

    `unseen` from the beginning: what an earlier life left is looked at before anything moves.
    """

    def __init__(
        self,
        arm: DiscArm,
        trays: Trays,
        clock: Clock,
        *,
        name: str,
        timeouts: StackerTimeouts | None = None,
    ) -> None:
        self._arm = arm
        self._name = name
        limits = timeouts or StackerTimeouts()
        self._trays = TrayLaw(trays, arm.geometry.drives, clock, limits, name=name)
        self._turn = threading.RLock()
        self._prepared = False
        self._unseen = True

    @property
    def abilities(self) -> ChangerAbilities:
        geometry = self._arm.geometry
        return ChangerAbilities(
            random_access=False,
            barcode_reader=False,
            import_export=False,
            exchange=False,
            bins=geometry.bins,
            tells_hand=geometry.tells_hand,
            host_trays=True,
            lays_again=geometry.puts_in_again,
        )

    @property
    def unseen(self) -> bool:
        return self._unseen

    def identify(self) -> ChangerIdentity:
        with self._turn:
            return self._arm.identify()

    def layout(self) -> ElementLayout:
        bins = self._arm.geometry.bins
        first = min((pile.first for pile in bins), default=FIRST_PLACE)
        end = max((pile.first + pile.count for pile in bins), default=FIRST_PLACE)
        return ElementLayout(
            transport=ElementRange(HAND, 1),
            storage=ElementRange(first, end - first),
            import_export=ElementRange(0, 0),
            drive=ElementRange(FIRST_DRIVE, self._arm.geometry.drives),
        )

    def initialize(self, addresses: ElementRange | None = None) -> None:
        """Make it ready after a person looked at it, with a reset of its line. Nothing can be looked into."""
        with self._turn:
            self._trays.shut_all()
            self._prepare(reset=True)

    def inventory(self) -> Inventory:
        """What is sensed. Trays that stand open are drawn in: a drive tells of a disc only then."""
        with self._turn:
            try:
                self._arm.state()  # a machine that answers is in no motion: then trays may move
            except ChangerNotReady:
                self._prepared = False
            self._trays.shut_all()
            if self._unseen or not self._prepared:
                self._prepare()
            state = self._arm.state()
            seen = Inventory(
                (
                    self._hand(state),
                    *(self._drive(number) for number in self._numbers()),
                    *(place for pile in self._arm.geometry.bins for place in _places(pile, state)),
                )
            )
            self._unseen = False
            return seen

    def element(self, address: int) -> Element | None:
        """What one element holds. A drive is asked without the arm, which may be at work elsewhere meanwhile."""
        number = self._number(address)
        if number is not None:
            return self._drive(number)
        with self._turn:
            if address == HAND:
                return self._hand(self._arm.state())
            pile = self._bin(address)
            if pile is None:
                return None
            return next(place for place in _places(pile, self._arm.state()) if place.address == address)

    def move(self, *, source: int, destination: int) -> None:
        """One motion of the arm, or of a tray alone when a drive is source and destination.

        Raises TrayInTheWay, with no disc moved, unless every tray is known to be in its right place.
        """
        with self._turn:
            if self._unseen:
                raise InventoryStale(f"{self._name} was not looked at since it told of a change")
            from_drive, to_drive = self._number(source), self._number(destination)
            if from_drive is not None and source == destination:
                self._reload(from_drive)
            elif to_drive is not None:
                self._into_drive(source, to_drive)
            elif from_drive is not None:
                self._out_of_drive(from_drive, destination)
            elif source == HAND:
                self._put_away(destination)
            else:
                self._demand_known(source, destination)
                raise NotSupported(f"{self._name} carries no disc from element {source} to {destination}")

    def exchange(self, *, source: int, destination: int, displaced_to: int) -> None:
        raise NotSupported(f"{self._name} has one hand: it does not exchange discs")

    def lock_doors(self, locked: bool) -> None:
        raise NotSupported(f"{self._name} has no doors that it could lock")

    def open_port(self, address: int) -> None:
        raise NotSupported(f"{self._name} has no import/export element")

    def close_port(self, address: int) -> None:
        raise NotSupported(f"{self._name} has no import/export element")

    # Motions

    def _into_drive(self, source: int, drive: int) -> None:
        pile = self._bin(source)
        if pile is None and source != HAND:
            raise self._no_such(source)
        if pile is not None and not pile.takes:
            raise NotSupported(f"{self._name} takes no disc out of bin {pile.name}")
        if source == HAND and not self._arm.geometry.puts_in_again:
            raise NotSupported(f"{self._name} lays no disc that it holds into a drive")
        if self._holds(drive, sure=True):
            raise DestinationFull(f"{self._name}: drive {drive} holds a disc already")
        with self._trays_right(drive):
            if self._arm.state().on_tray.get(drive):
                raise DestinationFull(f"{self._name}: a disc lies on the tray of drive {drive} already")
            if pile is not None:
                self._arm.load(bin=pile.number, drive=drive)
            else:
                self._arm.put_on_tray(drive=drive)
        self._shut_after(drive)

    def _out_of_drive(self, drive: int, destination: int) -> None:
        pile = self._bin(destination)
        if pile is None and destination != HAND:
            raise self._no_such(destination)
        if pile is not None and not pile.puts:
            raise NotSupported(f"{self._name} puts no disc into bin {pile.name}")
        if pile is None and not self._arm.geometry.puts_in_again:
            raise NotSupported(f"{self._name} keeps no disc in its hand")
        if self._holds(drive) is False:
            raise SourceEmpty(f"{self._name}: drive {drive} holds no disc")
        with self._trays_right(drive):
            if pile is not None:
                self._arm.unload(drive=drive, bin=pile.number, lifted=lambda: self._shut_after(drive))
            else:
                self._lift(drive)
        self._shut_after(drive)

    def _lift(self, drive: int) -> None:
        """Take the disc from a tray and keep it."""
        # Into any other bin one motion may go right from the tray.
        somewhere = next(one.number for one in self._arm.geometry.bins if one.puts and one.by_hand)

        def keep() -> None:
            self._shut_after(drive)
            raise _Held

        try:
            self._arm.unload(drive=drive, bin=somewhere, lifted=keep)
        except _Held:
            return
        raise OutcomeUnknown(f"{self._name} did not keep the disc of drive {drive} in its hand")

    def _put_away(self, destination: int) -> None:
        pile = self._bin(destination)
        if pile is None:
            raise self._no_such(destination)
        if not pile.puts:
            raise NotSupported(f"{self._name} puts no disc into bin {pile.name}")
        with self._trays_right(None):
            self._arm.put_away(bin=pile.number)

    def _reload(self, drive: int) -> None:
        """The tray out and in again; the arm stays where it is."""
        if self._holds(drive) is False:
            raise SourceEmpty(f"{self._name}: drive {drive} holds no disc")
        self._trays.bring_out(drive)
        self._shut_after(drive)

    @contextmanager
    def _trays_right(self, open_one: int | None) -> Iterator[None]:
        """A motion begins with every tray asked for and right; one opened for it is shut if it is refused."""
        try:
            self._trays.put_right(open_one)
            yield
        except (MoveRefused, NotSupported):
            self._shut_quietly(open_one)
            raise
        except (OutcomeUnknown, ChangerBroken, ChangerNotReady):
            self._unseen = True
            raise

    def _shut_after(self, drive: int) -> None:
        """The motion is done; a tray that does not go in now leaves it unknown what is in the drive."""
        try:
            self._trays.shut(drive)
        except DeviceFailure as error:
            self._unseen = True
            raise OutcomeUnknown(
                f"{self._name}: the tray of drive {drive} does not go in after the motion: {error}"
            ) from error

    def _shut_quietly(self, drive: int | None) -> None:
        """Nothing moved, and what was refused is the news; a tray that stays out is met at the next motion."""
        try:
            if drive is not None:
                self._trays.shut(drive)
        except DeviceFailure:
            self._unseen = True

    def _holds(self, drive: int, *, sure: bool = False) -> bool | None:
        """What is asked of a drive before a motion, with its tray in. Raises TrayInTheWay when it has to be `sure`."""
        try:
            self._trays.shut(drive)
            found = self._trays.has_disc(drive)
        except DeviceFailure as error:
            raise TrayInTheWay(f"{self._name}: drive {drive} does not say what it holds: {error}") from error
        if found is None and sure:
            raise TrayInTheWay(
                f"{self._name}: drive {drive} does not say what it holds; nothing is laid there"
            )
        return found

    def _prepare(self, *, reset: bool = False) -> None:
        """Sign on and home, past trays that are all known to be in. Raises TrayInTheWay."""
        self._trays.put_right(None)
        self._arm.prepare(reset=reset)
        self._prepared = True

    def _hand(self, state: ArmState) -> Element:
        return Element(HAND, ElementKind.TRANSPORT, full=bool(state.holding), told=state.holding is not None)

    def _drive(self, number: int) -> Element:
        address = FIRST_DRIVE + number - 1
        try:
            found = self._trays.has_disc(number)
        except DeviceFailure:
            found = None
        return Element(address, ElementKind.DRIVE, full=bool(found), told=found is not None)

    def _numbers(self) -> range:
        return range(1, self._arm.geometry.drives + 1)

    def _number(self, address: int) -> int | None:
        number = address - FIRST_DRIVE + 1
        return number if number in self._numbers() else None

    def _bin(self, address: int) -> Bin | None:
        return next((pile for pile in self._arm.geometry.bins if address in pile), None)

    def _demand_known(self, *addresses: int) -> None:
        for address in addresses:
            if address != HAND and self._number(address) is None and self._bin(address) is None:
                raise self._no_such(address)

    def _no_such(self, address: int) -> BadElement:
        return BadElement(f"{self._name} has no element {address}")


def _places(pile: Bin, state: ArmState) -> Iterator[Element]:
    """The places of a bin: nobody sees into it, but a sensor may tell that nothing at all lies in it."""
    is_empty = state.occupied.get(pile.number) is False
    for address in range(pile.first, pile.first + pile.count):
        yield Element(address, ElementKind.STORAGE, full=False, told=is_empty)
