"""archivectl recall: the way back, from a reference to verified files on the caller's disk."""

from pathlib import Path
from typing import Any

import click

from cli.context import Context, at
from cli.delivery import DeliveredFile, check_folder, deliver
from cli.nouns import verb
from cli.recalling import cancelled_on_failure, wait_until_ready
from cli.render import duration, plain, size, table


@verb(
    "recall",
    "recall Z109/2003/0007 --to ./read",
    "recall P000001 --dry-run",
    "recall Z109/2003/0007 --version 1 --file data/page-001.tif --file data/page-002.tif --to ./two",
)
@click.argument("ref")
@click.option("--version", type=int, help="Which version; the newest when not given.")
@click.option("--file", "paths", multiple=True, help="Only this file of the package; may be repeated.")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), help="New or empty folder; ./REF when not given."
)
@click.option("--overwrite", is_flag=True, help="The folder may hold files, and they may be replaced.")
@click.option("--dry-run", is_flag=True, help="Only name the media that would be read, and the time.")
def recall(
    context: Context,
    ref: str,
    version: int | None,
    paths: tuple[str, ...],
    folder: Path | None,
    overwrite: bool,
    dry_run: bool,
) -> None:
    """Bring the files of a package back, checked bit for bit.

    REF is FONDS/SERIES/VOLUME or a package id. Files are checked again while they are written, with your
    own rights, and get their names only when they are right. Nothing is replaced unless --overwrite says so.
    """
    request = {"reference": ref, "version": version, "paths": list(paths), "dry_run": dry_run}
    if dry_run:
        context.answer(context.post("/v1/recalls", request), show_plan)
        return
    target = (folder or Path(ref.replace("/", "_"))).absolute()
    check_folder(target, overwrite=overwrite)
    asked = context.post("/v1/recalls", request)
    with cancelled_on_failure(context, asked):
        wait_until_ready(context, asked)
        _write(context, asked, target, overwrite=overwrite)
    context.post(at("/v1/recalls", asked["recall"], "delivered"))
    context.answer(asked, lambda document: _show_done(document, target))


def _write(context: Context, asked: dict[str, Any], target: Path, *, overwrite: bool) -> None:
    files = [DeliveredFile(f["path"], f["size_bytes"], f["sha256"], f.get("mtime_s")) for f in asked["files"]]
    content = at("/v1/recalls", asked["recall"], "content")
    deliver(
        files,
        asked.get("directories", ()),
        target,
        lambda path: context.stream(content, path=path),
        overwrite=overwrite,
    )


def show_plan(document: dict[str, Any]) -> None:
    """What would be read, and how long it would take."""
    files, total = document.get("files"), document.get("bytes", 0)
    number = len(files) if isinstance(files, list) else files
    click.echo(f"{number} files, {size(total)}")
    if document.get("from_staging"):
        click.echo("all of it still lies in staging; no medium would be read")
    else:
        table(
            document.get("sources", []),
            "medium",
            "image",
            "label",
            "element",
            "in_drive",
            "state",
            empty="no medium",
        )
    if document.get("shortage"):
        click.echo(f"it cannot be brought back now: {plain(document['shortage'])}")
    if document.get("estimate_s") is not None:
        click.echo(f"estimated time: {duration(document['estimate_s'])}")


def _show_done(document: dict[str, Any], target: Path) -> None:
    count, total = len(document["files"]), document.get("bytes", 0)
    click.echo(f"{count} files, {size(total)}, every one checked by sha256, are in {plain(target)}")
