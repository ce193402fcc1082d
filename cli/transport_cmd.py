"""archivectl vault list, transport, …: media on shelves, on their way and elsewhere; library export and import."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from archived.errors import Refused
from archived.language import _
from cli.context import Context, at
from cli.nouns import reason_option, verb
from cli.render import items, plain, table
from cli.sheets import html_sheet, text_sheet
from cli.waiting import with_progress

_VAULT = ("place", "medium", "printed_label", "kind", "state", "carries", "way", "since")
_LIST = ("medium", "printed_label", "kind", "carries", "from", "way", "place")


def _output(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --html and --output."""
    function = click.option(
        "--output",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write the list to print into this file, which must not be there yet.",
    )(function)
    return click.option("--html", "as_html", is_flag=True, help="The list to print as a page of HTML.")(
        function
    )


@verb("list", "vault list", "vault list --library vault --html --output vault.html")
@click.option("--library", default="", help="Only what stands in this library.")
@_output
def list_vault(context: Context, library: str, as_html: bool, output: Path | None) -> None:
    """List every medium that no robot holds: on shelves, on its way, elsewhere; to print, with boxes to tick."""
    document = context.get("/v1/vault", library=library)
    title = _("Vault list")
    _print(context, document, title, {"library": library}, _VAULT, as_html=as_html, output=output)


@verb(
    "transport",
    'vault transport SIM00001 SIM00002 --to "Depot North" --reason "second site"',
    'vault transport SIM00001 --to vault --reason "kept elsewhere"',
)
@click.argument("media", metavar="MEDIUM...", nargs=-1, required=True)
@click.option(
    "--to", required=True, metavar="PLACE", help="A library whose media people move, or any other place."
)
@reason_option
def transport(context: Context, media: tuple[str, ...], to: str, reason: str) -> None:
    """Open a list of media that go to PLACE. Robots lay them into import/export slots, as these are free."""
    request = {"media": list(media), "to": to, "reason": reason}
    context.answer(context.post("/v1/transports", request), _show_opened)


@verb("transports", "vault transports", "vault transports TR00001 --html --output TR00001.html")
@click.argument("transport", required=False)
@_output
def transports(context: Context, transport: str | None, as_html: bool, output: Path | None) -> None:
    """List transport lists, or print one, with boxes to tick and room for signatures."""
    if transport is None:
        context.answer(context.get("/v1/transports"), _show_lists)
        return
    document = context.get(at("/v1/transports", transport))
    facts = {key: document[key] for key in ("to_words", "reason", "opened_by", "opened_at")}
    title = _("Transport list {id}").format(id=document["id"])
    _print(context, document, title, facts, _LIST, as_html=as_html, output=output)


@verb("packed", "vault packed TR00001", "vault packed TR00001 SIM00002")
@click.argument("transport")
@click.argument("media", metavar="[MEDIUM...]", nargs=-1)
def packed(context: Context, transport: str, media: tuple[str, ...]) -> None:
    """Say that media of a list were taken from their shelf, all unless some are named: nobody misses them then."""
    _say(context, transport, "packed", {"media": list(media)})


@verb("arrived", "vault arrived TR00001", "vault arrived TR00001 SIM00002")
@click.argument("transport")
@click.argument("media", metavar="[MEDIUM...]", nargs=-1)
def arrived(context: Context, transport: str, media: tuple[str, ...]) -> None:
    """Say that media of a list are where they were to go; in a library of the site each gets a free place."""
    _say(context, transport, "arrived", {"media": list(media)})


@verb(
    "return", 'vault return TR00001 --reason "migration"', 'vault return TR00001 SIM00002 --reason "wanted"'
)
@click.argument("transport")
@click.argument("media", metavar="[MEDIUM...]", nargs=-1)
@reason_option
def return_(context: Context, transport: str, media: tuple[str, ...], reason: str) -> None:
    """Ask media of a list back. They are back when a robot or a walk sees them: library import, vault walk."""
    _say(context, transport, "return", {"media": list(media), "reason": reason})


@verb("strike", 'vault strike TR00001 SIM00002 --reason "stays after all"')
@click.argument("transport")
@click.argument("media", metavar="[MEDIUM...]", nargs=-1)
@reason_option
def strike(context: Context, transport: str, media: tuple[str, ...], reason: str) -> None:
    """Strike media from a list that did not leave yet."""
    _say(context, transport, "strike", {"media": list(media), "reason": reason})


@verb("export", 'library export SIM00001 SIM00002 --reason "to be destroyed"')
@click.argument("media", metavar="MEDIUM...", nargs=-1, required=True)
@click.option(
    "--to", default="", metavar="PLACE", help="Where they go, for the list; none when only taken out."
)
@reason_option
def export(context: Context, media: tuple[str, ...], to: str, reason: str) -> None:
    """Have a robot lay media into import/export slots, to be taken out; what leaves so is not missed."""
    request = {"media": list(media), "to": to, "reason": reason}
    answer = with_progress(context, lambda: context.post("/v1/library/export", request))
    context.answer(answer, _show_opened)


@verb("import", "library import", "library import --library main")
@click.option("--library", help="Which library; all when not given.")
def import_(context: Context, library: str | None) -> None:
    """Take in what lies in import/export slots: blanks, media that come back, whatever was laid there."""
    answer = with_progress(context, lambda: context.post("/v1/library/import", {"library": library}))
    context.answer(answer, _show_taken_in)


def _say(context: Context, transport: str, verb_: str, request: dict[str, Any]) -> None:
    context.answer(context.post(at("/v1/transports", transport, verb_), request), _show_list)


def _print(
    context: Context,
    document: dict[str, Any],
    title: str,
    facts: dict[str, Any],
    columns: tuple[str, ...],
    *,
    as_html: bool,
    output: Path | None,
) -> None:
    """The list on the terminal, or into a file."""
    make = html_sheet if as_html else text_sheet
    page = make(title, facts, items(document), columns)
    if output is None:
        context.answer(document, lambda _document: click.echo(page))
        return
    try:
        with output.open("x", encoding="utf-8") as out:
            out.write(page)
    except FileExistsError:
        raise Refused(_("{file} exists; nothing was written").format(file=output)) from None
    context.answer(document, lambda _document: click.echo(_("written to {file}").format(file=output)))


def _show_opened(document: dict[str, Any]) -> None:
    _show_list(document)
    for one in document.get("thinner") or ():
        words = _("set {set_id}: {before} more members may be lost now, {after} while these are away")
        if one["spare_after"] < 0:
            words = _("set {set_id} cannot be rebuilt while these are away")
        click.echo(
            words.format(
                set_id=one["set_id"], before=max(0, one["spare_before"]), after=max(0, one["spare_after"])
            )
        )
    click.echo(
        _("list to print: archivectl vault transports {id} --html --output {id}.html").format(
            id=document["id"]
        )
    )


def _show_list(document: dict[str, Any]) -> None:
    table(items(document), *_LIST)
    counts = [f"{count} {plain(state)}" for state, count in document["counts"].items() if count]
    click.echo(f"{document['id']}: {', '.join(counts)}")


def _show_lists(document: dict[str, Any]) -> None:
    rows = [
        {**item, "state": ", ".join(f"{n} {state}" for state, n in item["counts"].items() if n)}
        for item in items(document)
    ]
    columns = ("id", "to_words", "state", "opened_at", "opened_by", "reason")
    table(rows, *columns, empty=_("no list was opened"))


def _show_taken_in(document: dict[str, Any]) -> None:
    columns = ("medium", "state", "library", "port", "element", "transport", "next")
    table(items(document), *columns, empty=_("nothing lies in the import/export slots"))
