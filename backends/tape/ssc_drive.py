"""An LTO drive (SSC-4) over any transport. Never waits for readiness, never retries a command."""

from backends.errors import BlockTooLong, BlockUnreadable, EndOfData, FilemarkMet, MediumFull
from backends.interface import (
    Cartridge,
    CartridgeMemory,
    CartridgeWear,
    DriveCounters,
    DriveIdentity,
    TapeAlert,
    TapePosition,
)
from backends.tape.alerts import alert_of
from backends.tape.attributes import (
    ReadAttribute,
    WriteAttribute,
    decode_attributes,
    encode_attributes,
    host_attribute,
    memory_of,
)
from backends.tape.densities import is_worm_type
from backends.tape.log_pages import (
    ALERT_RESPONSE,
    DEVICE_STATISTICS,
    READ_ERRORS,
    TAPE_ALERT,
    VOLUME_STATISTICS,
    WRITE_ERRORS,
    LogPage,
    LogSense,
    counters_of,
    raised_flags,
    wear_of,
)
from backends.tape.modes import DataCompressionPage, ModeParameters, ModeSelect6, ModeSense6
from backends.tape.navigation import CommandedNavigation, Navigation, WalkedNavigation
from backends.tape.profiles import STANDARD, TapeProfile, profile_for
from backends.tape.ssc import BlockLimits, LoadUnload, Read6, ReadBlockLimits, Write6, WriteFilemarks6
from backends.tape.timeouts import TapeTimeouts
from backends.tape.verdicts import (
    deferred_failure,
    is_end_of_data,
    is_not_supported,
    is_remark,
    write_failure,
)
from devices.failures import DeviceRefused, OutcomeUnknown, WireDamaged, WorldDiffers
from devices.scsi import (
    TYPE_TAPE,
    Inquiry,
    InquiryData,
    OutgoingBytes,
    PreventAllowRemoval,
    TestUnitReady,
    Transport,
    UnitSerialNumber,
)
from devices.sense import MEDIUM_ERROR, NOT_READY, Blame, Sense, blame_of

_PAGE_BYTES = 255
_NO_MEDIUM_ASC = 0x3A
_CLEANING = (NOT_READY, 0x30, 0x03)


class SscTapeDrive:
    """Implements `backends.interface.TapeDrive`; `name` is how messages call it.

    The drive is told to take blocks of any length, and to store them as they come. With `profile` None it is chosen
    by what the drive says that it is, once one is needed.
    """

    def __init__(
        self,
        transport: Transport,
        timeouts: TapeTimeouts | None = None,
        *,
        name: str = "drive",
        profile: TapeProfile | None = STANDARD,
    ) -> None:
        self._transport = transport
        self._timeouts = timeouts or TapeTimeouts()
        self._name = name
        self._chosen = profile
        self._is_set_up = False
        self._after_warning_bytes: int | None = None
        self._lowered: set[int] = set()
        self._navigation: Navigation | None = None

    def identify(self) -> DriveIdentity:
        """Raises WorldDiffers when the device is no tape drive."""
        data = InquiryData.decode(self._query(Inquiry().encode(), 36))
        if data.device_type != TYPE_TAPE:
            raise WorldDiffers(
                f"{self._name}: {data.vendor} {data.product} is a device of type {data.device_type:02x}, "
                "not a tape drive; check the address in the configuration"
            )
        return DriveIdentity(data.vendor, data.product, data.revision, self._serial())

    def is_ready(self) -> bool:
        try:
            self._query(TestUnitReady().encode())
        except DeviceRefused as refused:
            if refused.sense.code == _CLEANING:
                return False
            if blame_of(refused.sense) in (Blame.NOT_READY, Blame.STATE_CHANGED):
                return False
            raise
        return True

    def inspect(self) -> Cartridge:
        try:
            self._query(TestUnitReady().encode())
        except DeviceRefused as refused:
            sense = refused.sense
            if sense.key != NOT_READY and blame_of(sense) is not Blame.MEDIUM:
                raise
            return Cartridge(present=sense.asc != _NO_MEDIUM_ASC, cleaning=sense.code == _CLEANING)
        parameters = self._mode_parameters(page=0)
        memory = self.attributes()
        return Cartridge(
            present=True,
            ready=True,
            write_protected=parameters.write_protected,
            worm=memory.worm or is_worm_type(parameters.medium_type),
            cleaning=memory.cleaning,
            density_code=parameters.density_code or memory.density_code or 0,
            medium_type=parameters.medium_type,
            barcode=memory.barcode or None,
            serial=memory.serial,
            capacity_bytes=memory.capacity_bytes or 0,
            remaining_bytes=memory.remaining_bytes,
            loads=memory.loads,
        )

    def load(self) -> None:
        self._forget()
        self._execute(LoadUnload(load=True, immediate=True).encode(), timeout_s=self._timeouts.load_s)
        self._way.lost()

    def unload(self) -> None:
        self._execute(LoadUnload(load=False).encode(), timeout_s=self._timeouts.motion_s)
        self._forget()

    def rewind(self) -> None:
        self._way.rewind()

    def read_block(self, max_bytes: int) -> bytes:
        """See TapeDrive. Whoever asks for exactly the length of the blocks gets each with one plain answer."""
        self._set_up()
        cdb = Read6(max_bytes).encode()
        try:
            data = self._execute(cdb, data_in=max_bytes, timeout_s=self._timeouts.transfer_s)
        except DeviceRefused as refused:
            data = self._what_came(refused, max_bytes)
        if len(data) > max_bytes:
            raise WireDamaged(
                f"{self._name}: {len(data)} bytes came where one block of {max_bytes} was asked for"
            )
        self._way.moved(1, 0)
        return data

    def write_block(self, data: OutgoingBytes) -> bool:
        """Raises ValueError for a block that is empty."""
        size = len(data)
        if not size:
            raise ValueError("a block of 0 bytes cannot be written: it would be none")
        self._set_up()
        room = self._profile.room_after_warning_bytes
        if room is not None and self._after_warning_bytes is not None:
            if self._after_warning_bytes + size > room:
                raise MediumFull(f"{self._name}: the tape is full; continue on another cartridge")
            self._after_warning_bytes += size
        warned = self._write(Write6(size).encode(), data)
        self._way.moved(1, 0)
        return warned

    def write_filemarks(self, count: int, *, immediate: bool = False) -> bool:
        self._set_up()
        warned = self._write(WriteFilemarks6(count, immediate=immediate).encode(), None)
        self._way.moved(0, count)
        return warned

    def space_filemarks(self, count: int) -> None:
        self._way.space_filemarks(count)

    def space_to_end(self) -> None:
        self._way.space_to_end()

    def locate(self, block: int) -> None:
        self._way.locate(block)

    def position(self) -> TapePosition:
        return self._way.position()

    def lock_cartridge(self, locked: bool) -> None:
        self._query(PreventAllowRemoval(locked).encode())

    def alerts(self) -> tuple[TapeAlert, ...]:
        """By log page 12h; where there is none by 2Eh, which lowers what it tells: that holds until the next load."""
        page = self._log_page(ALERT_RESPONSE)
        if page is None and (lowering := self._log_page(TAPE_ALERT)) is not None:
            self._lowered.update(raised_flags(lowering))
        return tuple(map(alert_of, sorted(self._lowered) if page is None else raised_flags(page)))

    def counters(self) -> DriveCounters:
        return counters_of(
            writing=self._log_page(WRITE_ERRORS),
            reading=self._log_page(READ_ERRORS),
            life=self._log_page(DEVICE_STATISTICS),
        )

    def wear(self) -> CartridgeWear:
        return wear_of(self._log_page(VOLUME_STATISTICS), self.attributes())

    def attributes(self) -> CartridgeMemory:
        request = ReadAttribute()
        try:
            return memory_of(decode_attributes(self._query(request.encode(), request.allocation)))
        except DeviceRefused as refused:
            if is_not_supported(refused.sense) or refused.sense.key == MEDIUM_ERROR:
                # No chip, a drive that cannot read it, or one that cannot read this chip any more.
                return CartridgeMemory()
            raise

    def write_attribute(self, identifier: int, value: str | bytes) -> None:
        data = encode_attributes([host_attribute(identifier, value)])
        self._execute(WriteAttribute(len(data)).encode(), data_out=data, timeout_s=self._timeouts.query_s)

    def block_limits(self) -> BlockLimits:
        """The shortest and the longest block that the drive takes."""
        return BlockLimits.decode(self._query(ReadBlockLimits().encode(), 6))

    def _what_came(self, refused: DeviceRefused, wanted: int) -> bytes:
        """The block that came with a remark, or the error that the refusal means.

        How long it is says INFORMATION alone: at a filemark or a wrong length, transports count as they like.
        """
        sense = refused.sense
        block = self._way.next_block
        if sense.filemark and is_remark(sense):
            self._way.moved(0, 1)
            raise FilemarkMet(f"{self._name}: block {block} is a filemark") from refused
        if is_end_of_data(sense):
            raise EndOfData(f"{self._name}: nothing is written from block {block} on") from refused
        if sense.ili and is_remark(sense):
            return self._other_length(refused, wanted)
        if is_remark(sense) and len(refused.data) == wanted:
            return refused.data
        if blame_of(sense) is Blame.MEDIUM:
            self._way.moved(1, 0)
            raise BlockUnreadable(block, sense) from refused
        raise refused

    def _other_length(self, refused: DeviceRefused, wanted: int) -> bytes:
        information = refused.sense.information
        length = None if information is None else wanted - information
        if length is None or length > wanted:
            block = self._way.next_block
            self._way.moved(1, 0)
            raise BlockTooLong(block, length, wanted) from refused
        if not 0 <= length <= len(refused.data):
            raise WireDamaged(
                f"{self._name}: a block of {length} bytes was announced, {len(refused.data)} came"
            ) from refused
        return refused.data[:length]

    def _write(self, cdb: bytes, data: OutgoingBytes | None) -> bool:
        """Carry a write out; True once early warning was passed: some drives say so only once, or not at filemarks."""
        try:
            self._execute(cdb, data_out=data, timeout_s=self._timeouts.transfer_s)
        except DeviceRefused as refused:
            sense = refused.sense
            if not is_remark(sense):
                raise write_failure(refused, self._way.next_block, self._name) from refused
            if sense.information:
                raise MediumFull(
                    f"{self._name}: the tape ends before block {self._way.next_block}; "
                    "continue on another cartridge"
                ) from refused
            if sense.eom and self._after_warning_bytes is None:
                self._after_warning_bytes = 0
        return self._after_warning_bytes is not None

    def _set_up(self) -> None:
        """Buffered, blocks of any length, stored as they come; asked once for each load or reset."""
        if self._is_set_up:
            return
        told = self._mode_parameters(page=DataCompressionPage.PAGE)
        pages: tuple[tuple[int, bytes], ...] = ()
        content = told.page(DataCompressionPage.PAGE)
        if content:
            wanted = DataCompressionPage(enabled=False).changed_in(content)
            if wanted != content:
                pages = ((DataCompressionPage.PAGE, wanted),)
        if pages or told.block_bytes or not told.buffered:
            parameters = ModeParameters(density_code=told.density_code or 0, pages=pages).encode(
                for_select=True
            )
            self._execute(
                ModeSelect6(len(parameters)).encode(), data_out=parameters, timeout_s=self._timeouts.query_s
            )
        self._is_set_up = True

    def _mode_parameters(self, page: int) -> ModeParameters:
        request = ModeSense6(page)
        try:
            return ModeParameters.decode(self._query(request.encode(), request.allocation))
        except DeviceRefused as refused:
            if not page or not is_not_supported(refused.sense):
                raise
        return self._mode_parameters(page=0)

    def _log_page(self, page: int) -> LogPage | None:
        """The page, or None from a drive that does not keep it."""
        request = LogSense(page)
        try:
            return LogPage.decode(self._query(request.encode(), request.allocation), page)
        except DeviceRefused as refused:
            if is_not_supported(refused.sense):
                return None
            raise

    def _serial(self) -> str:
        request = Inquiry(allocation=_PAGE_BYTES, page=UnitSerialNumber.PAGE)
        try:
            return UnitSerialNumber.decode(self._query(request.encode(), _PAGE_BYTES)).serial
        except DeviceRefused as refused:
            if is_not_supported(refused.sense):
                return ""
            raise

    @property
    def _profile(self) -> TapeProfile:
        if self._chosen is None:
            self._chosen = profile_for(self.identify())
        return self._chosen

    @property
    def _way(self) -> Navigation:
        if self._navigation is None:
            kind = CommandedNavigation if self._profile.tells_position else WalkedNavigation
            self._navigation = kind(self._move, self._read_for_position)
        return self._navigation

    def _forget(self) -> None:
        self._is_set_up = False
        self._after_warning_bytes = None
        self._lowered.clear()
        if self._navigation is not None:
            self._navigation.lost()

    def _move(self, cdb: bytes) -> bytes:
        data = self._execute(cdb, timeout_s=self._timeouts.motion_s)
        self._after_warning_bytes = None
        return data

    def _read_for_position(self, cdb: bytes, data_in: int) -> bytes:
        return self._execute(cdb, data_in=data_in, timeout_s=self._timeouts.transfer_s)

    def _query(self, cdb: bytes, data_in: int = 0) -> bytes:
        return self._execute(cdb, data_in=data_in, timeout_s=self._timeouts.query_s)

    def _execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: OutgoingBytes | None = None, timeout_s: float
    ) -> bytes:
        """One command. An earlier write that failed is told by whichever command comes next."""
        try:
            return self._transport.execute(cdb, data_in=data_in, data_out=data_out, timeout_s=timeout_s).data
        except OutcomeUnknown:
            self._forget()  # the command may have been carried out: where the tape stands is not known
            raise
        except DeviceRefused as refused:
            sense: Sense = refused.sense
            if blame_of(sense) is Blame.STATE_CHANGED:
                self._forget()
            if sense.deferred and blame_of(sense) not in (Blame.NONE, Blame.STATE_CHANGED):
                raise deferred_failure(refused, self._way.next_block) from refused
            raise
