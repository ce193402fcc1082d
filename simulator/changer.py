"""The simulated robot: a media changer that answers SMC-3 commands and moves carriers in the shared world."""

import threading
from collections.abc import Mapping

from devices.scsi import (
    TYPE_CHANGER,
    Inquiry,
    InquiryData,
    PreventAllowRemoval,
    TestUnitReady,
    UnitSerialNumber,
)
from devices.sense import ILLEGAL_REQUEST, NOT_READY, UNIT_ATTENTION
from robotics.wire.smc import (
    ElementAddressAssignment,
    ExchangeMedium,
    InitializeElementStatus,
    InitializeElementStatusWithRange,
    ModeSense,
    MoveMedium,
    OpenCloseImportExport,
    ReadElementStatus,
)
from simulator import changer_quirks as quirk
from simulator.answers import Answer, Handler, Refusal, answer
from simulator.changer_arm import Arm, Loadable
from simulator.changer_report import element_status, layout_of
from simulator.estate import Estate, with_empty_hand
from simulator.faults import Occasion

VENDOR, PRODUCT, REVISION = "ARCHIVED", "SIMULATED ROBOT", "0001"


class Changer:
    """The robot of one room. Commands wait for each other, as at a real one. The quirks of the plan say what it
    does otherwise than the standard.
    """

    def __init__(self, estate: Estate, trays: Mapping[int, Loadable]) -> None:
        self._estate = estate
        self._arm = Arm(estate, trays)
        self._turn = threading.Lock()
        self._attention: tuple[int, int] | None = None
        self._uninitialized = False
        self._open_ports: set[int] = set()
        self.doors_locked = False
        self._has = frozenset(estate.plan.changer_quirks)
        self._handlers = self._commands()

    def execute(self, cdb: bytes, *, data_in: int, data_out: bytes) -> Answer:
        """Carry one command out. Raises `NoAnswer` when the robot says nothing."""
        with self._turn:
            return answer(self._handlers, cdb, data_in=data_in, data_out=data_out)

    def somebody_reached_in(self, *, import_export: bool) -> None:
        """A person opened a door or an import/export slot: the next command hears of it (6/28/00 or
        6/28/01).
        """
        if quirk.SILENT_DOORS not in self._has:
            self._attention = (0x28, 0x01 if import_export else 0x00)

    def _commands(self) -> dict[int, Handler]:
        handlers: dict[int, Handler] = {
            Inquiry.OPCODE: self._inquiry,
            TestUnitReady.OPCODE: self._ready_if_asked,
            ModeSense.OPCODE: self._mode_sense,
            InitializeElementStatus.OPCODE: self._initialize,
            ReadElementStatus.OPCODE: self._read_element_status,
            MoveMedium.OPCODE: self._move,
        }
        if quirk.NO_EXCHANGE not in self._has:
            handlers[ExchangeMedium.OPCODE] = self._exchange
        if quirk.NO_LOCKS not in self._has:
            handlers[PreventAllowRemoval.OPCODE] = self._prevent
        if quirk.NO_PORTS not in self._has:
            handlers[OpenCloseImportExport.OPCODE] = self._open_or_close
        ranged = {0x37: {quirk.RANGE_E7, quirk.NO_RANGE}, 0xE7: {quirk.RANGE_37, quirk.NO_RANGE}}
        handlers |= {
            opcode: self._initialize_range for opcode, without in ranged.items() if not without & self._has
        }
        return handlers

    def _attended(self) -> None:
        """Unless the initiator must first hear that something changed."""
        fault = self._estate.fault(Occasion.ROBOT)
        if fault is not None and fault.kind == "robot-reset":
            self._attention = (0x29, 0x00)
        if self._attention is not None:
            (asc, ascq), self._attention = self._attention, None
            raise Refusal(UNIT_ATTENTION, asc, ascq)
        if fault is not None and fault.kind == "robot-paused":
            raise Refusal(NOT_READY, 0x04, 0x85)
        if fault is not None and fault.kind == "robot-uninitialized":
            self._uninitialized = True

    def _ready(self) -> None:
        """Unless it has to look into its elements first."""
        self._attended()
        if self._uninitialized:
            raise Refusal(NOT_READY, 0x04, 0x02)

    def _movable(self) -> None:
        """Unless somebody has an import/export slot open: then the arm stands still."""
        self._ready()
        if self._open_ports:
            raise Refusal(NOT_READY, 0x3A, 0x02)

    def _inquiry(self, cdb: bytes, _data: bytes) -> bytes:
        command = Inquiry.decode(cdb)
        if command.page is None:
            return InquiryData(TYPE_CHANGER, VENDOR, PRODUCT, REVISION).encode()[: command.allocation]
        if command.page != UnitSerialNumber.PAGE:
            raise Refusal(ILLEGAL_REQUEST, 0x24, 0x00)
        return UnitSerialNumber(TYPE_CHANGER, self._estate.plan.library_serial).encode()[: command.allocation]

    def _ready_if_asked(self, cdb: bytes, _data: bytes) -> bytes:
        TestUnitReady.decode(cdb)
        self._ready()
        return b""

    def _mode_sense(self, cdb: bytes, _data: bytes) -> bytes:
        command = ModeSense.decode(cdb)
        self._attended()
        if command.page != ElementAddressAssignment.PAGE:
            raise Refusal(ILLEGAL_REQUEST, 0x24, 0x00)
        return ElementAddressAssignment(layout_of(self._estate.plan)).encode()[: command.allocation]

    def _initialize(self, cdb: bytes, _data: bytes) -> bytes:
        InitializeElementStatus.decode(cdb)
        return self._look_into_all()

    def _initialize_range(self, cdb: bytes, _data: bytes) -> bytes:
        InitializeElementStatusWithRange.decode(cdb)
        return self._look_into_all()

    def _look_into_all(self) -> bytes:
        self._attended()
        self._estate.wait(self._estate.latencies.initialize_s)
        self._estate.change(lambda world: with_empty_hand(self._estate.plan, world))
        self._uninitialized = False
        return b""

    def _read_element_status(self, cdb: bytes, _data: bytes) -> bytes:
        command = ReadElementStatus.decode(cdb)
        self._ready()
        return element_status(self._estate.plan, self._estate.world, command)

    def _move(self, cdb: bytes, _data: bytes) -> bytes:
        command = MoveMedium.decode(cdb)
        self._movable()
        self._arm.move(command)
        return b""

    def _exchange(self, cdb: bytes, _data: bytes) -> bytes:
        command = ExchangeMedium.decode(cdb)
        self._movable()
        self._arm.exchange(command)
        return b""

    def _prevent(self, cdb: bytes, _data: bytes) -> bytes:
        command = PreventAllowRemoval.decode(cdb)
        self._attended()
        self.doors_locked = command.prevent
        return b""

    def _open_or_close(self, cdb: bytes, _data: bytes) -> bytes:
        command = OpenCloseImportExport.decode(cdb)
        self._attended()
        if command.element not in self._estate.plan.import_export_addresses:
            raise Refusal(ILLEGAL_REQUEST, 0x21, 0x01)
        if command.close and command.element in self._open_ports:
            self._open_ports.discard(command.element)
            self.somebody_reached_in(import_export=True)
        elif not command.close:
            if self.doors_locked:
                raise Refusal(ILLEGAL_REQUEST, 0x53, 0x02)
            self._open_ports.add(command.element)
        return b""
