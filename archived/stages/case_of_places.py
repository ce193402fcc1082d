"""Two media that changed places while no robot moved them: somebody sorted a shelf, or two labels were exchanged.

What is on record follows the look, as it always does. But where one of the two carries something, only reading can tell
whether its label is on it still, so a case is open until then.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from archived.cases import Witness, WitnessKind
from archived.model import Medium
from archived.policy.reconciling import exchanged
from archived.stages.cases import open_case
from archived.stages.work import Site


def note_exchanges(
    write: Connection, site: Site, library: str, before: Sequence[Medium], where: Mapping[str, int]
) -> None:
    """Open a case for each pair. `before`: all media as they were before a look; `where`: what it saw, by medium."""
    believed = {m.element: m for m in before if m.library == library and m.element is not None}
    seen = {element: medium_id for medium_id, element in where.items()}
    pairs = exchanged({element: m.id for element, m in believed.items()}, seen)
    for first, second in pairs:
        both = (believed[first], believed[second])
        if all(medium.home_element == where[medium.id] for medium in both):
            continue  # put right, or moved with their cage
        if any(medium.volume_id or medium.label_uuid for medium in both):
            told = [
                *_told(site, library, both[0], both[1]),
                *_told(site, library, both[1], both[0]),
            ]
            open_case(write, site, told, library=library, elements=(first, second))


def _told(site: Site, library: str, was: Medium, is_now: Medium) -> list[Witness]:
    """Of one place: who stood there, and what its label says now."""
    now = site.now()
    return [
        Witness(WitnessKind.CATALOG, was.id, (was.id,), "catalog", now),
        Witness(WitnessKind.BARCODE, is_now.barcode or "", (is_now.id,), f"robot:{library}", now),
    ]
