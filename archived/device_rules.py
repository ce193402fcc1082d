"""What the tables of real devices must hold together; everything that is wrong is said at once."""

import difflib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from archived.chap_secrets import read_secret
from archived.errors import ConfigurationError
from archived.language import _
from archived.media_kinds import TAPE
from archived.robot_kinds import PERSON, SMC, STACKERS, USB_ROBOTS
from archived.robot_profiles import choice_problems, table_problems
from archived.settings import NO_SERIAL, Config, DeviceSettings
from backends.tape.profiles import PROFILES as TAPE_PROFILES
from robotics.profiles import PROFILES as CHANGER_PROFILES

LUN_MAX = 16383
_PORTAL = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+):(\d{1,5})")
#: iSCSI names (RFC 7143 4.2.7).
_ISCSI_NAME = re.compile(r"(?:iqn|eui|naa)\.[A-Za-z0-9.:_-]{1,219}")
_SG_NODE = re.compile(r"/dev/sg\d+")
#: Keys that mean something behind iSCSI only.
_OF_ISCSI = ("target", "lun", "initiator", "chap_user", "chap_secret_file")
CHANGER, TAPE_DRIVE, BURNER = "changer", "tape drive", "burner"
SERIAL_ROBOT, USB_ROBOT = "disc robot on a serial line", "disc robot on USB"


def roles(config: Config) -> dict[str, str]:
    """What each name that needs a table of its own is: a changer, a disc robot, a tape drive or a burner."""
    found: dict[str, str] = {}
    for name, library in config.libraries.items():
        if library.robot in STACKERS:
            found[name] = USB_ROBOT if library.robot in USB_ROBOTS else SERIAL_ROBOT
        elif library.robot != PERSON:
            found[name] = CHANGER
        found |= dict.fromkeys(library.drives, TAPE_DRIVE if library.kind == TAPE else BURNER)
    return found


def check_devices(config: Config, where: str) -> None:
    """Raises ConfigurationError, which names `where` and every problem with the tables of devices."""
    _raise(list(_problems(config)), where)


def check_secret_files(config: Config, where: str) -> None:
    """The files that hold secrets are there, and nobody else may read them. Raises ConfigurationError."""
    found = (_secret_problem(name, device) for name, device in config.devices.items())
    _raise([words for words in found if words], where)


def _raise(problems: list[str], where: str) -> None:
    if problems:
        raise ConfigurationError(
            "\n".join(f"{where}: {words}" for words in problems),
            advice=_("docs/hardware-configuration.md explains every key of [devices]"),
            problems=problems,
        )


def _problems(config: Config) -> Iterator[str]:
    yield from table_problems(config)
    if config.simulated:
        if config.devices:
            yield _('[devices] is for room = "hardware"; a simulated room has no use for it')
        return
    wanted = roles(config)
    numbered = {name for robot in config.libraries.values() if robot.robot != SMC for name in robot.drives}
    yield from _names(config)
    for name, role in wanted.items():
        if name not in config.devices:
            yield _("{name}: a real {role} needs a table [devices.{name}]").format(name=name, role=role)
    for name, device in config.devices.items():
        if name not in wanted:
            near = difflib.get_close_matches(name, wanted, n=1, cutoff=0.0)
            yield _("[devices.{name}]: no library and no drive is called so; did you mean {near}?").format(
                name=name, near=near[0] if near else "-"
            )
            continue
        role = wanted[name]
        if role in (SERIAL_ROBOT, USB_ROBOT):
            found = (*_robot(device, role), *choice_problems(config, name))
        else:
            found = (*_way(device), *_what(device, role, numbered=name in numbered))
        for words in found:
            yield f"[devices.{name}]: {words}"
    yield from _twice(config)


def _names(config: Config) -> Iterator[str]:
    counts = Counter(drive for library in config.libraries.values() for drive in library.drives)
    for drive, count in counts.items():
        if count > 1 or drive in config.libraries:
            yield _(
                "{name}: two things have this name; every library and every drive has one of its own"
            ).format(name=drive)


def _way(device: DeviceSettings) -> Iterator[str]:
    """How it is reached: by a node or by iSCSI, and nothing of the other."""
    if device.path and device.portal:
        yield _("it has a path and a portal; a device is reached in one way")
    elif not device.path and not device.portal:
        yield _("it has neither a path (local node) nor a portal (iSCSI)")
    if device.path and not device.path.startswith("/"):
        yield _("path {path!r} is not absolute").format(path=device.path)
    if device.path and not device.portal:
        for key in _OF_ISCSI:
            if getattr(device, key):
                yield _("{key} is for a device behind iSCSI, and this one has a path").format(key=key)
    if device.portal:
        port = _PORTAL.fullmatch(device.portal)
        if port is None or not 0 < int(port[1]) < 1 << 16:
            yield _("portal {portal!r} is not address:port").format(portal=device.portal)
        yield from _iscsi(device)


def _robot(device: DeviceSettings, role: str) -> Iterator[str]:
    """A disc robot has a serial line or a USB port, and tells no serial number that anybody could compare."""
    if role == SERIAL_ROBOT and not device.path.startswith("/"):
        yield _("its path is the serial line to it, such as /dev/serial/by-id/NAME")
    if role == SERIAL_ROBOT and device.usb:
        yield _("usb is for disc robots on USB, and this one has a serial line")
    if role == USB_ROBOT and device.path:
        yield _("it is reached over USB: usb says at which port, and it has no path")
    for key in ("portal", *_OF_ISCSI):
        if getattr(device, key):
            yield _("{key} is for a device behind iSCSI, which disc robots are not").format(key=key)
    if device.serial not in ("", NO_SERIAL):
        yield _('a disc robot tells no serial number; serial = "none"')
    if device.element:
        yield _("element is for drives: it says where in the changer a drive lies")


def _iscsi(device: DeviceSettings) -> Iterator[str]:
    if not device.target:
        yield _("target is missing: the iSCSI name behind the portal")
    for name in filter(None, (device.target, device.initiator)):
        if _ISCSI_NAME.fullmatch(name) is None:
            yield _("{name!r} is no iSCSI name, such as iqn.2026-01.example:lib").format(name=name)
    if not 0 <= device.lun <= LUN_MAX:
        yield _("lun lies in 0..{most}").format(most=LUN_MAX)
    if device.chap_user and not device.chap_secret_file:
        yield _("chap_user has no chap_secret_file")
    if device.chap_secret_file and not device.chap_user:
        yield _("chap_secret_file has no chap_user")
    if device.chap_secret_file and not device.chap_secret_file.startswith("/"):
        yield _("chap_secret_file {path!r} is not absolute").format(path=device.chap_secret_file)


def _what(device: DeviceSettings, role: str, *, numbered: bool) -> Iterator[str]:
    known = {CHANGER: tuple(CHANGER_PROFILES), TAPE_DRIVE: tuple(TAPE_PROFILES), BURNER: ()}[role]
    if device.profile and device.profile not in known:
        yield _("there is no profile {profile!r} for a {role}; known are {known}").format(
            profile=device.profile, role=role, known=", ".join(known) or '""'
        )
    if role == BURNER and _SG_NODE.fullmatch(device.path):
        yield _(
            "a burner's path is its /dev/srN: on {path} nobody could keep others away while it is burnt to"
        ).format(path=device.path)
    if not device.serial:
        yield _(
            'it needs its serial, as archivectl devices scan shows it; serial = "none" says that it tells none'
        )
    if role == CHANGER:
        if device.element:
            yield _("element is for drives: it says where in the changer a drive lies")
        return
    if device.usb:
        yield _("usb is for disc robots")
    if numbered and device.element:
        yield _("it needs no element: drives that no changer names are numbered as their library lists them")
        return
    if numbered:
        return
    if device.element < 0:
        yield _("element must not be negative")
    if not device.element and device.serial == NO_SERIAL:
        yield _("without a serial number it needs its element: nothing else says where in the changer it is")


def _twice(config: Config) -> Iterator[str]:
    """No two names for one thing."""
    ways: dict[tuple[str, ...], str] = {}
    for name, device in config.devices.items():
        way = (device.path,) if device.path else (device.portal, device.target, str(device.lun))
        if any(way) and ways.setdefault(way, name) != name:
            yield _("[devices.{name}] is the device of [devices.{other}]").format(name=name, other=ways[way])
    for library in config.libraries.values():
        at: dict[int, str] = {}
        for drive in library.drives:
            element = config.devices[drive].element if drive in config.devices else 0
            if element and at.setdefault(element, drive) != drive:
                yield _("[devices.{name}] has the element of [devices.{other}]").format(
                    name=drive, other=at[element]
                )


def _secret_problem(name: str, device: DeviceSettings) -> str:
    if device.chap_secret_file:
        try:
            read_secret(Path(device.chap_secret_file))
        except ConfigurationError as error:
            return f"[devices.{name}]: {error.message}"
    return ""
