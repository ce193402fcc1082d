"""Which element of a changer is which drive: by the element that a person named, else by the serial number.

Changers tell the serial numbers of their drives in their own way (DVCID, SMC-3): some not at all, some cut to ten
characters, some of all drives but the last. Whatever leaves a doubt is a problem in words, never a guess: a cartridge
in the wrong drive would be written by the right one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from archived.language import _

#: A T10 identifier has room for so many characters of a serial number.
CUT_AT = 10


@dataclass(frozen=True, slots=True)
class DriveClaim:
    """What the configuration says of a drive; element 0 is not named, serial "" neither."""

    name: str
    serial: str = ""
    element: int = 0


@dataclass(frozen=True, slots=True)
class DriveElement:
    """A drive element as the changer reports it; `serial` None is not told."""

    address: int
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class DrivePlaces:
    """Drive → its element, or why nobody can tell."""

    at: Mapping[str, int] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


def find_drives(claims: Iterable[DriveClaim], elements: Sequence[DriveElement]) -> DrivePlaces:
    """The element of every drive that can be told, and words for every other."""
    at: dict[str, int] = {}
    problems: dict[str, str] = {}
    for claim in claims:
        found = _named(claim, elements) if claim.element else _by_serial(claim, elements)
        if isinstance(found, str):
            problems[claim.name] = found
            continue
        holder = next((name for name, address in at.items() if address == found), None)
        if holder is not None:
            problems[claim.name] = _("element {element} is drive {holder} already").format(
                element=found, holder=holder
            )
            continue
        at[claim.name] = found
    return DrivePlaces(at, problems)


def _named(claim: DriveClaim, elements: Sequence[DriveElement]) -> int | str:
    element = next((e for e in elements if e.address == claim.element), None)
    if element is None:
        return _("element {element} is no drive of this changer; its drives are {drives}").format(
            element=claim.element, drives=_words(elements)
        )
    told, meant = element.serial or "", claim.serial
    if told and meant and not (told.startswith(meant) or meant.startswith(told)):
        return _("element {element} holds the drive with serial number {told}, and {meant} is meant").format(
            element=claim.element, told=told, meant=meant
        )
    return element.address


def _by_serial(claim: DriveClaim, elements: Sequence[DriveElement]) -> int | str:
    if not claim.serial:
        return _("neither its serial number nor its element is configured")
    exact = [e for e in elements if e.serial == claim.serial]
    matching = exact or [e for e in elements if _is_cut(e.serial, claim.serial)]
    if len(matching) == 1:
        return matching[0].address
    if matching:
        return _("more than one drive of the changer has serial number {serial}: {drives}").format(
            serial=claim.serial, drives=_words(matching)
        )
    return _("no drive of the changer tells serial number {serial}; its drives are {drives}").format(
        serial=claim.serial, drives=_words(elements)
    )


def _is_cut(told: str | None, meant: str) -> bool:
    return told is not None and len(told) == CUT_AT and meant.startswith(told)


def _words(elements: Sequence[DriveElement]) -> str:
    """ "256 (DRV0000001), 257 (no serial number)" """
    return ", ".join(f"{e.address} ({e.serial or _('no serial number')})" for e in elements) or _("none")
