"""What handing in one volume and handing in many have in common: sent once, cancelled by Ctrl-C, waited for."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from archived.errors import AnswerBroken, Cancelled, DaemonAbsent
from archived.language import _
from cli.context import Context, Document, at, print_json_error
from cli.exit_status import INTERRUPTED
from cli.keeping import check_free, keep
from cli.waiting import Interrupted, going_on, wait_for, with_progress


@dataclass(frozen=True, slots=True)
class Door:
    """One way of handing in, and its words."""

    #: Of the API.
    path: str
    show: Callable[[Document], None]
    show_trial: Callable[[Document], None]
    #: After Ctrl-C: nothing was taken; or something was before it came.
    cancelled: str
    too_late: Callable[[Document], str]
    #: What to do when the daemon goes away in the middle.
    went_away: str


def send(context: Context, door: Door, request: Document, *, receipt_file: Path | None) -> Document:
    """Hand in, and keep the answer in the caller's file.

    Raises:
        SystemExit: it was a trial, which has been shown; or Ctrl-C came, and what became of it was said.
        Refused: the file for the answer is there already.
        AnswerBroken, DaemonAbsent: the daemon went away; the advice says how to go on.
    """
    check_free(receipt_file)
    key = uuid4().hex
    try:
        answer: Document = with_progress(
            context,
            lambda: context.post(door.path, {**request, "key": key}),
            cancel=lambda: context.post(at("/v1/progress", key, "cancel")),
        )
    except Interrupted as interrupted:
        _end_interrupted(context, door, interrupted, receipt_file)
        raise SystemExit(INTERRUPTED) from None
    except (AnswerBroken, DaemonAbsent) as error:
        raise going_on(error, door.went_away) from error
    if answer.get("dry_run"):
        context.answer(answer, door.show_trial)
        raise SystemExit(answer["exit_status"])
    keep(answer, receipt_file)
    return answer


def wait_and_say(
    context: Context, look: Callable[[], tuple[list[str], Document | None]], *, no_longer: str
) -> Document:
    """What `look` finds at last; the lines that it has meanwhile are said whenever they change.

    `no_longer` is said when Ctrl-C ends the waiting.
    """
    said: list[str] = []

    def look_and_say() -> Document | None:
        nonlocal said
        lines, found = look()
        if lines != said:
            said = lines
            for line in lines:
                context.say(line)
        return found

    try:
        return wait_for(context, look_and_say)
    except KeyboardInterrupt:
        context.say(no_longer)
        raise


def _end_interrupted(
    context: Context, door: Door, interrupted: Interrupted, receipt_file: Path | None
) -> None:
    """Say what became of what was interrupted. Raises what else it ended with."""
    try:
        answer = interrupted.answer.result()
    except Cancelled as error:
        if context.as_json:
            print_json_error(error.as_document())
        context.say(door.cancelled)
        return
    if answer.get("dry_run"):
        context.say(_("interrupted; nothing was taken"))
        return
    keep(answer, receipt_file)
    context.answer(answer, door.show)
    context.say(door.too_late(answer))
