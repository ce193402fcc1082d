"""archivectl migrate: media are left for new ones, in waves; what is on them is written again, or packed again."""

from collections.abc import Callable
from typing import Any

import click

from archived.language import _, counted
from cli.care_cmd import add_steering, show_run
from cli.context import Context
from cli.exit_status import REFUSED
from cli.nouns import noun, reason_option, verb
from cli.render import facts, items, plain, size, table

KIND = "migrate"
_COSTS = ("media", "images", "packages", "bytes_read", "bytes_written", "mounts", "drive_hours", "blanks")

migrate = noun(
    KIND,
    "Migrations 迁移: leave media for new ones before they fail, in waves. Alone it lists the runs.",
    "migrate plan --older-than 10",
    'migrate run --batch 2031-A --reason "batch with rising errors"',
    "migrate migrate-1",
)


def _show(document: dict[str, Any]) -> None:
    """What was asked for, what was expected, and what came of it, beside each other."""
    facts(document.get("terms") or {})
    _show_plan(document.get("preview") or {})
    if document.get("report"):
        click.echo(_("What was done so far:"))
        facts(document["report"])


add_steering(migrate, KIND, _show)


def _terms(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options by which media are chosen; all that are given must hold."""
    size_text = "Media in one wave; the settings say it otherwise."
    for option in reversed(
        (
            click.argument("media", nargs=-1),
            click.option("--pool", "pools", multiple=True, help="Media with copies of this pool."),
            click.option("--state", "states", multiple=True, help="Media in this state: watch, suspect."),
            click.option("--kind", "kinds", multiple=True, help="Media of this kind: bd-r, lto-6."),
            click.option(
                "--generation", "generation_max", type=click.IntRange(1), help="LTO up to this generation."
            ),
            click.option("--batch", "batches", multiple=True, help="Media of this purchase batch."),
            click.option(
                "--older-than", "years", type=float, help="Media first written this many years ago."
            ),
            click.option(
                "--rule", "by_rule", is_flag=True, help="What is not as pools and classes are set now."
            ),
            click.option(
                "--fill-below",
                "fill_below_percent",
                type=click.FloatRange(0, 100),
                help="Sets filled less than this percentage: packed again, together.",
            ),
            click.option("--repack", is_flag=True, help="Pack packages again by the rules of today."),
            click.option("--to", "to_pool", default="", help="Pack packages again into this pool."),
            click.option("--wave", "media_per_wave", type=click.IntRange(1), help=size_text),
        )
    ):
        command = option(command)
    return command


def _said(arguments: dict[str, Any]) -> dict[str, Any]:
    """What was said, as the API takes it."""
    years = arguments.pop("years", None)
    said = {name: list(v) if isinstance(v, tuple) else v for name, v in arguments.items() if v}
    return said | ({"older_than_days": years * 365.25} if years else {})


@verb(
    "plan",
    "migrate plan --batch 2031-A",
    "migrate plan --older-than 10 --pool bluray --wave 4",
    "migrate plan --rule",
    "migrate plan --fill-below 60",
    of=migrate,
)
@_terms
def plan(context: Context, **arguments: Any) -> None:
    """Show what a migration would do, wave by wave; nothing is put on record.

    Exits with 2 when it would leave a package with less than its class asks for: then it cannot be run.
    """
    document = context.post("/v1/migrate/plan", _said(arguments))
    context.answer(document, _show_plan)
    if document["refused"]:
        click.get_current_context().exit(REFUSED)


@verb(
    "run",
    'migrate run --state suspect --reason "read errors in two drives"',
    'migrate run SIM00007 SIM00008 --reason "they are ten years old"',
    of=migrate,
)
@_terms
@reason_option
def run(context: Context, reason: str, **arguments: Any) -> None:
    """Begin a migration; its waves go on by themselves, and can be paused, resumed and cancelled."""
    document = context.post("/v1/migrate/run", {"terms": _said(arguments), "reason": reason})
    context.answer(document, lambda found: show_run(found, _show))


def _show_plan(document: dict[str, Any]) -> None:
    if document.get("at_most"):
        click.echo(_("Packages are packed again: images, bytes, mounts and media are the most it comes to."))
    elif document.get("mounts_at_most"):
        click.echo(_("Cartridges are among them: mounts are the most it comes to."))
    facts({name: document.get(name) for name in _COSTS})
    rows = [{**wave, "blanks": sum(wave["blanks"].values())} for wave in document.get("waves") or ()]
    table(
        [{**row, "sets_after": _sets(row["sets_after"])} for row in rows],
        *("wave", *_COSTS, "sets_after"),
        empty=_("there is nothing to migrate by these terms"),
    )
    for words in document.get("refused") or ():
        click.echo(_("refused: {words}").format(words=plain(words)))
    for words in document.get("short") or ():
        click.echo(_("waits: {words}").format(words=plain(words)))
    for words in document.get("notes") or ():
        click.echo(plain(words))
    if document.get("refused"):
        click.echo(_("this migration cannot be run"))
    elif document.get("waves"):
        number = len(document["waves"])
        words = counted("{number} wave, {read} to read", "{number} waves, {read} to read", number)
        click.echo(words.format(number=number, read=size(document["bytes_read"])))


def _sets(after: list[dict[str, Any]]) -> str:
    """How sets stand after a wave: 7K3F +2 may lose two members more; 7K3F - is retired."""
    return ", ".join(
        f"{item['set']} {'-' if item['retired'] else format(item['spare'], '+d')}" for item in after
    )


@verb("retired", "migrate retired", of=migrate)
def retired(context: Context) -> None:
    """List retired media: since when, until when they are kept, and what else keeps them."""
    columns = ("medium", "kind", "batch", "retired_at", "keep_until", "images", "held_by")
    context.answer(
        context.get("/v1/migrate/retired"),
        lambda document: table(items(document), *columns, empty=_("no medium is retired")),
    )


@verb(
    "release",
    'migrate release SIM00007 SIM00008 --reason "their images lie verified on new discs"',
    'migrate release --all --reason "their time is over"',
    of=migrate,
)
@click.argument("media", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every retired medium whose time is over.")
@reason_option
def release(context: Context, media: tuple[str, ...], everything: bool, reason: str) -> None:
    """Ask for retired media to be released; another person has to agree, never root, and nothing is done before."""
    if bool(media) == everything:
        raise click.UsageError(_("say which media, or --all"))
    document = context.post("/v1/migrate/release", {"media": list(media), "reason": reason})
    words = _(
        "asked for: {id}, {count} media; another person runs: archivectl approvals give {id} --reason TEXT"
    )
    count = len(document["terms"]["media"])
    context.answer(document, lambda found: click.echo(words.format(id=found["id"], count=count)))
