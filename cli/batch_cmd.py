"""archivectl batch: what was handed in together, what became of it, and which originals may be deleted."""

import base64
import os
from typing import Any
from uuid import uuid4

import click

from archived.language import _
from cli.complaint import reason_lines
from cli.context import Context, Document, at
from cli.exit_status import INTERRUPTED, UNAVAILABLE
from cli.nouns import noun, verb
from cli.render import facts, items, moment, plain, table
from cli.waiting import Interrupted, with_progress

batch = noun(
    "batch",
    "Batches 批次 of submissions: what was handed in together, and what became of it. Alone it lists.",
    "batch",
    "batch B000012",
    "batch show B000012",
    "batch may-delete B000012",
)


@verb("list", "batch", "batch --limit 200", "batch B000012", of=batch)
@click.argument("batch_id", metavar="[BATCH]", required=False)
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Only the newest.")
def list_batches(context: Context, batch_id: str | None, limit: int) -> None:
    """List the newest batches, or show one with every item.

    Counted are items that were refused, accepted, are on disc and are archived. For what waits it says when it is
    expected to close, and why; more packages, or a person, may close it earlier.
    """
    if batch_id is None:
        context.answer(context.get("/v1/batches", limit=limit), _show_all)
    else:
        context.answer(context.get(at("/v1/batches", batch_id)), show_batch)


batch.add_command(list_batches, "show")


@verb(
    "may-delete",
    "batch may-delete B000012",
    "batch may-delete B000012 -0",
    of=batch,
)
@click.argument("batch_id", metavar="BATCH")
@click.option("-0", "--null", "null", is_flag=True, help="End each path with NUL, for xargs -0.")
def may_delete(context: Context, batch_id: str, null: bool) -> None:
    """Print the originals that may be deleted: archived, and bit for bit what the package holds.

    Every original is read again, with your rights. Those that do not match, or are not archived, are named on
    standard error with the reason, and the exit code is 3; nothing is deleted by archived. To delete what is
    printed, add: -0 | xargs -0 rm -r --
    """
    key = uuid4().hex
    path = at("/v1/batches", batch_id, "may-delete")
    try:
        answer = with_progress(
            context,
            lambda: context.post(path, {"key": key}),
            cancel=lambda: context.post(at("/v1/progress", key, "cancel")),
        )
    except Interrupted:
        context.say(_("interrupted; nothing was said of any original"))
        raise SystemExit(INTERRUPTED) from None
    if context.as_json:
        context.answer(answer, lambda _document: None)
    else:
        hidden = _print_paths(answer, b"\0" if null else b"\n")
        for kept in answer["keep"]:
            context.say(_("keep {path}: {why}").format(path=plain(kept["path"]), why=plain(kept["why"])))
        if hidden:
            raise SystemExit(UNAVAILABLE)
    raise SystemExit(answer["exit_status"])


def show_batch(document: Document) -> None:
    """One batch: how many stand where, what is waited for, and every item."""
    facts(document, "id", "kind", "path", "opened_at", "owner", "counts")
    for closing in document["closings"]:
        click.echo(closing_line(closing))
    rows = [{**item, "reasons": "; ".join(_messages(item["reasons"]))} for item in document["items"]]
    table(rows, "number", "reference", "state", "package", "path", "reasons", empty=_("nothing is in it"))


def closing_line(closing: Document) -> str:
    """What a number of packages waits for, and until when."""
    words = {
        "image": _("{packages} packages wait for image {thing} to close: {reason}, {when}"),
        "set": _("{packages} packages wait for set {thing} to close: {reason}, {when}"),
        "discs": _("{packages} packages wait for the discs of set {thing}: {reason}"),
    }
    when = moment(closing["at"]) if closing["at"] else _("no time is known")
    return words[closing["what"]].format(
        packages=closing["packages"], thing=closing["thing"] or "–", reason=closing["reason"], when=when
    )


def _show_all(document: Any) -> None:
    table(items(document), "id", "kind", "path", "opened_at", "owner", "counts", empty=_("no batches"))


def _messages(reasons: list[Any]) -> list[str]:
    return [line.strip().removeprefix("- ") for line in reason_lines(reasons) if line.startswith("  - ")]


def _print_paths(answer: Document, end: bytes) -> int:
    """The paths as the file system has them; without NUL, what could fool a reader of lines is only named.

    Returns how many were named so.
    """
    hidden = 0
    for item in answer["may_delete"]:
        raw = _raw(item)
        if end == b"\n" and (b"\n" in raw or not _is_text(raw)):
            click.echo(
                _("{path} has a name that only -0 prints safely").format(path=plain(item["path"])), err=True
            )
            hidden += 1
            continue
        click.echo(raw + end, nl=False)
    return hidden


def _raw(item: Document) -> bytes:
    encoded = item.get("path_base64")
    return base64.b64decode(encoded) if encoded else os.fsencode(item["path"])


def _is_text(raw: bytes) -> bool:
    try:
        return raw.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False
