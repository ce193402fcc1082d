"""archivectl sets: protection sets and their members."""

from typing import Any

import click

from archived.language import _
from cli.context import Context, at
from cli.images_cmd import show_asked
from cli.nouns import noun, one_or_all, verb
from cli.render import cell, facts, items, table

sets = noun(
    "sets",
    "Protection sets 保护组: N data images and M parity files. Alone it lists.",
    "sets",
    "sets 7K3F",
    "sets close --all",
)


@verb("list", "sets", "sets 7K3F", of=sets)
@click.argument("set_id", metavar="[SET]", required=False)
def list_sets(context: Context, set_id: str | None) -> None:
    """List protection sets, or show one with its members."""
    if set_id is None:
        context.answer(context.get("/v1/sets"), _show_all)
    else:
        context.answer(context.get(at("/v1/sets", set_id)), _show_one)


sets.add_command(list_sets, "show")


def _show_all(document: Any) -> None:
    rows = [{**row, "members": len(row.get("members") or ())} for row in items(document)]
    columns = ("id", "state", "pool", "n", "m", "members", "missing", "opened_at", "completed_at")
    table(rows, *columns, empty=_("no sets yet"))


def _show_one(protection_set: dict[str, Any]) -> None:
    plain_facts = {k: v for k, v in protection_set.items() if k not in ("members", "notice", "waived")}
    facts(plain_facts)
    if waived := protection_set.get("waived"):
        words = _("the diversity of its members was waived by {agent} at {at}: {reason}")
        said = {key: cell(key, waived[key]) for key in ("agent", "at", "reason")}
        click.echo(words.format(**said))
    rows = [{**member, "copies": _copies(member)} for member in protection_set.get("members") or ()]
    table(rows, "position", "image", "kind", "state", "label", "copies", empty=_("no members yet"))
    # Members that a short set leaves out are known to be zero: nobody needs to read them.
    needed = protection_set["n"] - len(protection_set.get("absent") or ())
    click.echo(_("any {needed} of its written members rebuild all of them").format(needed=needed))


def _copies(member: dict[str, Any]) -> str:
    copies = member.get("copies") or []
    return ", ".join(f"{copy.get('medium', copy.get('medium_id'))} {copy['state']}" for copy in copies)


@verb("close", "sets close 7K3F", "sets close --all", of=sets)
@click.argument("set_id", metavar="[SET]", required=False)
@click.option("--all", "everything", is_flag=True, help="Every set that is forming.")
def close(context: Context, set_id: str | None, everything: bool) -> None:
    """Close sets short: they are protected with the images that they have. A written set is never extended."""
    asked = context.post("/v1/sets/close", {"set": one_or_all(set_id, everything, kind="set")})
    context.answer(asked, show_asked)
