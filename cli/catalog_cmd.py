"""archivectl catalog: the catalog itself, not what is in it."""

from typing import Any

import click

from archived.errors import AnswerBroken, DaemonAbsent
from archived.language import _
from cli.context import Context, at
from cli.exit_status import FAILED
from cli.nouns import noun, reason_option, verb
from cli.render import facts, table
from cli.waiting import going_on, wait_for

catalog = noun(
    "catalog",
    "The catalog 目录数据库 itself: alone it says how it stands.",
    "catalog",
    "catalog rebuild --from-media",
    "catalog check",
    default="show",
    takes_thing=False,
)


@verb("show", "catalog", "catalog --json", of=catalog)
def show(context: Context) -> None:
    """Say where the catalog comes from, how large it is, and what the last passes over the media found."""
    context.answer(context.get("/v1/catalog"), _show)


def _show(document: dict[str, Any]) -> None:
    facts({k: v for k, v in document.items() if k != "notice" and not isinstance(v, dict) and v is not None})
    for key in ("under_way", "last_check", "last_rebuild"):
        if document.get(key):
            click.echo()
            show_survey(document[key])


def show_survey(survey: dict[str, Any]) -> None:
    """One rebuild or check, with its report."""
    report = survey.get("report") or {}
    facts({k: v for k, v in survey.items() if k not in ("report", "notice")})
    facts(report.get("counts") or {})
    if report:
        table(report["differences"], "kind", "thing", "what", "next", empty=_("no differences"))
    if report.get("not_on_media"):
        click.echo(_("no medium can tell: {things}").format(things="; ".join(report["not_on_media"])))


@verb(
    "rebuild",
    "catalog rebuild --from-media",
    "catalog rebuild --from-media --dry-run",
    of=catalog,
)
@click.option("--from-media", is_flag=True, required=True, help="Ask every medium that the room has.")
@click.option("--dry-run", is_flag=True, help="Say whether it could begin; begin nothing.")
def rebuild(context: Context, from_media: bool, dry_run: bool) -> None:
    """Fill an empty catalog from what the media say of themselves, and wait until it is done."""
    begun = context.post("/v1/catalog/rebuild", {"dry_run": dry_run})
    if dry_run:
        context.answer(begun, lambda document: click.echo(_("the catalog is empty and can be rebuilt")))
        return
    _follow(context, begun)


@verb("check", "catalog check", "catalog check --full --json", of=catalog)
@click.option("--full", is_flag=True, help="Read all of every medium; that takes hours for each.")
def check(context: Context, full: bool) -> None:
    """Look at every medium, blanks included, and compare catalog, media and library. Exit 4 if they differ."""
    _follow(context, context.post("/v1/catalog/check", {"full": full}))


@verb("give-up", 'catalog give-up --reason "the robot is wanted for a recall"', of=catalog)
@reason_option
def give_up(context: Context, reason: str) -> None:
    """End the rebuild or check that is under way, without its report."""
    answer = context.post("/v1/catalog/give-up", {"reason": reason})
    context.answer(answer, show_survey)


def _follow(context: Context, begun: dict[str, Any]) -> None:
    """Wait until the survey is over, and say how it ended."""

    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = context.get(at("/v1/catalog/surveys", str(begun["id"])))
        return found if found["ended_at"] else None

    try:
        ended = wait_for(context, look)
    except (AnswerBroken, DaemonAbsent) as error:
        raise going_on(
            error,
            _(
                "it is on record and goes on by itself when the daemon is back: archivectl catalog says how far it is"
            ),
        ) from error
    context.answer(ended, show_survey)
    # Nothing that a rebuild finds is proven before a full check: that alone is no failure of the rebuild.
    expected = ("set-not-proven",) if ended["kind"] == "rebuild" else ()
    differences = [item for item in ended["report"].get("differences", ()) if item["kind"] not in expected]
    if ended["state"] != "done" or differences:
        click.get_current_context().exit(FAILED)


__all__ = ["catalog", "show_survey"]
