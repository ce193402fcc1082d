"""Whether somebody has the medium that a task is about: what he read or typed, against all that it is known by."""

from collections.abc import Iterable
from dataclasses import dataclass

from archived.language import _


@dataclass(frozen=True, slots=True)
class Names:
    """What one medium is known by; "" where nobody knows."""

    medium_id: str
    barcode: str = ""
    #: Uid of its RFID tag, in hexadecimal.
    tag: str = ""
    #: What is printed on it.
    label: str = ""

    def by(self, how: str) -> frozenset[str]:
        """The values by which it may be confirmed so ("rfid", "barcode", "typed"), as `plain` spells them."""
        known = {
            "rfid": (self.tag,),
            "barcode": (self.barcode,),
            "typed": (self.medium_id, self.barcode, self.label),
        }[how]
        return frozenset(plain(value) for value in known if value)


def plain(value: str) -> str:
    """A value without what readers and hands add to it: blanks at its ends, and lower case."""
    return value.strip().upper()


def contradiction(asked: Names, how: str, value: str, others: Iterable[Names]) -> str:
    """Why what was read or typed is not the medium that is asked for, in words; "" when it is."""
    said = plain(value)
    known = asked.by(how)
    if said and said in known:
        return ""
    other = next(
        (names.medium_id for names in others if names.medium_id != asked.medium_id and said in names.by(how)),
        None,
    )
    if other is not None:
        return _("this is medium {other}, and the task is about medium {asked}").format(
            other=other, asked=asked.medium_id
        )
    if not known:
        return _("nothing is on record by which medium {asked} could be told so ({how})").format(
            asked=asked.medium_id, how=how
        )
    return _("no medium is known by {value!r}; the task is about medium {asked}").format(
        value=value, asked=asked.medium_id
    )
