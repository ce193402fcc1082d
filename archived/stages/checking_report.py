"""What a survey reports beside what the media said: what is not in the room, what lies in staging alone, and what no
medium can tell."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from archived.catalog import images, media, packages, surveys
from archived.language import _, marked
from archived.policy.rebuilding import Difference
from archived.policy.sufficiency import AT_HAND
from archived.stages.commitment import missing_positions
from archived.stages.set_aside import bag_info
from archived.stages.unlabelled import not_looked_at
from archived.stages.work import Site
from archived.states import MediumState, PackageState, SetState
from archived.surveys import MediumLook, Survey

#: What stands on no medium, and where it may be found; docs/catalog-rebuild.md has the whole table.
NOT_ON_MEDIA = (
    marked("events"),
    marked("reasons of people: allowances, holds, withdrawals"),
    marked("archived receipts"),
    marked("batches of submissions"),
    marked("purchase batches of media"),
    marked("times of writing and reading back"),
    marked("recalls"),
)


def report_of(read: Connection, site: Site, survey: Survey, looks: Sequence[MediumLook]) -> dict[str, Any]:
    """The report of a check."""
    found = [*survey.report.get("differences", ())]
    found += [
        item.as_document() for item in (*sets_that_lack(read), *media_away(read), *not_looked_at(read, site))
    ]
    found += [item.as_document() for item in staged_only(site, {p.id for p in packages.listing(read)})]
    numbers = counts(read) | {"looked_at": sum(look.is_of_medium for look in looks)}
    return {"counts": numbers, "differences": found, "not_on_media": not_on_media(read)}


def counts(read: Connection) -> dict[str, int]:
    """How much there is."""
    known, sets = packages.listing(read), images.set_listing(read)
    return {
        "packages": len(known),
        "archived": sum(package.state is PackageState.ARCHIVED for package in known),
        "sets": len(sets),
        "complete_sets": sum(item.state is SetState.COMPLETE for item in sets),
        "images": len(images.listing(read)),
        "media": len(media.listing(read)),
    }


def sets_that_lack(read: Connection) -> list[Difference]:
    """Sets on media of which a member is not at hand, or that nobody knows to have been read back."""
    found = []
    for item in images.sets_in_state(read, SetState.COMPLETE, SetState.FOUND):
        missing = missing_positions(read, item, AT_HAND)
        if missing:
            words = _("set {set}: no good medium in the room carries member {members}").format(
                set=item.id, members=", ".join(map(str, missing))
            )
            found.append(Difference("set-incomplete", item.id, words, f"archivectl sets {item.id}"))
        elif item.state is SetState.FOUND:
            words = _(
                "set {set}: every member is here; nobody knows whether all of it was ever read back"
            ).format(set=item.id)
            found.append(Difference("set-not-proven", item.id, words, "archivectl catalog check --full"))
    return found


def media_away(read: Connection) -> list[Difference]:
    """Media with copies that are not in the room and that nobody gave up."""
    return [
        Difference(
            "not-in-the-room",
            medium.id,
            _("medium {medium} is not in the library").format(medium=medium.id),
            f"archivectl media {medium.id}",
        )
        for medium in media.listing(read)
        if medium.element is None
        and medium.state is not MediumState.LOST
        and media.copies_on(read, medium.id)
    ]


def staged_only(site: Site, known: set[str]) -> list[Difference]:
    """Packages that lie in staging, in whole bags, and that the catalog does not know."""
    folder = site.tools.paths.staging / "packages"
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    words = _(
        "package {package} lies in staging and the catalog does not know it: it was accepted, or being taken in"
    )
    return [
        Difference(
            "staged-only",
            name,
            words.format(package=name),
            _submit_again(folder / name),
        )
        for name in names
        if name not in known
    ]


def _submit_again(folder: Path) -> str:
    """The command that hands a package in again, with what its own bag tells; capitals stand for what it does not."""
    info = bag_info(folder)
    fields = [("fonds", "FONDS"), ("series", "SERIES"), ("volume", "VOLUME")]
    words = ["archivectl", "submit", str(folder)]
    for name, unknown in fields:
        words += [f"--{name}", info.get(name.capitalize()) or unknown]
    for name in ("title", "retention", "confidentiality"):
        words += [f"--{name}", info[name.capitalize()]] if info.get(name.capitalize()) else []
    return shlex.join(words)


def not_on_media(read: Connection) -> list[str]:
    """What a rebuilt catalog lacks for ever; empty for every other one."""
    return [_(thing) for thing in NOT_ON_MEDIA] if surveys.last(read, "rebuild") is not None else []
