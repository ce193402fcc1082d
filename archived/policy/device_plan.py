"""Names for what a scan found: libraries with the drives that stand in them, and what of it can be set up."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archived.found_devices import CHANGER, TAPE_DRIVE, FoundDevice
from archived.media_kinds import DISC, MEDIA_KINDS, TAPE
from archived.policy.cartridge_labels import read_label
from archived.policy.device_pairing import How, Pair

#: Beginnings of the names of libraries and drives, by the kind of the library.
_LIBRARY_NAMES = {TAPE: "tl", DISC: "dl"}
_DRIVE_NAMES = {TAPE: "T", DISC: "B"}
#: ULT3580-TD8, ULTRIUM-HH9, Ultrium 8-SCSI, LTO-7: how drives of LTO say their generation.
_GENERATION = re.compile(r"(?:\b[TH][DH]|ULTRIUM[ -]?|LTO[ -]?)([1-9])\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PlannedDrive:
    """A drive in a library; `element` is 0 where the daemon will find it by the same serial number."""

    name: str
    device: FoundDevice
    address: int
    how: How

    @property
    def element(self) -> int:
        return 0 if self.how is How.SERIAL else self.address


@dataclass(frozen=True, slots=True)
class PlannedLibrary:
    """A changer that can be set up. `media_kind` is empty where nothing tells it.

    `left_out` are its drives of another kind and those that nothing can reach, `unpaired` its elements of which nobody
    knows the drive.
    """

    name: str
    kind: str
    changer: FoundDevice
    drives: tuple[PlannedDrive, ...]
    media_kind: str = ""
    left_out: tuple[FoundDevice, ...] = ()
    unpaired: tuple[Pair, ...] = ()


def plan_libraries(devices: Sequence[FoundDevice], pairs: Sequence[Pair]) -> tuple[PlannedLibrary, ...]:
    """A library for every changer with at least one drive, in the order in which changers were found."""
    by_key = {device.key: device for device in devices}
    libraries: list[PlannedLibrary] = []
    drive_counts: Counter[str] = Counter()
    for changer in (device for device in devices if device.kind == CHANGER):
        mine = [pair for pair in pairs if pair.changer == changer.key]
        paired = [(pair, by_key[pair.drive]) for pair in mine if pair.drive is not None]
        if not paired or not changer.reachable:
            continue
        kind = _kind(paired)
        drives: list[PlannedDrive] = []
        left_out = []
        for pair, device in paired:
            if _kind_of(device) != kind or not device.reachable:
                left_out.append(device)
            else:
                drive_counts[kind] += 1
                name = f"{_DRIVE_NAMES[kind]}{drive_counts[kind]}"
                drives.append(PlannedDrive(name, device, pair.bay.address, pair.how))
        if not drives:
            continue
        number = 1 + sum(library.kind == kind for library in libraries)
        libraries.append(
            PlannedLibrary(
                f"{_LIBRARY_NAMES[kind]}{number}",
                kind,
                changer,
                tuple(drives),
                _media_kind(kind, changer, drives),
                tuple(left_out),
                tuple(pair for pair in mine if pair.drive is None),
            )
        )
    return tuple(libraries)


def names_of(libraries: Sequence[PlannedLibrary]) -> Mapping[str, str]:
    """Key of each device that can be set up -> its name."""
    found = {library.changer.key: library.name for library in libraries}
    return found | {drive.device.key: drive.name for library in libraries for drive in library.drives}


def generation_of(product: str) -> str:
    """The kind of media that a tape drive writes best, by its product's name; empty for an unknown one."""
    said = _GENERATION.search(product)
    kind = f"lto-{said[1]}" if said else ""
    return kind if kind in MEDIA_KINDS[TAPE] else ""


def _kind(paired: Sequence[tuple[Pair, FoundDevice]]) -> str:
    """That of most drives; of tapes when there are as many of both."""
    counts = Counter(_kind_of(device) for _pair, device in paired)
    return TAPE if counts[TAPE] >= counts[DISC] else DISC


def _kind_of(device: FoundDevice) -> str:
    return TAPE if device.kind == TAPE_DRIVE else DISC


def _media_kind(kind: str, changer: FoundDevice, drives: Sequence[PlannedDrive]) -> str:
    """What most barcodes of data cartridges say, else what the drives were made for."""
    if kind == DISC:
        return MEDIA_KINDS[DISC][0]
    labels = [read_label(barcode) for barcode in changer.barcodes]
    said = Counter(label.kind for label in labels if label.kind in MEDIA_KINDS[TAPE] and not label.worm)
    if said:
        return max(sorted(said), key=lambda name: said[name])
    made_for = {generation_of(drive.device.product) for drive in drives}
    return made_for.pop() if len(made_for) == 1 else ""
