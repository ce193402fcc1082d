"""Burning inside this process by commands: the in-process room, and drives that no program can open."""

from collections.abc import Callable, Mapping

from archived.language import _
from archived.sessions.encode import open_recipe
from archived.sessions.tools import Answer, BurnJob, BurnOutcome, Report
from backends.errors import BackendError, RecipeDamaged, SourceDiffers, SourceMissing
from backends.interface import SECTOR_BYTES, OpticalDrive
from backends.optical.burn.engine import burn_by_commands
from devices.clock import Clock
from devices.failures import DeviceFailure


class InlineBurner:
    """Implements `archived.sessions.tools.Burner` with WRITE, SYNCHRONIZE CACHE and CLOSE."""

    def __init__(self, drives: Mapping[str, OpticalDrive], clock: Clock | None = None) -> None:
        self._drives = drives
        self._clock = clock
        self._burning: set[str] = set()

    def burn(self, job: BurnJob, report: Report) -> BurnOutcome:
        self._burning.add(job.drive)
        try:
            return self._burnt(job, report)
        finally:
            self._burning.discard(job.drive)

    def _burnt(self, job: BurnJob, report: Report) -> BurnOutcome:
        total_bytes = job.sectors * SECTOR_BYTES
        try:
            with open_recipe(job.recipe, job.staging, check="xxh3-128") as reader:
                burn_by_commands(
                    reader,
                    job.sectors,
                    self._drives[job.drive],
                    lambda sectors: report(sectors * SECTOR_BYTES, total_bytes),
                    clock=self._clock,
                )
        except (SourceDiffers, SourceMissing, RecipeDamaged) as error:
            return BurnOutcome("source", str(error))
        except (BackendError, DeviceFailure) as error:
            return BurnOutcome("failed", str(error))
        return BurnOutcome("flushed")

    def attach(self, job: BurnJob, report: Report) -> BurnOutcome:
        """Nothing outlives this process."""
        return BurnOutcome("interrupted", _("the program that burnt it is gone"))

    def aside(self, drive: str, question: Callable[[], Answer]) -> Answer | None:
        return None if drive in self._burning else question()
