"""archivectl retention: how long packages are kept, legal holds, and what two persons may forget."""

from typing import Any

import click

from archived.language import _
from cli.approvals_cmd import say_asked
from cli.context import Context
from cli.nouns import noun, reason_option, verb
from cli.packages_cmd import packages
from cli.render import items, plain, table

retention = noun(
    "retention",
    "Retention 保管期限: how long packages are kept, legal holds, and what may go. Alone it lists.",
    "retention",
    "retention due",
    'retention hold Z109/2003/0007 --reason "court case 2031/44"',
    'retention release-hold 3 --reason "the case is closed"',
    'retention set Z109/2003/0007 --starts 2003-12-31 --reason "closed in 2003"',
    takes_thing=False,
)
_COLUMNS = ("id", "reference", "state", "retention", "confidentiality", "starts_on", "ends_on", "reasons")
_SUBJECTS = ("package", "volume", "series", "fonds", "class")


def subject_options(function: Any) -> Any:
    """THING, and what kind of thing it is: told by how it is written where nobody says."""
    decorated = click.option(
        "--subject",
        type=click.Choice(_SUBJECTS),
        help="What THING is; told by the number of its parts when not given: F, F/S, F/S/V, or a package's id.",
    )(function)
    return click.argument("thing")(decorated)


def subject_of(thing: str, subject: str | None) -> str:
    """Fonds, series, volume by the number of parts; the id of a package begins with P and digits."""
    if subject:
        return subject
    if thing[:1] == "P" and thing[1:].isdigit():
        return "package"
    if "@" in thing:
        return "package"
    return {0: "fonds", 1: "series"}.get(thing.count("/"), "volume")


@verb("list", "retention list", "retention list --json", of=retention)
def list_standing(context: Context) -> None:
    """List what counts for every package today, those that may go soonest first."""
    context.answer(context.get("/v1/retention"), _show)


@verb("due", "retention due", of=retention)
def due(context: Context) -> None:
    """List packages that two persons may forget today."""
    context.answer(context.get("/v1/retention/due"), _show)


def _show(document: Any) -> None:
    rows = [{**row, "reasons": "; ".join(row["reasons"])} for row in items(document)]
    table(rows, *_COLUMNS, empty=_("none"))


@verb("holds", "retention holds", "retention holds --all", of=retention)
@click.option("--all", "everything", is_flag=True, help="Released ones too.")
def holds(context: Context, everything: bool) -> None:
    """List legal holds."""
    found = context.get("/v1/retention/holds", everything=1 if everything else None)
    columns = ("id", "subject", "name", "placed_at", "agent", "reason", "released_at", "released_by")
    context.answer(found, lambda document: table(items(document), *columns, empty=_("no legal holds")))


@verb(
    "hold",
    'retention hold Z109/2003/0007 --reason "court case 2031/44"',
    'retention hold permanent --subject class --reason "audit of 2031"',
    of=retention,
)
@subject_options
@reason_option
def hold(context: Context, thing: str, subject: str | None, reason: str) -> None:
    """Nothing of THING is forgotten or destroyed while this stands."""
    body = {"subject": subject_of(thing, subject), "name": thing, "reason": reason}
    context.answer(context.post("/v1/retention/holds", body), _say_hold)


def _say_hold(document: dict[str, Any]) -> None:
    words = _("legal hold {id} stands on {subject} {name}")
    if document.get("released_at"):
        words = _("legal hold {id} on {subject} {name} is released")
    click.echo(words.format(id=document["id"], subject=document["subject"], name=plain(document["name"])))


@verb("release-hold", 'retention release-hold 3 --reason "the case is closed"', of=retention)
@click.argument("hold_id", metavar="HOLD", type=int)
@reason_option
def release_hold(context: Context, hold_id: int, reason: str) -> None:
    """Let a legal hold stand no longer."""
    context.answer(context.post(f"/v1/retention/holds/{hold_id}/release", {"reason": reason}), _say_hold)


@verb("rulings", "retention rulings", of=retention)
def rulings(context: Context) -> None:
    """List what people decided later about retention, confidentiality and starting days."""
    columns = ("at", "subject", "name", "what", "value", "agent", "agreed_by", "reason")
    context.answer(
        context.get("/v1/retention/rulings"),
        lambda document: table(items(document), *columns, empty=_("none")),
    )


@verb(
    "set",
    'retention set Z109/2003/0007 --starts 2003-12-31 --reason "closed in 2003"',
    'retention set P000003 --retention 永久 --reason "appraised again"',
    of=retention,
)
@subject_options
@click.option("--retention", "words", default="", help="Retention 保管期限 from now on.")
@click.option("--confidentiality", default="", help="Confidentiality 密级 from now on.")
@click.option("--starts", default="", help="The day on which the volume was closed: years count from it.")
@reason_option
def rule(
    context: Context,
    thing: str,
    subject: str | None,
    words: str,
    confidentiality: str,
    starts: str,
    reason: str,
) -> None:
    """Say what counts from now on; a second person has to agree where something may go sooner.

    What stands on media and receipts stays as it is.
    """
    body = {
        "subject": subject_of(thing, subject),
        "name": thing,
        "retention": words,
        "confidentiality": confidentiality,
        "starts_on": starts,
        "reason": reason,
    }
    context.answer(context.post("/v1/retention/rulings", body), _say_ruled)


def _say_ruled(document: dict[str, Any]) -> None:
    if document["approval"] is None:
        click.echo(
            _("on record for {subject} {name}").format(
                subject=document["subject"], name=plain(document["name"])
            )
        )
    else:
        say_asked(document["approval"])


@verb("forget", 'packages forget P000001 P000002 --reason "list 2031-4 of the appraisal"', of=packages)
@click.argument("names", metavar="PACKAGE...", nargs=-1, required=True)
@reason_option
def forget(context: Context, names: tuple[str, ...], reason: str) -> None:
    """Ask that packages are forgotten: nobody is given them any more, and their bytes stay on media.

    Only after the date, never under a legal hold, and only when a second person agrees.
    """
    answer = context.post("/v1/retention/forget", {"packages": list(names), "reason": reason})
    context.answer(answer, say_asked)
