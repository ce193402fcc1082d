"""archivectl report: how the holdings are, for whoever asks; as a table, JSON, CSV, or a page."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from archived.errors import Refused
from archived.language import _
from cli.context import Context, at
from cli.nouns import noun, verb
from cli.periods import period_options
from cli.render import cell, console, items, moment, plain, table_of

FORMATS = ("table", "json", "csv", "html")
NAMES = {
    "holdings": "What is kept: packages by fonds and series, class, retention, confidentiality, and state.",
    "integrity": "What of all copies was read in full, sampled, is overdue, unreachable or was never read.",
    "media": "Media by kind, state, age and batch, what was seen of each, and how errors rise.",
    "capacity": "How full media are, how fast they fill, and how long blanks last.",
    "activity": "What was done: intake, writing, checks, runs, recalls, by month.",
    "exceptions": "Waivers, forced steps, acknowledgements, second versions, approvals, and what went wrong.",
}

report = noun(
    "report",
    "Reports 报告: how the holdings are. Alone it lists the reports that there are.",
    "report",
    "report integrity",
    "report integrity --from 2026-01-01 --to 2026-12-31 --format html --output integrity.html",
    "report media --format csv --section media",
    takes_thing=False,
)


@verb("list", "report", "report list --json", of=report)
def list_reports(context: Context) -> None:
    """List the reports that there are."""
    context.answer(context.get("/v1/reports"), _show_names)


def _show_names(document: Any) -> None:
    for item in items(document):
        words = NAMES.get(item["name"])
        click.echo(f"{plain(item['name'])}: {_(words) if words else ''}")


def _report(
    context: Context,
    name: str,
    since: str | None,
    until: str | None,
    format_: str | None,
    section: str | None,
    output: Path | None,
) -> None:
    form = format_ or ("json" if context.as_json else "table")
    if context.as_json and form != "json":
        raise click.UsageError(_("--json and --format {form} cannot both be").format(form=form))
    if section is not None and form not in ("csv", "table"):
        raise click.UsageError(_("--section is for the formats table and csv"))
    where, asked = at("/v1/reports", name), {"since": since, "until": until}
    if form == "table":
        if output is not None:
            raise click.UsageError(_("a table is for the screen; --output needs --format json, csv or html"))
        _show(context.get(where, **asked), section)
        return
    if form == "json":
        made = json.dumps(context.get(where, **asked), ensure_ascii=False, indent=2).encode() + b"\n"
    else:
        made = b"".join(context.stream(f"{where}/{form}", **asked, section=section))
    if output is None:
        click.echo(made, nl=False)
    else:
        _write(output, made, with_mark=form == "csv")
        context.say(_("written: {path}").format(path=plain(output)))


def _write(path: Path, made: bytes, *, with_mark: bool) -> None:
    """Into a new file: a report that somebody keeps is not overwritten by the next one."""
    try:
        with path.open("xb") as file:
            # Without the mark Excel takes UTF-8 for the encoding of the machine.
            file.write(b"\xef\xbb\xbf" if with_mark else b"")
            file.write(made)
    except FileExistsError:
        raise Refused(
            _("{path} is there already; nothing was written").format(path=plain(path)),
            advice=_("name another file, or move that one away"),
        ) from None


def _show(document: Any, wanted: str | None) -> None:
    site = " ".join(filter(None, (document.get("site"), document.get("site_zh"))))
    click.echo(f"{plain(document['title'])} · {plain(site)}")
    period = {name: moment(document[name]) for name in ("since", "until", "made_at")}
    click.echo(_("what happened: {since} to {until}; states: {made_at}").format(**period))
    known = [section["id"] for section in document["sections"]]
    if wanted is not None and wanted not in known:
        raise click.UsageError(
            _("there is no section {section}; there are: {known}").format(
                section=plain(wanted), known=", ".join(known)
            )
        )
    for section in document["sections"]:
        if wanted is not None and section["id"] != wanted:
            continue
        click.echo(f"\n{plain(section['title'])}  [{plain(section['id'])}]")
        if section["note"]:
            click.echo(plain(section["note"]))
        if not section["rows"]:
            click.echo(_("none"))
            continue
        labels = {column["key"]: column["label"] for column in section["columns"]}
        shown = [
            {labels[key]: Text(cell(key, value)) for key, value in row.items()} for row in section["rows"]
        ]
        console().print(table_of(shown, *labels.values()))


def _add(name: str, about: str) -> None:
    def command(
        context: Context,
        since: str | None,
        until: str | None,
        format_: str | None,
        section: str | None,
        output: Path | None,
    ) -> None:
        _report(context, name, since, until, format_, section, output)

    command.__doc__ = about
    examples = (f"report {name}", f"report {name} --from 2026-01-01 --format html --output {name}.html")
    file = click.Path(path_type=Path, dir_okay=False)
    options = (
        period_options,
        click.option("--format", "format_", type=click.Choice(FORMATS), help="Table when not given."),
        click.option("--section", help="Only this section; tables and CSV."),
        click.option("--output", type=file, help="Into a new file."),
    )
    made: Callable[..., Any] = command
    for option in reversed(options):
        made = option(made)
    verb(name, *examples, of=report)(made)


for _name, _about in NAMES.items():
    _add(_name, _about)
