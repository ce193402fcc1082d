"""The simulated robot's arm: it carries media in the shared world, one at a time, and may fail at it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from devices.sense import HARDWARE_ERROR, ILLEGAL_REQUEST, UNIT_ATTENTION
from robotics.wire.smc import ExchangeMedium, MoveMedium
from simulator import changer_quirks as quirk
from simulator.answers import NoAnswer, Refusal
from simulator.estate import Estate
from simulator.faults import Occasion, resolved_robot_timeout
from simulator.plan import TRANSPORT_ADDRESS


class Loadable(Protocol):
    """What the robot tells a drive."""

    def disc_was_put(self) -> None:
        """A disc lies on the tray; the library has it drawn in."""

    def disc_was_fetched(self, carrier: str) -> None:
        """The robot took the disc from the tray."""


class Arm:
    """A drive's disc can be fetched only while its tray is out; the library draws the tray in when the robot
    puts a disc on it.
    """

    def __init__(self, estate: Estate, trays: Mapping[int, Loadable]) -> None:
        self._estate = estate
        self._trays = trays
        self._has = frozenset(estate.plan.changer_quirks)

    def move(self, command: MoveMedium) -> None:
        """Raises the refusal that SMC-3 has for what stands in the way, or NoAnswer."""
        source, destination = command.source_element, command.destination_element
        self._check_addresses(command.transport_element, source, destination)
        # The carrier is remembered: once it is in the hand or elsewhere, its label says no more where it was.
        carrier = self._takeable(source)
        if source != destination:
            self._check_free(destination)
        if TRANSPORT_ADDRESS not in (source, destination):
            # One hand holds one disc: it has to be put down before another is fetched.
            self._check_free(TRANSPORT_ADDRESS)
        trouble = self._trouble(carrier)
        self._fetch(source, carrier)
        self._estate.wait(self._estate.latencies.move_s)
        if trouble == "robot-timeout-in-hand":
            raise NoAnswer
        self._put(destination, carrier, source)
        if trouble == "robot-timeout-moved":
            raise NoAnswer

    def exchange(self, command: ExchangeMedium) -> None:
        """As `move`, with two media."""
        source, first, second = command.source_element, command.first_destination, command.second_destination
        self._check_addresses(command.transport_element, source, first, second)
        coming, leaving = self._takeable(source), self._takeable(first)
        if second != source:
            self._check_free(second)
        self._check_free(TRANSPORT_ADDRESS)
        trouble = self._trouble(coming)
        self._fetch(first, leaving)
        self._estate.wait(self._estate.latencies.move_s)
        if trouble == "robot-timeout-in-hand":
            raise NoAnswer
        # A real one has two hands: what it holds beside the first disc lies nowhere else meanwhile.
        if source in self._trays:
            self._open(source)
        self._estate.change(lambda world: world.moved(source, first))
        if source in self._trays:
            self._trays[source].disc_was_fetched(coming)
        self._arrived(first, coming, source)
        self._put(second, leaving, first)
        if trouble == "robot-timeout-moved":
            raise NoAnswer

    def _trouble(self, carrier: str) -> str | None:
        """What goes wrong with this motion; raises what goes wrong before anything moved."""
        estate = self._estate
        fault = estate.fault(Occasion.MOVE, medium=estate.world.carriers[carrier].barcode)
        trouble = resolved_robot_timeout(fault) if fault else None
        if trouble == "robot-refuses-move":
            raise Refusal(HARDWARE_ERROR, 0x15, 0x01)
        if trouble == "door-opened":
            raise Refusal(UNIT_ATTENTION, 0x28, 0x00)
        if trouble == "robot-timeout-unmoved":
            raise NoAnswer
        return trouble

    def _fetch(self, source: int, carrier: str) -> None:
        if source in self._trays:
            self._open(source)
        if source != TRANSPORT_ADDRESS:
            self._estate.change(lambda world: world.moved(source, TRANSPORT_ADDRESS))
        if source in self._trays:
            self._trays[source].disc_was_fetched(carrier)

    def _put(self, destination: int, carrier: str, source: int) -> None:
        if destination != TRANSPORT_ADDRESS:
            self._estate.change(lambda world: world.moved(TRANSPORT_ADDRESS, destination))
        self._arrived(destination, carrier, source)

    def _arrived(self, destination: int, carrier: str, source: int) -> None:
        if destination in self._trays:
            self._trays[destination].disc_was_put()
        plan = self._estate.plan
        barcode = self._estate.world.carriers[carrier].barcode
        self._estate.log(f"robot: {barcode} from {plan.describe(source)} to {plan.describe(destination)}")

    def _open(self, address: int) -> None:
        """The library has the drive give its medium out: only where it takes media from closed drives."""
        if not self._estate.world.drives[address].tray_open:
            self._estate.change(
                lambda world: world.with_drive(address, replace(world.drives[address], tray_open=True))
            )

    def _check_addresses(self, arm: int, *addresses: int) -> None:
        if arm not in (0, TRANSPORT_ADDRESS) or any(a not in self._estate.world.elements for a in addresses):
            if quirk.ADDRESS_SENSE in self._has:
                raise Refusal(ILLEGAL_REQUEST, 0x24, 0x00)
            raise Refusal(ILLEGAL_REQUEST, 0x21, 0x01)

    def _takeable(self, address: int) -> str:
        """The carrier that can be fetched there."""
        world = self._estate.world
        self._check_magazine(address)
        carrier = world.at(address)
        if carrier is None:
            raise Refusal(ILLEGAL_REQUEST, 0x3B, 0x0E)
        drive = world.drives.get(address)
        kept = drive is not None and not drive.tray_open
        if (
            drive is not None
            and kept
            and (drive.removal_prevented or quirk.TAKES_FROM_DRIVES not in self._has)
        ):
            raise Refusal(ILLEGAL_REQUEST, 0x53, 0x02)
        return carrier

    def _check_free(self, address: int) -> None:
        self._check_magazine(address)
        if self._estate.world.at(address) is not None:
            raise Refusal(ILLEGAL_REQUEST, 0x3B, 0x0D)

    def _check_magazine(self, address: int) -> None:
        if address in self._estate.world.away:
            raise Refusal(ILLEGAL_REQUEST, 0x3B, 0x11)
