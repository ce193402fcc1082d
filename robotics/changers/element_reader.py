"""What is in every element, asked in the fullest form that a changer takes; what it refused is remembered.

A refusal is believed only while the form was never answered: a changer that has told barcodes once does not lose its
barcode reader.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from devices.failures import WireDamaged
from robotics.errors import ChangerRefused
from robotics.model import ElementKind, ElementLayout, ElementRange
from robotics.paging import elements_in, next_page
from robotics.profiles import Ask, ChangerProfile
from robotics.wire.element_status import ElementDescriptor, read_element_status
from robotics.wire.smc import ReadElementStatus

#: Lengths of a descriptor before the device told them: fixed part, barcode, identifier (SMC-3).
_FIXED_BYTES, _TAG_BYTES, _IDENTIFIER_BYTES = 12, 36, 38

Found = dict[int, ElementDescriptor]


class Learned:
    """Whether a changer understands something: declared, or found out by asking."""

    def __init__(self, ask: Ask) -> None:
        self._works = {Ask.TRY: None, Ask.ALWAYS: True, Ask.NEVER: False}[ask]

    @property
    def may_ask(self) -> bool:
        return self._works is not False

    def works(self) -> None:
        self._works = True

    def refused(self, error: ChangerRefused) -> None:
        """Not to be asked again. Raises the error when it is no such refusal, or when it worked before."""
        if self._works or not error.is_illegal_request:
            raise error
        self._works = False


class ElementReader:
    """Asks one changer, by `ask` (which raises RoboticsError, DeviceFailure); `name` is how messages call it."""

    def __init__(
        self, ask: Callable[[ReadElementStatus], bytes], profile: ChangerProfile, *, name: str
    ) -> None:
        self._ask = ask
        self._profile = profile
        self._name = name
        self._apart = Learned(profile.kinds_apart)
        self._tags = Learned(profile.barcodes)
        self._ids = Learned(profile.drive_serials)
        self._both = Learned(profile.both_at_once)

    @property
    def reads_barcodes(self) -> bool:
        return self._tags.may_ask

    def read(self, layout: ElementLayout) -> list[ElementDescriptor]:
        """Every element of the layout, kind by kind. Raises WireDamaged when some were not reported."""
        found = self._kind_by_kind(layout)
        if found is None:
            everything = self._full(None, _addresses(layout.range_of(kind) for kind in ElementKind))
            found = [
                d for kind in ElementKind for d in self._complete(kind, layout.range_of(kind), everything)
            ]
        return found

    def _kind_by_kind(self, layout: ElementLayout) -> list[ElementDescriptor] | None:
        """None when the changer does not answer for one kind."""
        if not self._apart.may_ask:
            return None
        found: list[ElementDescriptor] = []
        for kind in ElementKind:
            addresses = layout.range_of(kind)
            if not addresses.count:
                continue
            try:
                told = self._full(kind, _addresses([addresses]))
            except ChangerRefused as refused:
                self._apart.refused(refused)
                return None
            self._apart.works()
            found += self._complete(kind, addresses, told)
        return found

    def _complete(self, kind: ElementKind, addresses: ElementRange, found: Found) -> list[ElementDescriptor]:
        """What was told of one kind, in order of address. Raises WireDamaged when that is not all."""
        told = [d for address, d in sorted(found.items()) if address in addresses and d.kind is kind]
        if len(told) < addresses.count:
            raise WireDamaged(
                f"{self._name}: reported {len(told)} of its {addresses.count} {kind.name.lower()} elements; "
                "no inventory was taken, take it again"
            )
        return told

    def _full(self, kind: ElementKind | None, addresses: Sequence[int]) -> Found:
        """With barcodes, and serial numbers where drives are among them, as far as this changer tells them."""
        if kind not in (None, ElementKind.DRIVE) or not self._ids.may_ask:
            return self._tagged(kind, addresses)
        if self._both.may_ask:
            try:
                found = self._pages(kind, addresses, tags=self._tags.may_ask, ids=True)
            except ChangerRefused as refused:
                self._both.refused(refused)
            else:
                self._both.works()
                return found
        found = self._tagged(kind, addresses)
        serials = self._identified(kind, addresses)
        return {
            address: replace(d, drive_serial=serials[address].drive_serial) if address in serials else d
            for address, d in found.items()
        }

    def _tagged(self, kind: ElementKind | None, addresses: Sequence[int]) -> Found:
        refusal: ChangerRefused | None = None
        if self._tags.may_ask:
            try:
                found = self._pages(kind, addresses, tags=True, ids=False)
            except ChangerRefused as refused:
                if not refused.is_illegal_request:
                    raise
                refusal = refused
            else:
                self._tags.works()
                return found
        found = self._pages(kind, addresses, tags=False, ids=False)
        if refusal is not None:
            self._tags.refused(refusal)
        return found

    def _identified(self, kind: ElementKind | None, addresses: Sequence[int]) -> Found:
        """The same elements with serial numbers only; a changer that knows none is no fault."""
        try:
            return self._pages(kind, addresses, tags=False, ids=True)
        except ChangerRefused as refused:
            self._ids.refused(refused)
            return {}

    def _pages(self, kind: ElementKind | None, addresses: Sequence[int], *, tags: bool, ids: bool) -> Found:
        """As many answers as it takes; ends early when an answer brings nothing new."""
        profile, wanted, found = self._profile, set(addresses), Found()
        length = _FIXED_BYTES + (_TAG_BYTES if tags else 0) + (_IDENTIFIER_BYTES if ids else 0)
        alone = False
        while True:
            most = elements_in(profile.allocation_bytes_max, length, most=profile.elements_max)
            page = next_page(addresses, found, most=1 if alone else most)
            if page is None:
                return found
            request = ReadElementStatus(
                kind,
                page.first,
                page.count,
                volume_tags=tags,
                device_ids=ids,
                allocation=profile.allocation_bytes_max,
            )
            told = read_element_status(self._ask(request), missing_tail_bytes=profile.missing_tail_bytes)
            news = _among(told.elements, wanted, kind)
            if not news and alone:
                # Even by itself it does not come whole: what is certain in it is taken.
                news = _among(told.cut, wanted, kind)
            if not news and (alone or not told.cut):
                return found
            alone = not news
            found |= {address: d for address, d in news.items() if address not in found}
            length = max(length, told.descriptor_bytes)


def _among(told: Iterable[ElementDescriptor], wanted: set[int], kind: ElementKind | None) -> Found:
    """Some changers ignore the count, or the kind, and tell of more than they were asked."""
    return {d.address: d for d in told if d.address in wanted and kind in (None, d.kind)}


def _addresses(ranges: Iterable[ElementRange]) -> list[int]:
    return sorted({address for r in ranges for address in range(r.first, r.first + r.count)})
