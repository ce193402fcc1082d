"""archivectl catalog export and exports: copies of the catalog in a place of choice."""

from pathlib import Path
from typing import Any

import click

from archived.language import _
from cli.context import Context
from cli.exit_status import FAILED
from cli.nouns import verb
from cli.render import cell, facts, items, plain, table
from cli.waiting import Interrupted, with_progress


@verb("export", "catalog export", "catalog export --to /mnt/vault --json")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder that is there; the one that archived.toml names when not given.",
)
def export(context: Context, folder: Path | None) -> None:
    """Export the whole catalog now: JSON lines, read back from the disk and signed. Ctrl-C gives it up."""
    request = {"to": None if folder is None else str(folder.resolve())}
    try:
        answer = with_progress(
            context,
            lambda: context.post("/v1/catalog/exports", request),
            cancel=lambda: context.post("/v1/progress/catalog-export-on-demand/cancel"),
        )
    except Interrupted as interrupted:
        answer = interrupted.answer.result()
    context.answer(answer, _show_made)
    if not context.as_json:
        for warning in answer.get("warnings", ()):
            context.say(_("WARNING: {text}; keep a copy of it on another disk").format(text=plain(warning)))


def _show_made(document: dict[str, Any]) -> None:
    click.echo(
        _("{folder}/{file}: {size} in {rows} rows, read back and signed").format(
            folder=plain(document["folder"]),
            file=plain(document["file"]),
            size=cell("size_bytes", document["size_bytes"]),
            rows=sum(document["rows"].values()),
        )
    )
    for name in document["removed"]:
        click.echo(_("removed, as newer ones are whole: {name}").format(name=plain(name)))


@verb("exports", "catalog exports", "catalog exports --check --json")
@click.option("--check", is_flag=True, help="Read all of every export again.")
def exports(context: Context, check: bool) -> None:
    """List the exports of the catalog with their age. Exit 4 if one is not whole."""
    document = context.get("/v1/catalog/exports", check=True if check else None)
    context.answer(document, _show_listed)
    if not all(item["whole"] for item in items(document)):
        click.get_current_context().exit(FAILED)


def _show_listed(document: dict[str, Any]) -> None:
    facts(document, "folder")
    table(
        items(document),
        "name",
        "age_s",
        "size_bytes",
        "row_count",
        "schema",
        "checked",
        "whole",
        "problem",
        empty=_("there are no exports of the catalog"),
    )
