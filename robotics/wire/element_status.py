"""Element status data (SMC-3): what a changer reports of its elements. No I/O here.

Reading is tolerant of what changers in the field get wrong: lengths are taken from each page, header counts
are not believed, a descriptor cut short by the end of the data gives what is certain in it. Counting the
elements against the layout is the driver's part.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from devices.scsi import TYPE_MULTIMEDIA, ascii_field, ascii_text, require
from robotics.model import ElementKind

_HEADER = struct.Struct(">HHx3s")
_PAGE = struct.Struct(">BBHx3s")
_DESCRIPTOR = struct.Struct(">HBxBB3xBH")
_TAG_BYTES = 36  # 32 of identification, 2 reserved, 2 of volume sequence
_TAG_TEXT_BYTES = 32
_PRIMARY_TAG, _ALTERNATE_TAG = 0x80, 0x40
_FULL, _IMPEXP, _EXCEPT, _ACCESS, _EXENAB, _INENAB = (1 << bit for bit in range(6))
_SVALID, _INVERT = 0x80, 0x40
_ASCII, _SERIAL_ONLY, _VENDOR_SPECIFIC = 2, 0, 1
#: vendor 8, product 16, serial 10 (identifier type 1).
_T10_SERIAL_AT, _T10_BYTES = 24, 34


@dataclass(frozen=True, slots=True)
class ElementDescriptor:
    """One element as the changer describes it, bits and all.

    `barcode` and `drive_serial` are None where none was reported; `exception` is (asc, ascq) where EXCEPT is
    set. `operator_placed` is IMPEXP: a person put the medium there.
    """

    kind: ElementKind
    address: int
    full: bool
    barcode: str | None = None
    source_address: int | None = None
    access: bool = True
    exception: tuple[int, int] | None = None
    drive_serial: str | None = None
    operator_placed: bool = False
    export_enabled: bool = False
    import_enabled: bool = False
    inverted: bool = False
    medium_type: int = 0
    #: Of the device behind a drive element, as it came: a designator (SPC-4 7.8.6), or part of one.
    device_identifier: bytes = field(default=b"", compare=False, repr=False)


def encode_element_status(
    descriptors: Sequence[ElementDescriptor],
    *,
    volume_tags: bool,
    device_ids: bool,
    long_identifiers: bool = False,
) -> bytes:
    """Element status data with one page for each run of the same kind, in the given order.

    `long_identifiers` tell a drive by vendor, product and 10 characters of its serial number, not by that alone.
    """
    identifier = (_encode_long if long_identifiers else _encode_serial) if device_ids else None
    pages = b"".join(
        _encode_page(kind, list(group), volume_tags=volume_tags, identifier=identifier)
        for kind, group in groupby(descriptors, key=lambda d: d.kind)
    )
    first = min((d.address for d in descriptors), default=0)
    return _HEADER.pack(first, len(descriptors), len(pages).to_bytes(3, "big")) + pages


@dataclass(frozen=True, slots=True)
class ElementReport:
    """One answer: its descriptors, those that came cut, and the length of the longest one that was announced."""

    elements: tuple[ElementDescriptor, ...]
    cut: tuple[ElementDescriptor, ...]
    descriptor_bytes: int


def read_element_status(data: bytes, *, missing_tail_bytes: int = 0) -> ElementReport:
    """The answer with what was cut told apart: a descriptor of which more than `missing_tail_bytes` did not come.

    Raises WireDamaged for data without a header; anything after that is read as far as it makes sense.
    """
    require(data, _HEADER.size, "element status data")
    walked = list(_walk_pages(bytes(data)))
    return ElementReport(
        elements=tuple(found for found, _, missing in walked if missing <= missing_tail_bytes),
        cut=tuple(found for found, _, missing in walked if missing > missing_tail_bytes),
        descriptor_bytes=max((length for _, length, _ in walked), default=0),
    )


def decode_element_status(data: bytes) -> tuple[ElementDescriptor, ...]:
    """Every descriptor that the data holds, in order; a cut one with what is certain in it.

    Raises WireDamaged for data without a header; anything after that is read as far as it makes sense.
    """
    require(data, _HEADER.size, "element status data")
    return tuple(found for found, _, _ in _walk_pages(bytes(data)))


def _walk_pages(data: bytes) -> Iterator[tuple[ElementDescriptor, int, int]]:
    """Descriptors with their length and with how many of their bytes are missing."""
    at = _HEADER.size
    while at + _PAGE.size <= len(data):
        kind, flags, length, following = _PAGE.unpack_from(data, at)
        at += _PAGE.size
        end = at + int.from_bytes(following, "big")
        if end == at:
            return  # some changers announce elements that they do not send; what follows is no page header
        if kind in ElementKind.__members__.values() and length >= 4:
            for start in range(at, min(end, len(data)), length):
                # tgt leaves out the last 8 bytes of its answer; half an address is no descriptor.
                if start + length > end or start + 3 > len(data):
                    break
                body = data[start : start + length]
                yield _decode_descriptor(ElementKind(kind), flags, body, length), length, length - len(body)
        at = end


def _decode_descriptor(kind: ElementKind, page_flags: int, body: bytes, length: int) -> ElementDescriptor:
    fixed = body[: _DESCRIPTOR.size].ljust(_DESCRIPTOR.size, b"\0")
    address, flags, asc, ascq, medium, source = _DESCRIPTOR.unpack(fixed)
    at = _DESCRIPTOR.size
    barcode = None
    if page_flags & _PRIMARY_TAG:
        barcode = _tag_text(body[at : at + _TAG_TEXT_BYTES])
        at += _TAG_BYTES
    if page_flags & _ALTERNATE_TAG:
        at += _TAG_BYTES
    return ElementDescriptor(
        kind=kind,
        address=address,
        full=bool(flags & _FULL),
        barcode=barcode,
        source_address=source if medium & _SVALID else None,
        access=bool(flags & _ACCESS),
        exception=(asc, ascq) if flags & _EXCEPT else None,
        drive_serial=_device_serial(body[at:]) if at < length else None,
        operator_placed=bool(flags & _IMPEXP),
        export_enabled=bool(flags & _EXENAB),
        import_enabled=bool(flags & _INENAB),
        inverted=bool(medium & _INVERT),
        medium_type=medium & 0x07,
        device_identifier=body[at:],
    )


def _tag_text(field: bytes) -> str | None:
    """A barcode without its padding; None when empty, or when it was cut where its end cannot be seen."""
    if len(field) < _TAG_TEXT_BYTES and field[-1:] not in (b" ", b"\0"):
        return None
    return ascii_text(field) or None


def _device_serial(identifier: bytes) -> str | None:
    """The serial number in a DVCID identifier; None when there is none or it was cut."""
    if len(identifier) < 4:
        return None
    code_set, kind, length = identifier[0] & 0x0F, identifier[1] & 0x0F, identifier[3]
    text = identifier[4 : 4 + length]
    if code_set != _ASCII or len(text) < length:
        return None
    if kind == _SERIAL_ONLY:
        return ascii_text(text) or None
    # tgt puts the device type where the identifier type belongs: the length tells the form.
    if kind == _VENDOR_SPECIFIC or length == _T10_BYTES:
        return ascii_text(text[_T10_SERIAL_AT:]) or None
    return None


def _encode_page(
    kind: ElementKind,
    descriptors: list[ElementDescriptor],
    *,
    volume_tags: bool,
    identifier: Callable[[str], bytes] | None,
) -> bytes:
    identifiers = [identifier(d.drive_serial or "") if identifier else b"" for d in descriptors]
    # Every descriptor of a page has one length, so the longest identifier sets the room for all.
    identifier_bytes = max(map(len, identifiers))
    bodies = []
    for index, descriptor in enumerate(descriptors):
        body = _encode_fixed(descriptor)
        if volume_tags:
            body += ascii_field(descriptor.barcode or "", _TAG_TEXT_BYTES) + bytes(4)
        bodies.append(body + identifiers[index].ljust(identifier_bytes, b"\0"))
    joined = b"".join(bodies)
    flags = _PRIMARY_TAG if volume_tags else 0
    return _PAGE.pack(kind, flags, len(bodies[0]), len(joined).to_bytes(3, "big")) + joined


def _encode_fixed(descriptor: ElementDescriptor) -> bytes:
    asc, ascq = descriptor.exception or (0, 0)
    flags = (
        (_FULL if descriptor.full else 0)
        | (_IMPEXP if descriptor.operator_placed else 0)
        | (_EXCEPT if descriptor.exception is not None else 0)
        | (_ACCESS if descriptor.access else 0)
        | (_EXENAB if descriptor.export_enabled else 0)
        | (_INENAB if descriptor.import_enabled else 0)
    )
    source = descriptor.source_address
    medium = (
        (_SVALID if source is not None else 0)
        | (_INVERT if descriptor.inverted else 0)
        | (descriptor.medium_type & 0x07)
    )
    return _DESCRIPTOR.pack(descriptor.address, flags, asc, ascq, medium, source or 0)


def _encode_serial(serial: str) -> bytes:
    if not serial:
        return bytes(4)
    text = ascii_field(serial, len(serial))
    return bytes([_ASCII, _SERIAL_ONLY, 0, len(text)]) + text


def _encode_long(serial: str) -> bytes:
    """As tgt tells it: where the identifier type belongs stands the device type of the drive."""
    if not serial:
        return bytes(4)
    text = ascii_field("", _T10_SERIAL_AT) + ascii_field(serial, _T10_BYTES - _T10_SERIAL_AT)
    return bytes([_ASCII, TYPE_MULTIMEDIA, 0, len(text)]) + text
