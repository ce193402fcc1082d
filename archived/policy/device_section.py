"""The part of archived.toml that describes what a scan found, ready to be put in; comments say what is not certain."""

from collections.abc import Iterable, Iterator, Sequence

from archived.found_devices import FoundDevice
from archived.language import _
from archived.media_kinds import TAPE
from archived.policy.device_pairing import How
from archived.policy.device_plan import PlannedDrive, PlannedLibrary
from archived.settings import NO_SERIAL

#: A hundred GB: a few minutes of an LTO drive, and dozens of images on a cartridge.
IMAGES = "image_bytes = 100_000_000_000"
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def section_text(
    libraries: Sequence[PlannedLibrary],
    *,
    initiator: str = "",
    chap_user: str = "",
    chap_secret_file: str = "",
) -> str:
    """TOML: the tables [libraries.NAME], [devices.NAME] and [pools.NAME] of every library.

    The last three stand in the table of each device that is reached by iSCSI.
    """
    if not libraries:
        return ""
    access = {"initiator": initiator, "chap_user": chap_user, "chap_secret_file": chap_secret_file}
    lines = [
        "# archivectl devices scan",
        *_comment(_("make a site of it: archived init --site DIR --hardware FILE")),
    ]
    for library in libraries:
        lines += ["", *_library(library)]
        lines += ["", *_device(library.name, library.changer, access, _changer_words(library.changer))]
        for drive in library.drives:
            lines += ["", *_device(drive.name, drive.device, access, _drive_words(drive)), *_element(drive)]
        lines += ["", *_pool(library, alone=all(one.kind == TAPE for one in libraries))]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A basic string of TOML, whatever is in the text."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if 0xD800 <= ord(character) <= 0xDFFF:  # no TOML can hold half a pair
        return "\\uFFFD"
    return character if character.isprintable() else f"\\U{ord(character):08X}"


def _comment(words: str) -> Iterator[str]:
    for line in words.splitlines() or [""]:
        yield f"# {''.join(c for c in line if c.isprintable())}".rstrip()


def _library(library: PlannedLibrary) -> list[str]:
    lines = [f"[libraries.{library.name}]", f"kind = {quoted(library.kind)}"]
    for pair in library.unpaired:
        lines += _comment(
            _("element {element} has a drive of serial number {serial}, and no such drive was found").format(
                element=pair.bay.address, serial=pair.bay.serial
            )
            if pair.bay.serial
            else _("element {element}: which drive stands there is not known").format(
                element=pair.bay.address
            )
        )
    for device in library.left_out:
        lines += _comment(
            _("{device} is left out: a library has drives of one kind").format(device=_words(device))
            if device.reachable
            else _("{device} is left out: it has no node of the sg driver").format(device=_words(device))
        )
    lines.append(f"drives = [{', '.join(quoted(drive.name) for drive in library.drives)}]")
    return lines


def _device(name: str, device: FoundDevice, access: dict[str, str], words: str) -> list[str]:
    lines = [*_comment(words)]
    if device.problem:
        lines += _comment(device.problem)
    lines.append(f"[devices.{name}]")
    if device.portal:
        lines += [
            f"portal = {quoted(device.portal)}",
            f"target = {quoted(device.target)}",
            f"lun = {device.lun}",
        ]
        lines += [f"{key} = {quoted(value)}" for key, value in access.items() if value]
    else:
        lines.append(f"path = {quoted(device.path)}")
    if not device.serial:
        lines += _comment(
            _("it tells no serial number: another device that tells none would be taken for it")
        )
    lines.append(f"serial = {quoted(device.serial or NO_SERIAL)}")
    if device.profile:
        lines += _comment(
            _("its page 83h says another make than its name does, and that one needs a profile")
        )
        lines.append(f"profile = {quoted(device.profile)}")
    return lines


def _element(drive: PlannedDrive) -> Iterator[str]:
    if drive.how is How.ORDER:
        yield from _comment(
            _(
                "guessed by order – check by loading a cartridge and looking where it arrives: archivectl library"
            )
        )
    elif drive.how is How.PART_OF_SERIAL:
        yield from _comment(_("the changer tells a part of its serial number"))
    if drive.element:  # 0 would say the same as no line: found by its serial number
        yield f"element = {drive.element}"


def _pool(library: PlannedLibrary, *, alone: bool) -> Iterator[str]:
    """`alone`: there are no discs, so that a tape pool must be able to form sets of its own."""
    name = "tapes" if library.kind == TAPE else "bluray"
    table = [f"[pools.{name}-{library.name}]", f"library = {quoted(library.name)}"]
    table.append(f"media_kind = {quoted(library.media_kind)}")
    if alone:
        table += [
            *_comment(_("so large are the images of its sets, while it holds no copies of discs")),
            IMAGES,
        ]
    if library.media_kind:
        yield from _comment(_("a class names this pool in pools or in copies: docs/tape.md"))
        yield from table
        return
    yield from _comment(_("what its cartridges are is not known: fill media_kind in and take the marks away"))
    for line in table:
        yield f"# {line.removeprefix('# ')}"


def _changer_words(device: FoundDevice) -> str:
    return _("{device}: {slots} slots, {ports} import/export slots").format(
        device=_words(device), slots=device.slot_count, ports=device.port_count
    )


def _drive_words(drive: PlannedDrive) -> str:
    return _("{device}, element {element}").format(device=_words(drive.device), element=drive.address)


def _words(device: FoundDevice) -> str:
    return _joined((device.vendor, device.product, device.revision))


def _joined(words: Iterable[str]) -> str:
    return " ".join(filter(None, words))
