"""Which drive stands behind which drive element of which changer.

By the serial number that the changer tells; where it cuts it or tells another name, by these; at last by order,
which is a guess and is called one. Nothing is guessed against what a changer says: an element whose serial number
belongs to no drive stays without one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, unique

from archived.found_devices import CHANGER, DISC_DRIVE, Bay, FoundDevice

#: A part of a serial number that is shorter says nothing.
PART_LENGTH_MIN = 6


@unique
class How(Enum):
    """What a pairing rests on, the best first."""

    SERIAL = "serial"
    NAME = "name"
    PART_OF_SERIAL = "part of serial"
    ORDER = "guessed by order"
    UNPAIRED = "unpaired"


@dataclass(frozen=True, slots=True)
class Pair:
    """One drive element of a changer, and its drive where there is one."""

    changer: str
    bay: Bay
    drive: str | None
    how: How


def second_ways(devices: Sequence[FoundDevice]) -> Mapping[str, str]:
    """Key of each device that was found before by another way -> key of the first way.

    Drives of discs are left alone: those of one make may all say the same serial number.
    """
    first: dict[tuple[str, str, str, str], str] = {}
    found = {}
    for device in devices:
        if not device.serial or device.kind == DISC_DRIVE:
            continue
        identity = (device.kind, device.vendor, device.product, device.serial)
        if identity in first:
            found[device.key] = first[identity]
        else:
            first[identity] = device.key
    return found


def pair(devices: Sequence[FoundDevice]) -> tuple[Pair, ...]:
    """A pair for each drive element of each changer, in the order of changers and of addresses."""
    changers = [device for device in devices if device.kind == CHANGER]
    bays = [(changer, bay) for changer in changers for bay in _by_address(changer.bays)]
    drives = [device for device in devices if device.kind != CHANGER]
    found: dict[tuple[str, int], tuple[str, How]] = {}
    for how, fits in _CERTAIN:
        _match(found, bays, drives, how, fits)
    for changer in changers:
        _guess(found, changer, drives)
    return tuple(
        Pair(changer.key, bay, *found.get((changer.key, bay.address), (None, How.UNPAIRED)))
        for changer, bay in bays
    )


def _match(
    found: dict[tuple[str, int], tuple[str, How]],
    bays: Iterable[tuple[FoundDevice, Bay]],
    drives: Sequence[FoundDevice],
    how: How,
    fits: Callable[[Bay, FoundDevice], bool],
) -> None:
    """Pair what fits one thing alone, seen from both sides."""
    taken = {drive for drive, _how in found.values()}
    free_bays = [(changer, bay) for changer, bay in bays if (changer.key, bay.address) not in found]
    free_drives = [drive for drive in drives if drive.key not in taken]
    for changer, bay in free_bays:
        fitting = [drive for drive in free_drives if fits(bay, drive)]
        if len(fitting) == 1 and sum(fits(other, fitting[0]) for _changer, other in free_bays) == 1:
            found[changer.key, bay.address] = fitting[0].key, how


def _guess(
    found: dict[tuple[str, int], tuple[str, How]], changer: FoundDevice, drives: Sequence[FoundDevice]
) -> None:
    """By order, where as many drives as elements are left on the changer's own adapter or target."""
    taken = {drive for drive, _how in found.values()}
    bays = [bay for bay in _by_address(changer.bays) if (changer.key, bay.address) not in found]
    near = sorted(
        (drive for drive in drives if drive.key not in taken and drive.group == changer.group),
        key=lambda drive: drive.order,
    )
    if len(bays) != len(near):
        return
    if any(bay.serial and drive.serial for bay, drive in zip(bays, near, strict=True)):
        return
    for bay, drive in zip(bays, near, strict=True):
        found[changer.key, bay.address] = drive.key, How.ORDER


def _by_address(bays: Iterable[Bay]) -> list[Bay]:
    return sorted(bays, key=lambda bay: bay.address)


def _same_serial(bay: Bay, drive: FoundDevice) -> bool:
    return bool(bay.serial) and bay.serial == drive.serial


def _same_name(bay: Bay, drive: FoundDevice) -> bool:
    told = {_spelt(name) for name in bay.names}
    return bool(told & {_spelt(name) for name in drive.names})


def _part_of_serial(bay: Bay, drive: FoundDevice) -> bool:
    """Changers cut serial numbers at ten characters (tgt), or leave out zeros in front."""
    short, long = sorted((bay.serial.lstrip("0"), drive.serial.lstrip("0")), key=len)
    return len(short) >= PART_LENGTH_MIN and long.startswith(short)


def _spelt(name: str) -> str:
    return " ".join(name.split()).casefold()


_CERTAIN = ((How.SERIAL, _same_serial), (How.NAME, _same_name), (How.PART_OF_SERIAL, _part_of_serial))
