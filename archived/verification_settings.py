"""By which rules media are examined: what archived.toml can say of it, with its defaults."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class VerificationSettings:
    """Which media are examined by themselves, how, and how often: docs/verification.md."""

    #: A thing is due so long after it was last examined in this way.
    interval_days: float
    #: "full", "sampled", or "edges" alone.
    how: str = "full"
    #: What is examined: "disc", "tape", and "disk" for staged packages and exports of the catalog.
    kinds: tuple[str, ...] = ("disc", "tape")
    #: Pools of whose images; empty means all.
    pools: tuple[str, ...] = ()
    #: States of media.
    states: tuple[str, ...] = ("good", "appendable", "watch")
    #: Only media that were written at least, and less than, so long ago; 0 sets no limit.
    age_from_days: float = 0.0
    age_to_days: float = 0.0
    #: Only for how = "sampled": so many of all chunks, at random.
    chunks_percent: float = 10.0
    #: So many of all media in each interval, at random.
    media_percent: float = 100.0
    #: Only for how = "sampled": also both ends and the outer radius.
    edges: bool = True
    #: Not before this day ("2027-01-01"), and only in these hours of the day, in UTC ("20:00-06:00").
    not_before: str = ""
    hours: str = ""
    #: After a failure of one medium those bought with it are due so soon.
    after_failure_days: float = 14.0
    #: Only for how = "full": from then on they are due this often, less the longer nothing else fails; 0 = once.
    failed_batch_days: float = 91.0
    #: So long after it was due somebody is told.
    overdue_days: float = 60.0
    #: So many media in one run.
    media_at_once: int = 12
    #: Also what lies where people have to fetch it.
    offline: bool = True


#: What is examined in a site whose settings do not speak of it.
DEFAULT_VERIFICATION: Final[Mapping[str, VerificationSettings]] = {
    "full": VerificationSettings(interval_days=365.0),
    "sampled": VerificationSettings(interval_days=182.0, how="sampled"),
    "watched": VerificationSettings(interval_days=91.0, states=("watch",)),
    "staged": VerificationSettings(interval_days=90.0, kinds=("disk",)),
}
