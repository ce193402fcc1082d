"""The simulated robot: a media changer that answers SMC-3 commands and moves carriers in the shared world."""

import threading
from collections.abc import Mapping
from typing import Protocol

from devices.scsi import (
    TYPE_CHANGER,
    Inquiry,
    InquiryData,
    PreventAllowRemoval,
    TestUnitReady,
    UnitSerialNumber,
)
from devices.sense import HARDWARE_ERROR, ILLEGAL_REQUEST, UNIT_ATTENTION
from robotics.model import ElementKind, ElementLayout, ElementRange
from robotics.wire.element_status import ElementDescriptor, encode_element_status
from robotics.wire.smc import (
    ElementAddressAssignment,
    InitializeElementStatus,
    ModeSense,
    MoveMedium,
    ReadElementStatus,
)
from simulator.answers import Answer, Handler, NoAnswer, Refusal, answer
from simulator.estate import Estate, with_empty_hand
from simulator.faults import Occasion, resolved_robot_timeout
from simulator.plan import DRIVE_ADDRESS, IMPORT_EXPORT_ADDRESS, SLOT_ADDRESS, TRANSPORT_ADDRESS
from simulator.world import World

VENDOR, PRODUCT, REVISION = "ARCHIVED", "SIMULATED ROBOT", "0001"


class Loadable(Protocol):
    """What the robot tells a drive."""

    def disc_was_put(self) -> None:
        """A disc lies on the tray; the library has it drawn in."""

    def disc_was_fetched(self, carrier: str) -> None:
        """The robot took the disc from the tray."""


class Changer:
    """The robot of one room. Commands wait for each other, as at a real one.

    A drive's disc can be fetched only while its tray is out; the library draws the tray in when the robot
    puts a disc on it.
    """

    def __init__(self, estate: Estate, trays: Mapping[int, Loadable]) -> None:
        self._estate = estate
        self._trays = trays
        self._turn = threading.Lock()
        self._attention: tuple[int, int] | None = None
        self._handlers: dict[int, Handler] = {
            Inquiry.OPCODE: self._inquiry,
            TestUnitReady.OPCODE: lambda cdb, _: self._attended(b""),
            ModeSense.OPCODE: self._mode_sense,
            InitializeElementStatus.OPCODE: self._initialize,
            ReadElementStatus.OPCODE: self._read_element_status,
            MoveMedium.OPCODE: self._move,
            PreventAllowRemoval.OPCODE: lambda cdb, _: self._attended(b""),
        }

    def execute(self, cdb: bytes, *, data_in: int, data_out: bytes) -> Answer:
        """Carry one command out. Raises `NoAnswer` when the robot says nothing."""
        with self._turn:
            return answer(self._handlers, cdb, data_in=data_in, data_out=data_out)

    def somebody_reached_in(self, *, import_export: bool) -> None:
        """A person opened a door or an import/export slot: the next command hears of it (6/28/00 or
        6/28/01).
        """
        self._attention = (0x28, 0x01 if import_export else 0x00)

    def _attended(self, data: bytes) -> bytes:
        """`data`, unless the initiator must first hear that something changed."""
        if self._attention is not None:
            (asc, ascq), self._attention = self._attention, None
            raise Refusal(UNIT_ATTENTION, asc, ascq)
        return data

    def _inquiry(self, cdb: bytes, _data: bytes) -> bytes:
        command = Inquiry.decode(cdb)
        if command.page is None:
            return InquiryData(TYPE_CHANGER, VENDOR, PRODUCT, REVISION).encode()[: command.allocation]
        if command.page != UnitSerialNumber.PAGE:
            raise Refusal(ILLEGAL_REQUEST, 0x24, 0x00)
        return UnitSerialNumber(TYPE_CHANGER, self._estate.plan.library_serial).encode()[: command.allocation]

    def _mode_sense(self, cdb: bytes, _data: bytes) -> bytes:
        command = ModeSense.decode(cdb)
        self._attended(b"")
        if command.page != ElementAddressAssignment.PAGE:
            raise Refusal(ILLEGAL_REQUEST, 0x24, 0x00)
        plan = self._estate.plan
        layout = ElementLayout(
            transport=ElementRange(TRANSPORT_ADDRESS, 1),
            storage=ElementRange(SLOT_ADDRESS, plan.slots),
            import_export=ElementRange(IMPORT_EXPORT_ADDRESS, plan.import_export_slots),
            drive=ElementRange(DRIVE_ADDRESS, len(plan.drives)),
        )
        return ElementAddressAssignment(layout).encode()[: command.allocation]

    def _initialize(self, cdb: bytes, _data: bytes) -> bytes:
        InitializeElementStatus.decode(cdb)
        self._attended(b"")
        self._estate.wait(self._estate.latencies.initialize_s)
        self._estate.change(lambda world: with_empty_hand(self._estate.plan, world))
        return b""

    def _read_element_status(self, cdb: bytes, _data: bytes) -> bytes:
        command = ReadElementStatus.decode(cdb)
        self._attended(b"")
        descriptors = [
            descriptor
            for descriptor in self._descriptors()
            if command.kind in (None, descriptor.kind) and descriptor.address >= command.first
        ]
        return encode_element_status(
            descriptors[: command.count], volume_tags=command.volume_tags, device_ids=command.device_ids
        )[: command.allocation]

    def _descriptors(self) -> list[ElementDescriptor]:
        world, plan = self._estate.world, self._estate.plan
        drives = {drive.address: drive.serial for drive in plan.drives}
        kinds = (
            (ElementKind.TRANSPORT, [TRANSPORT_ADDRESS]),
            (ElementKind.STORAGE, plan.slot_addresses),
            (ElementKind.IMPORT_EXPORT, plan.import_export_addresses),
            (ElementKind.DRIVE, sorted(drives)),
        )
        occupants = {c.address: c for c in world.carriers.values() if c.address is not None}
        descriptors = []
        for kind, addresses in kinds:
            for address in addresses:
                carrier = occupants.get(address)
                is_drive = kind is ElementKind.DRIVE
                descriptors.append(
                    ElementDescriptor(
                        kind=kind,
                        address=address,
                        full=carrier is not None,
                        barcode=carrier.barcode if carrier else None,
                        source_address=carrier.source if carrier else None,
                        access=not is_drive or world.drives[address].tray_open or carrier is None,
                        drive_serial=drives.get(address),
                        import_enabled=kind is ElementKind.IMPORT_EXPORT,
                        export_enabled=kind is ElementKind.IMPORT_EXPORT,
                    )
                )
        return descriptors

    def _move(self, cdb: bytes, _data: bytes) -> bytes:
        command = MoveMedium.decode(cdb)
        self._attended(b"")
        source, destination = command.source_element, command.destination_element
        # The carrier is remembered: once it is in the hand or elsewhere, its label says no more where it was.
        carrier = self._check_move(self._estate.world, command)
        estate = self._estate
        barcode = estate.world.carriers[carrier].barcode
        fault = estate.fault(Occasion.MOVE, medium=barcode)
        trouble = resolved_robot_timeout(fault) if fault else None
        if trouble == "robot-refuses-move":
            raise Refusal(HARDWARE_ERROR, 0x15, 0x01)
        if trouble == "robot-timeout-unmoved":
            raise NoAnswer
        if source != TRANSPORT_ADDRESS:
            estate.change(lambda world: world.moved(source, TRANSPORT_ADDRESS))
        if source in self._trays:
            self._trays[source].disc_was_fetched(carrier)
        estate.wait(estate.latencies.move_s)
        if trouble == "robot-timeout-in-hand":
            raise NoAnswer
        if destination != TRANSPORT_ADDRESS:
            estate.change(lambda world: world.moved(TRANSPORT_ADDRESS, destination))
        if destination in self._trays:
            self._trays[destination].disc_was_put()
        plan = estate.plan
        estate.log(f"robot: {barcode} from {plan.describe(source)} to {plan.describe(destination)}")
        if trouble == "robot-timeout-moved":
            raise NoAnswer
        return b""

    def _check_move(self, world: World, command: MoveMedium) -> str:
        """The carrier that would be moved; raises the refusal that SMC-3 has for what stands in the way."""
        source, destination = command.source_element, command.destination_element
        arm = command.transport_element
        if (
            source not in world.elements
            or destination not in world.elements
            or arm not in (0, TRANSPORT_ADDRESS)
        ):
            raise Refusal(ILLEGAL_REQUEST, 0x21, 0x01)
        carrier = world.at(source)
        if carrier is None:
            raise Refusal(ILLEGAL_REQUEST, 0x3B, 0x0E)
        if source != destination and world.at(destination) is not None:
            raise Refusal(ILLEGAL_REQUEST, 0x3B, 0x0D)
        if TRANSPORT_ADDRESS not in (source, destination) and world.at(TRANSPORT_ADDRESS) is not None:
            # One hand holds one disc: it has to be put down before another is fetched.
            raise Refusal(ILLEGAL_REQUEST, 0x3B, 0x0D)
        drive = world.drives.get(source)
        if drive is not None and not drive.tray_open:
            raise Refusal(ILLEGAL_REQUEST, 0x53, 0x02)
        return carrier
