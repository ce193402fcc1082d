"""archivectl destructions and packages destroy: from what it takes to the certificate."""

import json
from pathlib import Path
from typing import Any

import click

from archived.language import _
from cli.approvals_cmd import say_asked
from cli.context import Context, at
from cli.events_cmd import event_line
from cli.nouns import noun, reason_option, verb
from cli.packages_cmd import packages
from cli.render import facts, items, plain, table

destructions = noun(
    "destructions",
    "Destructions 销毁: packages of which no medium is to be left, from the agreement to the certificate.",
    "destructions",
    "destructions D00001",
    "destructions certificate D00001 --output D00001.json",
    'destructions cancel D00001 --reason "the list was wrong"',
)
_PARTS = ("packages", "images", "parity", "sets", "media", "lost", "destroyed", "to_repack", "repacked")


@verb(
    "destroy",
    "packages destroy P000001 P000002 --dry-run",
    'packages destroy P000001 --reason "list 2031-4 of the appraisal"',
    of=packages,
)
@click.argument("names", metavar="PACKAGE...", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Only say what it takes: media, parity, and new sets.")
@click.option("--reason", default="", help="Why; it goes on record with your uid. Needed unless --dry-run.")
def destroy(context: Context, names: tuple[str, ...], dry_run: bool, reason: str) -> None:
    """Ask that forgotten packages are destroyed, with every copy and all parity that could make one again.

    When a second person agrees, what shared a set with them is protected anew and read back; only then media are given
    up, and people destroy them.
    """
    body = {"packages": list(names), "dry_run": dry_run, "reason": reason}
    context.answer(context.post("/v1/destructions", body), _say_destroy)


def _say_destroy(document: dict[str, Any]) -> None:
    if not document["dry_run"]:
        say_asked(document["approval"])
        return
    plan = document["plan"]
    _show_plan(plan)
    if plan["refusals"]:
        click.echo(_("it cannot be done now:"))
        for words in plan["refusals"]:
            click.echo(f"  {plain(words)}")


def _show_plan(plan: dict[str, Any]) -> None:
    facts({key: ", ".join(plan[key]) for key in _PARTS if plan.get(key)})
    for item in plan["new_sets"]:
        words = _("set {set}: {count} images survive and get a new set with {m} parity media")
        click.echo(words.format(set=item["replaces"], count=len(item["images"]), m=item["m"]))


@verb("list", "destructions", "destructions D00001", of=destructions)
@click.argument("destruction", required=False)
def list_destructions(context: Context, destruction: str | None) -> None:
    """List destructions, or show one with what it waits for and its media."""
    if destruction is None:
        columns = ("id", "state", "packages", "asked_by", "agreed_by", "begun_at", "ended_at", "reason")
        context.answer(
            context.get("/v1/destructions"),
            lambda document: table(items(document), *columns, empty=_("no destructions")),
        )
    else:
        context.answer(context.get(at("/v1/destructions", destruction)), _show_one)


destructions.add_command(list_destructions, "show")


def _show_one(document: dict[str, Any]) -> None:
    hidden = ("terms", "media", "events", "notice")
    facts({key: value for key, value in document.items() if key not in hidden})
    _show_plan(document["terms"])
    table(document["media"], "id", "state", "library", "element", "magazine", empty=_("no media"))
    for event in document["events"]:
        click.echo(event_line(event))


@verb(
    "certificate",
    "destructions certificate D00001",
    "destructions certificate D00001 --output D00001.json",
    of=destructions,
)
@click.argument("destruction")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this new file.")
def certificate(context: Context, destruction: str, output: Path | None) -> None:
    """Print the signed certificate that packages were destroyed, as JSON; docs/receipts.md says how to check it."""
    document = context.get(at("/v1/destructions", destruction) + "/certificate")
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    if output is None:
        click.echo(text, nl=False)
        return
    with output.open("x", encoding="utf-8") as file:
        file.write(text)
    context.say(_("{path} is written").format(path=output))


@verb(
    "accept-loss",
    'destructions accept-loss D00001 --reason "searched for in both depots, room by room"',
    of=destructions,
)
@click.argument("destruction")
@reason_option
def accept_loss(context: Context, destruction: str, reason: str) -> None:
    """Say that media of a destruction that were called lost cannot be found; a second person has to agree.

    They stand on its certificate as lost, not as destroyed.
    """
    context.answer(
        context.post(at("/v1/destructions", destruction) + "/accept-loss", {"reason": reason}), say_asked
    )


@verb("cancel", 'destructions cancel D00001 --reason "the list was wrong"', of=destructions)
@click.argument("destruction")
@reason_option
def cancel(context: Context, destruction: str, reason: str) -> None:
    """Take a destruction back, as long as no medium was given up; the packages stay forgotten."""
    answer = context.post(at("/v1/destructions", destruction) + "/cancel", {"reason": reason})
    words = _("destruction {id} is {state}")
    context.answer(
        answer,
        lambda document: click.echo(words.format(id=document["id"], state=document["state"])),
    )
