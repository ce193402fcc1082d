"""archivectl attention: what waits for a person, taking note of it, and its history."""

from typing import Any

import click

from archived.language import _
from cli.context import Context, at
from cli.exit_status import ATTENTION_URGENT, ATTENTION_WAITING
from cli.nouns import noun, reason_option, verb
from cli.periods import period_options
from cli.render import cell, items, moment, plain

URGENCIES = {"now": "now 立即", "before": "before 限期", "working-hours": "in working hours 工作时间"}

attention = noun(
    "attention",
    "Attention 待处理: what waits for a person. Alone it lists. Exit 0: nothing, 10: something, 11: something urgent.",
    "attention",
    "attention --json",
    'attention ack scratch:bluray --reason "discs are ordered, they come on Monday"',
    "attention history --from 2026-01-01",
)


@verb("list", "attention", "attention --json", "attention scratch:bluray", of=attention)
@click.argument("attention_id", metavar="[ID]", required=False)
def list_attention(context: Context, attention_id: str | None) -> None:
    """List what waits for a person, all or one thing. Exit 0: nothing, 10: something, 11: something urgent."""
    document = context.get("/v1/attention")
    if attention_id is not None:
        document["items"] = [item for item in items(document) if item["id"] == attention_id]
    waiting = items(document)
    context.answer(document, _show_waiting)
    if waiting:
        urgent = any(item["urgency"] == "now" for item in waiting)
        raise SystemExit(ATTENTION_URGENT if urgent else ATTENTION_WAITING)


@verb(
    "ack",
    'attention ack scratch:bluray --reason "discs are ordered, they come on Monday"',
    of=attention,
)
@click.argument("attention_id", metavar="ID")
@reason_option
def acknowledge(context: Context, attention_id: str, reason: str) -> None:
    """Take note: it is told no more until it gets worse. It stays on the list until its cause is gone."""
    answer = context.post(at("/v1/attention", attention_id) + "/ack", {"reason": reason})
    context.answer(answer, _said)


@verb(
    "history",
    "attention history",
    "attention history scratch:bluray",
    "attention history --from 2026-01-01 --to 2026-04-01 --json",
    of=attention,
)
@click.argument("attention_id", metavar="[ID]", required=False)
@period_options
@click.option("--limit", type=click.IntRange(1), default=200, help="How many lines at most, the newest.")
def history(
    context: Context, attention_id: str | None, since: str | None, until: str | None, limit: int
) -> None:
    """List when things began to wait for a person, got worse, were acknowledged, and recovered."""
    asked = {"attention_id": attention_id, "since": since, "until": until, "limit": limit}
    context.answer(context.get("/v1/attention-history", **asked), _show_history)


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
        known = item.get("acknowledged")
        if known:
            click.echo(f"  known: {moment(known['at'])}  {plain(known['agent'])}: {plain(known['reason'])}")


def _said(document: dict[str, Any]) -> None:
    click.echo(
        _("{id} is acknowledged; it stays on the list until its cause is gone").format(
            id=plain(document["attention_id"])
        )
    )


def _show_history(document: Any) -> None:
    lines = items(document)
    if not lines:
        click.echo(_("nothing waited for a person in this time"))
    for line in lines:
        who = f"  {plain(line['agent'])}: {plain(line['reason'])}" if line.get("reason") else ""
        words = f"{moment(line['at'])}  {plain(line['kind'])}  {plain(line['attention_id'])}"
        click.echo(f"{words}  [{plain(line['urgency'])}]  {plain(line['what'])}{who}")
