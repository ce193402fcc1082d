"""Witnesses to one medium, weighed: whether they agree, what they could teach, and when a disagreement is over.

A witness that says nothing contradicts nobody: tags fall off, labels fade, most rooms have no reader. One that the
catalog does not know contradicts only where the catalog has another of its kind for the medium that the others name.
What could be learnt (a tag that nobody knows on a medium that is known) is offered, and never taken by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from itertools import groupby
from operator import attrgetter

from archived.cases import BORNE, Case, Witness, WitnessKind
from archived.model import Medium
from archived.states import MediumState

#: Nothing stands on these: whatever a drive reads there contradicts the catalog.
_EMPTY = (MediumState.BLANK, MediumState.RESERVED)


@unique
class Outcome(Enum):
    """What came of comparing."""

    AGREE = "agree"  # all who know it name the same medium
    DISAGREE = "disagree"  # no medium is what all of them say
    UNKNOWN = "unknown"  # nobody who spoke is known to the catalog
    SILENT = "silent"  # nobody spoke


@dataclass(frozen=True, slots=True)
class Verdict:
    """What witnesses say together."""

    outcome: Outcome
    #: Media that all of them can mean, when they agree; more than one for copies of one image.
    candidates: tuple[str, ...] = ()
    #: Who contradicts whom: all that spoke, when they disagree.
    against: tuple[Witness, ...] = ()
    #: Witnesses that nobody knows, and that a person could have put on record for the one candidate.
    learn: tuple[Witness, ...] = ()

    @property
    def medium_id(self) -> str | None:
        """The one medium that all of them mean; None for none, and for several."""
        return self.candidates[0] if len(self.candidates) == 1 else None


def media_meant(kind: WitnessKind, read: str, media: Iterable[Medium]) -> tuple[str, ...]:
    """The media that have this on record, in order of their ids."""
    if not read:
        return ()
    wanted = read.lower() if kind is WitnessKind.TAG else read
    return tuple(sorted(medium.id for medium in media if wanted in _known_by(kind, medium)))


def reconcile(witnesses: Sequence[Witness], media: Mapping[str, Medium]) -> Verdict:
    """Weigh what was said of one medium. `media` are all that are on record, by id."""
    spoken = [witness for witness in witnesses if not witness.is_absent]
    known = [witness for witness in spoken if witness.says]
    if not known:
        return Verdict(Outcome.UNKNOWN if spoken else Outcome.SILENT)
    common = set(known[0].says).intersection(*(witness.says for witness in known))
    strangers = [witness for witness in spoken if not witness.says]
    fitting = tuple(
        sorted(
            medium_id
            for medium_id in common
            if not any(_contradicts(witness, media.get(medium_id)) for witness in strangers)
        )
    )
    if not fitting:
        return Verdict(Outcome.DISAGREE, against=tuple(spoken))
    learn = tuple(witness for witness in strangers if witness.kind in BORNE) if len(fitting) == 1 else ()
    return Verdict(Outcome.AGREE, fitting, learn=learn)


def media_concerned(witnesses: Iterable[Witness]) -> tuple[str, ...]:
    """Every medium that somebody named, in order of their ids."""
    return tuple(sorted({medium_id for witness in witnesses for medium_id in witness.says}))


def exchanged(before: Mapping[int, str], seen: Mapping[int, str]) -> list[tuple[int, int]]:
    """Pairs of places, each of which has now what was believed to be in the other: by element, media before and seen.

    One medium in another slot is somebody who sorted a shelf. Two that changed places may be two labels that did.
    """
    at = {medium_id: element for element, medium_id in seen.items()}
    pairs = []
    for element, medium_id in sorted(before.items()):
        other = at.get(medium_id)
        if other is not None and other > element and other in before and seen.get(element) == before[other]:
            pairs.append((element, other))
    return pairs


def is_over(item: Case, media: Mapping[str, Medium]) -> bool:
    """Whether what was heard since a case was opened puts it right: every medium of it was looked at anew.

    A look counts when its witnesses agree, and those among them who contradicted each other were asked again, or the
    medium itself was read. Of media on which nothing stands nothing can be read: they count as right when all
    others are; where none carries anything, each must be seen.
    """
    since = [witness for witness in item.witnesses if witness.at > item.opened_at]
    opening = [witness for witness in item.witnesses if witness.at <= item.opened_at]
    needed = {witness.kind for witness in opening if witness.kind in BORNE and not witness.is_absent}
    if needed <= {WitnessKind.BARCODE, WitnessKind.PRINTED_LABEL}:
        needed.add(WitnessKind.VOLUME_ID)  # labels alone say the same again, right or wrong
    right: set[str] = set()
    for _at, together in groupby(since, key=attrgetter("at")):
        look = list(together)
        kinds = {witness.kind for witness in look if not witness.is_absent}
        verdict = reconcile(look, media)
        # One witness alone always agrees with itself.
        is_proof = WitnessKind.VOLUME_ID in kinds or (needed <= kinds and len(kinds) > 1)
        if verdict.outcome is Outcome.AGREE and is_proof:
            right.update([verdict.medium_id] if verdict.medium_id else [])
        else:
            right -= set(media_concerned(look))
    carrying = {medium_id for medium_id in item.media if medium_id in media and _carries(media[medium_id])}
    return bool(item.media) and (carrying or set(item.media)) <= right


def _known_by(kind: WitnessKind, medium: Medium) -> set[str]:
    """What a medium has on record that this kind of witness can read."""
    values: dict[WitnessKind, tuple[str | None, ...]] = {
        WitnessKind.TAG: (medium.rfid_uid,),
        WitnessKind.BARCODE: (medium.barcode,),
        WitnessKind.VOLUME_ID: (medium.volume_id, medium.label_uuid),
        WitnessKind.PRINTED_LABEL: (medium.printed_label, medium.barcode, medium.id),
    }
    return {value for value in values.get(kind, (medium.id,)) if value}


def _contradicts(stranger: Witness, medium: Medium | None) -> bool:
    """Whether the catalog has another witness of this kind for the medium."""
    if medium is None:
        return True
    if stranger.kind is WitnessKind.VOLUME_ID and medium.state in _EMPTY:
        return True
    if stranger.kind is WitnessKind.PRINTED_LABEL:
        return medium.printed_label is not None
    return bool(_known_by(stranger.kind, medium))


def _carries(medium: Medium) -> bool:
    return medium.volume_id is not None or medium.label_uuid is not None
