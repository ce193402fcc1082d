"""archivectl media: physical carriers, where they are and what is on them."""

from typing import Any

import click

from archived.states import MediumState
from cli.context import Context, at
from cli.events_cmd import event_line
from cli.nouns import noun, verb
from cli.render import facts, items, table

media = noun(
    "media",
    "Media 介质: discs, where they are and what they carry. Alone it lists.",
    "media",
    "media --state blank",
    "media SIM00007",
)


@verb("list", "media", "media --state suspect", "media SIM00007", of=media)
@click.argument("medium", required=False)
@click.option(
    "--state", type=click.Choice([state.value for state in MediumState]), help="Only those in this state."
)
def list_media(context: Context, medium: str | None, state: str | None) -> None:
    """List media, or show one with its copies and last events."""
    if medium is None:
        context.answer(context.get("/v1/media", state=state), _show_all)
    else:
        context.answer(context.get(at("/v1/media", medium)), _show_one)


media.add_command(list_media, "show")


def _show_all(document: Any) -> None:
    columns = ("id", "state", "kind", "batch", "library", "magazine", "element", "capacity_bytes", "note")
    table(items(document), *columns, empty="no media")


def _show_one(medium: dict[str, Any]) -> None:
    facts({k: v for k, v in medium.items() if k not in ("copies", "events", "notice")})
    copies = [{"image": copy.get("image_id"), **copy} for copy in medium.get("copies") or ()]
    table(
        copies,
        "image",
        "state",
        "role",
        "site",
        "write_drive",
        "verify_drive",
        "note",
        empty="nothing is on it",
    )
    for event in medium.get("events") or ():
        click.echo(event_line(event))
