"""Element status data: the form of the standard, and the ways in which changers depart from it."""

import pytest

from devices.failures import WireDamaged
from robotics.model import ElementKind
from robotics.wire.element_status import (
    ElementDescriptor,
    decode_element_status,
    encode_element_status,
)

#: A drive after a move, as tgt 1.0.85 reports it: 52 bytes a descriptor, 4 more than a barcode needs.
DRIVE_WITH_DISC = (
    bytes.fromhex("0403 0001 00 00003c" + "0480 0034 00 000034" + "0001 01 00 0000 000000 80 0400")
    + b"DISC_0001".ljust(32)
    + bytes(4)
)
SLOT = ElementDescriptor(ElementKind.STORAGE, 1024, full=True, barcode="DSC001", source_address=1025)


def header(*pages: bytes) -> bytes:
    body = b"".join(pages)
    return bytes(4) + len(body).to_bytes(4, "big") + body


def page(kind: int, flags: int, length: int, *bodies: bytes, announced: int | None = None) -> bytes:
    body = b"".join(bodies)
    size = len(body) if announced is None else announced
    return bytes([kind, flags]) + length.to_bytes(2, "big") + size.to_bytes(4, "big") + body


def drive(identifier: str, data: bytes = b"") -> ElementDescriptor:
    body = bytes.fromhex("0100 0900 0000 000000 00 0000") + bytes.fromhex(identifier) + data
    (found,) = decode_element_status(header(page(4, 0, len(body), body)))
    return found


def test_a_drive_that_took_a_disc_from_a_slot() -> None:
    assert decode_element_status(DRIVE_WITH_DISC) == (
        ElementDescriptor(
            ElementKind.DRIVE, 1, full=True, barcode="DISC_0001", source_address=0x0400, access=False
        ),
    )


def test_a_page_is_encoded_to_the_byte() -> None:
    data = encode_element_status([SLOT], volume_tags=True, device_ids=False)
    fixed = "0400 0001 00 000038" + "0280 0030 00 000030" + "0400 09 00 0000 000000 80 0401"
    assert data == bytes.fromhex(fixed) + b"DSC001".ljust(32) + bytes(4)


def test_serial_numbers_of_drives_are_encoded_in_one_length() -> None:
    drives = [
        ElementDescriptor(ElementKind.DRIVE, 256, full=False, drive_serial="B1"),
        ElementDescriptor(ElementKind.DRIVE, 257, full=False),
    ]
    data = encode_element_status(drives, volume_tags=False, device_ids=True)
    first = "0100 0800 0000 000000 00 0000" + "02000002" + b"B1".hex()
    second = "0101 0800 0000 000000 00 0000" + "000000000000"
    assert data == bytes.fromhex("0100 0002 00 00002c" + "0400 0012 00 000024" + first + second)


def test_kinds_come_in_pages_of_their_own() -> None:
    elements = [
        ElementDescriptor(ElementKind.TRANSPORT, 1, full=False),
        SLOT,
        ElementDescriptor(
            ElementKind.IMPORT_EXPORT, 16, full=True, operator_placed=True, import_enabled=True
        ),
        ElementDescriptor(ElementKind.DRIVE, 256, full=False, exception=(0x83, 0x04)),
    ]
    data = encode_element_status(elements, volume_tags=True, device_ids=False)
    assert decode_element_status(data) == tuple(elements)


def test_nothing_to_report_is_an_empty_report() -> None:
    data = encode_element_status([], volume_tags=True, device_ids=True)
    assert data == bytes(8)
    assert decode_element_status(data) == ()


def test_barcodes_lose_spaces_and_nuls() -> None:
    for text in (b"VOL001L8" + b" " * 24, b"VOL001L8" + bytes(24), b"VOL001L8 \0" + b" " * 22):
        body = bytes.fromhex("0400 0900 0000 000000 00 0000") + text + bytes(4)
        (found,) = decode_element_status(header(page(2, 0x80, 48, body)))
        assert found.barcode == "VOL001L8"


def test_an_empty_tag_is_no_barcode() -> None:
    body = bytes.fromhex("0400 0900 0000 000000 00 0000") + bytes(36)
    (found,) = decode_element_status(header(page(2, 0x80, 48, body)))
    assert found.barcode is None


def test_a_source_without_svalid_is_not_believed() -> None:
    body = bytes.fromhex("0100 0900 0000 000000 00 0400")
    (found,) = decode_element_status(header(page(4, 0, 12, body)))
    assert found.source_address is None


def test_an_exception_counts_only_with_its_bit() -> None:
    with_bit, without = (
        bytes.fromhex("0400 0c00 8302 000000 00 0000"),
        bytes.fromhex("0401 0800 8302 000000 00 0000"),
    )
    found = decode_element_status(header(page(2, 0, 12, with_bit, without)))
    assert [e.exception for e in found] == [(0x83, 0x02), None]


def test_import_export_flags_and_medium_byte_are_read() -> None:
    body = bytes.fromhex("0010 3b00 0000 000000 c1 0400")
    (found,) = decode_element_status(header(page(3, 0, 12, body)))
    assert found == ElementDescriptor(
        ElementKind.IMPORT_EXPORT, 16, full=True, source_address=0x0400, operator_placed=True,
        export_enabled=True, import_enabled=True, inverted=True, medium_type=1,
    )  # fmt: skip


def test_a_serial_number_alone_is_read() -> None:
    assert drive("0200000a", b"DRV0000001").drive_serial == "DRV0000001"


def test_a_serial_number_after_vendor_and_product_is_read() -> None:
    text = b"IBM     " + b"ULT3580-TD8     " + b"DRV0000001"
    assert drive("02010022", text).drive_serial == "DRV0000001"


def test_tgt_puts_the_device_type_where_the_identifier_type_belongs() -> None:
    text = b"TGT_DVD " + b"DVD101          " + b"DVD0000001"
    assert drive("02050022", text).drive_serial == "DVD0000001"


@pytest.mark.parametrize(
    "identifier", ["", "02", "00000000", "0100000441424344", "02000000", "0203000441424344"]
)
def test_an_identifier_that_is_no_serial_number_gives_none(identifier: str) -> None:
    assert drive(identifier).drive_serial is None


def test_an_alternate_tag_is_stepped_over() -> None:
    body = bytes.fromhex("0100 0900 0000 000000 00 0000") + b"A".ljust(36) + b"B".ljust(36)
    body += bytes.fromhex("02000003") + b"S01"
    (found,) = decode_element_status(header(page(4, 0xC0, len(body), body)))
    assert (found.barcode, found.drive_serial) == ("A", "S01")


def test_the_reported_descriptor_length_counts() -> None:
    bodies = [bytes([4, n]) + bytes.fromhex("0900 0000 000000 00 0000") + b"vendor" for n in range(3)]
    found = decode_element_status(header(page(2, 0, 18, *bodies)))
    assert [e.address for e in found] == [0x400, 0x401, 0x402]


def test_descriptors_of_four_bytes_are_read() -> None:
    found = decode_element_status(header(page(2, 0, 4, bytes.fromhex("04000900 04010800"))))
    assert [(e.address, e.full) for e in found] == [(0x400, True), (0x401, False)]


def test_counts_in_the_header_are_not_believed() -> None:
    data = bytes.fromhex("ffff ffff 00 ffffff") + DRIVE_WITH_DISC[8:]
    assert len(decode_element_status(data)) == 1


def test_an_answer_8_bytes_short_keeps_the_barcode_and_drops_a_cut_serial() -> None:
    assert decode_element_status(DRIVE_WITH_DISC[:-8])[0].barcode == "DISC_0001"
    cut = encode_element_status(
        [ElementDescriptor(ElementKind.DRIVE, 258, full=False, drive_serial="DVD0000001")],
        volume_tags=True,
        device_ids=True,
    )[:-8]
    assert decode_element_status(cut)[0].drive_serial is None


def test_a_barcode_cut_within_its_text_is_not_half_believed() -> None:
    data = encode_element_status([SLOT], volume_tags=True, device_ids=False)
    assert decode_element_status(data[: 16 + 12 + 4])[0].barcode is None


def test_a_page_that_announces_nothing_ends_the_report() -> None:
    data = header(page(2, 0x80, 52, announced=0), DRIVE_WITH_DISC[8:])
    assert decode_element_status(data) == ()


def test_pages_of_unknown_kind_and_of_no_length_are_skipped() -> None:
    data = header(page(9, 0, 12, bytes(24)), page(2, 0, 0, bytes(24)), DRIVE_WITH_DISC[8:])
    assert [e.address for e in decode_element_status(data)] == [1]


def test_data_without_a_header_is_damage() -> None:
    with pytest.raises(WireDamaged, match="7 bytes"):
        decode_element_status(bytes(7))
