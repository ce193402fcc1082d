"""An optical drive (MMC-6) over any transport. Never waits for readiness, never retries."""

from dataclasses import dataclass

from backends.errors import CloseFailed, MediumUnreadable, WriteFailed
from backends.interface import SECTOR_BYTES, Disc, DiscStatus, DriveIdentity, TraySeen
from backends.optical.mmc import (
    CloseFunction,
    CloseTrackSession,
    GetConfiguration,
    GetEventStatus,
    Read10,
    ReadCapacity,
    ReadDiscInformation,
    ReadDiscStructure,
    ReadTrackInformation,
    SynchronizeCache,
    Write10,
)
from backends.optical.mmc_disc import (
    BluRayDiscInformation,
    Capacity,
    DiscInformation,
    RecordedState,
    TrackInformation,
)
from backends.optical.mmc_drive import BLU_RAY, ConfigurationHeader, MediaEvent, Profile
from backends.optical.quality.choice import dialect_for
from backends.optical.quality.interface import QualityScanner, family_of
from backends.optical.quality.scanner import DialectScanner
from devices.failures import DeviceRefused, WireDamaged, WorldDiffers
from devices.scsi import (
    TYPE_MULTIMEDIA,
    Inquiry,
    InquiryData,
    PreventAllowRemoval,
    StartStopUnit,
    TestUnitReady,
    Transport,
    UnitSerialNumber,
)
from devices.sense import ILLEGAL_REQUEST, NOT_READY, Blame, Sense, blame_of

_PAGE_BYTES = 255
_NO_MEDIUM_ASC = 0x3A
_OUT_OF_RANGE = (ILLEGAL_REQUEST, 0x21, 0x00)
_STATUS = {
    RecordedState.EMPTY: DiscStatus.BLANK,
    RecordedState.INCOMPLETE: DiscStatus.APPENDABLE,
    RecordedState.FINALIZED: DiscStatus.COMPLETE,
    # Random access media are never closed; for us they are spent once anything can be read from them.
    RecordedState.OTHER: DiscStatus.COMPLETE,
}


@dataclass(frozen=True, slots=True)
class MmcTimeouts:
    """How long each command may take, in seconds: what drivers of real drives allow."""

    query_s: float = 60.0
    read_s: float = 900.0
    write_s: float = 900.0
    synchronize_s: float = 900.0
    close_s: float = 1800.0
    tray_s: float = 900.0


class MmcDrive:
    """Implements `backends.interface.OpticalDrive`; `name` is how messages call it.

    `scan_dialect` names how the drive is asked for the quality of discs, where its INQUIRY does not tell.
    A read of more than `transfer_sectors` is split into several commands: adapters limit the size of one.
    """

    def __init__(
        self,
        transport: Transport,
        timeouts: MmcTimeouts | None = None,
        *,
        name: str = "drive",
        transfer_sectors: int = 256,
        scan_dialect: str = "",
    ) -> None:
        self._scan_dialect = scan_dialect
        self._transport = transport
        self._timeouts = timeouts or MmcTimeouts()
        self._name = name
        self._transfer_sectors = transfer_sectors
        self._written_until = 0  # for the report of a failed synchronization only

    def identify(self) -> DriveIdentity:
        """Raises WorldDiffers when the device is no optical drive."""
        data = InquiryData.decode(self._query(Inquiry().encode(), 36))
        if data.device_type != TYPE_MULTIMEDIA:
            raise WorldDiffers(
                f"{self._name}: {data.vendor} {data.product} is a device of type {data.device_type:02x}, "
                "not an optical drive; check the address in the configuration"
            )
        return DriveIdentity(data.vendor, data.product, data.revision, self._serial())

    def is_ready(self) -> bool:
        try:
            self._query(TestUnitReady().encode())
        except DeviceRefused as refused:
            if blame_of(refused.sense) in (Blame.NOT_READY, Blame.STATE_CHANGED):
                return False
            raise
        return True

    def tray_state(self) -> MediaEvent | None:
        """Tray and disc without spinning anything up; None when the drive reports no media events."""
        request = GetEventStatus()
        return MediaEvent.decode(self._query(request.encode(), request.allocation))

    def tray(self) -> TraySeen | None:
        event = self.tray_state()
        return None if event is None else TraySeen(event.tray_open, event.media_present)

    def inspect(self) -> Disc:
        """What lies in the drive; a disc that the drive blames is UNREADABLE, not an error."""
        try:
            self._query(TestUnitReady().encode())
            return self._inspect_disc()
        except DeviceRefused as refused:
            sense = refused.sense
            if sense.key == NOT_READY and sense.asc == _NO_MEDIUM_ASC:
                return Disc(DiscStatus.ABSENT)
            if blame_of(sense) is Blame.MEDIUM:
                return Disc(DiscStatus.UNREADABLE)
            raise

    def load(self) -> None:
        self._tray(StartStopUnit(start=True, load_eject=True))

    def eject(self) -> None:
        self._tray(StartStopUnit(start=False, load_eject=True))

    def read(self, lba: int, sectors: int) -> bytes:
        """The bytes of `sectors` sectors from `lba`.

        Raises MediumUnreadable for the stretch of the one command that failed, or lies past the disc's end.
        """
        parts = []
        end = lba + sectors
        while lba < end:
            count = min(end - lba, self._transfer_sectors)
            parts.append(self._read_once(lba, count))
            lba += count
        return b"".join(parts)

    def write(self, lba: int, data: bytes) -> None:
        """Write whole sectors at `lba` with one command.

        Raises WriteFailed, and ValueError for part of a sector.
        """
        sectors, rest = divmod(len(data), SECTOR_BYTES)
        if rest or not sectors:
            raise ValueError(f"{len(data)} bytes are not a whole number of sectors")
        try:
            cdb = Write10(lba, sectors).encode()
            self._transport.execute(cdb, data_out=data, timeout_s=self._timeouts.write_s)
        except DeviceRefused as refused:
            raise _write_failure(refused, lba) from refused
        self._written_until = lba + sectors

    def synchronize(self) -> None:
        try:
            cdb = SynchronizeCache().encode()
            self._transport.execute(cdb, timeout_s=self._timeouts.synchronize_s)
        except DeviceRefused as refused:
            raise _write_failure(refused, self._written_until) from refused

    def close_disc(self) -> None:
        """Finalize; Blu-ray and DVD+R want different function codes. Raises CloseFailed."""
        plus_r = self._profile() == Profile.DVD_PLUS_R
        function = CloseFunction.FINALIZE_PLUS if plus_r else CloseFunction.FINALIZE
        try:
            cdb = CloseTrackSession(function).encode()
            self._transport.execute(cdb, timeout_s=self._timeouts.close_s)
        except DeviceRefused as refused:
            raise CloseFailed(
                f"{self._name}: the disc could not be closed ({refused.sense}); all data was handed over, "
                "read it back to know what it holds"
            ) from refused

    def scanner(self) -> QualityScanner | None:
        family = family_of(self._profile())
        if family is None:
            return None
        dialect = dialect_for(self.identify(), family, self._scan_dialect)
        return None if dialect is None else DialectScanner(self._transport, dialect, family)

    def lock_tray(self, locked: bool) -> None:
        self._query(PreventAllowRemoval(locked).encode())

    def _inspect_disc(self) -> Disc:
        profile = self._profile()
        request = ReadDiscInformation()
        information = DiscInformation.decode(self._query(request.encode(), request.allocation))
        status = _STATUS[information.state]
        media_id = self._media_id() if profile in BLU_RAY else ""
        track_request = ReadTrackInformation(information.last_track)
        track = TrackInformation.decode(self._query(track_request.encode(), track_request.allocation))
        if status is DiscStatus.COMPLETE:
            last = Capacity.decode(self._query(ReadCapacity().encode(), Capacity.BYTES)).last_lba
            written = last if track.last_recorded is None else track.last_recorded
            return Disc(status, profile, last + 1, written + 1, None, media_id)
        next_writable = track.next_writable
        if next_writable is None:
            written = 0 if track.last_recorded is None else track.last_recorded + 1
            return Disc(status, profile, track.start + track.size_sectors, written, None, media_id)
        capacity = next_writable + track.free_sectors
        return Disc(status, profile, capacity, next_writable, next_writable, media_id)

    def _profile(self) -> int:
        request = GetConfiguration()
        return ConfigurationHeader.decode(self._query(request.encode(), request.allocation)).profile

    def _media_id(self) -> str:
        """The code of maker and type; a drive that does not tell it is no fault, the approval of media is."""
        request = ReadDiscStructure()
        try:
            data = self._query(request.encode(), request.allocation)
        except DeviceRefused as refused:
            if refused.sense.key == ILLEGAL_REQUEST:
                return ""
            raise
        return BluRayDiscInformation.decode(data).media_id

    def _serial(self) -> str:
        request = Inquiry(allocation=_PAGE_BYTES, page=UnitSerialNumber.PAGE)
        try:
            return UnitSerialNumber.decode(self._query(request.encode(), _PAGE_BYTES)).serial
        except DeviceRefused as refused:
            if refused.sense.key == ILLEGAL_REQUEST:
                return ""
            raise

    def _read_once(self, lba: int, sectors: int) -> bytes:
        wanted = sectors * SECTOR_BYTES
        try:
            cdb = Read10(lba, sectors).encode()
            data = self._transport.execute(cdb, data_in=wanted, timeout_s=self._timeouts.read_s).data
        except DeviceRefused as refused:
            if blame_of(refused.sense) is Blame.MEDIUM or refused.sense.code == _OUT_OF_RANGE:
                raise MediumUnreadable(lba, sectors, refused.sense) from refused
            raise
        if len(data) != wanted:
            raise WireDamaged(f"{self._name}: {len(data)} bytes came of {sectors} sectors from {lba}")
        return data

    def _tray(self, command: StartStopUnit) -> None:
        self._transport.execute(command.encode(), timeout_s=self._timeouts.tray_s)

    def _query(self, cdb: bytes, data_in: int = 0) -> bytes:
        return self._transport.execute(cdb, data_in=data_in, timeout_s=self._timeouts.query_s).data


def _write_failure(refused: DeviceRefused, lba: int) -> Exception:
    """What a refused write means; a drive that is not ready or was reset does not speak of the medium."""
    sense: Sense = refused.sense
    if blame_of(sense) in (Blame.NOT_READY, Blame.STATE_CHANGED) and not sense.deferred:
        return refused
    failed_at = lba if sense.information is None else sense.information
    return WriteFailed(failed_at, str(sense))
