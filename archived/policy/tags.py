"""May this tag be what a medium is known by? Pure.

A tag tells media apart only while it always says the same, and nothing else does. What made-up uids, copies and tags
that nobody wrote would do: make two media one, or one medium many.
"""

from dataclasses import dataclass
from enum import Enum, unique

from archived.language import _

#: ISO/IEC 14443-3, 6.5.4: a uid of four bytes that begins so is made up anew each time the tag comes into a field.
_MADE_UP, _MADE_UP_DIGITS = "08", 8
_SERIAL_LETTERS_MIN = 6


@unique
class Flaw(Enum):
    """What keeps a tag from being an identity."""

    EMPTY = "empty"
    UNWRITTEN = "unwritten"
    MADE_UP = "made up"
    COPIED = "copied"


@dataclass(frozen=True, slots=True)
class TagFlaw:
    """Why a tag is no identity, in words, and what to do."""

    flaw: Flaw
    words: str
    advice: str


def is_serial_number(uid: str) -> bool:
    """Whether a uid is the serial number of a cartridge's chip, letter by letter, and not that of a radio tag."""
    letters = bytes.fromhex(uid)
    return len(letters) >= _SERIAL_LETTERS_MIN and letters.isalnum()


def flaw_of(
    uid: str, *, fixed: bool | None = None, medium_id: str = "", owner_id: str | None = None
) -> TagFlaw | None:
    """What keeps the tag `uid` (lower-case hexadecimal digits) from being that of medium `medium_id`; None for nothing.

    `fixed` is what its reader said of it; None when it was typed, and its form has to tell. `owner_id` is the medium
    that has this uid on record.
    """
    if not uid:
        return TagFlaw(
            Flaw.EMPTY,
            _("the tag has no uid: nothing was ever written to it"),
            _("write an EPC to it with its maker's program, or stick another tag on"),
        )
    if set(uid) in ({"0"}, {"f"}):
        return TagFlaw(
            Flaw.UNWRITTEN,
            _("tag {uid} says nothing of its own: all tags that nobody wrote say the same").format(uid=uid),
            _("write an EPC to it with its maker's program, or stick another tag on"),
        )
    if fixed is False or (fixed is None and len(uid) == _MADE_UP_DIGITS and uid.startswith(_MADE_UP)):
        return TagFlaw(
            Flaw.MADE_UP,
            _("tag {uid} makes its uid up anew each time it is read: it is no identity").format(uid=uid),
            _("stick a tag with a uid of its own on the medium"),
        )
    if owner_id is not None and owner_id != medium_id:
        return TagFlaw(
            Flaw.COPIED,
            _("tag {uid} is that of medium {other} already; nothing was put on record").format(
                uid=uid, other=owner_id
            ),
            _(
                "a copied tag is no identity: stick another one on; if {other} has it no more: archivectl media label "
                '{other} --rfid ""'
            ).format(other=owner_id),
        )
    return None
