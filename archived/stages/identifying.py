"""Whose medium is in somebody's hand: what was read of it, weighed against the catalog and put on record."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from archived.cases import Witness
from archived.catalog import cases, media
from archived.model import Drive, Medium
from archived.policy.reconciling import Verdict, reconcile
from archived.stages.cases import weigh
from archived.stages.work import Site


@dataclass(frozen=True, slots=True)
class Identified:
    """What came of it."""

    verdict: Verdict
    witnesses: tuple[Witness, ...]
    #: The medium, where everybody means one.
    medium: Medium | None
    #: The case that these witnesses opened, or that they were added to.
    case_id: str | None
    #: Every open case about the media that were named.
    open_cases: tuple[str, ...]


def identify(
    write: Connection, site: Site, witnesses: Sequence[Witness], *, by: str, drive: Drive | None = None
) -> Identified:
    """Weigh what was read of one medium at a hand station, or in a drive; a disagreement opens a case.

    `by` has seen the medium: that is put on record of one that is in no library now. Of one that lies in an element by
    the record a look has to say that it is there no more.
    """
    verdict = reconcile(witnesses, {medium.id: medium for medium in media.listing(write)})
    place = {} if drive is None else {"library": drive.library, "elements": (drive.element,)}
    case_id = weigh(write, site, witnesses, **place)  # type: ignore[arg-type]
    medium = media.get(write, verdict.medium_id) if verdict.medium_id is not None else None
    if medium is not None and medium.element is None:
        media.saw(write, medium.id, None, site.now(), by)
        medium = media.get(write, medium.id)
    named = {medium_id for witness in witnesses for medium_id in witness.says}
    about = tuple(item.id for item in cases.under_way(write) if named.intersection(item.media))
    return Identified(verdict, tuple(witnesses), medium, case_id, about)
