"""archivectl media: physical carriers, where they are and what is on them."""

from typing import Any

import click

from archived.language import _
from archived.states import MediumState
from cli.context import Context, at
from cli.events_cmd import event_line
from cli.nouns import noun, reason_option, verb
from cli.render import facts, items, plain, table

media = noun(
    "media",
    "Media 介质: discs and cartridges, where they are and what they carry. Alone it lists.",
    "media",
    "media --state blank",
    "media SIM00007",
    "media register SIM00099 --batch 2026-03",
    "media register --list delivery.csv --dry-run",
    "media register 000123L8 --pool tapes --batch 2026-03",
    "media label SIM00007 --rfid 04A23FB2C15D80",
    "media identify --rfid 04A23FB2C15D80",
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
        context.answer(context.get(at("/v1/media", medium)), show_medium)


media.add_command(list_media, "show")


def _show_all(document: Any) -> None:
    found = items(document)
    used = ["used_bytes"] if any(medium.get("used_bytes") is not None for medium in found) else []
    labels = [name for name in ("printed_label", "rfid_uid") if any(medium.get(name) for medium in found)]
    columns = (
        "id",
        "state",
        "kind",
        "batch",
        "library",
        "magazine",
        "element",
        *labels,
        "capacity_bytes",
        *used,
        "note",
    )
    table(found, *columns, empty=_("no media"))


def show_medium(medium: dict[str, Any]) -> None:
    """A medium, what is on it, and its last events."""
    facts({k: v for k, v in medium.items() if k not in ("copies", "events", "notice")})
    copies = [{"image": copy.get("image_id"), **copy} for copy in medium.get("copies") or ()]
    # Images of a cartridge, in the order in which they lie there.
    place = ("tape_file", "first_block", "block_bytes", "size_bytes") if "used_bytes" in medium else ()
    table(
        copies,
        "image",
        *place,
        "state",
        "role",
        "site",
        "write_drive",
        "verify_drive",
        "note",
        empty=_("nothing is on it"),
    )
    for event in medium.get("events") or ():
        click.echo(event_line(event))


@verb("lost", 'media lost SIM00017 --reason "broken in the reading room"', of=media)
@click.argument("medium_id", metavar="MEDIUM")
@reason_option
def lost(context: Context, medium_id: str, reason: str) -> None:
    """Give a medium up that is not in the library any more; an unfinished set writes another one."""
    answer = context.post(at("/v1/media", medium_id) + "/lost", {"reason": reason})
    context.answer(
        answer,
        lambda document: click.echo(
            _("{medium} is on record as lost").format(medium=plain(document["medium"]))
        ),
    )
