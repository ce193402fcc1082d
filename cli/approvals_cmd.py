"""archivectl approvals: what one person wants and another has to agree to."""

from typing import Any

import click

from archived.approvals import ApprovalState
from archived.language import _
from cli.context import Context, at
from cli.events_cmd import event_line
from cli.nouns import noun, reason_option, verb
from cli.render import facts, items, plain, rows_of, table

approvals = noun(
    "approvals",
    "Approvals 审批: what is done only when two persons want it. Alone it lists what waits.",
    "approvals",
    "approvals A00001",
    'approvals give A00001 --reason "looked at the list with the archivist"',
    'approvals refuse A00001 --reason "the box is still in the reading room"',
)


@verb("list", "approvals", "approvals --state given", "approvals A00001", of=approvals)
@click.argument("approval", required=False)
@click.option(
    "--state", type=click.Choice([state.value for state in ApprovalState]), help="Only those in this state."
)
def list_approvals(context: Context, approval: str | None, state: str | None) -> None:
    """List what waits for a second person, or show one approval with what is agreed to."""
    if approval is None:
        wanted = state or ApprovalState.ASKED.value
        context.answer(context.get("/v1/approvals", state=wanted), _show_all)
    else:
        context.answer(context.get(at("/v1/approvals", approval)), _show_one)


approvals.add_command(list_approvals, "show")


def _show_all(document: Any) -> None:
    columns = ("id", "kind", "state", "thing", "asked_by", "asked_at", "expires_at", "reason")
    table(items(document), *columns, empty=_("nothing waits for a second person"))


def _show_one(document: dict[str, Any]) -> None:
    facts({key: value for key, value in document.items() if key not in ("events", "terms", "notice")})
    terms = document.get("terms") or {}
    facts(terms)
    rows_of(terms)
    for event in document.get("events") or ():
        click.echo(event_line(event))


@verb("give", 'approvals give A00001 --reason "the list was compared with the shelf"', of=approvals)
@click.argument("approval")
@reason_option
def give(context: Context, approval: str, reason: str) -> None:
    """Agree, as a second person, never the one who asked and never root; it is done at once."""
    answer = context.post(at("/v1/approvals", approval) + "/give", {"reason": reason})
    context.answer(answer, _said)


@verb("refuse", 'approvals refuse A00001 --reason "not before the audit"', of=approvals)
@click.argument("approval")
@reason_option
def refuse(context: Context, approval: str, reason: str) -> None:
    """Say no, or take back what you asked for; nothing is done."""
    answer = context.post(at("/v1/approvals", approval) + "/refuse", {"reason": reason})
    context.answer(answer, _said)


def say_asked(document: dict[str, Any]) -> None:
    """What waits now, and what the second person has to run."""
    click.echo(
        _("{id} waits for a second person ({kind}, {thing}); nothing was done yet").format(
            id=document["id"], kind=document["kind"], thing=plain(document["thing"])
        )
    )
    click.echo(_("next: archivectl approvals give {id} --reason TEXT").format(id=document["id"]))


def _said(document: dict[str, Any]) -> None:
    click.echo(
        _("approval {id} ({kind}, {thing}) is {state}").format(
            id=document["id"],
            kind=document["kind"],
            thing=plain(document["thing"]),
            state=document["state"],
        )
    )
