"""A SCSI media changer (SMC-3) over any transport. Never waits, never retries a command that was refused.

Changers in the field differ in what READ ELEMENT STATUS may ask for at once; what one refuses as an illegal
request is asked in a simpler form, and remembered.
"""

from dataclasses import dataclass, replace

from devices.failures import DeviceRefused, WireDamaged, WorldDiffers
from devices.scsi import TYPE_CHANGER, Inquiry, InquiryData, Transport, UnitSerialNumber
from devices.sense import ILLEGAL_REQUEST
from robotics.errors import ChangerRefused, refusal
from robotics.model import (
    ChangerAbilities,
    ChangerIdentity,
    Element,
    ElementKind,
    ElementLayout,
    ElementRange,
    Inventory,
)
from robotics.wire.element_status import ElementDescriptor, decode_element_status
from robotics.wire.smc import (
    ALLOCATION_BYTES_MAX,
    ElementAddressAssignment,
    InitializeElementStatus,
    ModeSense,
    MoveMedium,
    ReadElementStatus,
)

#: Elements of one request: with barcodes and serial numbers they still fit in the allocation length.
_ELEMENTS_PER_REQUEST = 700
_PAGE_BYTES = 255


@dataclass(frozen=True, slots=True)
class SmcTimeouts:
    """How long each command may take, in seconds: what drivers of real libraries allow."""

    query_s: float = 60.0
    element_status_s: float = 300.0
    initialize_s: float = 1800.0
    move_s: float = 900.0


class SmcChanger:
    """Implements `robotics.interface.Changer`; `name` is how messages call it."""

    def __init__(
        self, transport: Transport, timeouts: SmcTimeouts | None = None, *, name: str = "changer"
    ) -> None:
        self._transport = transport
        self._timeouts = timeouts or SmcTimeouts()
        self._name = name
        self._reads_barcodes = True
        self._has_import_export = True
        self._tags_with_ids = True

    @property
    def abilities(self) -> ChangerAbilities:
        """What this changer can do, as far as it is known: an inventory tells whether it reads barcodes and
        whether it has import/export elements; both are assumed before. This driver does not exchange.
        """
        return ChangerAbilities(
            random_access=True,
            barcode_reader=self._reads_barcodes,
            import_export=self._has_import_export,
            exchange=False,
        )

    def identify(self) -> ChangerIdentity:
        """Raises WorldDiffers when the device is no changer."""
        data = InquiryData.decode(self._query(Inquiry().encode(), 36))
        if data.device_type != TYPE_CHANGER:
            raise WorldDiffers(
                f"{self._name}: {data.vendor} {data.product} is a device of type {data.device_type:02x}, "
                "not a changer; check the address in the configuration"
            )
        return ChangerIdentity(data.vendor, data.product, data.revision, self._serial())

    def layout(self) -> ElementLayout:
        request = ModeSense(page=ElementAddressAssignment.PAGE, allocation=_PAGE_BYTES)
        layout = ElementAddressAssignment.decode(self._query(request.encode(), _PAGE_BYTES)).layout
        self._has_import_export = layout.import_export.count > 0
        return layout

    def initialize(self) -> None:
        self._execute(InitializeElementStatus().encode(), self._timeouts.initialize_s, "initialize")

    def inventory(self) -> Inventory:
        """Every element of the layout. Raises WireDamaged when the changer reports fewer than it has."""
        layout = self.layout()
        found = [d for kind in ElementKind for d in self._look_at(kind, layout.range_of(kind))]
        return Inventory(tuple(map(_element, found)))

    def move(self, *, source: int, destination: int) -> None:
        what = f"move from element {source} to element {destination}"
        self._execute(MoveMedium(source, destination).encode(), self._timeouts.move_s, what, moving=True)

    def _look_at(self, kind: ElementKind, addresses: ElementRange) -> list[ElementDescriptor]:
        found: dict[int, ElementDescriptor] = {}
        at, end = addresses.first, addresses.first + addresses.count
        while at < end:
            part = self._ask(kind, at, min(end - at, _ELEMENTS_PER_REQUEST))
            # Some changers ignore the count and answer with every element from the first one on.
            news = {d.address: d for d in part if d.kind is kind and at <= d.address < end}
            if not news:
                break
            found |= news
            at = max(news) + 1
        if len(found) < addresses.count:
            raise WireDamaged(
                f"{self._name}: reported {len(found)} of its {addresses.count} {kind.name.lower()} elements; "
                "no inventory was taken, take it again"
            )
        return [found[address] for address in sorted(found)]

    def _ask(self, kind: ElementKind, first: int, count: int) -> tuple[ElementDescriptor, ...]:
        """One request in the fullest form that this changer takes."""
        is_drive = kind is ElementKind.DRIVE
        if is_drive and self._tags_with_ids:
            try:
                return self._read(kind, first, count, tags=self._reads_barcodes, ids=True)
            except ChangerRefused as refused:
                _raise_unless_illegal(refused)
                self._tags_with_ids = False
        found = self._ask_tags(kind, first, count)
        if not is_drive:
            return found
        serials = self._ask_serials(first, count)
        return tuple(replace(d, drive_serial=serials.get(d.address)) for d in found)

    def _ask_tags(self, kind: ElementKind, first: int, count: int) -> tuple[ElementDescriptor, ...]:
        if self._reads_barcodes:
            try:
                return self._read(kind, first, count, tags=True)
            except ChangerRefused as refused:
                _raise_unless_illegal(refused)
        found = self._read(kind, first, count, tags=False)
        self._reads_barcodes = False
        return found

    def _ask_serials(self, first: int, count: int) -> dict[int, str | None]:
        """Serial numbers of drives by address; a changer that knows none is no fault."""
        try:
            drives = self._read(ElementKind.DRIVE, first, count, tags=False, ids=True)
        except ChangerRefused as refused:
            _raise_unless_illegal(refused)
            return {}
        return {d.address: d.drive_serial for d in drives}

    def _read(
        self, kind: ElementKind, first: int, count: int, *, tags: bool, ids: bool = False
    ) -> tuple[ElementDescriptor, ...]:
        request = ReadElementStatus(kind, first, count, volume_tags=tags, device_ids=ids)
        timeout_s = self._timeouts.element_status_s
        what = f"status of {count} {kind.name.lower()} elements from {first}"
        return decode_element_status(
            self._execute(request.encode(), timeout_s, what, data_in=ALLOCATION_BYTES_MAX)
        )

    def _serial(self) -> str:
        request = Inquiry(allocation=_PAGE_BYTES, page=UnitSerialNumber.PAGE)
        try:
            return UnitSerialNumber.decode(self._query(request.encode(), _PAGE_BYTES)).serial
        except ChangerRefused as refused:
            _raise_unless_illegal(refused)
            return ""

    def _query(self, cdb: bytes, data_in: int) -> bytes:
        return self._execute(cdb, self._timeouts.query_s, "query", data_in=data_in)

    def _execute(
        self, cdb: bytes, timeout_s: float, what: str, *, data_in: int = 0, moving: bool = False
    ) -> bytes:
        try:
            return self._transport.execute(cdb, data_in=data_in, timeout_s=timeout_s).data
        except DeviceRefused as refused:
            raise refusal(f"{self._name}: {what}", refused, moving=moving) from refused


def _raise_unless_illegal(refused: ChangerRefused) -> None:
    if refused.sense.key != ILLEGAL_REQUEST:
        raise refused


def _element(descriptor: ElementDescriptor) -> Element:
    """What of a descriptor can be believed: an empty element has no barcode and no source."""
    full = descriptor.full
    return Element(
        address=descriptor.address,
        kind=descriptor.kind,
        full=full,
        barcode=descriptor.barcode if full else None,
        source_address=descriptor.source_address if full else None,
        accessible=descriptor.access,
        exception=descriptor.exception,
        drive_serial=descriptor.drive_serial,
    )
