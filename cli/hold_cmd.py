"""archivectl catalog hold: what is still to be looked at after the catalog was made again, and the release."""

import shlex
from typing import Any

import click

from archived.language import _
from cli.context import Context
from cli.nouns import reason_option, verb
from cli.render import facts, plain, table

#: So many media are named at once.
NAMED_MAX = 20


@verb("hold", "catalog hold", "catalog hold --json")
def hold(context: Context) -> None:
    """Say whether a hold is in force, and what is still to be looked at."""
    context.answer(context.get("/v1/catalog/hold"), _show)


def _show(document: dict[str, Any]) -> None:
    now = document["hold"]
    if now is None:
        click.echo(_("no hold is in force"))
        return
    facts(now, "cause", "note", "placed_at", "agent", "found")
    if now.get("unlabelled"):
        places = ", ".join(map(plain, now["unlabelled"]))
        click.echo(
            _("media without a readable barcode, label them or take them out: {places}").format(places=places)
        )
    left = [*now["stale"], *now["to_look_at"]]
    if left:
        names = ", ".join(plain(name) for name in left[:NAMED_MAX]) + (", …" if len(left) > NAMED_MAX else "")
        click.echo(_("still to be looked at, {number}: {names}").format(number=len(left), names=names))
        click.echo(_("next: archivectl catalog check"))
    else:
        click.echo(
            _("everything in the room was looked at; next: archivectl catalog release-hold --reason TEXT")
        )
    if now["newer"]:
        click.echo(_("newer than the catalog:"))
        table(now["newer"], "medium_id", "note", "looked_at")
    for item in now["newer_in_staging"]:
        click.echo(
            _(
                "in staging, acknowledged by an earlier catalog: {package}; after the release: {command}"
            ).format(package=plain(item["package"]), command=plain(_submit_again(item)))
        )


def _submit_again(item: dict[str, Any]) -> str:
    """The command that hands in a package that lies in staging, with what its bag says of it."""
    words = ["archivectl", "submit", item["path"]]
    for label in ("Fonds", "Series", "Volume", "Title", "Retention", "Confidentiality"):
        if item["info"].get(label):
            words += [f"--{label.lower()}", item["info"][label]]
    return shlex.join(words)


@verb("release-hold", 'catalog release-hold --reason "every disc was looked at"')
@reason_option
def release_hold(context: Context, reason: str) -> None:
    """Let writing and the release of staging go on; refused until every medium in the room was looked at."""
    context.answer(context.post("/v1/catalog/release-hold", {"reason": reason}), _show_released)


def _show_released(document: dict[str, Any]) -> None:
    click.echo(_("the hold is released: writing and the release of staging go on"))
    for path in document["set_aside"]:
        click.echo(_("set aside, as the catalog does not know it: {path}").format(path=plain(path)))
