"""The SCSI devices of this machine, as the kernel tells them in sysfs: nothing is opened and no command sent.

`/sys/bus/scsi/devices` has every device, whichever drivers have taken it; a device that the sg driver has taken
has a node /dev/sgN. Links to nodes are looked for where udev puts stable names.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devices.scsi import TYPE_CHANGER, TYPE_MULTIMEDIA, TYPE_TAPE

SYSFS, DEV = Path("/sys"), Path("/dev")
DEVICES = Path("bus/scsi/devices")
#: Folders of stable names in /dev, the best ones first.
LINK_FOLDERS = ("archived", "tape/by-id", "disk/by-id", "tape/by-path", "disk/by-path")
#: Where a device lists its nodes of other drivers than sg.
_OTHER_CLASSES = ("scsi_tape", "block", "scsi_changer")
_OF_INTEREST = (TYPE_TAPE, TYPE_MULTIMEDIA, TYPE_CHANGER)


@dataclass(frozen=True, slots=True)
class LocalNode:
    """A tape drive, multimedia drive or changer. `place` is (host, channel, target, unit).

    `generic` is its /dev/sgN, None where the sg driver has not taken it; `others` are nodes of the same device
    (/dev/st0, /dev/nst0, /dev/sr0, /dev/sch0); `links` are stable names, each with the node that it leads to.
    `page_80` and `page_83` are the kernel's own copies of these pages, empty where it has none.
    """

    place: tuple[int, int, int, int]
    device_type: int
    vendor: str
    product: str
    revision: str
    generic: Path | None
    others: tuple[Path, ...] = ()
    links: tuple[tuple[Path, Path], ...] = ()
    page_80: bytes = b""
    page_83: bytes = b""


@dataclass(frozen=True, slots=True)
class LocalSight:
    """What was found; `others_count` are devices of kinds that are of no use here, disks above all."""

    nodes: tuple[LocalNode, ...]
    others_count: int
    #: Whether the kernel has SCSI devices at all, and whether its sg driver is there.
    has_scsi: bool
    has_generic: bool


def local_nodes(sysfs: Path = SYSFS, dev: Path = DEV) -> LocalSight:
    """Every device of this machine, by its place. What sysfs does not tell is left empty."""
    folder = sysfs / DEVICES
    links = tuple(_links(dev))
    found, others = [], 0
    for place, device in sorted(_devices(folder)):
        kind = _attribute(device / "type")
        if not kind.isdecimal() or int(kind) not in _OF_INTEREST:
            others += 1
            continue
        found.append(_node(place, int(kind), device, dev, links))
    return LocalSight(tuple(found), others, folder.is_dir(), (sysfs / "class/scsi_generic").is_dir())


def _devices(folder: Path) -> Iterator[tuple[tuple[int, int, int, int], Path]]:
    """Devices by their place; hosts and targets stand there as well, under other names."""
    for path in _children(folder):
        parts = path.name.split(":")
        if len(parts) == 4 and all(part.isdecimal() for part in parts):
            host, channel, target, unit = map(int, parts)
            yield (host, channel, target, unit), path


def _node(
    place: tuple[int, int, int, int],
    kind: int,
    device: Path,
    dev: Path,
    links: tuple[tuple[Path, Path], ...],
) -> LocalNode:
    generic = next((dev / path.name for path in _children(device / "scsi_generic")), None)
    others = tuple(dev / path.name for name in _OTHER_CLASSES for path in _children(device / name))
    mine = {str(node.resolve()) for node in (generic, *others) if node is not None}
    return LocalNode(
        place=place,
        device_type=kind,
        vendor=_attribute(device / "vendor"),
        product=_attribute(device / "model"),
        revision=_attribute(device / "rev"),
        generic=generic,
        others=tuple(node for node in others if _is_plain(node.name)),
        links=tuple((link, node) for link, node in links if str(node) in mine),
        page_80=_bytes(device / "vpd_pg80"),
        page_83=_bytes(device / "vpd_pg83"),
    )


def _is_plain(name: str) -> bool:
    """Of a tape's eight nodes the two of its default mode: st0 and nst0, not st0a, nst0l, st0m."""
    return name[-1:].isdecimal()


def _links(dev: Path) -> Iterator[tuple[Path, Path]]:
    for folder in LINK_FOLDERS:
        for link in _children(dev / folder):
            if link.is_symlink():
                yield link, link.resolve()


def _children(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _attribute(path: Path) -> str:
    return _bytes(path).decode("ascii", errors="replace").strip(" \0\n")


def _bytes(path: Path) -> bytes:
    with contextlib.suppress(OSError):
        return path.read_bytes()
    return b""
