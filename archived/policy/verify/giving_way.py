"""When a drive that reads for the care of media is given to more urgent work. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from archived.policy.mounting import KINDS, Want, urgency

CARE = "care"
#: People, or packages in staging, wait for these.
URGENT = KINDS[: KINDS.index(CARE)]


@dataclass(frozen=True, slots=True)
class CareDrive:
    """A drive that is up, as far as giving it away goes."""

    name: str
    medium_id: str | None = None


def drives_to_give(drives: Sequence[CareDrive], wants: Sequence[Want]) -> frozenset[str]:
    """The drives from which a medium that only the care of media wants goes home, for others to come in.

    Every urgent want whose medium lies in no drive takes a drive that it may have: one that is free, or holds what
    nothing is to be done with; else one that only care is at. As many are given away as are needed, never more.
    """
    urgent = [want for want in wants if want.kind in URGENT]
    busy = {want.medium_id for want in urgent}
    care = {want.medium_id for want in wants if want.kind == CARE} - busy
    free = [drive.name for drive in drives if drive.medium_id not in busy | care]
    at_care = [drive.name for drive in drives if drive.medium_id in care]
    loaded = {drive.medium_id for drive in drives}
    given: list[str] = []
    for want in sorted(urgent, key=urgency):
        if want.at_element is None or want.medium_id in loaded:
            continue
        _take_one(want, free, at_care, given)
    return frozenset(given)


def _take_one(want: Want, free: list[str], at_care: list[str], given: list[str]) -> None:
    for drives in (free, at_care):
        chosen = next((name for name in drives if name in want.allowed_drives), None)
        if chosen is not None:
            drives.remove(chosen)
            if drives is at_care:
                given.append(chosen)
            return


def may_go_on(medium_id: str, wants: Collection[Want]) -> bool:
    """Whether care may read a medium that lies in a drive: it is wanted for that, and for nothing more urgent."""
    kinds = {want.kind for want in wants if want.medium_id == medium_id}
    return CARE in kinds and not kinds & set(URGENT)
