"""archivectl vault: a walk along a shelf or cabinet with a list, or with what is typed or scanned on the way."""

import csv
import sys
from pathlib import Path
from typing import Any

import click

from archived.language import _
from cli.context import Context, at
from cli.exit_status import OK, SHELF_DIFFERS
from cli.nouns import noun, verb
from cli.render import items, plain, table

vault = noun(
    "vault",
    "Vaults 库房: walk along shelves, see what stands there, and what leaves them and comes back.",
    "vault list",
    'vault transport SIM00001 --to "Depot North" --reason "second site"',
    "vault transports TR00001 --html --output TR00001.html",
    "vault walk vault --list shelf.txt",
    'vault walk vault --cabinet "cabinet 2"',
    default="walk",
    takes_thing=False,
)
_COLUMNS = ("found", "medium", "place", "on_record", "read")


@verb(
    "walk",
    "vault walk vault --list shelf.txt",
    'vault walk vault --cabinet "cabinet 2" --csv',
    of=vault,
)
@click.argument("library")
@click.option("--cabinet", default="", help="Walk along one cabinet only; all of the library when not given.")
@click.option(
    "--list",
    "path",
    type=click.Path(path_type=Path, dir_okay=False, exists=True, allow_dash=True),
    help="What was read; standard input when not given.",
)
@click.option(
    "--reader", default="", metavar="READER", help="A hand reader of the site reads each time at Enter."
)
@click.option("--csv", "as_csv", is_flag=True, help="Print the report as CSV.")
def walk(context: Context, library: str, cabinet: str, path: Path | None, reader: str, as_csv: bool) -> None:
    """Compare what stands on a shelf with the record, and say what is present, missing, misplaced or unknown.

    Each line is one medium: its tag, barcode or label; or its place, a tab, and what was read of it. Exits with 25
    when something is missing, misplaced or unknown, or contradicts itself.
    """
    if reader and path is not None:
        raise click.UsageError(_("a reader reads on the way, or a list was read before: not both"))
    lines = _read_on_the_way(context, reader) if reader else _lines(path)
    request = {"library": library, "cabinet": cabinet, "lines": lines, "reader": reader}
    document = context.post("/v1/vault/walk", request)
    context.answer(document, _as_csv if as_csv else _show)
    whole = all(item["found"] == "present" for item in items(document))
    click.get_current_context().exit(OK if whole else SHELF_DIFFERS)


def _read_on_the_way(context: Context, reader: str) -> list[dict[str, Any]]:
    """At each line of standard input the reader reads what is before it; a line that says something is the place."""
    click.echo(
        _("hold the reader to a medium and press Enter, or type its place first; Ctrl-D ends the walk"),
        err=True,
    )
    found: dict[str, dict[str, Any]] = {}
    for line in sys.stdin:
        tags = context.get(at("/v1/readers", reader) + "/read")["tags"]
        uids = [tag["uid"] for tag in tags if not tag["flaw"]]
        for uid in uids:
            # A reader that hears several at once cannot say which of them is in the place.
            place = line.strip() if len(uids) == 1 else ""
            if uid not in found or place:
                found[uid] = {"place": place, "read": [uid]}
            click.echo(plain(uid), err=True)
        if not uids:
            click.echo(_("no tag was read"), err=True)
    return list(found.values())


def _lines(path: Path | None) -> list[dict[str, Any]]:
    """Lines of a list: one column is what was read, of more the first is the place."""
    if path is None or str(path) == "-":
        if sys.stdin.isatty():
            click.echo(
                _("read or type one medium after the other; an empty end (Ctrl-D) ends the walk"), err=True
            )
        text = sys.stdin.read()
    else:
        text = path.read_text(encoding="utf-8-sig")
    found = []
    for line in text.splitlines():
        columns = [column.strip() for column in line.split("\t")]
        if not any(columns) or line.lstrip().startswith("#"):
            continue
        place, read = (columns[0], columns[1:]) if len(columns) > 1 else ("", columns)
        found.append({"place": place, "read": read})
    return found


def _show(document: dict[str, Any]) -> None:
    table(
        [_row(item) for item in items(document)],
        *_COLUMNS,
        empty=_("nothing stands there, and nothing should"),
    )
    counts = document["counts"]
    click.echo(
        _("{present} present, {missing} missing, {misplaced} misplaced, {unknown} unknown").format(**counts)
    )
    if counts["twice"] or counts["disagree"]:
        click.echo(_("{twice} read twice, {disagree} contradict themselves or the catalog").format(**counts))
    for case in document["cases"]:
        click.echo(_("case {case} is open: archivectl cases {case}").format(case=plain(case)))


def _as_csv(document: dict[str, Any]) -> None:
    rows = csv.DictWriter(sys.stdout, _COLUMNS, lineterminator="\n")
    rows.writeheader()
    rows.writerows(_row(item) for item in items(document))


def _row(item: dict[str, Any]) -> dict[str, Any]:
    return {name: item.get(name) for name in _COLUMNS} | {"read": " ".join(item["read"])}
