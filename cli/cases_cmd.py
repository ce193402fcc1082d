"""archivectl cases: where witnesses disagree about a medium, and the person who says what is so."""

from typing import Any

import click

from archived.cases import CaseState
from archived.language import _
from cli.context import Context, at
from cli.events_cmd import event_line
from cli.nouns import noun, reason_option, verb
from cli.render import facts, items, plain, table

cases = noun(
    "cases",
    "Cases 疑案: tag, label, content and catalog that disagree about a medium. Alone it lists.",
    "cases",
    "cases --state open",
    "cases C00001",
    'cases close C00001 --reason "labels put right by hand" --medium-is SIM00007',
)


@verb("list", "cases", "cases --state open", "cases C00001", of=cases)
@click.argument("case", required=False)
@click.option(
    "--state", type=click.Choice([state.value for state in CaseState]), help="Only those in this state."
)
def list_cases(context: Context, case: str | None, state: str | None) -> None:
    """List cases, or show one with what each witness said."""
    if case is None:
        context.answer(context.get("/v1/cases", state=state), _show_all)
    else:
        context.answer(context.get(at("/v1/cases", case)), _show_one)


cases.add_command(list_cases, "show")


def _show_all(document: Any) -> None:
    columns = ("id", "state", "media", "library", "elements", "opened_at", "closed_how", "closed_by")
    table(items(document), *columns, empty=_("no cases"))


def _show_one(case: dict[str, Any]) -> None:
    facts({k: v for k, v in case.items() if k not in ("witnesses", "events", "notice")})
    for witness in case.get("witnesses") or ():
        click.echo(f"  {plain(witness['words'])}")
    for event in case.get("events") or ():
        click.echo(event_line(event))


@verb(
    "close",
    'cases close C00001 --reason "label and content compared by hand" --medium-is SIM00007',
    of=cases,
)
@click.argument("case")
@click.option("--medium-is", metavar="MEDIUM", help="Which medium it really is.")
@reason_option
def close(context: Context, case: str, medium_is: str | None, reason: str) -> None:
    """Say what is so: the case ends, and its media may be written again."""
    answer = context.post(at("/v1/cases", case) + "/close", {"reason": reason, "medium_is": medium_is})
    context.answer(
        answer, lambda document: click.echo(_("case {case} is closed").format(case=plain(document["id"])))
    )
