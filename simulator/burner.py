"""A simulated Blu-ray burner: an MMC-6 target around whatever disc the world says lies in its tray."""

import threading
from pathlib import Path

from backends.optical import mmc
from backends.optical.mmc_disc import (
    BluRayDiscInformation,
    Capacity,
    DiscInformation,
    RecordedState,
    SessionState,
    TrackInformation,
)
from backends.optical.mmc_drive import ConfigurationHeader, Profile
from devices.scsi import (
    TYPE_MULTIMEDIA,
    Inquiry,
    InquiryData,
    PreventAllowRemoval,
    StartStopUnit,
    TestUnitReady,
    UnitSerialNumber,
)
from devices.sense import (
    BLANK_CHECK,
    DATA_PROTECT,
    ILLEGAL_REQUEST,
    MEDIUM_ERROR,
    NOT_READY,
)
from simulator.ageing import SLOW_FACTOR
from simulator.answers import Answer, Handler, NoAnswer, Refusal, answer
from simulator.damage import CLUSTER_BYTES, SECTOR_BYTES
from simulator.disc import (
    DiscRefused,
    DiscState,
    NotWritable,
    OutOfPlace,
    OverCapacity,
    ReadFailed,
    SimulatedDisc,
)
from simulator.errors import BurnRefused, ControlRefused
from simulator.estate import Estate
from simulator.faults import Occasion
from simulator.fifo import FifoBurn
from simulator.laser import Laser, LaserFailed
from simulator.plan import DrivePlan
from simulator.quality_scan import QualityScan
from simulator.tray import Tray

VENDOR, PRODUCT, REVISION = "ARCHIVED", "SIMULATED BD-R", "0001"
_STATES = {
    DiscState.BLANK: (RecordedState.EMPTY, SessionState.EMPTY),
    DiscState.APPENDABLE: (RecordedState.INCOMPLETE, SessionState.INCOMPLETE),
    DiscState.COMPLETE: (RecordedState.FINALIZED, SessionState.COMPLETE),
}

_REFUSALS: dict[type[DiscRefused], tuple[int, int, int]] = {
    NotWritable: (DATA_PROTECT, 0x27, 0x00),
    OutOfPlace: (ILLEGAL_REQUEST, 0x21, 0x02),
    OverCapacity: (ILLEGAL_REQUEST, 0x21, 0x00),
}


class Burner:
    """One drive. Commands wait for each other; a burn through a FIFO runs beside them and makes it not
    ready.
    """

    def __init__(self, estate: Estate, plan: DrivePlan) -> None:
        self._estate = estate
        self._plan = plan
        self._turn = threading.RLock()
        self._tray = Tray(estate, plan)
        self._laser: tuple[str, Laser] | None = None
        self._burn: FifoBurn | None = None
        self.last_burn = "none"
        self._quality = QualityScan(estate, plan.serial, self._usable_disc)
        self._handlers: dict[int, Handler] = {
            Inquiry.OPCODE: self._inquiry,
            TestUnitReady.OPCODE: self._test_unit_ready,
            StartStopUnit.OPCODE: self._start_stop,
            PreventAllowRemoval.OPCODE: self._prevent_removal,
            mmc.GetConfiguration.OPCODE: self._configuration,
            mmc.GetEventStatus.OPCODE: self._event_status,
            mmc.ReadDiscInformation.OPCODE: self._disc_information,
            mmc.ReadTrackInformation.OPCODE: self._track_information,
            mmc.ReadCapacity.OPCODE: self._capacity,
            mmc.ReadDiscStructure.OPCODE: self._disc_structure,
            mmc.Read10.OPCODE: self._read,
            mmc.Read12.OPCODE: self._read,
            mmc.Write10.OPCODE: self._write,
            mmc.SynchronizeCache.OPCODE: self._synchronize,
            mmc.CloseTrackSession.OPCODE: self._close_track_session,
            **self._quality.handlers,
        }

    @property
    def burn(self) -> FifoBurn | None:
        """The burn that was declared and has not ended."""
        return self._burn

    def execute(self, cdb: bytes, *, data_in: int, data_out: bytes) -> Answer:
        """Carry one command out. Raises `NoAnswer` when the drive says nothing."""
        if self._estate.fault(Occasion.COMMAND, drive=self._plan.name):
            raise NoAnswer
        with self._turn:
            return answer(self._handlers, cdb, data_in=data_in, data_out=data_out)

    def button_pressed(self) -> None:
        """Somebody presses the button of the drive: the tray comes out, or goes in. Raises `ControlRefused`."""
        with self._turn:
            if self._burn is not None:
                raise ControlRefused(f"drive {self._plan.name} burns; nothing was done")
            if self._tray.is_open:
                self._tray.draw_in()
                return
            try:
                self._eject(immediate=True)
            except Refusal as refusal:
                raise ControlRefused(f"drive {self._plan.name} keeps its tray in: {refusal}") from refusal

    def disc_was_put(self) -> None:
        """The library has the tray drawn in with a disc on it."""
        self._tray.draw_in()

    def disc_was_fetched(self, carrier: str) -> None:
        self._laser = None
        self._quality.forget()
        self._estate.put_away(carrier)

    def declare(self, fifo: Path, sectors: int) -> None:
        """Burn the blank disc with `sectors` sectors that will come through `fifo`.

        From here until the burn ends or is withdrawn the drive is not ready (2/04/08). Raises `BurnRefused`.
        """
        with self._turn:
            try:
                carrier, disc = self._usable_disc()
            except Refusal as refusal:
                raise BurnRefused(f"drive {self._plan.name} cannot burn: {refusal}") from refusal
            if disc.state is not DiscState.BLANK:
                raise BurnRefused(f"the disc in drive {self._plan.name} is {disc.state.value}, not blank")
            if not 0 < sectors <= disc.capacity_sectors:
                raise BurnRefused(f"{sectors} sectors do not go on a disc of {disc.capacity_sectors}")
            laser = self._laser_for(carrier)
            self._burn = FifoBurn(
                self._estate,
                disc,
                laser,
                fifo=fifo,
                sectors=sectors,
                close=lambda disc: self._close(carrier, disc),
                ended=self._burn_ended,
            )
            self.last_burn = "under way"
            self._burn.start()

    def withdraw(self) -> None:
        """Forget a declaration that no burn followed; raises `BurnRefused` once bytes have come."""
        burn = self._burn
        if burn is not None:
            burn.withdraw()

    def power_off(self) -> None:
        """Stop whatever runs; a burn under way leaves its disc appendable."""
        burn = self._burn
        if burn is not None:
            burn.cut_off()

    def _burn_ended(self, outcome: str) -> None:
        self._estate.log(f"drive {self._plan.name}: burn {outcome}")
        self.last_burn = outcome
        self._burn = None

    def _usable_disc(self) -> tuple[str, SimulatedDisc]:
        """The carrier and disc that can be worked with now; raises the refusal that tells why none can."""
        if self._burn is not None:
            raise Refusal(NOT_READY, 0x04, 0x08)
        carrier = self._tray.usable_carrier()
        return carrier, self._estate.disc(carrier)

    def _laser_for(self, carrier: str) -> Laser:
        if self._laser is None or self._laser[0] != carrier:
            medium = self._estate.world.carriers[carrier].barcode
            self._laser = (carrier, Laser(self._estate, drive=self._plan.name, medium=medium))
        return self._laser[1]

    def _inquiry(self, cdb: bytes, _data: bytes) -> bytes:
        command = Inquiry.decode(cdb)
        if command.page is None:
            return InquiryData(TYPE_MULTIMEDIA, VENDOR, PRODUCT, REVISION).encode()[: command.allocation]
        if command.page != UnitSerialNumber.PAGE:
            raise Refusal(ILLEGAL_REQUEST, 0x24, 0x00)
        return UnitSerialNumber(TYPE_MULTIMEDIA, self._plan.serial).encode()[: command.allocation]

    def _test_unit_ready(self, cdb: bytes, _data: bytes) -> bytes:
        TestUnitReady.decode(cdb)
        self._usable_disc()
        return b""

    def _start_stop(self, cdb: bytes, _data: bytes) -> bytes:
        command = StartStopUnit.decode(cdb)
        if self._burn is not None:
            raise Refusal(NOT_READY, 0x04, 0x08)
        if command.load_eject and not command.start:
            self._eject(immediate=command.immediate)
        elif command.start:
            self._load(draw_in=command.load_eject, immediate=command.immediate)
        return b""

    def _eject(self, *, immediate: bool) -> None:
        if self._tray.is_open:
            return
        self._tray.check_may_open()
        carrier = self._tray.carrier
        if carrier is not None:
            self._flush(carrier)
        if not immediate:
            self._estate.wait(self._estate.latencies.eject_s)
        self._tray.put_out()

    def _load(self, *, draw_in: bool, immediate: bool) -> None:
        if draw_in and self._tray.is_open:
            self._tray.draw_in()
        if not immediate:
            self._tray.wait_until_turning()

    def _prevent_removal(self, cdb: bytes, _data: bytes) -> bytes:
        self._tray.prevent_removal(PreventAllowRemoval.decode(cdb).prevent)
        return b""

    def _configuration(self, cdb: bytes, _data: bytes) -> bytes:
        command = mmc.GetConfiguration.decode(cdb)
        present = self._tray.carrier is not None and not self._tray.is_open
        profile = Profile.BD_R_SRM if present else Profile.NONE
        return ConfigurationHeader(profile).encode()[: command.allocation]

    def _event_status(self, cdb: bytes, _data: bytes) -> bytes:
        command = mmc.GetEventStatus.decode(cdb)
        return self._tray.event().encode()[: command.allocation]

    def _looked_at_disc(self) -> tuple[str, SimulatedDisc]:
        carrier, disc = self._usable_disc()
        if self._estate.fault(Occasion.LOOK, drive=self._plan.name, medium=self._tray.barcode):
            raise Refusal(MEDIUM_ERROR, 0x30, 0x00)
        return carrier, disc

    def _disc_information(self, cdb: bytes, _data: bytes) -> bytes:
        command = mmc.ReadDiscInformation.decode(cdb)
        _, disc = self._looked_at_disc()
        return DiscInformation(*_STATES[disc.state]).encode()[: command.allocation]

    def _track_information(self, cdb: bytes, _data: bytes) -> bytes:
        command = mmc.ReadTrackInformation.decode(cdb)
        _, disc = self._usable_disc()
        if command.address_type is not mmc.AddressType.LBA and command.number not in (1, 0xFF):
            raise Refusal(ILLEGAL_REQUEST, 0x24, 0x00)
        written, nwa = disc.written_bytes // SECTOR_BYTES, disc.next_writable
        return TrackInformation(
            track=1,
            session=1,
            start=0,
            free_sectors=disc.capacity_sectors - nwa if nwa is not None else 0,
            size_sectors=disc.capacity_sectors if nwa is not None else written,
            next_writable=nwa,
            last_recorded=written - 1 if written else None,
            blank=disc.state is DiscState.BLANK,
        ).encode()[: command.allocation]

    def _capacity(self, cdb: bytes, _data: bytes) -> bytes:
        mmc.ReadCapacity.decode(cdb)
        _, disc = self._usable_disc()
        return Capacity(last_lba=max(0, disc.written_bytes // SECTOR_BYTES - 1)).encode()

    def _disc_structure(self, cdb: bytes, _data: bytes) -> bytes:
        command = mmc.ReadDiscStructure.decode(cdb)
        carrier, _ = self._usable_disc()
        if (command.media_type, command.structure_format) != (mmc.MEDIA_TYPE_BD, mmc.FORMAT_DISC_INFORMATION):
            raise Refusal(ILLEGAL_REQUEST, 0x24, 0x00)
        manufacturer, _, media_type = self._estate.world.carriers[carrier].media_id.partition("/")
        return BluRayDiscInformation("BDR", manufacturer, media_type).encode()[: command.allocation]

    def _read(self, cdb: bytes, _data: bytes) -> bytes:
        command = (mmc.Read10 if cdb[0] == mmc.Read10.OPCODE else mmc.Read12).decode(cdb)
        carrier, disc = self._usable_disc()
        if self._estate.fault(Occasion.READ, drive=self._plan.name, medium=self._tray.barcode):
            raise Refusal(MEDIUM_ERROR, 0x11, 0x00, information=command.lba)
        try:
            data = disc.read(command.lba, command.sectors)
        except OverCapacity as error:
            raise Refusal(ILLEGAL_REQUEST, 0x21, 0x00) from error
        except ReadFailed as error:
            if error.unwritten:
                raise Refusal(BLANK_CHECK, 0x00, 0x00, information=error.lba) from error
            raise Refusal(MEDIUM_ERROR, 0x11, 0x00, information=error.lba) from error
        self._estate.wait(self._estate.latencies.read_s(len(data)) * self._effort(carrier, command.lba, data))
        return data

    def _effort(self, carrier: str, lba: int, data: bytes) -> float:
        """How much longer than at its best the drive reads: what is hard to read is read again and again."""
        wear = self._estate.wear(carrier)
        first, last = lba * SECTOR_BYTES // CLUSTER_BYTES, (lba * SECTOR_BYTES + len(data)) // CLUSTER_BYTES
        return SLOW_FACTOR if wear is not None and wear.is_slow(first, last - first + 1) else 1.0

    def _write(self, cdb: bytes, data: bytes) -> bytes:
        command = mmc.Write10.decode(cdb)
        carrier, disc = self._usable_disc()
        if self._estate.fault(Occasion.WRITE, drive=self._plan.name, medium=carrier):
            raise Refusal(NOT_READY, 0x04, 0x08)
        if len(data) != command.sectors * SECTOR_BYTES:
            raise Refusal(ILLEGAL_REQUEST, 0x24, 0x00)
        try:
            self._laser_for(carrier).write(disc, command.lba, data)
        except LaserFailed as error:
            raise Refusal(MEDIUM_ERROR, 0x0C, 0x00, information=error.lba) from error
        except DiscRefused as error:
            raise Refusal(*_REFUSALS[type(error)]) from error
        self._estate.wait(self._estate.latencies.write_s(len(data)))
        return b""

    def _synchronize(self, cdb: bytes, _data: bytes) -> bytes:
        mmc.SynchronizeCache.decode(cdb)
        carrier, _ = self._usable_disc()
        self._flush(carrier)
        self._estate.wait(self._estate.latencies.flush_s)
        return b""

    def _close_track_session(self, cdb: bytes, _data: bytes) -> bytes:
        command = mmc.CloseTrackSession.decode(cdb)
        carrier, disc = self._usable_disc()
        if command.function is not mmc.CloseFunction.FINALIZE:
            raise Refusal(ILLEGAL_REQUEST, 0x24, 0x00)
        if disc.state is not DiscState.APPENDABLE:
            raise Refusal(ILLEGAL_REQUEST, 0x72, 0x00)
        self._flush(carrier)
        if not self._close(carrier, disc):
            raise Refusal(ILLEGAL_REQUEST, 0x72, 0x03)
        return b""

    def _flush(self, carrier: str) -> None:
        disc = self._estate.disc(carrier)
        disc.flush()
        self._laser_for(carrier).settle(disc)

    def _close(self, carrier: str, disc: SimulatedDisc) -> bool:
        """The closing step, after everything was flushed; False when it fails and the disc stays
        appendable.
        """
        self._estate.wait(self._estate.latencies.close_s)
        if self._estate.fault(Occasion.CLOSE, drive=self._plan.name, medium=self._tray.barcode):
            return False
        # Its years begin before it is complete: a complete disc without a life would never age.
        self._estate.written(carrier, self._plan.name)
        disc.close()
        return True
