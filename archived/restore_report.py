"""What a restore did and found, in lines for people and as a document for programs."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from archived.formats.bag_making import NOTICE_SIMULATED
from archived.language import _
from archived.restoring import Restored

#: So many names are printed at once; --json prints all.
NAMED_MAX = 12


def document(done: Restored, *, simulated: bool) -> dict[str, Any]:
    """Everything about a restore."""
    return {
        **({"notice": NOTICE_SIMULATED} if simulated else {}),
        "file": done.statement.file,
        "made_at": done.statement.made_at.isoformat(),
        "rows": dict(done.statement.rows),
        "former": None if done.former is None else str(done.former),
        "burns_set_aside": None if done.burns is None else str(done.burns),
        "newer": {
            "packages_in_staging": list(done.newer_packages),
            "burns": [asdict(burn) for burn in done.world.burns],
        },
        **asdict(done.caught_up),
    }


def lines(done: Restored, site: Path) -> Iterator[str]:
    """What a person should know, and do next."""
    made, caught_up = done.statement, done.caught_up
    yield _("the catalog of {at} is back: {rows} rows, each counted, digest and signature hold").format(
        at=made.made_at.isoformat(timespec="seconds"), rows=made.row_count
    )
    if done.former is not None:
        yield _("the former catalog is kept in {folder}").format(folder=done.former)
    if done.newer_packages:
        yield _("newer than the export, in staging: {names}").format(names=_named(done.newer_packages))
    for burn in done.world.burns:
        yield _("a burn of image {image} on medium {medium} in drive {drive} was found: {outcome}").format(
            image=burn.image_id,
            medium=burn.medium_id,
            drive=burn.drive,
            outcome=burn.outcome or _("it ended without saying how"),
        )
    if caught_up.not_staged:
        yield _("in staging when it was exported, and not there now: {names}").format(
            names=_named(caught_up.not_staged)
        )
    if caught_up.doubted_media:
        yield _("may have been written since, and are looked at first: {names}").format(
            names=_named(caught_up.doubted_media)
        )
    if caught_up.voided_images:
        yield _("decided anew under new names: {names}").format(
            names=_named([*caught_up.voided_sets, *caught_up.voided_images])
        )
    yield _("nothing is written, withdrawn or removed until every medium was looked at and a person says so")
    yield _("next: archived serve --site {site}, then: archivectl catalog check").format(site=site)


def _named(names: list[str] | tuple[str, ...]) -> str:
    more = _(", and {number} more").format(number=len(names) - NAMED_MAX) if len(names) > NAMED_MAX else ""
    return ", ".join(names[:NAMED_MAX]) + more
