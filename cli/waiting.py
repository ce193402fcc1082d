"""Waiting for the daemon, with progress to look at. The daemon's event stream is the clock: nothing sleeps here."""

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from contextvars import copy_context
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from archived.errors import ArchivedError
from archived.language import _
from cli.context import Context
from cli.render import items, size, table_of

#: How long the daemon holds a question about news open; also how often progress is drawn anew.
NEWS_WAIT_S = 1.0
BAR_WIDTH = 24

Answer = TypeVar("Answer")


class News:
    """The event stream from now on."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._last = max((item["id"] for item in items(context.get("/v1/events", limit=1))), default=0)

    def wait(self, wait_s: float = NEWS_WAIT_S) -> None:
        """Return when something has happened, or after `wait_s`; the daemon does the waiting."""
        answer = self._context.get("/v1/events", after=self._last, wait_s=wait_s)
        self._last = max((item["id"] for item in items(answer)), default=self._last)


def wait_for(context: Context, look: Callable[[], Answer | None]) -> Answer:
    """What `look` finds as soon as it finds something; draws the daemon's progress meanwhile."""
    found = look()
    if found is not None:
        return found
    news = News(context)
    with _display(context) as live:
        while True:
            found = look()
            if found is not None:
                return found
            _draw(context, live)
            news.wait()


def going_on(error: ArchivedError, advice: str) -> ArchivedError:
    """The same error of a daemon that went away in the middle, with what is true of this work."""
    return type(error)(error.message, advice=advice, **error.detail)


class Interrupted(Exception):
    """Ctrl-C, after which the daemon was told to cancel; `answer` says how the request ended."""

    def __init__(self, answer: Future[Any]) -> None:
        super().__init__("interrupted at the keyboard")
        self.answer = answer


def with_progress(
    context: Context,
    call: Callable[[], Answer],
    *,
    cancel: Callable[[], object] | None = None,
    waits_for: str = "",
) -> Answer:
    """The answer to one long request; draws the daemon's progress until it comes.

    Args:
        cancel: asks the daemon to give the request up; called on Ctrl-C until the request has ended.
        waits_for: said while nothing is under way yet; where nobody looks at progress once, on standard error.

    Raises:
        Interrupted: Ctrl-C came, and there is a `cancel`. A second Ctrl-C waits for nothing.
    """
    if waits_for and not context.as_json and not _is_watched(context):
        click.echo(waits_for, err=True)
    if cancel is None and not _is_watched(context):
        return call()
    answer: Future[Answer] = Future()

    def ask() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:
            answer.set_exception(error)

    # A daemon thread: who presses Ctrl-C must not wait for the answer.
    # In this context: the language that is spoken belongs to it.
    threading.Thread(target=copy_context().run, args=(ask,), daemon=True).start()
    try:
        with _display(context) as live:
            while True:
                try:
                    return answer.result(timeout=NEWS_WAIT_S)
                except NotYet:
                    if answer.done():
                        raise
                    _draw(context, live, waits_for)
    except KeyboardInterrupt:
        if cancel is None:
            raise
        _give_up(answer, cancel)
        raise Interrupted(answer) from None


def _give_up(answer: "Future[Any]", cancel: Callable[[], object]) -> None:
    """Return when the request has ended, however that is; its answer says it."""
    while not answer.done():
        # Refused while the request is still on its way to the daemon, or has just ended.
        with suppress(ArchivedError):
            cancel()
        with suppress(NotYet):
            answer.exception(timeout=NEWS_WAIT_S)


def progress_table(work: list[dict[str, Any]]) -> Table:
    """What is under way: a bar, how much, how fast, how long."""
    rows = []
    for item in work:
        total = item.get("total_bytes") or 0
        done = item.get("done_bytes") or 0
        bar = ProgressBar(total=total or 1, completed=min(done, total), width=BAR_WIDTH)
        rate = item.get("rate_bytes_per_s") or None
        percent = f"{100 * done // total} %" if total else "–"
        row = {"bar": bar, "percent": percent, "size_bytes": total or None, "what": _what(item)}
        rows.append({**item, **row, "rate_bytes_per_s": rate})
    return table_of(rows, "what", "bar", "percent", "size_bytes", "rate_bytes_per_s", "left_s")


def _what(item: dict[str, Any]) -> str:
    """What is under way; of a first look also what it has met so far."""
    if not (item.get("folders") or item.get("files")):
        return str(item["what"])
    return _("{what}: looking, {folders} folders, {files} files, {size} so far").format(
        what=item["what"], folders=item["folders"], files=item["files"], size=size(item["done_bytes"])
    )


def _is_watched(context: Context) -> bool:
    return not context.as_json and sys.stderr.isatty()


def _display(context: Context) -> Live:
    """A display on standard error that vanishes when it ends; draws nothing where nobody looks."""
    screen = Console(
        file=sys.stderr, markup=False, emoji=False, highlight=False, quiet=not _is_watched(context)
    )
    return Live(console=screen, transient=True, auto_refresh=False, redirect_stdout=False)


def _draw(context: Context, live: Live, otherwise: str = "") -> None:
    if _is_watched(context):
        work = items(context.get("/v1/progress"))
        live.update(progress_table(work) if work else Text(otherwise), refresh=True)
