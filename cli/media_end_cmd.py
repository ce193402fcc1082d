"""archivectl media destroy and certificates: how media end, and what is left of them on record."""

import json
import os
from pathlib import Path
from typing import Any

import click

from archived.errors import Refused
from archived.language import _
from cli.context import Context, at
from cli.nouns import reason_option, verb
from cli.render import items, plain, table


@verb(
    "destroy",
    'media destroy SIM00017 --method "shredded to 2 mm by A. Li, seen by B. Wang" --reason "migrated in 2046"',
)
@click.argument("media_ids", metavar="MEDIUM...", nargs=-1, required=True)
@click.option("--method", required=True, help="How, by whom and before whom; it stands on the certificate.")
@reason_option
def destroy(context: Context, media_ids: tuple[str, ...], method: str, reason: str) -> None:
    """Say that media were destroyed. A second person agrees, and a signed certificate lists all that was on them.

    Only released media, and such as carry nothing; none that a look still sees in a robot.
    """
    request = {"media": list(media_ids), "method": method, "reason": reason}
    context.answer(context.post("/v1/media/destroy", request), show_asked)


def show_asked(document: dict[str, Any]) -> None:
    """What waits for a second person now."""
    click.echo(
        _(
            "{id} waits for a second person: archivectl approvals give {id} --reason TEXT   (until {expires_at})"
        ).format(id=document["id"], expires_at=plain(document["expires_at"]))
    )


@verb("readmit", 'media readmit 000123L8 --reason "emptied by a migration"')
@click.argument("medium")
@reason_option
def readmit(context: Context, medium: str, reason: str) -> None:
    """Let a released cartridge be written again from its beginning; what was on it is lost from here."""
    answer = context.post(at("/v1/media", medium, "readmit"), {"reason": reason})
    context.answer(
        answer,
        lambda document: click.echo(_("{medium} is a blank again").format(medium=plain(document["id"]))),
    )


@verb(
    "certificates",
    "media certificates",
    "media certificates MD00001",
    "media certificates MD00001 --output MD00001.json",
)
@click.argument("certificate", required=False)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the signed document in this file, which must not be there yet.",
)
def certificates(context: Context, certificate: str | None, output: Path | None) -> None:
    """List certificates of destruction, or print one as the page that people sign."""
    if certificate is None:
        if output is not None:
            raise click.UsageError(_("say which certificate is kept in the file"))
        context.answer(context.get("/v1/certificates"), _show_all)
        return
    document = context.get(at("/v1/certificates", certificate))
    if output is not None:
        _keep(document["document"], output)
    context.answer(document, lambda found: click.echo(found["page"]))


def _keep(document: dict[str, Any], file: Path) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
    except FileExistsError:
        raise Refused(_("{file} exists; nothing was written").format(file=file)) from None


def _show_all(document: Any) -> None:
    rows = [{**item, "media": " ".join(item["media"])} for item in items(document)]
    columns = ("id", "at", "media", "method", "asked_by", "agreed_by", "approval")
    table(rows, *columns, empty=_("nothing was destroyed"))
