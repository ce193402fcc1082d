"""A report as one HTML page that needs nothing else: no script, no style, font or picture from anywhere."""

from collections.abc import Mapping
from html import escape
from typing import Any

from archived.language import _
from archived.reports.figures import figure
from archived.reports.plots import svg_of
from archived.reports.words import cell_of

#: Nothing may be loaded, whatever a title in the catalog holds: a browser would refuse it too.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'none'; script-src 'none'; base-uri 'none'"
_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: #1a1a1a;
  max-width: 70rem; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; }
header p, .note { color: #555; margin: .2rem 0; } .note { font-size: .9rem; }
.simulated { background: #fff3cd; border: 1px solid #e69f00; padding: .5rem .8rem; font-weight: 600; }
table { border-collapse: collapse; margin: .5rem 0; width: 100%; font-size: .92rem; }
th { text-align: left; border-bottom: 2px solid #888; vertical-align: bottom; padding: .25rem .6rem .25rem 0; }
td { border-bottom: 1px solid #ddd; padding: .25rem .6rem .25rem 0; vertical-align: top; overflow-wrap: anywhere; }
th.n, td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; overflow-wrap: normal; }
figure { margin: 1rem 0; } figcaption { font-weight: 600; margin-bottom: .4rem; }
svg { width: 100%; max-width: 45rem; height: auto; font: 12px system-ui, "Noto Sans CJK SC", sans-serif; }
svg .grid { stroke: #ddd; stroke-width: 1; }
.scroll { overflow-x: auto; }
@media print { body { margin: 0; max-width: none; } h2, figure { break-after: avoid; } tr { break-inside: avoid; } }
"""


def html_of(document: Mapping[str, Any]) -> str:
    """The page of a report document."""
    rows = {section["id"]: section["rows"] for section in document["sections"]}
    drawn: dict[str, list[str]] = {}
    for plot in document["plots"]:
        picture = svg_of(plot, rows[plot["section"]])
        if picture:
            caption = f"<figcaption>{escape(plot['title'])}</figcaption>"
            drawn.setdefault(plot["section"], []).append(f"<figure>{caption}{picture}</figure>")
    parts = [_head(document)]
    parts += [_section(section, drawn.get(section["id"], [])) for section in document["sections"]]
    title = escape(f"{document['title']} · {document['site']}")
    return (
        '<!DOCTYPE html>\n<html lang="mul"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _head(document: Mapping[str, Any]) -> str:
    site = " ".join(filter(None, (document["site"], document["site_zh"])))
    lines = [f"<h1>{escape(document['title'])}</h1>", f"<p>{escape(site)}</p>"]
    if document["simulated"]:
        words = _("SIMULATED – NOT PRESERVED: the room of this site is a virtual one")
        lines.insert(0, f'<p class="simulated">{escape(words)}</p>')
    told = _("What happened: from {since} to {until}. States: of {made}. Made by {software}.").format(
        since=figure("since_at", document["since"]),
        until=figure("until_at", document["until"]),
        made=figure("made_at", document["made_at"]),
        software=document["software"],
    )
    lines.append(f"<p>{escape(told)}</p>")
    lines += [f"<p>{escape(note)}</p>" for note in document["notes"]]
    return f"<header>{''.join(lines)}</header>"


def _section(section: Mapping[str, Any], figures: list[str]) -> str:
    note = f'<p class="note">{escape(section["note"])}</p>' if section["note"] else ""
    head = (
        f'<section id="{escape(section["id"])}"><h2>{escape(section["title"])}</h2>{note}{"".join(figures)}'
    )
    if not section["rows"]:
        return f'{head}<p class="note">{escape(_("none"))}</p></section>'
    keys = [column["key"] for column in section["columns"]]
    numeric = {key for key in keys if _is_number(key, section["rows"])}
    heads = "".join(
        f"<th{_class(column['key'], numeric)}>{escape(column['label'])}</th>" for column in section["columns"]
    )
    body = "".join(
        f"<tr>{''.join(_cell(key, row[key], numeric) for key in keys)}</tr>" for row in section["rows"]
    )
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    return f'{head}<div class="scroll">{table}</div></section>'


def _cell(key: str, value: Any, numeric: set[str]) -> str:
    shown = figure(key, value)
    words = cell_of(shown) if isinstance(value, str) else shown
    exact = f' title="{escape(str(value))}"' if isinstance(value, int | float) else ""
    return f"<td{_class(key, numeric)}{exact}>{escape(words)}</td>"


def _class(key: str, numeric: set[str]) -> str:
    return ' class="n"' if key in numeric else ""


def _is_number(key: str, rows: list[Mapping[str, Any]]) -> bool:
    values = [row[key] for row in rows if row[key] is not None]
    return bool(values) and all(isinstance(value, int | float) for value in values)
