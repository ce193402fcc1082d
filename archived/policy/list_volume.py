"""The volume under which a list itself is archived, in the collocation group of its rows. Pure."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from archived.formats.list_table import ListTable
from archived.language import _
from archived.policy.list_rows import ListedVolume
from archived.policy.reasons import Reason, ReasonKind

#: Where the id of the batch goes as soon as it is known.
NAME: Final = "list-{batch}"
_LIST = re.compile(r"list-B\d+")


@dataclass(frozen=True, slots=True)
class ListPart:
    """What of a list belongs to one collocation group: all of it, or an extract of the group's rows."""

    fonds: str
    series: str
    retention: str
    confidentiality: str
    storage_class: str
    #: Numbers of the rows.
    rows: tuple[int, ...]


def is_list(volume: str) -> bool:
    """Whether a volume is that of a list: it has no place among the numbers of the group's volumes."""
    return _LIST.fullmatch(volume.rpartition("/")[2]) is not None


def parts_of(
    volumes: Sequence[ListedVolume], *, retention: str, confidentiality: str
) -> tuple[tuple[ListPart, ...], tuple[Reason, ...]]:
    """One part for each collocation group, and the reasons why there is none.

    A disc never holds two series, so no part says anything of another group. Retention and confidentiality are
    those of the group's rows where all are equal, else what is given here.
    """
    groups: dict[tuple[str, str], list[ListedVolume]] = {}
    for volume in volumes:
        groups.setdefault((volume.fonds, volume.series), []).append(volume)
    parts: list[ListPart] = []
    reasons: list[Reason] = []
    for (fonds, series), rows in groups.items():
        said = {}
        for name, given in (("retention", retention), ("confidentiality", confidentiality)):
            found = {getattr(row, name) for row in rows}
            said[name] = given or (found.pop() if len(found) == 1 else "")
            if found and not given:
                reasons.append(
                    Reason(
                        ReasonKind.RULE,
                        _("rows of {fonds}/{series} differ in {field}, so nothing says that of the list itself: "
                          "give --list-{field}").format(fonds=fonds, series=series, field=name),
                    )
                )  # fmt: skip
        classes = {row.storage_class for row in rows}
        numbers = tuple(row.number for row in rows)
        chosen = classes.pop() if len(classes) == 1 else ""
        parts.append(ListPart(fonds, series, said["retention"], said["confidentiality"], chosen, numbers))
    return tuple(parts), tuple(reasons)


def extract(table: ListTable, rows: Sequence[int]) -> bytes:
    """The headings and these rows of a list, as CSV in UTF-8 (RFC 4180)."""
    wanted = set(rows)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in (table.rows[0], *(row for row in table.rows[1:] if row.number in wanted)):
        writer.writerow([cell.text for cell in row.cells])
    return out.getvalue().encode("utf-8")
