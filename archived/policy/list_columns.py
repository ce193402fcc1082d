"""What the columns of a list mean: headings in English and Chinese, and those that a site or a person adds. Pure."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from archived.carried_names import printable
from archived.enumeration import shown
from archived.errors import Refused, Unacceptable
from archived.formats.list_table import TableRow
from archived.language import _

#: Where a leading zero counts.
EXACT: Final = ("fonds", "series", "volume", "folder")
WORDS: Final = ("title", "retention", "confidentiality", "storage_class")
NUMBERS: Final = ("pages", "files")
FIELDS: Final = (*EXACT, *WORDS, *NUMBERS)
#: A column that a map sends here means nothing.
IGNORED: Final = "ignore"

HEADINGS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "fonds": ("fonds", "全宗号", "全宗"),
        "series": ("series", "目录号", "目录"),
        "volume": ("volume", "案卷号", "案卷"),
        "title": ("title", "题名", "案卷题名"),
        "retention": ("retention", "保管期限"),
        "confidentiality": ("confidentiality", "密级"),
        "pages": ("pages", "页数"),
        "files": ("files", "文件数", "份数"),
        "folder": ("folder", "路径", "文件夹"),
        "storage_class": ("storage class", "类"),
    }
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column (from 0) says which field."""

    places: Mapping[str, int]
    #: Headings that mean nothing to us, in their order.
    unused: tuple[str, ...]


def columns_of(row: TableRow, more: Mapping[str, str]) -> Columns:
    """What the headings mean.

    Args:
        row: the first row of the list that is not empty.
        more: heading → field, or "ignore", beside those that we know; it goes before them.

    Raises:
        Refused: `more` names a field that there is not.
        Unacceptable: two columns mean the same field, or no heading is known.
    """
    known = {plain_heading(name): field for field, names in HEADINGS.items() for name in (field, *names)}
    known |= {plain_heading(heading): field for heading, field in checked(more).items()}
    places: dict[str, int] = {}
    unused: list[str] = []
    twice: list[str] = []
    for place, cell in enumerate(row.cells):
        field = known.get(plain_heading(cell.text)) if cell.text else IGNORED
        if field is None:
            unused.append(cell.text)
        elif field in places:
            twice.append(_("{heading} ({field})").format(heading=printable(cell.text), field=field))
        elif field != IGNORED:
            places[field] = place
    if twice:
        raise Unacceptable(
            _("several columns mean the same: {columns}").format(columns=", ".join(twice)),
            advice=_("say with --columns which of them is ignored"),
            columns=twice,
        )
    if not places:
        raise Unacceptable(
            _("row {row}, the first of the list, has no heading that is known: {headings}").format(
                row=row.number, headings=shown([printable(cell.text) for cell in row.cells if cell.text])
            ),
            advice=_(
                "give the list a row of headings ({known}), or say what its columns mean with --columns"
            ).format(known=", ".join(names[1] for names in HEADINGS.values())),
            headings=[cell.text for cell in row.cells],
        )
    return Columns(places, tuple(unused))


def checked(more: Mapping[str, str]) -> Mapping[str, str]:
    """A column map of a person or a site, if all of its fields exist. Raises Refused."""
    strange = [field for field in more.values() if field not in (*FIELDS, IGNORED)]
    if strange:
        raise Refused(
            _("the column map names {fields}, which is no field of a list").format(
                fields=", ".join(map(repr, strange))
            ),
            advice=_("fields are {fields}").format(fields=", ".join((*FIELDS, IGNORED))),
            fields=strange,
        )
    return more


def missing(places: Mapping[str, int], said: Sequence[str]) -> list[str]:
    """Fields of the reference that neither a column nor anything else says."""
    return [field for field in ("fonds", "series", "volume") if field not in places and field not in said]


def plain_heading(heading: str) -> str:
    """What a heading has in common with others that mean the same: case, width, spaces."""
    return " ".join(unicodedata.normalize("NFKC", heading).casefold().replace("_", " ").split())
