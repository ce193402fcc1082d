"""What the simulated robot reports of its elements, and in which of the forms that changers have."""

from collections.abc import Collection
from dataclasses import replace

from devices.sense import ILLEGAL_REQUEST
from robotics.model import ElementKind, ElementLayout, ElementRange
from robotics.wire.element_status import ElementDescriptor, encode_element_status
from robotics.wire.smc import ReadElementStatus
from simulator import changer_quirks as quirk
from simulator.answers import Refusal
from simulator.plan import (
    DRIVE_ADDRESS,
    IMPORT_EXPORT_ADDRESS,
    SLOT_ADDRESS,
    TRANSPORT_ADDRESS,
    RoomPlan,
)
from simulator.world import World

#: ASC and ASCQ of a slot whose magazine is not there.
NO_MAGAZINE = (0x83, 0x02)
_SERIAL_CHARS, _FEW, _TAIL_BYTES, _OVERLAP_BYTES = 10, 4, 8, 8
#: Page of drives with a descriptor length, elements announced, and no bytes that follow.
_EMPTY_PAGE = bytes.fromhex("0480 0034 00 000000")


def layout_of(plan: RoomPlan) -> ElementLayout:
    """Which addresses there are."""
    return ElementLayout(
        transport=ElementRange(TRANSPORT_ADDRESS, 1),
        storage=ElementRange(SLOT_ADDRESS, plan.slots),
        import_export=ElementRange(IMPORT_EXPORT_ADDRESS, plan.import_export_slots),
        drive=ElementRange(DRIVE_ADDRESS, len(plan.drives)),
    )


def element_status(plan: RoomPlan, world: World, command: ReadElementStatus) -> bytes:
    """The answer to READ ELEMENT STATUS, with the quirks of the plan. Raises the refusal of what is not understood."""
    has = frozenset(plan.changer_quirks)
    _check(command, has)
    told = [
        _as_it_says(descriptor, has)
        for descriptor in descriptors(plan, world)
        if command.kind in (None, descriptor.kind) and descriptor.address >= command.first
    ]
    if quirk.COUNT_IGNORED not in has:
        told = told[: command.count]
    if quirk.FEW_ELEMENTS in has:
        told = told[:_FEW]
    data = encode_element_status(
        told,
        volume_tags=command.volume_tags,
        device_ids=command.device_ids,
        long_identifiers=quirk.SERIALS_CUT in has,
    )
    return _spoilt(data, command, has)


def descriptors(plan: RoomPlan, world: World) -> list[ElementDescriptor]:
    """Every element as it is, kind by kind."""
    occupants = {c.address: c for c in world.carriers.values() if c.address is not None}
    serials = {drive.address: drive.serial for drive in plan.drives}
    layout = layout_of(plan)
    found = []
    for kind in ElementKind:
        addresses = layout.range_of(kind)
        for address in range(addresses.first, addresses.first + addresses.count):
            away = address in world.away
            carrier = None if away else occupants.get(address)
            is_port = kind is ElementKind.IMPORT_EXPORT
            closed = kind is ElementKind.DRIVE and not world.drives[address].tray_open
            found.append(
                ElementDescriptor(
                    kind=kind,
                    address=address,
                    full=carrier is not None,
                    barcode=carrier.barcode if carrier else None,
                    source_address=carrier.source if carrier else None,
                    access=not away and not (closed and carrier is not None),
                    exception=NO_MAGAZINE if away else None,
                    drive_serial=serials.get(address),
                    # Whoever never was in the robot's hand was put there by a person.
                    operator_placed=is_port and carrier is not None and carrier.source is None,
                    import_enabled=is_port,
                    export_enabled=is_port,
                )
            )
    return found


def _check(command: ReadElementStatus, has: Collection[str]) -> None:
    refused = (
        (quirk.ONLY_ALL_KINDS in has and command.kind is not None)
        or (quirk.NO_BARCODES in has and command.volume_tags)
        or (quirk.NO_SERIALS in has and command.device_ids)
        or (quirk.BARCODES_OR_SERIALS in has and command.volume_tags and command.device_ids)
    )
    if refused:
        raise Refusal(ILLEGAL_REQUEST, 0x24, 0x00)


def _as_it_says(descriptor: ElementDescriptor, has: Collection[str]) -> ElementDescriptor:
    if quirk.NO_ACCESS in has:
        descriptor = replace(descriptor, access=False)
    if quirk.SOURCE_WRONG in has and descriptor.full:
        descriptor = replace(descriptor, source_address=SLOT_ADDRESS)
    if quirk.SERIALS_CUT in has and descriptor.drive_serial:
        descriptor = replace(descriptor, drive_serial=descriptor.drive_serial[:_SERIAL_CHARS])
    return descriptor


def _spoilt(data: bytes, command: ReadElementStatus, has: Collection[str]) -> bytes:
    if quirk.FIRST_WRONG in has:
        data = bytes.fromhex("0403") + data[2:]
    if quirk.EMPTY_PAGE in has:
        data += _EMPTY_PAGE
    if quirk.ONLY_ONE_KIND in has and command.kind is None:
        # The second page begins within the last descriptor of the first.
        data = data[:60] + data[60 + _OVERLAP_BYTES :]
    if quirk.TAIL_MISSING in has:
        data = data[: max(8, len(data) - _TAIL_BYTES)]
    return data[: command.allocation & 0xFFFF if quirk.LOW_ALLOCATION in has else command.allocation]
