"""What every kind of care run has on the command line: list, show, pause, resume, cancel."""

from collections.abc import Callable
from typing import Any

import click

from archived.care import RunState
from archived.language import _, marked
from cli.context import Context, at
from cli.events_cmd import event_line
from cli.nouns import Noun, reason_option, verb
from cli.render import facts, items, plain, table

_COLUMNS = ("id", "state", "agent", "begun_at", "ended_at", "items", "reason")
_ITEM_COLUMNS = ("id", "what", "state", "medium_id", "image_id", "wave", "note")
#: Shows what is particular to a kind of run, after the facts that all have.
Show = Callable[[dict[str, Any]], None]


def add_steering(of: Noun, kind: str, show: Show | None = None) -> None:
    """Give a noun (`verify`, `repair`, `migrate`) its runs: listing, showing, pausing, resuming, cancelling."""
    _add_list(of, kind, show)
    for name, doing in (
        ("pause", marked("Stop a run where it is; what was done is kept, and resume goes on from there.")),
        ("resume", marked("Let a paused run go on from where it stopped.")),
        ("cancel", marked("End a run; what it found until then is kept.")),
    ):
        _add_verb(of, kind, name, doing)


def _add_list(of: Noun, kind: str, show: Show | None) -> None:
    def list_runs(context: Context, run: str | None, state: str | None) -> None:
        if run is None:
            context.answer(context.get(f"/v1/care/{kind}", state=state), _show_all)
        else:
            context.answer(
                context.get(at(f"/v1/care/{kind}", run)), lambda document: show_run(document, show)
            )

    list_runs.__doc__ = marked("List runs, or show one with its items.")
    states = click.Choice([state.value for state in RunState])
    decorated = click.option("--state", type=states, help="Only those in this state.")(list_runs)
    decorated = click.argument("run", required=False)(decorated)
    command = verb("list", kind, f"{kind} list --state paused", f"{kind} {kind}-1", of=of)(decorated)
    of.add_command(command, "show")


def _add_verb(of: Noun, kind: str, name: str, doing: str) -> None:
    def steer(context: Context, run: str, reason: str) -> None:
        answer = context.post(at(f"/v1/care/{kind}", run) + f"/{name}", {"reason": reason})
        words = _("{run} is {state}")
        context.answer(
            answer, lambda document: click.echo(words.format(run=run, state=plain(document["state"])))
        )

    steer.__doc__ = doing
    decorated = reason_option(click.argument("run")(steer))
    verb(name, f'{kind} {name} {kind}-1 --reason "drives are needed"', of=of)(decorated)


def _show_all(document: Any) -> None:
    rows = [{**run, "items": _counted(run.get("counts") or {})} for run in items(document)]
    table(rows, *_COLUMNS, empty=_("no runs"))


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))


def show_run(document: dict[str, Any], show: Show | None = None) -> None:
    """A run, its items, and its last events."""
    hidden = ("run_items", "events", "notice", "terms", "preview", "report", "counts")
    facts({key: value for key, value in document.items() if key not in hidden})
    for part in ("terms", "preview", "report"):
        if show is None and document.get(part):
            facts(document[part])
    if show is not None:
        show(document)
    table(document.get("run_items") or [], *_ITEM_COLUMNS, empty=_("it has no items"))
    for event in document.get("events") or ():
        click.echo(event_line(event))
