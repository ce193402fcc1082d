"""Lists that people walk with: text or a page of HTML that stands alone, a box to tick in each line, room to sign."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from archived.language import _
from cli.headings import heading
from cli.render import cell, plain

BOX = "☐"
#: What hands tick and write, at the end of a list: handed over, received, checked.
SIGNATURES = 2
_STYLE = """
body { font-family: sans-serif; margin: 1.5cm; }
table { border-collapse: collapse; width: 100%; font-size: 10pt; }
th, td { border: 1px solid #999; padding: 3pt 5pt; text-align: left; vertical-align: top; }
thead { display: table-header-group; }
tr { page-break-inside: avoid; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2pt 12pt; }
dd { margin: 0; }
.box { font-size: 14pt; text-align: center; }
.sign { margin-top: 1.2cm; border-top: 1px solid #000; width: 60%; padding-top: 2pt; }
"""


def text_sheet(
    title: str, facts: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> str:
    """The list as text, one line a medium, in columns of equal width."""
    cells = [[BOX, *(cell(key, row.get(key)) for key in columns)] for row in rows]
    heads = ["", *(heading(key) for key in columns)]
    widths = [max(_width(line[place]) for line in [heads, *cells]) for place in range(len(heads))]
    lines = [plain(title), ""]
    lines += [f"{heading(key)}: {cell(key, value)}" for key, value in facts.items() if value]
    lines += ["", _line(heads, widths), *(_line(line, widths) for line in cells), ""]
    lines += [f"{len(rows)} {heading('media')}", ""]
    for _number in range(SIGNATURES):
        lines += [_signature() + "  " + "_" * 40, ""]
    return "\n".join(lines)


def html_sheet(
    title: str, facts: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> str:
    """The list as one page of HTML without anything from outside; it prints as it looks."""
    head = "".join(f"<th>{escape(heading(key))}</th>" for key in columns)
    body = "".join(
        f'<tr><td class="box">{BOX}</td>'
        + "".join(f"<td>{escape(cell(key, row.get(key)))}</td>" for key in columns)
        + "</tr>\n"
        for row in rows
    )
    told = "".join(
        f"<dt>{escape(heading(key))}</dt><dd>{escape(cell(key, value))}</dd>"
        for key, value in facts.items()
        if value
    )
    signed = f'<p class="sign">{escape(_signature())}</p>\n' * SIGNATURES
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{escape(plain(title))}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n<h1>{escape(plain(title))}</h1>\n<dl>{told}</dl>\n"
        f"<table><thead><tr><th></th>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>\n"
        f"<p>{len(rows)} {escape(heading('media'))}</p>\n{signed}</body></html>\n"
    )


def _signature() -> str:
    return _("Name, date, signature")


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (text + " " * (width - _width(text)) for text, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Columns of a terminal that a text takes: Chinese characters take two."""
    return sum(2 if ord(character) >= 0x2E80 else 1 for character in text)
