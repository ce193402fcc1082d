"""archivectl submit PATH: one folder or bag is handed in, and the producer gets a receipt."""

from functools import partial
from pathlib import Path

import click

from archived.errors import Failed
from archived.language import _, counted
from cli.complaint import reason_lines
from cli.context import Context, Document, at
from cli.keeping import keep
from cli.render import facts, moment, plain, reference, size, table
from cli.submitting import Door, send, wait_and_say

#: So many files that are left out are named.
NAMED_MAX = 10
#: What is said of one volume.
FIELDS = (
    "fonds", "series", "volume", "title", "storage_class", "retention", "confidentiality", "new_version", "reason",
    "dry_run",
)  # fmt: skip


def hand_in(
    context: Context, path: Path, fields: Document, *, until_archived: bool, receipt_file: Path | None
) -> None:
    """Hand one volume in, show its receipt, and end with its exit status."""
    request: Document = {
        "path": str(path.resolve()),
        **{name: fields[name] for name in (*FIELDS, "archive_names")},
    }
    door = Door(
        "/v1/submissions",
        partial(_show_accepted, context),
        _show_trial,
        cancelled=_("interrupted: the submission was cancelled, and nothing of it was kept"),
        too_late=_too_late,
        went_away=_(
            "give the same command again when the daemon is back: what was accepted is answered with its receipt"
        ),
    )
    answer = send(context, door, request, receipt_file=receipt_file)
    if until_archived:
        if not context.as_json:
            _show_accepted(context, answer)
        answer = _wait_until_archived(context, answer["package"])
        keep(answer, receipt_file)
    context.answer(answer, _show_archived if until_archived else partial(_show_accepted, context))


def _too_late(answer: Document) -> str:
    return _(
        "interrupted too late: it was accepted before; take it back with: "
        "archivectl withdraw {package} --reason TEXT"
    ).format(package=answer["package"])


def _wait_until_archived(context: Context, package_id: str) -> Document:
    """The archived receipt, as soon as there is one; every change of what it waits for is said."""

    def look() -> tuple[list[str], Document | None]:
        now = context.get(at("/v1/packages", package_id))
        if now["state"] in ("withdrawn", "abandoned"):
            raise Failed(
                _("{package_id} was {state} while it was waited for").format(
                    package_id=package_id, state=now["state"]
                ),
                advice=f"archivectl events --subject {package_id}",
            )
        if now["state"] == "archived":
            return [], now["archived_receipt"]
        waits_for = plain("; ".join(now["waits_for"]))
        line = _("{package_id} waits for: {waits_for}").format(package_id=package_id, waits_for=waits_for)
        return [line] if waits_for else [], None

    return wait_and_say(
        context,
        look,
        no_longer=_(
            "no longer waiting; {package_id} is accepted and goes on: archivectl packages {package_id}"
        ).format(package_id=package_id),
    )


def _show_accepted(context: Context, receipt: Document) -> None:
    again = (
        _(" (the same content was handed in before; this is its first receipt)")
        if receipt.get("repeated")
        else ""
    )
    click.echo(
        _("accepted: {package} {reference} version {version}{again}").format(
            package=receipt["package"], reference=reference(receipt), version=receipt["version"], again=again
        )
    )
    again_in = receipt.get("repeated")
    if batch := again_in if isinstance(again_in, str) else receipt.get("batch"):
        click.echo(_("batch: {batch}").format(batch=batch))
    facts({"files": receipt["files"], "bytes": receipt["bytes"]})
    click.echo(
        _("root digest ({algorithm}): {value}").format(
            algorithm=receipt["root_digest"]["algorithm"], value=receipt["root_digest"]["value"]
        )
    )
    _show_travels(receipt)
    _show_warnings(receipt)
    if receipt.get("repeated") and _show_standing(context, receipt["package"]):
        return
    exposure = receipt.get("exposure", {})
    if exposure:
        click.echo(plain(exposure["advice"]))
        click.echo(
            _("it is to be archived by {archived_by}").format(archived_by=moment(exposure["archived_by"]))
        )


def _show_standing(context: Context, package_id: str) -> bool:
    """What became of a package since its first receipt; False when it is accepted only, and that receipt says all."""
    now = context.get(at("/v1/packages", package_id))
    if now["state"] == "accepted":
        return False
    if now["keep_original"]:
        click.echo(_("keep your original: {why}").format(why=plain(now["keep_original"])))
    else:
        click.echo(
            _("it is archived; whether an original may go is said by: archivectl batch may-delete BATCH")
        )
    return True


def _show_archived(receipt: Document) -> None:
    click.echo(
        _("archived: {package} {reference} version {version}").format(
            package=receipt["package"], reference=reference(receipt), version=receipt["version"]
        )
    )
    table(
        receipt["media"],
        *[k for k in ("medium", "label", "set", "position", "role") if any(k in m for m in receipt["media"])],
    )


def _show_trial(answer: Document) -> None:
    words = {"accept": "would be accepted", "repeat": "is there already", "refuse": "would be refused"}
    click.echo(
        _("{reference} {words}; nothing was taken").format(
            reference=reference(answer), words=words[answer["outcome"]]
        )
    )
    for line in reason_lines(answer["reasons"]):
        click.echo(line)
    _show_travels(answer)
    _show_warnings(answer)
    if answer["outcome"] != "refuse":
        pools = ", ".join(answer["pools"])
        click.echo(
            _("version {version}, {files} files, {bytes}, pools: {pools}").format(
                version=answer["version"], files=answer["files"], bytes=size(answer["bytes"]), pools=pools
            )
        )


def _show_travels(answer: Document) -> None:
    """What a disc cannot hold under its name, and what was not taken at all."""
    travels, left_out = answer.get("travels", {}), answer.get("left_out", ())
    if travels.get("as") == "tar":
        first = travels["why"][0]
        click.echo(
            counted(
                "it travels as one tar, for {count} name that no disc can hold: {path}: {why}",
                "it travels as one tar, for {count} names that no disc can hold, such as {path}: {why}",
                travels["names"],
            ).format(count=travels["names"], path=plain(first["path"]), why=plain(first["why"]))
        )
    if left_out:
        shown = ", ".join(map(plain, left_out[:NAMED_MAX])) + (", …" if len(left_out) > NAMED_MAX else "")
        click.echo(
            counted(
                "{count} file is left out: {names}", "{count} files are left out: {names}", len(left_out)
            ).format(count=len(left_out), names=shown)
        )


def _show_warnings(answer: Document) -> None:
    for warning in answer.get("warnings", ()):
        click.echo(_("warning: {text}").format(text=plain(warning)))
