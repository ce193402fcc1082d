"""What the next look at a hot folder would do, without doing it: nothing is read but what says what a thing is."""

from dataclasses import dataclass

from archived.catalog.store import Catalog
from archived.model import Reference
from archived.policy.hot_folders import Refuse, Take, Wait
from archived.policy.hot_words import words_of
from archived.routines.hot_folders import HotFolder
from archived.routines.hot_opening import opened
from archived.routines.hot_reading import description_of
from archived.stages.work import Site


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would become of one thing now."""

    path: str
    #: "take", "refuse" or "wait"
    outcome: str
    reference: Reference | None = None
    reasons: tuple[str, ...] = ()


def outlook(folder: HotFolder, *, catalog: Catalog, site: Site) -> list[Outlook]:
    """Everything that is not dealt with. Raises Away, OSError, CatalogBusy."""
    found: list[Outlook] = []
    place = folder.place
    with opened(place, catalog=catalog, site=site.tools.paths.site) as tree:
        for decision in folder.decisions(tree)[1]:
            match decision:
                case Take(entry):
                    said = description_of(tree, place, entry.path)
                    outcome = "take" if said.request else "refuse"
                    reference = said.request.reference if said.request else None
                    found.append(Outlook(entry.path, outcome, reference, said.problems))
                case Refuse(entry):
                    found.append(Outlook(entry.path, "refuse"))
                case Wait(path):
                    words = words_of(decision, settle_s=place.settings.settle_s)
                    found.append(Outlook(path, "wait", None, (words,)))
    return found
