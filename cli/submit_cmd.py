"""archivectl submit: a folder or a bag is handed in, and the producer gets a receipt."""

import json
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from archived.errors import Cancelled, Failed, Refused
from archived.language import _
from cli.complaint import reason_lines
from cli.context import Context, Document, at, print_json_error
from cli.exit_status import INTERRUPTED
from cli.nouns import verb
from cli.render import facts, moment, plain, reference, size, table
from cli.waiting import Interrupted, wait_for, with_progress


@verb(
    "submit",
    "submit ./0007 --fonds Z109 --series 2003 --volume 0007 --retention permanent --confidentiality open",
    "submit ./0007 --fonds Z109 --series 2003 --volume 0007 --retention Y30 --confidentiality open --dry-run",
    "submit ./0007 --fonds Z109 --series 2003 --volume 0007 --retention permanent --confidentiality open"
    " --wait-for archived --receipt 0007.json",
    'submit ./0007 --fonds Z109 --series 2003 --volume 0007 --new-version --reason "page 12 scanned again"',
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--fonds", required=True, help="Fonds 全宗.")
@click.option("--series", required=True, help="Series 目录.")
@click.option("--volume", required=True, help="Volume 案卷.")
@click.option("--title", default="", help="Title 题名.")
@click.option("--storage-class", help="Storage class; the site's default when not given.")
@click.option("--retention", help="Retention 保管期限; most classes demand it.")
@click.option("--confidentiality", help="Confidentiality 密级; most classes demand it.")
@click.option(
    "--wait-for", type=click.Choice(["accepted", "archived"]), default="accepted", show_default=True
)
@click.option("--new-version", is_flag=True, help="This corrects what is there; needs --reason.")
@click.option("--reason", default="", help="Why there is a new version.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; take nothing.")
@click.option(
    "--receipt", "receipt_file", type=click.Path(path_type=Path), help="Write the receipt here as JSON."
)
def submit(
    context: Context, path: Path, wait_for: str, dry_run: bool, receipt_file: Path | None, **fields: Any
) -> None:
    """Hand in the folder or BagIt bag PATH as one volume.

    The accepted receipt means: copied, synced, digested, on record; keep your original. The archived receipt
    (--wait-for archived) means: read back from every medium after a reload. The same content again gets the
    first receipt again. Ctrl-C cancels: nothing is kept, unless the receipt was out already.
    """
    if fields["new_version"] and not fields["reason"]:
        raise click.UsageError("--new-version needs --reason TEXT")
    if receipt_file is not None and os.path.lexists(receipt_file):
        raise Refused(
            f"{receipt_file} exists; nothing was handed in", advice="name another file for the receipt"
        )
    key = uuid4().hex
    request: Document = {"path": str(path.resolve()), **fields, "dry_run": dry_run, "key": key}
    try:
        answer = with_progress(
            context,
            lambda: context.post("/v1/submissions", request),
            cancel=lambda: context.post(at("/v1/progress", key, "cancel")),
        )
    except Interrupted as interrupted:
        _end_interrupted(context, interrupted, receipt_file)
        raise SystemExit(INTERRUPTED) from None
    if dry_run:
        context.answer(answer, _show_trial)
        raise SystemExit(answer["exit_status"])
    _keep(answer, receipt_file)
    if wait_for == "archived":
        if not context.as_json:
            _show_accepted(answer)
        answer = _wait_until_archived(context, answer["package"])
        _keep(answer, receipt_file)
    context.answer(answer, _show_archived if wait_for == "archived" else _show_accepted)


def _end_interrupted(context: Context, interrupted: Interrupted, receipt_file: Path | None) -> None:
    """Say what became of a submission that was interrupted. Raises what else it ended with."""
    try:
        answer = interrupted.answer.result()
    except Cancelled as error:
        if context.as_json:
            print_json_error(error.as_document())
        context.say("interrupted: the submission was cancelled, and nothing of it was kept")
        return
    if answer.get("dry_run"):
        context.say("interrupted; nothing was taken")
        return
    _keep(answer, receipt_file)
    context.answer(answer, _show_accepted)
    context.say(
        f"interrupted too late: it was accepted before; take it back with: "
        f"archivectl withdraw {answer['package']} --reason TEXT"
    )


def _wait_until_archived(context: Context, package_id: str) -> Document:
    """The archived receipt, as soon as there is one; every change of what it waits for is said."""
    said = ""

    def look() -> Document | None:
        nonlocal said
        now = context.get(at("/v1/packages", package_id))
        if now["state"] in ("withdrawn", "abandoned"):
            raise Failed(
                f"{package_id} was {now['state']} while it was waited for",
                advice=f"archivectl events --subject {package_id}",
            )
        waits_for = "; ".join(now["waits_for"])
        if now["state"] != "archived" and waits_for != said:
            said = waits_for
            context.say(f"{package_id} waits for: {plain(waits_for)}")
        return now["archived_receipt"] if now["state"] == "archived" else None

    try:
        return wait_for(context, look)
    except KeyboardInterrupt:
        context.say(
            f"no longer waiting; {package_id} is accepted and goes on: archivectl packages {package_id}"
        )
        raise


def _keep(receipt: Document, file: Path | None) -> None:
    """Write the newest receipt, whole or not at all."""
    if file is None:
        return
    temporary = file.with_name(f".{file.name}.part")
    with temporary.open("w", encoding="utf-8", errors="backslashreplace") as out:
        json.dump(receipt, out, ensure_ascii=False, indent=2)
        out.write("\n")
        out.flush()
        os.fsync(out.fileno())
    os.replace(temporary, file)


def _show_accepted(receipt: Document) -> None:
    again = (
        " (the same content was handed in before; this is its first receipt)"
        if receipt.get("repeated")
        else ""
    )
    click.echo(f"accepted: {receipt['package']} {reference(receipt)} version {receipt['version']}{again}")
    again_in = receipt.get("repeated")
    if batch := again_in if isinstance(again_in, str) else receipt.get("batch"):
        click.echo(_("batch: {batch}").format(batch=batch))
    facts({"files": receipt["files"], "bytes": receipt["bytes"]})
    click.echo(f"root digest ({receipt['root_digest']['algorithm']}): {receipt['root_digest']['value']}")
    exposure = receipt.get("exposure", {})
    if exposure:
        click.echo(plain(exposure["advice"]))
        click.echo(f"it is to be archived by {moment(exposure['archived_by'])}")


def _show_archived(receipt: Document) -> None:
    click.echo(f"archived: {receipt['package']} {reference(receipt)} version {receipt['version']}")
    table(
        receipt["media"],
        *[k for k in ("medium", "label", "set", "position", "role") if any(k in m for m in receipt["media"])],
    )


def _show_trial(answer: Document) -> None:
    words = {"accept": "would be accepted", "repeat": "is there already", "refuse": "would be refused"}
    click.echo(f"{reference(answer)} {words[answer['outcome']]}; nothing was taken")
    for line in reason_lines(answer["reasons"]):
        click.echo(line)
    if answer["outcome"] != "refuse":
        pools = ", ".join(answer["pools"])
        click.echo(
            f"version {answer['version']}, {answer['files']} files, {size(answer['bytes'])}, pools: {pools}"
        )
