"""From the request to bytes that are ready to be fetched, for `recall` and `images export`."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

from archived.errors import AnswerBroken, ArchivedError, Unavailable, Unrecoverable, WrongState
from archived.language import _
from cli.context import Context, at
from cli.reconnecting import call_again
from cli.waiting import wait_for


def ask_once(context: Context, path: str, /, **request: Any) -> dict[str, Any]:
    """Put a request for bytes on record. It has a key, so that it may be sent again when the answer was lost."""
    document = {**request, "key": uuid4().hex}

    def send() -> dict[str, Any]:
        answer: dict[str, Any] = context.post(path, document)
        return answer

    try:
        return send()
    except AnswerBroken:
        return call_again(context, send)


def hand_over(context: Context, recall_id: str) -> None:
    """Say that everything arrived. An answer that was lost on the way may have been given."""

    def say() -> None:
        with suppress(WrongState):
            context.post(at("/v1/recalls", recall_id, "delivered"))

    call_again(context, say)


def wait_until_ready(context: Context, recall: dict[str, Any]) -> None:
    """Return when every byte of the recall lies checked with the daemon.

    Raises:
        Unrecoverable: no source is left; the daemon's note says why.
        Unavailable: somebody cancelled it.
    """
    recall_id = recall["recall"]

    def look() -> str | None:
        now = context.get(at("/v1/recalls", recall_id))
        return None if now["state"] in ("waiting", "requested") else _judge(recall_id, now)

    wait_for(context, look)


@contextmanager
def cancelled_on_failure(context: Context, recall: dict[str, Any]) -> Iterator[None]:
    """Whatever goes wrong inside, Ctrl-C too, also cancels the recall, as far as that is still possible."""
    try:
        yield
    except BaseException:
        with suppress(ArchivedError):
            cancel(context, recall["recall"])
        raise


def cancel(context: Context, recall_id: str) -> None:
    """Give the recall up: the daemon may forget what it gathered."""
    context.post(at("/v1/recalls", recall_id, "cancel"))
    context.say(
        _("recall {recall_id} was cancelled; nothing on any medium has changed").format(recall_id=recall_id)
    )


def _judge(recall_id: str, now: dict[str, Any]) -> str:
    state, note = str(now["state"]), now.get("note") or "no reason is recorded"
    if state == "failed":
        raise Unrecoverable(
            _("recall {recall_id} failed: {note}; nothing was written").format(
                recall_id=recall_id, note=note
            ),
            advice=_("see what is damaged or missing: archivectl attention"),
        )
    if state == "cancelled":
        raise Unavailable(
            _("recall {recall_id} was cancelled; nothing was written").format(recall_id=recall_id),
            advice=_("recall it again"),
        )
    return state
