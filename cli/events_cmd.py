"""archivectl events: what happened, for ever."""

import json
from typing import Any

import click

from cli.context import Context
from cli.nouns import verb
from cli.render import cell, items, moment, plain

#: How long the daemon holds a question open while nothing happens.
FOLLOW_WAIT_S = 20


@verb(
    "events", "events", "events --subject P000001", "events --follow", "events --after 120 --limit 50 --json"
)
@click.option("--subject", help="Only about this thing: a package, image, set, medium, …")
@click.option("--after", type=int, help="Only events after this number.")
@click.option("--limit", type=int, help="How many at most.")
@click.option("--follow", is_flag=True, help="Go on as things happen; with --json one document a line.")
def events(context: Context, subject: str | None, after: int | None, limit: int | None, follow: bool) -> None:
    """List what happened, oldest first."""
    document = context.get("/v1/events", subject=subject, after=after, limit=limit)
    if not follow:
        context.answer(document, _show)
        return
    last = after or 0
    while True:
        found = items(document)
        last = max((item["id"] for item in found), default=last)
        if found:
            _print_news(context, document)
        document = context.get("/v1/events", subject=subject, after=last, wait_s=FOLLOW_WAIT_S)


def _print_news(context: Context, document: Any) -> None:
    if context.as_json:
        click.echo(json.dumps(document))
    else:
        _show(document)


def _show(document: Any) -> None:
    for event in items(document):
        click.echo(event_line(event))


def event_line(event: dict[str, Any]) -> str:
    """One event in one line."""
    subject = event.get("subject") or f"{event.get('subject_kind')} {event.get('subject_id')}"
    outcome = "" if event.get("outcome") in (None, "success") else f" [{plain(event['outcome'])}]"
    detail = "  ".join(f"{plain(k)}: {cell(k, v)}" for k, v in (event.get("detail") or {}).items())
    words = f"{event['id']:>6}  {moment(event['at'])}  {plain(event['type'])}{outcome}  {plain(subject)}"
    return f"{words}  by {plain(event['agent'])}" + (f"  {detail}" if detail else "")
