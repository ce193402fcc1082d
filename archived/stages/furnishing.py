"""The floor of a real library, as a look at its changer shows it: slots, ports, and which element is which drive.

A simulated library is furnished by its plan. A real one tells by itself: each look says it anew, so a drive that was
exchanged or an element that was added needs nothing but a look. What cannot be told is named, and not used.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from archived.catalog import events, media
from archived.catalog.events import Attention
from archived.language import _
from archived.model import Drive
from archived.policy.drive_places import DriveClaim, DriveElement, DrivePlaces, find_drives
from archived.robot_kinds import STACKERS
from archived.settings import NO_SERIAL, DeviceSettings
from archived.stages.floor import ELEMENTS, furnish
from archived.stages.work import Site
from robotics.model import ElementKind, Inventory


def furnish_as_seen(write: Connection, site: Site, library: str, inventory: Inventory) -> None:
    """Put on record which elements a real library has, and where its drives are; a simulated one stays as planned.

    A disc robot numbers its drives, and knows its bins: what it tells is put on record in a simulated room, too.
    """
    robot = site.config.libraries[library]
    if site.config.simulated and robot.robot not in STACKERS:
        return
    is_new = f"{ELEMENTS}:{library}" not in events.settings(write)
    elements = [DriveElement(e.address, e.drive_serial) for e in inventory.of_kind(ElementKind.DRIVE)]
    claims = _claims(site, library, [element.address for element in elements])
    places = find_drives(claims, elements)
    _place(write, site, library, places, elements)
    ours = {drive.element for drive in media.drives(write) if drive.library == library}
    furnish(
        write,
        library,
        slots=_slots(inventory, robot.magazine_slots),
        ports=[e.address for e in inventory.of_kind(ElementKind.IMPORT_EXPORT)],
        others=[bay.address for bay in elements if bay.address not in ours],
    )
    if is_new:
        events.append(write, site.now(), "library added", ("library", library), kind=robot.kind)


def _claims(site: Site, library: str, elements: list[int]) -> list[DriveClaim]:
    """What the configuration says of the drives; those of a disc robot are numbered in its order."""
    robot, devices = site.config.libraries[library], site.config.devices
    claims = []
    for number, name in enumerate(robot.drives):
        device = devices.get(name, DeviceSettings())
        at = elements[number] if robot.robot in STACKERS and number < len(elements) else device.element
        claims.append(DriveClaim(name, _serial(device), at))
    return claims


def _serial(device: DeviceSettings) -> str:
    return "" if device.serial == NO_SERIAL else device.serial


def _slots(inventory: Inventory, magazine_slots: int) -> Mapping[int, str | None]:
    """Slots with their magazines, those not in order too: `archived.stages.doubt` keeps them unused."""
    slots = inventory.of_kind(ElementKind.STORAGE)
    return {
        slot.address: f"magazine-{number // magazine_slots + 1}" if magazine_slots else None
        for number, slot in enumerate(slots)
    }


def _place(
    write: Connection, site: Site, library: str, places: DrivePlaces, elements: list[DriveElement]
) -> None:
    """Drives where they are now. One that is not found stays in its place, out of use, while that is free."""
    known = {drive.name: drive for drive in media.drives_on_record(write, library)}
    told = {element.address: element.serial or "" for element in elements}
    waiting = {item.id: item.what for item in events.attentions(write)}
    placed: list[Drive] = []
    for name in site.config.libraries[library].drives:
        before = known.get(name)
        if name in places.at:
            element = places.at[name]
            serial = _serial(site.config.devices.get(name, DeviceSettings())) or told[element]
            up, note = (before.up, before.note) if before is not None else (True, "")
            if note and note in waiting.get(f"drive-place:{name}", ""):
                up, note = True, ""  # it was out of use for this alone
            placed.append(Drive(name, library, element, serial, up, note))
            events.clear_attention(write, f"drive-place:{name}")
            continue
        words = places.problems[name]
        if before is not None and before.element >= 0 and before.element not in places.at.values():
            note = (
                words if before.up or before.note in waiting.get(f"drive-place:{name}", "") else before.note
            )
            placed.append(Drive(name, library, before.element, before.serial, False, note))
        _not_found(write, site, library, name, words)
    media.place_drives(write, library, placed)


def _not_found(write: Connection, site: Site, library: str, name: str, words: str) -> None:
    events.raise_attention(
        write,
        Attention(
            f"drive-place:{name}",
            "now",
            _("where drive {name} lies in library {library} cannot be told: {words}").format(
                name=name, library=library, words=words
            ),
            _("nothing is moved into it; the other drives go on"),
            _(
                "look at the drive, or say serial or element of [devices.{name}] in archived.toml and start the "
                "daemon again; then: archivectl library inventory"
            ).format(name=name),
            site.now(),
        ),
    )
