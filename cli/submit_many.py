"""archivectl submit --list and --recursive: many volumes at once, each with an outcome of its own."""

import tomllib
from pathlib import Path
from typing import Any

import click

from archived.errors import Refused
from archived.language import _
from cli.batch_cmd import closing_line, show_batch
from cli.complaint import reason_lines
from cli.context import Context, Document, at
from cli.render import plain, reference, table
from cli.submitting import Door, send, wait_and_say

#: What an outcome is called, with its number.
WORDS = ("accepted", "repeated", "refused", "not_taken")

#: What is said of all volumes together.
FIELDS = ("layout", "fonds", "series", "title", "storage_class", "retention", "confidentiality", "new_version",
          "reason", "dry_run")  # fmt: skip
#: Words that only a list needs.
WORDS_OF_LISTS = ("sheet", "list_retention", "list_confidentiality", "archive_names")
#: Of these, the ones that mean nothing elsewhere.
OF_LISTS = ("root", "sheet", "columns", "list_retention", "list_confidentiality")


def list_request(file: Path, fields: Document) -> Document:
    """What is asked with a list. Raises Refused when the column map cannot be used."""
    root: Path | None = fields["root"]
    return {
        "path": str(file.resolve()),
        **{name: fields[name] for name in (*FIELDS, *WORDS_OF_LISTS)},
        "root": str(root.resolve()) if root is not None else None,
        "columns": column_map(fields["columns"]),
    }


def tree_request(root: Path, fields: Document) -> Document:
    """What is asked with a tree."""
    return {"path": str(root.resolve()), **{name: fields[name] for name in FIELDS}}


def hand_in_many(
    context: Context, where: str, request: Document, *, until_archived: bool, receipt_file: Path | None
) -> None:
    """Hand a list (`where` is "list") or a tree in, show what became of it, and end with its exit status."""
    door = Door(
        at("/v1/submissions", where),
        _show_answer,
        _show_trial,
        cancelled=_("interrupted; nothing was taken"),
        too_late=_too_late,
        went_away=_(
            "what was accepted stays accepted; give the same command again when the daemon is back: it goes on "
            "with the same batch"
        ),
    )
    answer = send(context, door, request, receipt_file=receipt_file)
    if until_archived:
        if not context.as_json:
            _show_answer(answer)
        found = _wait_until_archived(context, answer["batch"])
        context.answer(found, show_batch)
    else:
        context.answer(answer, _show_answer)
    raise SystemExit(answer["exit_status"])


def column_map(file: Path | None) -> dict[str, str]:
    """The headings that a TOML file explains: heading = "field". Raises Refused."""
    if file is None:
        return {}
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(
            _("{file} is no column map: {why}").format(file=file, why=error),
            advice=_('write a line for each heading, such as: "归档号" = "volume"'),
        ) from None
    strange = [name for name, value in found.items() if not isinstance(value, str)]
    if strange:
        raise Refused(
            _("{file} is no column map: {names} has no field as text").format(
                file=file, names=", ".join(map(repr, strange))
            ),
            advice=_('write a line for each heading, such as: "归档号" = "volume"'),
        )
    return found


def _too_late(answer: Document) -> str:
    return _(
        "interrupted: what was accepted stays accepted; hand the same in again to go on with {batch}"
    ).format(batch=answer["batch"])


def _wait_until_archived(context: Context, batch_id: str) -> Document:
    """The batch as soon as nothing of it waits for a disc any more; every change of what it waits for is said."""

    def look() -> tuple[list[str], Document | None]:
        now = context.get(at("/v1/batches", batch_id))
        waits = any(now["counts"].get(standing) for standing in ("accepted", "on_disc"))
        return [closing_line(closing) for closing in now["closings"]], None if waits else now

    return wait_and_say(
        context,
        look,
        no_longer=_("no longer waiting; what was accepted goes on: archivectl batch {batch}").format(
            batch=batch_id
        ),
    )


def _show_answer(answer: Document) -> None:
    click.echo(_("batch: {batch}").format(batch=answer["batch"]))
    numbers = _numbers(answer["items"])
    click.echo(
        _("{accepted} accepted, {repeated} accepted before, {refused} refused, {not_taken} not taken").format(
            **numbers
        )
    )
    for item in answer["items"]:
        if item["outcome"] in ("refused", "not_taken"):
            click.echo(f"{reference(item)} ({plain(item['path'])})")
            for line in reason_lines(item["reasons"]):
                click.echo(line)
    if numbers["not_taken"]:
        click.echo(_("what was not taken is taken when the same is handed in again"))
    _show_notes(answer)
    for closing in answer["closings"]:
        click.echo(closing_line(closing))


def _show_trial(answer: Document) -> None:
    rows = [
        {
            **item,
            "state": _TRIAL_WORDS.get(item["outcome"], item["outcome"]),
            "reference": reference(item),
            "reasons": "; ".join(plain(reason.get("message", "")) for reason in item["reasons"]),
        }
        for item in answer["items"]
    ]
    table(rows, "number", "reference", "state", "path", "reasons", empty=_("no volume in it can be tried"))
    for line in reason_lines(answer["problems"]):
        click.echo(line)
    _show_notes(answer)
    click.echo(
        _("it would be refused; nothing was taken")
        if answer["exit_status"]
        else _("all of it would be taken; nothing was taken")
    )


_TRIAL_WORDS = {"accept": "would be accepted", "repeat": "is there already", "refuse": "would be refused"}


def _show_notes(answer: Document) -> None:
    """What somebody should know of his list beside what is wrong with it."""
    if answer.get("read_as"):
        click.echo(_("the list was read as {encoding}").format(encoding=plain(answer["read_as"])))
    if answer.get("unused_columns"):
        columns = ", ".join(plain(heading) for heading in answer["unused_columns"])
        click.echo(_("columns that mean nothing to archived: {columns}").format(columns=columns))
    for note in answer.get("unchecked", []):
        click.echo(
            _("row {row}: pages were not compared, {why}").format(row=note["row"], why=plain(note["why"]))
        )


def _numbers(items: list[dict[str, Any]]) -> dict[str, int]:
    return {word: sum(item["outcome"] == word for item in items) for word in WORDS}
