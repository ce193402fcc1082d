"""archivectl media register: new blanks by their barcodes, or a whole delivery by its list."""

import base64
from pathlib import Path
from typing import Any

import click

from archived.byte_size import ByteSize
from archived.language import _
from cli.context import Context
from cli.exit_status import REFUSED
from cli.nouns import verb
from cli.render import items, plain, table


@verb(
    "register",
    "media register SIM00099 --batch 2026-03",
    "media register --list delivery.csv --dry-run",
    "media register --list delivery.xlsx --pool bluray --batch 2026-03",
)
@click.argument("barcodes", nargs=-1)
@click.option(
    "--list",
    "path",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A list, CSV or .xlsx: barcode, batch, vendor, order, price, currency, bought at, pool. All or none is taken.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would become of each row of the list.")
@click.option("--sheet", default="", help="Which sheet of an .xlsx that has several.")
@click.option(
    "--batch",
    help="What they were bought with: media bought together may fail together. Where the list has none.",
)
@click.option("--pool", help="The pool that they are for; the first one when not given.")
@click.option(
    "--media-id", default="", help="Manufacturer id; that of most media of this kind when not given."
)
@click.option(
    "--capacity", type=ByteSize(), help="Capacity, such as 25GB; that of most media when not given."
)
def register(
    context: Context,
    barcodes: tuple[str, ...],
    path: Path | None,
    dry_run: bool,
    sheet: str,
    batch: str | None,
    pool: str | None,
    media_id: str,
    capacity: int | None,
) -> None:
    """Take new blanks into the scratch pool: those that a look has found, by barcode, or a whole delivery by its list.

    What stands in a list and no robot has seen yet is announced: it is a blank at hand as soon as one sees it.
    """
    if bool(barcodes) == (path is not None):
        raise click.UsageError(_("say barcodes, or --list FILE"))
    if path is not None:
        if media_id or capacity is not None:
            raise click.UsageError(_("--media-id and --capacity are columns of the list"))
        _by_list(context, path, pool=pool, batch=batch or "", sheet=sheet, dry_run=dry_run)
        return
    if not batch or dry_run or sheet:
        raise click.UsageError(_("barcodes need --batch; --dry-run and --sheet belong to --list"))
    request = {"barcodes": list(barcodes), "batch": batch, "pool": pool, "media_id": media_id}
    answer = context.post("/v1/media/register", {**request, "capacity_bytes": capacity})
    context.answer(answer, _show_registered)


def _by_list(context: Context, path: Path, **said: Any) -> None:
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    document = context.post("/v1/media/register-list", {"data": data, **said})
    context.answer(document, _show_list)
    if document["problems"]:
        click.get_current_context().exit(REFUSED)


def _show_registered(document: dict[str, Any]) -> None:
    for barcode in document["registered"]:
        click.echo(
            _("{barcode} is a blank of pool {pool}, batch {batch}").format(
                barcode=plain(barcode), pool=document["pool"], batch=plain(document["batch"])
            )
        )


def _show_list(document: dict[str, Any]) -> None:
    table(items(document), "row", "barcode", "outcome", "pool", "batch", empty=_("no row can be taken"))
    for heading in document["unused"]:
        click.echo(_("column {heading} means nothing here, and was not read").format(heading=plain(heading)))
    if document["problems"]:
        table(document["problems"], "row", "barcode", "why")
    words = _("{registered} registered, {announced} announced, {completed} completed, {unchanged} unchanged")
    if document["dry_run"]:
        words = _(
            "nothing was registered; it would be: {registered} registered, {announced} announced, {completed} "
            "completed, {unchanged} unchanged"
        )
    click.echo(words.format(**document["counts"]))
