"""archivectl status: how the site is."""

from typing import Any

import click

from archived.language import _
from cli.context import Context
from cli.nouns import verb
from cli.render import console, facts
from cli.waiting import progress_table


@verb("status", "status", "status --json")
def status(context: Context) -> None:
    """Say how the site is: counts, staging, exposure, and what is under way."""
    context.answer(context.get("/v1/status"), show_status)


def show_status(document: dict[str, Any]) -> None:
    """The whole status for people."""
    facts(document, "site", "room", "software", "uptime_s", "draining", "writes_paused", "catalog_held")
    facts(document, "packages", "images", "sets", "media")
    facts({**document["staging"], **document["exposure"]})
    work = document.get("in_flight") or []
    if work:
        click.echo(_("\nunder way:"))
        console().print(progress_table(work))
    if document.get("tasks"):
        click.echo(
            _("{number} tasks for people are open; see: archivectl tasks").format(number=document["tasks"])
        )
    waiting = document.get("attention", 0)
    if waiting:
        click.echo(_("{waiting} things wait for a person; see: archivectl attention").format(waiting=waiting))
    else:
        click.echo(_("nothing waits for a person"))
