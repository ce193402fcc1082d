"""archivectl media health and what people say of a medium's state: quarantine, admit, watch, clear."""

from typing import Any

import click

from archived.language import _, marked
from cli.context import Context, at
from cli.media_cmd import media
from cli.nouns import reason_option, verb
from cli.render import facts, items, plain, table

_STEPS = (
    (
        "quarantine",
        "dropped on the floor",
        marked("Set a medium aside: nothing is written to it, and what is on it counts no more."),
    ),
    ("admit", "it was another one", marked("Take a medium back that was set aside, as what it was before.")),
    (
        "watch",
        "bought with the bad ones",
        marked("Have a medium examined more often; a cartridge takes nothing more."),
    ),
    ("clear", "scanned twice, it is fine", marked("Have a medium watched no longer.")),
)


@verb("health", "media health", "media health SIM00007", "media health --thresholds", of=media)
@click.argument("medium", required=False)
@click.option(
    "--thresholds",
    is_flag=True,
    help="Show from which values on a medium is watched, and where they come from.",
)
def media_health(context: Context, medium: str | None, thresholds: bool) -> None:
    """What the values of media say: of all that carry something, the worst first, or all that is known of one."""
    if thresholds:
        context.answer(context.get("/v1/health/thresholds"), _show_thresholds)
    elif medium is None:
        context.answer(context.get("/v1/health"), _show_all)
    else:
        context.answer(context.get(at("/v1/media", medium) + "/health"), _show_one)


def _step(name: str, example: str, doing: str) -> click.Command:
    def step(context: Context, medium: str, reason: str) -> None:
        answer = context.post(at("/v1/media", medium) + f"/state/{name}", {"reason": reason})
        context.answer(
            answer,
            lambda document: click.echo(
                _("{medium} is {state}").format(
                    medium=plain(document["medium"]), state=plain(document["state"])
                )
            ),
        )

    step.__doc__ = doing
    decorated = reason_option(click.argument("medium")(step))
    return verb(name, f'media {name} SIM00007 --reason "{example}"', of=media)(decorated)


#: All that this module gives to `archivectl media`.
health_verbs = (media_health, *(_step(*told) for told in _STEPS))


def _show_all(document: Any) -> None:
    table(
        items(document),
        "id",
        "state",
        "values_say",
        "loads",
        "read_errors",
        "last_scan",
        "last_scan_at",
        "batch",
        "why",
        empty=_("nothing was noted of any medium yet"),
    )


def _show_one(document: dict[str, Any]) -> None:
    hidden = ("reasons", "rises", "entries", "history", "notice", "rank", "why")
    facts({key: value for key, value in document.items() if key not in hidden})
    for reason in document["reasons"]:
        click.echo(f"  {plain(reason['level'])}: {plain(reason['words'])}")
        click.echo(
            "    "
            + _("where that comes from: {source} ({confidence})").format(
                source=plain(reason["source"]), confidence=plain(reason["confidence"])
            )
        )
    if document["rises"]:
        table(document["rises"], "what", "reader", "value", "rise_per_year", "points", "watch", "reached_at")
    table(
        [{**entry, "detail": entry.get("detail") or None} for entry in document["entries"]],
        "at",
        "what",
        "value",
        "unit",
        "drive",
        "reader",
        "detail",
        empty=_("nothing was noted of it yet"),
    )
    steps = [
        {**step, "from_state": step["before"], "to_state": step["after"]} for step in document["history"]
    ]
    table(steps, "at", "from_state", "to_state", "agent", "why", empty=_("its state never changed"))


def _show_thresholds(document: Any) -> None:
    table(
        items(document),
        "name",
        "media",
        "what",
        "measure",
        "watch",
        "suspect",
        "unit",
        "confidence",
        "source",
    )
    forecast = document["forecast"]
    click.echo(
        _("A value that will reach its limit within {years:g} years is watched now ({confidence}).").format(
            years=forecast["years"], confidence=plain(forecast["confidence"])
        )
    )
