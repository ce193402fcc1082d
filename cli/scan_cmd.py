"""archivectl media scan and scan: the error rates of discs as drives count them, and the runs that ask for them."""

from typing import Any

import click

from archived.language import _
from cli.care_cmd import add_steering
from cli.context import Context
from cli.media_cmd import media
from cli.nouns import noun, verb
from cli.render import facts, plain, table

scan = noun(
    "scan",
    "Quality scans 质量扫描: runs that ask drives for the errors on discs. Alone it lists them.",
    "scan",
    "scan scan-3",
    'scan pause scan-3 --reason "drives are needed"',
)
_RESULTS = (
    "medium",
    "dialect",
    "reader",
    "samples",
    "scan LDC",
    "scan BIS",
    "bytes_per_s",
    "slow",
    "retries",
    "lost_places",
)


@verb(
    "scan",
    'media scan SIM00007 --reason "a reader complained"',
    'media scan --batch 2026-03 --reason "one of them was bad"',
    "media scan SIM00007 SIM00008 --dry-run",
    of=media,
)
@click.argument("media_ids", metavar="[MEDIUM]...", nargs=-1)
@click.option("--batch", "batches", multiple=True, help="All discs of this purchase batch.")
@click.option("--dry-run", is_flag=True, help="Only say what it would take.")
@click.option("--reason", default="", help="Why; it goes on record with your uid.")
def scan_media(
    context: Context, media_ids: tuple[str, ...], batches: tuple[str, ...], dry_run: bool, reason: str
) -> None:
    """Ask drives for the errors on discs; a drive that knows no such scan reads all of a disc and is timed."""
    request = {"media": list(media_ids), "batches": list(batches), "reason": reason}
    if dry_run:
        context.answer(context.post("/v1/scan/plan", request), facts)
        return
    if not reason.strip():
        raise click.UsageError(_("say why: --reason TEXT"))
    answer = context.post("/v1/scan/run", request)
    context.answer(
        answer,
        lambda document: click.echo(
            _("{run} begins with {count} discs; how it goes: archivectl scan {run}").format(
                run=plain(document["id"]), count=document["preview"]["media"]
            )
        ),
    )


def _show(document: dict[str, Any]) -> None:
    facts(document["preview"])
    report = document.get("report") or {}
    rows = [{"medium": medium, **found} for medium, found in sorted((report.get("media") or {}).items())]
    table(rows, *_RESULTS, empty=_("nothing was scanned yet"))


add_steering(scan, "scan", _show)
