"""archivectl recall: the way back, from references to verified files on the caller's disk."""

from pathlib import Path
from typing import IO, Any

import click

from archived.errors import Refused
from archived.language import _
from cli import recall_note
from cli.context import Context
from cli.nouns import verb
from cli.recall_order import ORDERS, begin, bring, given_up_on_failure, take_up
from cli.recall_part import Target
from cli.recall_targets import STANDARD_OUTPUT, target_of
from cli.recall_wanted import folder_name, items_wanted
from cli.reconnecting import patient
from cli.render import duration, plain, size, table


@verb(
    "recall",
    "recall Z109/2003/0007 --to ./read",
    "recall P000001 --dry-run",
    "recall Z109/2003/0007 --version 1 --file data/page-001.tif --file data/page-002.tif --to ./two",
    "recall --from wanted.txt --bag ./bags",
    "recall Z109/2003/0007 --file data/film.mkv --bytes 0-1048575 --to ./head",
    "recall Z109/2003/0007 Z109/2003/0008 --tar -",
    "recall --from wanted.txt --tar ./wanted.tar",
    "recall Z109/2003/0007 --continue --to ./read",
)
@click.argument("refs", metavar="[REF]...", nargs=-1)
@click.option(
    "--from",
    "lists",
    type=click.File(encoding="utf-8"),
    multiple=True,
    help="A list of references, one a line; - reads standard input. May be repeated.",
)
@click.option("--version", type=int, help="Which version; the newest when not given. REF@2 says the same.")
@click.option("--file", "paths", multiple=True, help="Only this file of the package; may be repeated.")
@click.option(
    "--bytes",
    "ranges",
    multiple=True,
    metavar="START-END",
    help="Only these bytes of the one --file, both ends included, from 0; may be repeated.",
)
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), help="New or empty folder; ./REF when not given."
)
@click.option(
    "--bag", type=click.Path(path_type=Path), help="New or empty folder for a BagIt bag of each package."
)
@click.option("--tar", metavar="FILE", help="A PAX tar; - streams it to standard output.")
@click.option("--overwrite", is_flag=True, help="The folder may hold files, and they may be replaced.")
@click.option(
    "--continue", "going_on", is_flag=True, help="Go on with what an earlier call left in the folder."
)
@click.option(
    "--keep", is_flag=True, help="Ctrl-C leaves the recall with the daemon; --continue takes it up."
)
@click.option("--dry-run", is_flag=True, help="Only name the media that would be mounted, and the time.")
def recall(
    context: Context,
    refs: tuple[str, ...],
    lists: tuple[IO[str], ...],
    version: int | None,
    paths: tuple[str, ...],
    ranges: tuple[str, ...],
    folder: Path | None,
    bag: Path | None,
    tar: str | None,
    dry_run: bool,
    **how: bool,
) -> None:
    """Bring the files of packages back, checked bit for bit.

    REF is FONDS/SERIES/VOLUME or a package id. Many are one order with one plan: each medium is mounted once.
    Files are checked again while they are written, with your own rights, and get their names only when they are
    right. Nothing is replaced unless --overwrite says so. Ctrl-C gives the recall up; what arrived is kept, and
    --continue brings the rest.
    """
    if sum(place is not None for place in (folder, bag, tar)) > 1:
        raise click.UsageError(_("--to, --bag and --tar exclude each other"))
    if tar == STANDARD_OUTPUT and (how["going_on"] or how["keep"] or context.as_json):
        raise click.UsageError(
            _("a tar stream cannot be continued or kept, and takes standard output for itself")
        )
    going_on = how["going_on"]
    unnamed = going_on and not refs and not lists
    if unnamed and (folder is None and bag is None and tar is None):
        raise click.UsageError(_("--continue without a reference needs --to DIR, --bag DIR or --tar FILE"))
    items = [] if unnamed else items_wanted(refs, lists, version, paths, ranges)
    if dry_run:
        context.answer(context.post(ORDERS, {"items": items, "dry_run": True}), show_plan)
        return
    named = folder_name(items) if items else ""
    target = target_of(folder, bag, tar, overwrite=how["overwrite"], going_on=going_on, named=named)
    target.check()
    asked = _bring(context, items, target, going_on=going_on, keep=how["keep"])
    if tar == STANDARD_OUTPUT:
        context.say(_done_words(asked, target))
    else:
        context.answer(asked, lambda document: click.echo(_done_words(document, target)))


def _bring(
    context: Context, items: list[dict[str, Any]], target: Target, *, going_on: bool, keep: bool
) -> dict[str, Any]:
    note = recall_note.read(target.note) if going_on and target.note is not None else None
    if note is not None:
        asked = take_up(context, note, items, target)
    elif items:
        note, asked = begin(context, items)
    else:
        raise Refused(
            _("there is no unfinished recall in {folder}; nothing was asked for").format(folder=target.place),
            advice=_("name what you want: archivectl recall REF --to DIR"),
        )
    with given_up_on_failure(context, note, target, keep=keep), patient(context):
        bring(context, note, target)
    return asked


def show_plan(document: dict[str, Any]) -> None:
    """Which media would be mounted, in which order, and how long it would take."""
    files, total = document.get("files", 0), document.get("bytes", 0)
    parts = document.get("recalls", [])
    if len(parts) > 1:
        table(parts, "reference", "package", "version", "way", "files", "bytes")
    click.echo(
        _("{files} files, {size}, {mounts} media to mount").format(
            files=files, size=size(total), mounts=document.get("mounts", 0)
        )
    )
    if document.get("from_staging"):
        click.echo(_("all of it still lies in staging; no medium would be read"))
    else:
        visits, nothing = document.get("visits", []), _("no medium has to be read")
        table(visits, "medium", "image", "label", "element", "in_drive", "bytes", "state", empty=nothing)
    if document.get("shortage"):
        click.echo(_("it cannot be brought back now: {reason}").format(reason=plain(document["shortage"])))
    if document.get("estimate_s") is not None:
        click.echo(_("estimated time: {time}").format(time=duration(document["estimate_s"])))


def _done_words(document: dict[str, Any], target: Target) -> str:
    return _("{files} files, {size}, every one checked by sha256, are in {place}").format(
        files=document.get("files", 0), size=size(document.get("bytes", 0)), place=plain(target.words())
    )
