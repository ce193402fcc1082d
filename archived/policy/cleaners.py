"""Which cleaning cartridge goes into a drive, and which drives must not write before they are clean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from archived.cleanings import Cleaning, CleaningState

#: Makers say that a cleaning cartridge lasts so often; a site may say otherwise.
USES_MAX: Final = 50
#: A drive that asks again so soon is not helped by cleaning: a person looks before another cartridge is used.
AGAIN: Final = timedelta(hours=12)
_NOT_CLEAN = (CleaningState.ASKED, CleaningState.WANTED, CleaningState.CLEANING, CleaningState.FAILED)


@dataclass(frozen=True, slots=True)
class Cleaner:
    """A cleaning cartridge of the library."""

    medium_id: str
    uses: int
    #: A drive found it used up, or none for it.
    unfit: bool = False
    #: It lies in a drive, or is chosen for one.
    taken: bool = False
    #: So often it cleans.
    uses_max: int = USES_MAX

    @property
    def left(self) -> int:
        """How often it can be used still."""
        return 0 if self.unfit else max(0, self.uses_max - self.uses)


def choose_cleaner(cleaners: Iterable[Cleaner]) -> Cleaner | None:
    """The one that was used most and still cleans: one after the other is used up."""
    fit = [one for one in cleaners if one.left and not one.taken]
    return min(fit, key=lambda one: (-one.uses, one.medium_id), default=None)


def must_not_write(newest: Mapping[str, Cleaning]) -> frozenset[str]:
    """Drives that said "clean now" and were not cleaned since, by the newest cleaning of each."""
    return frozenset(
        drive for drive, cleaning in newest.items() if cleaning.urgent and cleaning.state in _NOT_CLEAN
    )


def is_open(cleaning: Cleaning | None) -> bool:
    """Whether a drive's asking for a cleaning is on record, and answered by nobody yet."""
    return cleaning is not None and cleaning.state in _NOT_CLEAN


def asks_again(cleaning: Cleaning | None, now: datetime) -> bool:
    """Whether a drive that asks now was cleaned only just before."""
    return (
        cleaning is not None
        and cleaning.state is CleaningState.DONE
        and cleaning.ended_at is not None
        and now - cleaning.ended_at < AGAIN
    )
