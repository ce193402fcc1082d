"""archivectl repair: members of sets that were lost or went bad, and copies that are owed, are made again."""

from typing import Any

import click

from archived.care import REPAIR
from archived.language import _
from cli.care_cmd import add_steering
from cli.context import Context
from cli.nouns import noun, reason_option, verb
from cli.render import facts, table

repair = noun(
    "repair",
    "What was lost or went bad is made again on new media, and copies that classes ask for are made.",
    "repair plan",
    "repair repair-3",
    'repair run --set 7K3F --reason "before the discs travel"',
)
_COLUMNS = (
    "image",
    "set",
    "position",
    "why",
    "spare",
    "replaces",
    "from",
    "media",
    "bytes_to_read",
    "mounts",
    "note",
)
_TOTALS = ("bytes_to_read", "mounts", "media_to_write")


def _chosen(function: Any) -> Any:
    """Options that say what is meant; without any all is."""
    for name, about in (
        ("--medium", "Only what lay on this medium; may be repeated."),
        ("--image", "Only this image; may be repeated."),
        ("--set", "Only members of this set; may be repeated."),
    ):
        function = click.option(name, f"{name[2:]}_", multiple=True, help=about)(function)
    return function


@verb("plan", "repair plan", "repair plan --set 7K3F --json", of=repair)
@_chosen
def plan(context: Context, set_: tuple[str, ...], image_: tuple[str, ...], medium_: tuple[str, ...]) -> None:
    """Show what would be made again, from what, and what that takes; nothing is begun."""
    asked = {"set": list(set_), "image": list(image_), "medium": list(medium_)}
    context.answer(context.get("/v1/repair/plan", **asked), _show_plan)


@verb(
    "run", 'repair run --reason "a disc fell"', "repair run --medium SIM00007 --reason scratched", of=repair
)
@_chosen
@reason_option
def run(
    context: Context, set_: tuple[str, ...], image_: tuple[str, ...], medium_: tuple[str, ...], reason: str
) -> None:
    """Begin to make again what has to be; sets with the fewest members to spare go first."""
    asked = {"sets": list(set_), "images": list(image_), "media": list(medium_), "reason": reason}
    context.answer(context.post("/v1/repair/run", asked), _begun)


def _begun(document: dict[str, Any]) -> None:
    click.echo(_("{run} is running: archivectl repair {run}").format(run=document["id"]))
    _show_plan(document["preview"])


def _show_plan(document: dict[str, Any]) -> None:
    table(document.get("items") or [], *_COLUMNS, empty=_("nothing has to be made again"))
    facts({name: document[name] for name in _TOTALS if document.get(name)})
    waits = document.get("waits") or []
    if waits:
        table(waits, "image", "set", "why", empty="")


def _show_run(document: dict[str, Any]) -> None:
    """What was expected of a run, and what came of it."""
    _show_plan(document.get("preview") or {})
    facts(document.get("report") or {})


add_steering(repair, REPAIR, _show_run)
