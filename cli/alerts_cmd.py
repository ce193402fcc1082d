"""archivectl alerts: who is told of what waits for a person, and whether it arrives."""

from typing import Any

import click

from archived.language import _
from cli.context import Context, at
from cli.exit_status import FAILED
from cli.nouns import noun, verb
from cli.render import items, plain, table

alerts = noun(
    "alerts",
    "Alerts 告警: the hooks by which people are told, and what they were told. Alone it lists.",
    "alerts",
    "alerts list --hook duty --limit 20",
    "alerts test duty",
    takes_thing=False,
)


@verb("list", "alerts", "alerts list --hook duty --limit 20", "alerts --json", of=alerts)
@click.option("--hook", help="Only messages to this hook.")
@click.option("--limit", type=click.IntRange(1), default=50, help="How many messages at most, the newest.")
def list_alerts(context: Context, hook: str | None, limit: int) -> None:
    """List the hooks and the newest messages to them, with what became of each."""
    context.answer(context.get("/v1/alerts", hook=hook, limit=limit), _show)


@verb("test", "alerts test duty", of=alerts)
@click.argument("hook")
def test(context: Context, hook: str) -> None:
    """Send a test to a hook, now and once. Exit 0 when it was taken, 4 when it was not."""
    answer = context.post(at("/v1/alerts", hook) + "/test")
    context.answer(answer, _said)
    if answer["state"] != "sent":
        raise SystemExit(FAILED)


def _show(document: Any) -> None:
    hooks = document.get("hooks") or []
    columns = ("name", "kind", "urgency", "quiet", "repeat_h", "waiting")
    table(hooks, *columns, empty=_("nobody is told of alarms: archived.toml has no [alerts.hooks.NAME]"))
    found = items(document)
    if found:
        table(found, "id", "hook", "state", "made_at", "attempts", "next_at", "told", "note")


def _said(document: dict[str, Any]) -> None:
    if document["state"] == "sent":
        click.echo(
            _("hook {name} took the test: {said}").format(
                name=plain(document["hook"]), said=plain(document["note"])
            )
        )
    else:
        click.echo(
            _("hook {name} did not take the test: {said}").format(
                name=plain(document["hook"]), said=plain(document["note"])
            ),
            err=True,
        )
