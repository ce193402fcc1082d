"""archivectl magazines: cages of slots as things of their own, in libraries and on shelves."""

from typing import Any

import click

from archived.language import _
from cli.context import Context, at
from cli.events_cmd import event_line
from cli.nouns import noun, verb
from cli.render import facts, items, plain, table
from cli.waiting import with_progress

magazines = noun(
    "magazines",
    "Magazines 盘匣: cages of slots, their tags, where they stand or lie. Alone it lists.",
    "magazines",
    "magazines magazine-2",
    "magazines label magazine-2 --rfid E28011700000020F1A2B3C4D",
    'magazines take-out cage-2 --to "shelf 3, place 12"',
    "magazines put cage-2 --at magazine-5",
)


@verb("list", "magazines", "magazines magazine-2", of=magazines)
@click.argument("magazine", required=False)
def list_magazines(context: Context, magazine: str | None) -> None:
    """List magazines, or show one with the media in it; by its id, or by the position at which it stands."""
    if magazine is None:
        context.answer(context.get("/v1/magazines"), _show_all)
    else:
        context.answer(context.get(at("/v1/magazines", magazine)), _show_one)


magazines.add_command(list_magazines, "show")


def _show_all(document: Any) -> None:
    rows = [item | {"media_count": len(item["media"])} for item in items(document)]
    columns = ("id", "state", "library", "position", "rfid_uid", "place", "media_count", "seen_at", "seen_by")
    table(rows, *columns, empty=_("no magazines"))


def _show_one(magazine: dict[str, Any]) -> None:
    facts({k: v for k, v in magazine.items() if k not in ("events", "notice")})
    for event in magazine.get("events") or ():
        click.echo(event_line(event))


@verb("label", "magazines label magazine-2 --rfid E28011700000020F1A2B3C4D", of=magazines)
@click.argument("magazine")
@click.option("--rfid", metavar="UID", help='Uid of its radio tag; "" takes it off the record.')
@click.option("--reader", metavar="READER", help="The reader before which it lies: its tag is put on record.")
def label(context: Context, magazine: str, rfid: str | None, reader: str | None) -> None:
    """Put the tag of a magazine on record."""
    answer = context.post(at("/v1/magazines", magazine) + "/label", {"rfid": rfid, "reader": reader})
    context.answer(answer, _show_one)


@verb("take-out", 'magazines take-out cage-2 --to "shelf 3, place 12"', of=magazines)
@click.argument("magazine")
@click.option("--to", default="", metavar="PLACE", help="Where it is put, in words.")
def take_out(context: Context, magazine: str, to: str) -> None:
    """Say that a magazine was taken out of its library: its media are away with it, once a look saw that."""
    path = at("/v1/magazines", magazine) + "/take-out"
    answer = with_progress(context, lambda: context.post(path, {"to": to}))
    context.answer(answer, _show_moved)


@verb("put", "magazines put cage-2 --at magazine-5", of=magazines)
@click.argument("magazine")
@click.option(
    "--at", "position", required=True, metavar="POSITION", help="The place of the library where it stands."
)
@click.option("--library", help="The library; the one that it was in when not given.")
def put(context: Context, magazine: str, position: str, library: str | None) -> None:
    """Say that a magazine was put back, or elsewhere: a look says what stands in it."""
    path, request = at("/v1/magazines", magazine) + "/put", {"position": position, "library": library}
    answer = with_progress(context, lambda: context.post(path, request))
    context.answer(answer, _show_moved)


def _show_moved(magazine: dict[str, Any]) -> None:
    where = magazine.get("position") or magazine.get("place") or _("out of the library")
    click.echo(
        _("magazine {id} is at {where}, with {number} media").format(
            id=plain(magazine["id"]), where=plain(where), number=len(magazine["media"])
        )
    )
