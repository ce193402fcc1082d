"""archivectl vault: a walk along a shelf or cabinet with a list, or with what is typed or scanned on the way."""

import csv
import sys
from pathlib import Path
from typing import Any

import click

from archived.language import _
from cli.context import Context
from cli.exit_status import OK, SHELF_DIFFERS
from cli.nouns import noun, verb
from cli.render import items, plain, table

vault = noun(
    "vault",
    "Vaults 库房巡架: walk along shelves, and see what stands there.",
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
@click.option("--csv", "as_csv", is_flag=True, help="Print the report as CSV.")
def walk(context: Context, library: str, cabinet: str, path: Path | None, as_csv: bool) -> None:
    """Compare what stands on a shelf with the record, and say what is present, missing, misplaced or unknown.

    Each line is one medium: its tag, barcode or label; or its place, a tab, and what was read of it. Exits with 25
    when something is missing, misplaced or unknown, or contradicts itself.
    """
    request = {"library": library, "cabinet": cabinet, "lines": _lines(path)}
    document = context.post("/v1/vault/walk", request)
    context.answer(document, _as_csv if as_csv else _show)
    whole = all(item["found"] == "present" for item in items(document))
    click.get_current_context().exit(OK if whole else SHELF_DIFFERS)


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
