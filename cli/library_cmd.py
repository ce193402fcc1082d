"""archivectl library and drive: robots, what is where, and moves by hand."""

from typing import Any

import click

from archived.language import _
from cli.context import Context, at
from cli.nouns import noun, reason_option, verb
from cli.render import cell, table
from cli.waiting import with_progress

library = noun(
    "library",
    "Libraries 光盘库: robots, drives, slots. Alone it shows them.",
    "library",
    "library inventory",
    "library move SIM00007 1011",
    "library unload B1",
    "library clean T1",
    'library export SIM00007 --reason "to the vault"',
    "library import",
    "library load s1 --bin input --blanks 25 --pool bluray --batch 2026-03",
    "library empty s1 --bin accept",
    default="show",
    takes_thing=False,
)
drive = noun(
    "drive",
    "Drives 驱动器: alone it lists; take one out of use and back.",
    "drive",
    'drive down B1 --reason "cleaning"',
    'drive up B1 --reason "cleaned"',
    "drive use",
    'drive cleaned B1 --reason "lens cleaned"',
    takes_thing=False,
)


@verb("show", "library", "library show --json", of=library)
def show(context: Context) -> None:
    """Show drives, slots and import/export slots as last seen."""
    context.answer(context.get("/v1/library"), show_libraries)


def show_libraries(document: dict[str, Any]) -> None:
    """Every library with its drives and slots."""
    for item in document["libraries"]:
        stale = _("; the inventory is stale and will be taken again") if item.get("stale") else ""
        click.echo(f"library {cell('name', item['name'])}{stale}")
        if item.get("halted"):
            click.echo(_("its robot stands until somebody looked at it: archivectl attention"))
        table(item["drives"], "name", "element", "up", "medium", "cleaning", "doing", "note")
        for one in item.get("bins") or ():
            _show_bin(one)
        slots = item.get("slots") or []
        table([slot for slot in slots if slot.get("medium")], "element", "magazine", "medium", "state")
        if slots or not item.get("bins"):
            click.echo(
                _("{sum} of {slots_count} slots are empty").format(
                    sum=sum(1 for slot in slots if not slot.get("medium") and not slot.get("in_doubt")),
                    slots_count=len(slots),
                )
            )
        if in_doubt := [slot for slot in slots if slot.get("in_doubt")]:
            table(in_doubt, "element", "magazine", "in_doubt")
        for port in item.get("ports") or ():
            click.echo(
                _("import/export slot {element}: {value}").format(
                    element=port["element"], value=cell("medium", port["medium"])
                )
            )
        for cleaner in item.get("cleaners") or ():
            click.echo(
                _("cleaning cartridge {medium}: {left} cleanings are left").format(
                    medium=cell("medium", cleaner["medium"]), left=cleaner["left"]
                )
            )
        for medium in item.get("missing") or ():
            click.echo(_("{value} is not in the library").format(value=cell("medium", medium)))


def _show_bin(one: dict[str, Any]) -> None:
    found = one["media"]
    words = _("bin {bin}: {count} of {places} places are taken; the next one out is first")
    if not one["takes"]:
        words = _(
            "bin {bin}: {count} of {places} places are taken; nothing comes out, the last one in is first"
        )
    click.echo(words.format(bin=cell("name", one["name"]), count=len(found), places=one["places"]))
    table(found, "element", "medium", "state")


@verb("inventory", "library inventory", "library inventory --library main", of=library)
@click.option("--library", "name", help="Which library; all when not given.")
def inventory(context: Context, name: str | None) -> None:
    """Let the robot look at every element, and wait until it has."""
    look = with_progress(context, lambda: context.post("/v1/library/inventory", {"library": name}))
    context.answer(look, show_libraries)


@verb("move", "library move SIM00007 1011", of=library)
@click.argument("medium")
@click.argument("element", type=int)
def move(context: Context, medium: str, element: int) -> None:
    """Carry MEDIUM to ELEMENT and wait until it is there; refused while a session works with it."""
    request = {"medium": medium, "destination": element}
    context.answer(with_progress(context, lambda: context.post("/v1/library/move", request)), _show_move)


@verb("unload", "library unload B1", of=library)
@click.argument("name", metavar="DRIVE")
def unload(context: Context, name: str) -> None:
    """Put the disc in DRIVE back into its slot; refused while a session works with it."""
    context.answer(
        with_progress(context, lambda: context.post("/v1/library/unload", {"drive": name})), _show_move
    )


@verb("clean", "library clean T1", of=library)
@click.argument("name", metavar="DRIVE")
def clean(context: Context, name: str) -> None:
    """Clean the head of tape drive DRIVE with a cleaning cartridge of its library, and wait until it is done."""
    waits_for = _(
        "waiting until a cleaning cartridge was in drive {drive} and is out again; minutes are normal"
    )
    answer = with_progress(
        context,
        lambda: context.post("/v1/library/clean", {"drive": name}),
        waits_for=waits_for.format(drive=name),
    )
    context.answer(answer, _show_cleaning)


def _show_cleaning(document: dict[str, Any]) -> None:
    done = document["cleaning"]
    click.echo(
        _("drive {drive} was cleaned with {medium_id}, which was used {uses} of {uses_max} times").format(
            drive=done["drive"],
            medium_id=done["medium_id"],
            uses=document["uses"],
            uses_max=document["uses_max"],
        )
    )


def _show_move(document: dict[str, Any]) -> None:
    done = document.get("move", document)
    medium = done.get("medium_id", done.get("medium"))
    click.echo(
        _("{medium}: element {source} → {destination}, {state}").format(
            medium=medium,
            source=done.get("source"),
            destination=done.get("destination"),
            state=done.get("state"),
        )
    )
    if done.get("note"):
        click.echo(cell("note", done["note"]))


@verb("list", "drive", "drive list --json", of=drive)
def list_drives(context: Context) -> None:
    """List the drives of every library."""
    context.answer(context.get("/v1/library"), _show_drives)


def _show_drives(document: dict[str, Any]) -> None:
    rows = [{"library": item["name"], **row} for item in document["libraries"] for row in item["drives"]]
    table(rows, "name", "library", "element", "up", "medium", "doing", "note", empty=_("no drives"))


def _turn(word: str, about: str, said: str) -> None:
    @verb(word, f'drive {word} B1 --reason "lens cleaning"', of=drive)
    @click.argument("name")
    @reason_option
    def turn(context: Context, name: str, reason: str) -> None:
        answer = context.post(at("/v1/drives", name, word), {"reason": reason})
        context.answer(answer, lambda _document: click.echo(f"drive {name} {said}"))

    turn.help = about


_turn("down", "Take a drive out of use. What it is doing is finished first.", "gets no new work")
_turn("up", "Put a drive back into use.", "is in use again")


@verb("use", "drive use", of=drive)
def use(context: Context) -> None:
    """Say how long and how often each drive was used since it was cleaned, and when it is due."""
    columns = ("drive", "library", "hours", "hours_max", "loads", "loads_max", "cleaned_at", "due")
    context.answer(
        context.get("/v1/drives/use"),
        lambda document: table(document["items"], *columns, empty=_("no drives")),
    )


@verb("cleaned", 'drive cleaned B1 --reason "lens cleaned with a brush disc"', of=drive)
@click.argument("name")
@reason_option
def cleaned(context: Context, name: str, reason: str) -> None:
    """Say that you cleaned a drive by hand: its hours and loads count from here."""
    answer = context.post(at("/v1/drives", name, "cleaned"), {"reason": reason})
    context.answer(answer, lambda _document: click.echo(_("drive {name} counts from here").format(name=name)))
