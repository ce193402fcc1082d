"""archivectl tasks: what people are asked to carry, and what they say of it."""

from typing import Any

import click

from archived.language import _
from cli.context import Context, at
from cli.events_cmd import event_line
from cli.nouns import noun, reason_option, verb
from cli.render import facts, items, moment, plain, table
from cli.waiting import with_progress

tasks = noun(
    "tasks",
    "Tasks 任务: media that people carry between cabinets, shelves and drives. Alone it lists.",
    "tasks",
    "tasks take T00001 T00002",
    "tasks done T00001 --barcode SIM00007",
    'tasks refuse T00002 --reason "slot 17 is empty"',
    "tasks sheet",
)


@verb("list", "tasks", "tasks list --mine", "tasks list --all --json", of=tasks)
@click.argument("task", required=False)
@click.option(
    "--open", "which", flag_value="open", default="open", help="Those that nobody ended yet (default)."
)
@click.option("--mine", "which", flag_value="mine", help="Those that you took.")
@click.option("--all", "which", flag_value="all", help="All that ever were.")
def list_tasks(context: Context, task: str | None, which: str) -> None:
    """List tasks in the order of one walk, or show one."""
    if task is None:
        context.answer(context.get("/v1/tasks", which=which), _show_all)
    else:
        context.answer(context.get(at("/v1/tasks", task)), _show_one)


@verb("show", "tasks show T00001", of=tasks)
@click.argument("task")
def show(context: Context, task: str) -> None:
    """Show one task and all that happened to it."""
    context.answer(context.get(at("/v1/tasks", task)), _show_one)


@verb("take", "tasks take T00001", "tasks take T00001 T00002 T00003", of=tasks)
@click.argument("task", nargs=-1, required=True)
def take(context: Context, task: tuple[str, ...]) -> None:
    """Begin with TASK: trays open and lamps are lit. A task of somebody else becomes yours."""
    answer = with_progress(context, lambda: context.post("/v1/tasks/take", {"tasks": list(task)}))
    context.answer(answer, _show_taken)


@verb(
    "done",
    "tasks done T00001 --barcode SIM00007",
    "tasks done T00004 T00005 --typed SIM00007 --typed SIM00009",
    "tasks done T00001 --rfid 04A23FB2C15D80",
    "tasks done T00001 --reader desk",
    of=tasks,
)
@click.argument("task", nargs=-1, required=True)
@click.option("--barcode", multiple=True, help="What the scanner read of the medium's label.")
@click.option("--rfid", multiple=True, help="What a reader read of the medium's tag.")
@click.option("--reader", metavar="NAME", help="The media lie before this reader of tags.")
@click.option(
    "--typed", multiple=True, help="What you read on the medium yourself: id, barcode or printed label."
)
def done(
    context: Context,
    task: tuple[str, ...],
    barcode: tuple[str, ...],
    rfid: tuple[str, ...],
    typed: tuple[str, ...],
    reader: str | None,
) -> None:
    """Say that TASK is done and show by which medium; drives and sensors are looked at. One value for each TASK."""
    given = {
        how: list(values)
        for how, values in (("barcode", barcode), ("rfid", rfid), ("typed", typed))
        if values
    }
    if len(given) + bool(reader) != 1:
        raise click.UsageError(_("show the medium by --barcode, --rfid, --typed or --reader: one of them"))
    request: dict[str, Any] = {"tasks": list(task), "reader": reader}
    for how, values in given.items():
        request = {"tasks": list(task), "how": how, "values": values}
    context.answer(with_progress(context, lambda: context.post("/v1/tasks/done", request)), _show_done)


@verb("refuse", 'tasks refuse T00001 --reason "slot 17 is empty"', of=tasks)
@click.argument("task", nargs=-1, required=True)
@reason_option
def refuse(context: Context, task: tuple[str, ...], reason: str) -> None:
    """Say that TASK cannot be done. Other ways are tried; nobody is asked again until: archivectl tasks again."""
    found = [
        item
        for one in task
        for item in context.post(at("/v1/tasks", one, "refuse"), {"reason": reason})["items"]
    ]
    context.answer({"items": found}, lambda _document: _said(found, _("{id} is refused: {note}")))


@verb("again", "tasks again T00001", of=tasks)
@click.argument("task", nargs=-1, required=True)
def again(context: Context, task: tuple[str, ...]) -> None:
    """Let people be asked again for the medium of a TASK that was refused."""
    found = [item for one in task for item in context.post(at("/v1/tasks", one, "again"))["items"]]
    context.answer({"items": found}, lambda _document: _said(found, _("{medium} may be asked for again")))


@verb(
    "send",
    'tasks send SIM00007 vault --reason "second copy, kept elsewhere"',
    'tasks send SIM00007 vault --place "cabinet 2/4/17" --reason "second copy, kept elsewhere"',
    of=tasks,
)
@click.argument("medium")
@click.argument("library")
@click.option(
    "--place", default="", metavar="CABINET/DRAWER/SLOT", help="Where; the first free place when not given."
)
@reason_option
def send(context: Context, medium: str, library: str, place: str, reason: str) -> None:
    """Have MEDIUM carried to LIBRARY, whose media people move; it is at home there from then on."""
    request = {"medium": medium, "library": library, "place": place, "reason": reason}
    context.answer(context.post("/v1/tasks/send", request), _show_all)


@verb("sheet", "tasks sheet", "tasks sheet --mine", of=tasks)
@click.option("--mine", is_flag=True, help="Only those that you took.")
def sheet(context: Context, mine: bool) -> None:
    """Print a list to walk with: where to go, in order, with boxes to tick and room for what is read."""
    context.answer(context.get("/v1/tasks", which="mine" if mine else "open"), _show_sheet)


def _show_all(document: Any) -> None:
    rows = [{**item, "from": item["from_words"], "to": item["to_words"]} for item in items(document)]
    columns = ("id", "state", "medium_id", "from", "to", "reason", "due_at", "taken_by", "note")
    table(rows, *columns, empty=_("nobody is asked for anything"))


def _show_one(task: dict[str, Any]) -> None:
    click.echo(plain(task["words"]))
    facts(
        {
            key: value
            for key, value in task.items()
            if key not in ("words", "events", "notice") and value not in ("", None)
        }
    )
    for event in task.get("events") or ():
        click.echo(event_line(event))


def _show_taken(document: Any) -> None:
    for item in items(document):
        click.echo(f"{item['id']}  {plain(item['words'])}")
        if item["note"]:
            click.echo(_("    before: {note}").format(note=plain(item["note"])))
    click.echo(_("then: archivectl tasks done ID --barcode VALUE   (or --rfid, --typed)"))


def _show_done(document: Any) -> None:
    _said(items(document), _("{id} is done: {medium} lies in {to}"))


def _said(found: list[dict[str, Any]], words: str) -> None:
    for item in found:
        named = {"id": item["id"], "medium": item["medium_id"], "to": item["to_words"], "note": item["note"]}
        click.echo(plain(words.format(**named)))


def _show_sheet(document: Any) -> None:
    found = items(document)
    if not found:
        click.echo(_("nobody is asked for anything"))
        return
    for item in found:
        click.echo(f"[ ] {item['id']}  {plain(item['words'])}")
        due = _("due {due}").format(due=moment(item["due_at"]))
        click.echo(f"      {plain(item['reason'])} · {due}      ________________")
