"""archivectl watch: what is under way, live."""

import json
import sys
from typing import Any

import click
from rich.console import Group
from rich.live import Live
from rich.text import Text

from archived.language import _
from cli.context import Context
from cli.nouns import verb
from cli.render import cell, console, items, plain
from cli.waiting import News, progress_table


@verb("watch", "watch", "watch --once", "watch --json")
@click.option("--once", is_flag=True, help="Print it once and end; also what happens without a terminal.")
def watch(context: Context, once: bool) -> None:
    """Show the work under way with rate and time left, until you press Ctrl-C. Nothing stops when you leave.

    With --json: the progress document, one a line until you leave, or once with --once.
    """
    if context.as_json and not once:
        _follow(context)
    if once or context.as_json or not sys.stdout.isatty():
        context.answer(context.get("/v1/progress"), lambda work: console().print(_picture(context, work)))
        return
    news = News(context)
    with Live(console=console(), auto_refresh=False) as live:
        try:
            while True:
                live.update(_picture(context, context.get("/v1/progress")), refresh=True)
                news.wait()
        except KeyboardInterrupt:
            return


def _follow(context: Context) -> None:
    news = News(context)
    while True:
        click.echo(json.dumps(context.get("/v1/progress")))
        news.wait()


def _picture(context: Context, work: Any) -> Group:
    status = context.get("/v1/status")
    lines = [
        f"{plain(kind)}: {cell(kind, status.get(kind))}" for kind in ("packages", "images", "sets", "media")
    ]
    if status.get("writes_paused"):
        lines.append(_("writing is paused; go on with: archivectl writes resume"))
    if status.get("attention"):
        lines.append(
            _("{attention} things wait for a person; see: archivectl attention").format(
                attention=status["attention"]
            )
        )
    found = items(work)
    return Group(Text("\n".join(lines)), progress_table(found) if found else Text("\nnothing is under way"))
