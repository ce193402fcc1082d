"""archivectl status and attention: how the site is, and what waits for a person."""

from typing import Any

import click

from archived.language import _
from cli.context import Context
from cli.exit_status import ATTENTION_URGENT, ATTENTION_WAITING
from cli.nouns import verb
from cli.render import cell, console, facts, items, moment, plain
from cli.waiting import progress_table

URGENCIES = {"now": "now 立即", "before": "before 限期", "working-hours": "in working hours 工作时间"}


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


@verb("attention", "attention", "attention --json")
def attention(context: Context) -> None:
    """List everything that waits for a person. Exit 0: nothing, 10: something, 11: something urgent."""
    document = context.get("/v1/attention")
    waiting = items(document)
    context.answer(document, _show_waiting)
    if waiting:
        urgent = any(item["urgency"] == "now" for item in waiting)
        raise SystemExit(ATTENTION_URGENT if urgent else ATTENTION_WAITING)


def _show_waiting(document: Any) -> None:
    waiting = items(document)
    if not waiting:
        click.echo(_("nothing waits for a person"))
    for item in waiting:
        before = f" {moment(item['before'])}" if item.get("before") else ""
        click.echo(f"{plain(item['id'])}  {URGENCIES.get(item['urgency'], plain(item['urgency']))}{before}")
        click.echo(f"  what:  {plain(item['what'])}")
        click.echo(f"  safe:  {plain(item['safe'])}")
        click.echo(f"  next:  {plain(item['next'])}")
        click.echo(f"  since: {cell('since', item['since'])}")
