"""What the verbs of `archivectl rescue` share: discs opened and let go, progress, the report, the exit code."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from archived.errors import Refused
from archived.language import _
from cli.context import Context
from cli.exit_status import RESCUE_INCOMPLETE

if TYPE_CHECKING:  # the formats are loaded by a rescue alone, not by every archivectl
    from archived.formats.salvage_disc import SalvagedDisc

NOTICE = "SIMULATED – NOT PRESERVED"

discs_argument = click.argument("discs", nargs=-1, required=True, type=click.Path(path_type=Path))
report_option = click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the whole report to this file, as JSON.",
)


@contextmanager
def opened(context: Context, paths: tuple[Path, ...]) -> Iterator[list["SalvagedDisc"]]:
    """The discs at these paths, for the time of one command. Raises Refused when there is none."""
    from archived.formats.salvage_disc import SMALLEST_IMAGE_BYTES, open_discs

    discs = open_discs(list(paths))
    try:
        if not any(disc.files or disc.copy.size_bytes >= SMALLEST_IMAGE_BYTES for disc in discs):
            raise Refused(
                _("no disc of an archived set is among these; nothing was read"),
                advice=_("name raw images, devices, or folders of files copied from a disc"),
            )
        if any(disc.document is not None and disc.document.simulated for disc in discs):
            context.say(NOTICE)
        yield discs
    finally:
        for disc in discs:
            disc.close()


@contextmanager
def progress(context: Context, what: str, total_bytes: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error while somebody looks at it; the answer takes the bytes that were done."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), disable=context.as_json, transient=True) as bar:
        task = bar.add_task(what, total=total_bytes or None)
        yield lambda count: bar.advance(task, count)


def finish(
    context: Context, document: dict[str, Any], render: Callable[[dict[str, Any]], None], report: Path | None
) -> None:
    """Print and store the report; the exit code says whether all is well."""
    if report is not None:
        report.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    context.answer(document, render)
    if not document["well"]:
        click.get_current_context().exit(RESCUE_INCOMPLETE)
