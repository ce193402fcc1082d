"""archivectl readers: readers of tags, who answers, and what lies before one now."""

from typing import Any

import click

from archived.language import _
from cli.context import Context, at
from cli.nouns import noun, verb
from cli.render import cell, plain, table

readers = noun(
    "readers",
    "Readers 读写器 of tags: over the picker, at a port or a magazine's bay, at a desk. Alone it lists who answers.",
    "readers",
    "readers read desk",
    "readers read bay2 --json",
    takes_thing=False,
)


@verb("list", "readers", "readers --json", of=readers)
def listing(context: Context) -> None:
    """List the readers with their places, and who answers: each is asked."""
    context.answer(context.get("/v1/readers"), _show_all)


@verb("read", "readers read desk", "readers read bay2 --json", of=readers)
@click.argument("name")
def read(context: Context, name: str) -> None:
    """Say which tags the reader NAME sees now, and which media they are on. Nothing is put on record."""
    context.answer(context.get(at("/v1/readers", name) + "/read"), _show_read)


def _show_all(document: dict[str, Any]) -> None:
    rows = [
        {**item, "where": _where(item), "note": item["problem"] or item["product"]}
        for item in document["items"]
    ]
    if not rows:
        click.echo(_("no reader is set up; docs/rfid.md says how"))
        return
    table(rows, "name", "kind", "library", "where", "note")


def _where(item: dict[str, Any]) -> str:
    """A reader's place in words."""
    if item["place"] == "bay":
        return _("at magazine {number}").format(number=item["magazine"])
    if item["place"] == "port" and item["element"]:
        return _("at import/export slot {element}").format(element=item["element"])
    place: str = item["place"]
    words = {
        "port": _("at the import/export slots"),
        "picker": _("over the robot's hand"),
        "hand": _("at a desk"),
    }
    return words.get(place, place)


def _show_read(document: dict[str, Any]) -> None:
    if not document["tags"]:
        click.echo(_("reader {name} sees no tag").format(name=plain(document["reader"]["name"])))
        return
    rows = [
        {
            **tag,
            "medium": tag["medium"] or tag["magazine"] or "-",
            "rssi": "" if tag["rssi_dbm"] is None else tag["rssi_dbm"],
        }
        for tag in document["tags"]
    ]
    table(rows, "uid", "kind", "rssi", "medium")
    for tag in document["tags"]:
        if tag["flaw"]:
            click.echo(f"{plain(tag['flaw'])}: {plain(tag['advice'])}")
        elif tag["medium"] is None and tag["magazine"] is None:
            click.echo(_unknown(cell("uid", tag["uid"]), document["reader"]))


def _unknown(uid: str, reader: dict[str, Any]) -> str:
    """What to do with a tag that nothing on record has."""
    if reader["place"] == "bay":
        return _(
            "tag {uid} is on record for no magazine: archivectl magazines label MAGAZINE --rfid {uid}"
        ).format(uid=uid)
    return _("tag {uid} is on record for no medium: archivectl media label MEDIUM --rfid {uid}").format(
        uid=uid
    )


__all__ = ["readers"]
