"""A simulated LTO drive: an SSC-4 target around whatever cartridge the world says lies in it."""

import threading

from backends.tape.alerts import CLEAN_NOW, READ_FAILURE, WRITE_FAILURE
from backends.tape.attributes import (
    HOST_ATTRIBUTES,
    ReadAttribute,
    WriteAttribute,
    decode_attributes,
    encode_attributes,
)
from backends.tape.densities import GENERATIONS, can_write
from backends.tape.log_pages import LogSense
from backends.tape.modes import ALL_PAGES, DataCompressionPage, ModeParameters, ModeSelect6, ModeSense6
from backends.tape.positioning import (
    Destination,
    Locate16,
    LongPosition,
    PositionForm,
    ReadPosition,
    ShortPosition,
    Space6,
    Space16,
    SpaceCode,
)
from backends.tape.ssc import (
    TRANSFER_MAX,
    BlockLimits,
    DensitySupport,
    LoadUnload,
    Read6,
    ReadBlockLimits,
    ReportDensitySupport,
    Rewind,
    Write6,
    WriteFilemarks6,
)
from devices.scsi import (
    TYPE_TAPE,
    Inquiry,
    InquiryData,
    PreventAllowRemoval,
    TestUnitReady,
    UnitSerialNumber,
)
from devices.sense import DATA_PROTECT, ILLEGAL_REQUEST, NO_SENSE
from simulator.answers import Answer, Handler, NoAnswer, Refusal, answer
from simulator.estate import Estate
from simulator.faults import Occasion
from simulator.loader import Loader
from simulator.plan import DrivePlan
from simulator.tape_head import Tally, TapeHead
from simulator.tape_pages import densities, log_page, memory

VENDOR, REVISION = "ARCHIVED", "0001"
#: LTO drives take blocks of up to 8 MiB.
BLOCK_BYTES_MAX = 8 * 1024 * 1024


class TapeDrive:
    """One drive. Commands wait for each other."""

    def __init__(self, estate: Estate, plan: DrivePlan) -> None:
        self._estate = estate
        self._plan = plan
        self._turn = threading.RLock()
        self._loader = Loader(estate, plan)
        self._block_bytes = 0
        # As a real drive is switched on: whoever wants blocks stored as they are must say so.
        self._compression = DataCompressionPage(enabled=True)
        self._handlers: dict[int, Handler] = {
            Inquiry.OPCODE: self._inquiry,
            TestUnitReady.OPCODE: self._test_unit_ready,
            LoadUnload.OPCODE: self._load_unload,
            PreventAllowRemoval.OPCODE: self._prevent_removal,
            ReadBlockLimits.OPCODE: self._block_limits,
            ModeSense6.OPCODE: self._mode_sense,
            ModeSelect6.OPCODE: self._mode_select,
            LogSense.OPCODE: self._log_sense,
            ReportDensitySupport.OPCODE: self._density_support,
            ReadAttribute.OPCODE: self._read_attribute,
            WriteAttribute.OPCODE: self._write_attribute,
            Read6.OPCODE: self._read,
            Write6.OPCODE: self._write,
            WriteFilemarks6.OPCODE: self._write_filemarks,
            Rewind.OPCODE: self._rewind,
            Space6.OPCODE: self._space,
            Space16.OPCODE: self._space,
            Locate16.OPCODE: self._locate,
            ReadPosition.OPCODE: self._read_position,
        }

    @property
    def repositions(self) -> int:
        """How often the tape had to stop and be brought back since the cartridge was loaded."""
        head = self._loader.head
        return 0 if head is None else head.tally.repositions

    def execute(self, cdb: bytes, *, data_in: int, data_out: bytes) -> Answer:
        """Carry one command out. Raises `NoAnswer` when the drive says nothing."""
        if self._estate.fault(Occasion.COMMAND, drive=self._plan.name):
            raise NoAnswer
        with self._turn:
            return answer(self._handlers, cdb, data_in=data_in, data_out=data_out)

    def disc_was_put(self) -> None:
        """The library has put a cartridge in; the drive draws it in by itself, if it can."""
        try:
            self._loader.draw_in()
        except Refusal as refusal:
            self._estate.log(f"drive {self._plan.name}: {refusal}")

    def disc_was_fetched(self, carrier: str) -> None:
        """The robot took the cartridge."""
        self._loader.forget()
        self._estate.put_away(carrier)

    def power_off(self) -> None:
        """What was not flushed is gone."""
        self._loader.forget()

    def _head(self) -> TapeHead:
        """The head, once nothing is left to be told first."""
        head = self._loader.usable_head()
        head.tell_deferred()
        return head

    def _inquiry(self, cdb: bytes, _data: bytes) -> bytes:
        command = Inquiry.decode(cdb)
        if command.page is None:
            product = f"SIMULATED {self._plan.generation.upper()}"
            return InquiryData(TYPE_TAPE, VENDOR, product, REVISION).encode()[: command.allocation]
        if command.page != UnitSerialNumber.PAGE:
            raise Refusal(ILLEGAL_REQUEST, 0x24, 0x00)
        return UnitSerialNumber(TYPE_TAPE, self._plan.serial).encode()[: command.allocation]

    def _test_unit_ready(self, cdb: bytes, _data: bytes) -> bytes:
        TestUnitReady.decode(cdb)
        self._head()
        return b""

    def _load_unload(self, cdb: bytes, _data: bytes) -> bytes:
        command = LoadUnload.decode(cdb)
        self._loader.tell_attention()
        head = self._loader.head
        if head is not None:
            head.tell_deferred()
        if not command.load:
            self._loader.put_out()
        elif self._loader.is_out:
            self._loader.draw_in()
        elif head is not None:
            head.rewind()
        if command.load and not command.immediate:
            self._loader.wait_until_threaded()
        return b""

    def _prevent_removal(self, cdb: bytes, _data: bytes) -> bytes:
        self._loader.change_mechanics(removal_prevented=PreventAllowRemoval.decode(cdb).prevent)
        return b""

    def _block_limits(self, cdb: bytes, _data: bytes) -> bytes:
        ReadBlockLimits.decode(cdb)
        return BlockLimits(min(BLOCK_BYTES_MAX, TRANSFER_MAX)).encode()

    def _mode_sense(self, cdb: bytes, _data: bytes) -> bytes:
        command = ModeSense6.decode(cdb)
        if command.page not in (0, DataCompressionPage.PAGE, ALL_PAGES):
            raise Refusal(ILLEGAL_REQUEST, 0x24, 0x00)
        self._loader.tell_attention()
        head = self._loader.head
        chip = None if head is None else head.cartridge.chip
        drive = GENERATIONS[self._plan.generation]
        kind = drive if chip is None else chip.kind
        medium_type = 0
        if chip is not None:
            medium_type = kind.worm_medium_type if chip.worm else kind.medium_type
        pages = ((DataCompressionPage.PAGE, self._compression.encode()),) if command.page else ()
        return ModeParameters(
            medium_type=medium_type,
            write_protected=chip is not None and (chip.write_protected or not can_write(drive, kind)),
            density_code=kind.density_code,
            block_bytes=self._block_bytes,
            pages=pages,
        ).encode()[: command.allocation]

    def _mode_select(self, cdb: bytes, data: bytes) -> bytes:
        command = ModeSelect6.decode(cdb)
        self._loader.tell_attention()
        if command.length != len(data):
            raise Refusal(ILLEGAL_REQUEST, 0x1A, 0x00)
        parameters = ModeParameters.decode(data)
        if any(code != DataCompressionPage.PAGE for code, _ in parameters.pages):
            raise Refusal(ILLEGAL_REQUEST, 0x26, 0x00)
        if parameters.density_code is not None:
            self._block_bytes = parameters.block_bytes
        content = parameters.page(DataCompressionPage.PAGE)
        if content is not None:
            self._compression = DataCompressionPage.decode(content)
        return b""

    def _log_sense(self, cdb: bytes, _data: bytes) -> bytes:
        command = LogSense.decode(cdb)
        head = self._loader.head
        page = log_page(
            command.page,
            tally=Tally() if head is None else head.tally,
            drive=self._loader.mechanics,
            chip=None if head is None else head.cartridge.chip,
            alerts=self._alerts(),
        )
        if page is None:
            raise Refusal(ILLEGAL_REQUEST, 0x24, 0x00)
        return page[: command.allocation]

    def _alerts(self) -> frozenset[int]:
        alerts = set(self._loader.alerts)
        if self._loader.mechanics.dirty:
            alerts.add(CLEAN_NOW)
        head = self._loader.head
        if head is not None and head.tally.write_errors:
            alerts.add(WRITE_FAILURE)
        if head is not None and head.tally.read_errors:
            alerts.add(READ_FAILURE)
        return frozenset(alerts)

    def _density_support(self, cdb: bytes, _data: bytes) -> bytes:
        command = ReportDensitySupport.decode(cdb)
        medium = self._head().cartridge.chip.kind if command.medium else None
        described = densities(GENERATIONS[self._plan.generation], medium)
        return DensitySupport.encode_all(described)[: command.allocation]

    def _read_attribute(self, cdb: bytes, _data: bytes) -> bytes:
        command = ReadAttribute.decode(cdb)
        head = self._head()
        cartridge = head.cartridge
        attributes = memory(
            cartridge.chip,
            written_bytes=cartridge.written_bytes,
            remaining_bytes=max(
                0, cartridge.chip.capacity_bytes - cartridge.written_bytes - head.buffered_bytes
            ),
            tally=head.tally,
        )
        wanted = [one for one in attributes if one.identifier >= command.first]
        return encode_attributes(wanted)[: command.allocation]

    def _write_attribute(self, cdb: bytes, data: bytes) -> bytes:
        command = WriteAttribute.decode(cdb)
        head = self._head()
        if command.length != len(data):
            raise Refusal(ILLEGAL_REQUEST, 0x1A, 0x00)
        chip = head.cartridge.chip
        if chip.write_protected:
            raise Refusal(DATA_PROTECT, 0x27, 0x00)
        host = dict(chip.host)
        for one in decode_attributes(data):
            known = HOST_ATTRIBUTES.get(one.identifier)
            if known is None or known[0] is not one.format or len(one.value) not in (0, known[1]):
                raise Refusal(ILLEGAL_REQUEST, 0x26, 0x00)
            host.pop(f"{one.identifier:04x}", None)
            if one.value:
                host[f"{one.identifier:04x}"] = (one.format.value, one.value.hex())
        head.cartridge.change_chip(host=host)
        return b""

    def _read(self, cdb: bytes, _data: bytes) -> bytes:
        command = Read6.decode(cdb)
        head = self._head()
        if command.fixed:
            return self._read_fixed(head, command.length)
        if not command.length:
            return b""
        block = head.read()
        if block is None:
            raise Refusal(NO_SENSE, 0x00, 0x01, information=command.length, filemark=True)
        difference = command.length - len(block)
        if difference < 0 or (difference and not command.suppress_length):
            raise Refusal(
                NO_SENSE, 0x00, 0x00, information=difference, ili=True, data=block[: command.length]
            )
        return block

    def _read_fixed(self, head: TapeHead, count: int) -> bytes:
        if not self._block_bytes:
            raise Refusal(ILLEGAL_REQUEST, 0x24, 0x00)
        data = b""
        for done in range(count):
            block = head.read()
            if block is None:
                raise Refusal(NO_SENSE, 0x00, 0x01, information=count - done, filemark=True, data=data)
            if len(block) != self._block_bytes:
                raise Refusal(NO_SENSE, 0x00, 0x00, information=count - done, ili=True, data=data)
            data += block
        return data

    def _write(self, cdb: bytes, data: bytes) -> bytes:
        command = Write6.decode(cdb)
        head = self._writable_head()
        length = self._block_bytes if command.fixed else command.length
        count = command.length if command.fixed else 1
        if length * count != len(data) or (command.fixed and not length) or length > BLOCK_BYTES_MAX:
            raise Refusal(ILLEGAL_REQUEST, 0x24, 0x00)
        if length:
            for at in range(0, len(data), length):
                head.write(data if count == 1 else data[at : at + length])
        return self._warned(head)

    def _write_filemarks(self, cdb: bytes, _data: bytes) -> bytes:
        command = WriteFilemarks6.decode(cdb)
        head = self._writable_head() if command.count else self._head()
        if command.count:
            head.write_filemarks(command.count, immediate=command.immediate)
        elif not command.immediate:
            head.flush()
        return self._warned(head)

    def _writable_head(self) -> TapeHead:
        head = self._head()
        if not can_write(GENERATIONS[self._plan.generation], head.cartridge.chip.kind):
            raise Refusal(DATA_PROTECT, 0x30, 0x05)
        return head

    def _warned(self, head: TapeHead) -> bytes:
        """Everything was taken; past early warning the drive says so each time."""
        if head.is_warned:
            raise Refusal(NO_SENSE, 0x00, 0x02, information=0, eom=True)
        return b""

    def _rewind(self, cdb: bytes, _data: bytes) -> bytes:
        Rewind.decode(cdb)
        self._head().rewind()
        return b""

    def _space(self, cdb: bytes, _data: bytes) -> bytes:
        command = Space6.decode(cdb) if cdb[0] == Space6.OPCODE else Space16.decode(cdb)
        head = self._head()
        if command.code is SpaceCode.BLOCKS:
            head.space_blocks(command.count)
        elif command.code is SpaceCode.FILEMARKS:
            head.space_filemarks(command.count)
        else:
            head.space_to_end()
        return b""

    def _locate(self, cdb: bytes, _data: bytes) -> bytes:
        command = Locate16.decode(cdb)
        head = self._head()
        if command.destination is Destination.OBJECT:
            head.locate(command.number)
        elif command.destination is Destination.FILE:
            head.locate_file(command.number)
        else:
            head.space_to_end()
        return b""

    def _read_position(self, cdb: bytes, _data: bytes) -> bytes:
        command = ReadPosition.decode(cdb)
        head = self._head()
        block, at_beginning = head.position, head.position == 0
        if command.form is PositionForm.LONG:
            return LongPosition(block, head.file, at_beginning=at_beginning, at_end=head.is_warned).encode()
        return ShortPosition(
            block,
            at_beginning=at_beginning,
            at_end=head.is_warned,
            buffered_blocks=head.buffered_blocks,
            buffered_bytes=head.buffered_bytes,
        ).encode()
