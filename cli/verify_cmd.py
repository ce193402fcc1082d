"""archivectl verify: examining what is kept; what is due, runs, and what they found."""

from collections.abc import Callable
from typing import Any

import click

from archived.language import _
from archived.verification_rules import HOW, STATES
from cli.care_cmd import add_steering
from cli.context import Context
from cli.nouns import noun, reason_option, verb
from cli.render import facts, items, plain, table

verify = noun(
    "verify",
    "Verification 检测: read what is kept against its digests. Alone it lists runs.",
    "verify",
    "verify plan",
    'verify run --pool bluray --sample 10 --chunks 5 --edges --seed 2027-A --reason "yearly audit"',
    "verify verify-12",
    'verify pause verify-12 --reason "drives are needed"',
)
_DUE_COLUMNS = ("due_at", "rule", "medium", "subject", "state", "batch", "full_at", "last_at", "reached_by")
_HIDDEN = ("notice", "finds", "media_ids", "every_chunk")


def _seed(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value == "":
        raise click.BadParameter(_("an empty seed would be drawn anew, and nobody could draw the same again"))
    return value


def selecting(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what is examined, and how."""
    for option in reversed(
        (
            click.option("--pool", "pools", multiple=True, help="Only images of this pool."),
            click.option("--medium", "media", multiple=True, help="Only this medium."),
            click.option("--batch", "batches", multiple=True, help="Only media of this purchase batch."),
            click.option(
                "--state",
                "states",
                multiple=True,
                type=click.Choice(STATES),
                help="Only media in this state.",
            ),
            click.option("--all", "everything", is_flag=True, help="Everything that can be examined."),
            click.option(
                "--disk", is_flag=True, help="Staged packages and exports of the catalog instead of media."
            ),
            click.option(
                "--sample", "media_percent", type=float, help="So many percent of these media, at random."
            ),
            click.option(
                "--chunks", "chunks_percent", type=float, help="So many percent of the chunks, at random."
            ),
            click.option(
                "--edges", is_flag=True, help="Both ends and the outer radius, where discs fail first."
            ),
            click.option(
                "--full", is_flag=True, help="All of each medium; so it is when nothing else is said."
            ),
            click.option("--seed", callback=_seed, help="Draw with this seed; the same seed draws the same."),
            click.option("--not-before", help="Begin at this time (ISO 8601), not sooner."),
            click.option("--hours", help="Only in these hours of the day, in UTC: 20:00-06:00."),
        )
    ):
        function = option(function)
    return function


@verb(
    "plan",
    "verify plan",
    "verify plan --overdue",
    "verify plan --pool bluray --chunks 5 --edges",
    of=verify,
)
@selecting
@click.option("--overdue", is_flag=True, help="Only what should have been examined long ago.")
@click.option("--rule", help="Only what this rule of the settings says.")
@click.option("--to-come", is_flag=True, help="Also what is not due yet, and when it is.")
def plan(context: Context, overdue: bool, rule: str | None, to_come: bool, **selection: Any) -> None:
    """Show what is due by the rules of the settings; or, of a selection, what a run would take and find."""
    if not _selects(selection):
        found = context.get("/v1/verify/due", rule=rule, late=overdue or None, everything=to_come or None)
        context.answer(found, lambda one: table(items(one), *_DUE_COLUMNS, empty=_("nothing is due")))
        return
    context.answer(context.post("/v1/verify/plan", _wanted(selection)), show_plan)


@verb(
    "run",
    'verify run --medium SIM00001 --reason "it was dropped"',
    'verify run --all --sample 40 --chunks 5 --seed 2027-A --reason "yearly audit"',
    'verify run --batch LOT-2026-03 --full --reason "one of them failed"',
    of=verify,
)
@selecting
@click.option("--priority", type=int, default=0, help="A lower number goes first among runs.")
@reason_option
def run(context: Context, reason: str, priority: int, **selection: Any) -> None:
    """Begin a run. It gives way to recalls, goes on after a restart, and its report stays."""
    if not _selects(selection):
        raise click.UsageError(
            _("say what is to be examined: --pool, --medium, --batch, --state, --disk or --all")
        )
    wanted = {**_wanted(selection), "reason": reason, "priority": priority}
    context.answer(context.post("/v1/verify/run", wanted), _show_begun)


def _selects(selection: dict[str, Any]) -> bool:
    return any(selection[key] for key in ("pools", "media", "batches", "states", "everything", "disk"))


def _wanted(selection: dict[str, Any]) -> dict[str, Any]:
    """The document of a selection. Raises UsageError for ways that exclude each other."""
    given = {
        key: value for key, value in selection.items() if value not in (None, "", ()) and key != "everything"
    }
    full, edges, chunks = given.pop("full", False), given.get("edges", False), given.get("chunks_percent")
    if full and (edges or chunks is not None):
        raise click.UsageError(_("--full reads everything; --chunks and --edges read less"))
    given["how"] = "sampled" if chunks is not None else "edges" if edges else HOW[0]
    return given


def show_plan(document: dict[str, Any]) -> None:
    """What a run takes, and what it finds."""
    facts(_told(document, but=_HIDDEN))
    finds = document.get("finds") or {}
    if not finds or not document.get("media"):
        return
    if document.get("every_chunk"):
        click.echo(_("Every chunk of these media is read: whatever is damaged on them is found."))
    else:
        click.echo(
            _(
                "With {sure} % it finds damage of at least {share} % of the chunks of a medium that it reads."
            ).format(sure=round(100 * finds["sure"]), share=f"{finds['chunks_percent']:g}")
        )
    if document["media"] < finds["media_in_all"]:
        click.echo(
            _(
                "With {sure} % it reads at least one damaged medium when {bad} of the {all} are damaged."
            ).format(sure=round(100 * finds["sure"]), bad=finds["media"], all=finds["media_in_all"])
        )


def _told(document: dict[str, Any], *, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """What there is to tell: nothing that is empty, none or no."""
    return {
        key: value
        for key, value in document.items()
        if key not in but and value not in ("", [], None, False, 0)
    }


def _show_begun(document: dict[str, Any]) -> None:
    click.echo(_("{run} begins").format(run=document["id"]))
    show_plan(document["preview"])


def show_run(document: dict[str, Any]) -> None:
    """What was announced, and what came of it."""
    terms = dict(document.get("terms") or {})
    facts(_told({"reading": terms.pop("how", ""), **terms}, but=("seed", "priority")))
    click.echo("\n" + _("Announced:"))
    show_plan(document.get("preview") or {})
    report = dict(document.get("report") or {})
    bad = report.pop("bad", [])
    if report:
        click.echo("\n" + (_("Found so far:") if document["state"] == "running" else _("Found:")))
        facts(_told(report))
    for one in bad:
        where = one.get("medium") or one.get("package") or one.get("export") or ""
        click.echo(
            f"{plain(where)} {plain(one.get('image') or '')}: {plain(one.get('words') or '')} "
            f"{plain(one.get('chunks') or '')}".rstrip()
        )


add_steering(verify, "verify", show_run)
