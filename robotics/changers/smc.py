"""A SCSI media changer (SMC-3) over any transport. Never waits, never retries a command that was refused.

How a changer is asked, and what of its answers is believed, says its profile (`robotics.profiles`): chosen by INQUIRY
at the first command, or given.
"""

from collections.abc import Callable
from dataclasses import dataclass

from devices.failures import DeviceRefused, WorldDiffers
from devices.scsi import (
    TYPE_CHANGER,
    Inquiry,
    InquiryData,
    PreventAllowRemoval,
    Transport,
    UnitSerialNumber,
)
from devices.sense import ILLEGAL_REQUEST, Sense
from robotics.changers.element_reader import ElementReader, Learned
from robotics.errors import ChangerRefused, InventoryStale, NotSupported, refusal
from robotics.model import (
    ChangerAbilities,
    ChangerIdentity,
    Element,
    ElementLayout,
    ElementRange,
    Inventory,
)
from robotics.profiles import STANDARD, ChangerProfile, profile_for
from robotics.wire.element_status import ElementDescriptor
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

_PAGE_BYTES = 255
_INQUIRY_BYTES = 36
_NO_SUCH_COMMAND = Sense(ILLEGAL_REQUEST, 0x20, 0x00)


@dataclass(frozen=True, slots=True)
class SmcTimeouts:
    """How long each command may take, in seconds: what drivers of real libraries allow."""

    query_s: float = 60.0
    element_status_s: float = 300.0
    initialize_s: float = 1800.0
    move_s: float = 900.0


class SmcChanger:
    """Implements `robotics.interface.Changer`; `name` is how messages call it.

    `profile` None is chosen by INQUIRY at the first command.
    """

    def __init__(
        self,
        transport: Transport,
        timeouts: SmcTimeouts | None = None,
        *,
        name: str = "changer",
        profile: ChangerProfile | None = None,
    ) -> None:
        self._transport = transport
        self._timeouts = timeouts or SmcTimeouts()
        self._name = name
        self._has_import_export = True
        #: What it said happened behind our back, until every element was looked at.
        self._unseen: Sense | None = None
        self._chosen = profile
        self._range_opcodes: tuple[int, ...] = ()
        self._adopt(profile or STANDARD)

    @property
    def profile(self) -> ChangerProfile:
        """How this changer is asked; the standard one until a command was sent."""
        return self._profile

    @property
    def abilities(self) -> ChangerAbilities:
        """What this changer can do, as far as it is known: an inventory tells whether it reads barcodes and
        whether it has import/export elements; what was not tried yet is assumed.
        """
        return ChangerAbilities(
            random_access=True,
            barcode_reader=self._reader.reads_barcodes,
            import_export=self._has_import_export,
            exchange=self._exchanges.may_ask,
            locks_doors=self._locks.may_ask,
            opens_ports=self._ports.may_ask,
        )

    @property
    def unseen(self) -> bool:
        """Whether nobody looked into every element since an attention; nothing is moved meanwhile."""
        return self._unseen is not None

    def identify(self) -> ChangerIdentity:
        """Raises WorldDiffers when the device is no changer."""
        data = self._inquire()
        return ChangerIdentity(data.vendor, data.product, data.revision, self._serial())

    def layout(self) -> ElementLayout:
        request = ModeSense(page=ElementAddressAssignment.PAGE, allocation=_PAGE_BYTES)
        layout = ElementAddressAssignment.decode(self._query(request.encode(), _PAGE_BYTES)).layout
        self._has_import_export = layout.import_export.count > 0
        return layout

    def initialize(self, addresses: ElementRange | None = None) -> None:
        """A changer that knows no range looks into every element."""
        self._choose()
        timeout_s = self._timeouts.initialize_s
        while addresses is not None and self._range_opcodes:
            command = InitializeElementStatusWithRange(
                addresses.first, addresses.count, opcode=self._range_opcodes[0]
            )
            what = f"initialize {addresses.count} elements from {addresses.first}"
            try:
                self._execute(command.encode(), timeout_s, what)
            except NotSupported:
                self._range_opcodes = self._range_opcodes[1:]
            else:
                return
        self._execute(InitializeElementStatus().encode(), timeout_s, "initialize")

    def inventory(self) -> Inventory:
        """Every element of the layout. Raises WireDamaged when the changer reports fewer than it has."""
        unseen = self._unseen
        inventory = self._look()
        if self._unseen is unseen:
            # What was told meanwhile to somebody else's command may have happened behind what was read already.
            self._unseen = None
        return inventory

    def element(self, address: int) -> Element | None:
        """All are read, in the one way that this changer is asked. What is `unseen` stays so."""
        return self._look().at(address)

    def move(self, *, source: int, destination: int) -> None:
        what = f"move from element {source} to element {destination}"
        self._move(MoveMedium(source, destination).encode(), what)

    def exchange(self, *, source: int, destination: int, displaced_to: int) -> None:
        what = f"exchange of element {source} with {destination}, whose medium goes to {displaced_to}"
        command = ExchangeMedium(source, destination, displaced_to).encode()
        self._choose()
        self._optional(self._exchanges, what, lambda: self._move(command, what))

    def lock_doors(self, locked: bool) -> None:
        what = "lock its doors" if locked else "unlock its doors"
        command = PreventAllowRemoval(prevent=locked).encode()
        self._choose()
        self._optional(self._locks, what, lambda: self._execute(command, self._timeouts.query_s, what))

    def open_port(self, address: int) -> None:
        self._port(address, f"open import/export element {address}", close=False)

    def close_port(self, address: int) -> None:
        self._port(address, f"close import/export element {address}", close=True)

    def _look(self) -> Inventory:
        layout = self.layout()
        return Inventory(tuple(map(self._to_element, self._reader.read(layout))))

    def _port(self, address: int, what: str, *, close: bool) -> None:
        command = OpenCloseImportExport(address, close).encode()
        self._choose()
        self._optional(self._ports, what, lambda: self._execute(command, self._timeouts.move_s, what))

    def _move(self, cdb: bytes, what: str) -> None:
        if self._unseen is not None:
            message = f"{self._name}: {what}: not commanded, as nobody looked since {self._unseen}"
            raise InventoryStale(message, self._unseen)
        self._execute(cdb, self._timeouts.move_s, what, moving=True)

    def _optional(self, ability: Learned, what: str, command: Callable[[], object]) -> None:
        """A command that a changer need not have; when it says that it has none, it is not asked again."""
        if not ability.may_ask:
            raise NotSupported(f"{self._name}: {what}: it has no such command", _NO_SUCH_COMMAND)
        try:
            command()
        except NotSupported as refused:
            ability.refused(refused)
            raise
        ability.works()

    def _status(self, request: ReadElementStatus) -> bytes:
        kind = "" if request.kind is None else f"{request.kind.name.lower()} "
        what = f"status of {request.count} {kind}elements from {request.first}"
        timeout_s = self._timeouts.element_status_s
        return self._execute(request.encode(), timeout_s, what, data_in=request.allocation)

    def _serial(self) -> str:
        request = Inquiry(allocation=_PAGE_BYTES, page=UnitSerialNumber.PAGE)
        try:
            return UnitSerialNumber.decode(self._query(request.encode(), _PAGE_BYTES)).serial
        except ChangerRefused as refused:
            if not refused.is_illegal_request:
                raise
            return ""

    def _inquire(self) -> InquiryData:
        """What INQUIRY says; chooses the profile when none was given."""
        data = InquiryData.decode(
            self._send(Inquiry().encode(), self._timeouts.query_s, "query", _INQUIRY_BYTES)
        )
        if data.device_type != TYPE_CHANGER:
            raise WorldDiffers(
                f"{self._name}: {data.vendor} {data.product} is a device of type {data.device_type:02x}, "
                "not a changer; check the address in the configuration"
            )
        if self._chosen is None:
            self._chosen = profile_for(ChangerIdentity(data.vendor, data.product, data.revision, ""))
            self._adopt(self._chosen)
        return data

    def _choose(self) -> None:
        if self._chosen is None:
            self._inquire()

    def _adopt(self, profile: ChangerProfile) -> None:
        self._profile = profile
        self._reader = ElementReader(self._status, profile, name=self._name)
        self._exchanges = Learned(profile.exchange)
        self._locks = Learned(profile.locks_doors)
        self._ports = Learned(profile.opens_ports)
        self._range_opcodes = profile.range_opcodes

    def _query(self, cdb: bytes, data_in: int) -> bytes:
        return self._execute(cdb, self._timeouts.query_s, "query", data_in=data_in)

    def _execute(
        self, cdb: bytes, timeout_s: float, what: str, *, data_in: int = 0, moving: bool = False
    ) -> bytes:
        self._choose()
        return self._send(cdb, timeout_s, what, data_in, moving=moving)

    def _send(
        self, cdb: bytes, timeout_s: float, what: str, data_in: int = 0, *, moving: bool = False
    ) -> bytes:
        try:
            return self._transport.execute(cdb, data_in=data_in, timeout_s=timeout_s).data
        except DeviceRefused as refused:
            error = refusal(
                f"{self._name}: {what}", refused, moving=moving, bad_element=self._profile.bad_element
            )
            if isinstance(error, InventoryStale):
                self._unseen = error.sense
            raise error from refused

    def _to_element(self, told: ElementDescriptor) -> Element:
        """What of a descriptor can be believed: an empty element has no barcode and no source."""
        full = told.full
        return Element(
            address=told.address,
            kind=told.kind,
            full=full,
            barcode=told.barcode if full else None,
            source_address=told.source_address if full and self._profile.source_told else None,
            accessible=told.access or not self._profile.access_told,
            exception=told.exception,
            drive_serial=told.drive_serial,
            operator_placed=full and told.operator_placed,
            import_enabled=told.import_enabled,
            export_enabled=told.export_enabled,
        )
