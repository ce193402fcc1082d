"""A daemon that is started again in the middle of a recall: wait for it, for so long, and go on."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from archived.errors import AnswerBroken, DaemonAbsent
from archived.language import _
from cli.context import Context

#: The daemon is asked again so often, with such pauses: ten minutes in all.
TRIES_MAX = 600
PAUSE_S = 1.0

Answer = TypeVar("Answer")


@contextmanager
def patient(context: Context) -> Iterator[None]:
    """Inside, what only asks waits for a daemon that is away. What changes something is never sent twice."""
    context.again = lambda call: call_again(context, call)
    try:
        yield
    finally:
        context.again = None


def call_again(context: Context, call: Callable[[], Answer]) -> Answer:
    """The answer to a call that may be made twice. Raises DaemonAbsent when the daemon stays away."""
    try:
        return call()
    except (DaemonAbsent, AnswerBroken):
        context.say(
            _(
                "the daemon does not answer; waiting for it, {minutes:g} minutes at most; Ctrl-C gives up"
            ).format(minutes=TRIES_MAX * PAUSE_S / 60)
        )
    for left in reversed(range(TRIES_MAX)):
        threading.Event().wait(PAUSE_S)
        context.forget()
        try:
            answer = call()
        except (DaemonAbsent, AnswerBroken):
            if not left:
                raise
        else:
            context.say(_("the daemon answers again; the recall goes on"))
            return answer
    raise AssertionError("unreachable")


def stream_again(context: Context, path: str, /, **params: Any) -> Iterator[bytes]:
    """The bytes at `path`; after a break from where it was.

    Raises AnswerBroken when it breaks at the same place again: then it is not the daemon's absence that ends it.
    """
    given = 0
    stuck = False
    while True:
        before = given
        try:
            skip = {"skip": given} if given else {}
            for piece in context.stream(path, **params, **skip):
                given += len(piece)
                yield piece
            return
        except (DaemonAbsent, AnswerBroken):
            if stuck and given == before:
                raise
            stuck = given == before
        call_again(context, lambda: context.daemon.get("/v1/status"))
        context.forget()
