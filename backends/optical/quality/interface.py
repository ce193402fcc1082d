"""What a quality scan gives, and what a vendor's dialect has to say for it. Values and protocols only.

What drives of consumers tell is no measurement: values compare only with those of the same drive, at the same speed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, unique
from typing import Protocol

from backends.optical.mmc_drive import BLU_RAY, Profile
from devices.sense import Sense


@unique
class Family(Enum):
    """Kinds of discs by how their errors are counted."""

    CD = "cd"  # C1 and C2 in a second of 75 sectors
    DVD = "dvd"  # inner parity errors and failures in an ECC block of 16 sectors
    BD = "bd"  # LDC and BIS in a cluster of 32 sectors

    @property
    def block_sectors(self) -> int:
        """Sectors in the block that errors are counted in."""
        return {Family.CD: 75, Family.DVD: 16, Family.BD: 32}[self]


_CD = frozenset({Profile.CD_ROM, Profile.CD_R, Profile.CD_RW})


def family_of(profile: int) -> Family | None:
    """The family of an MMC profile; None for no disc and for what is not known here."""
    if profile in BLU_RAY:
        return Family.BD
    if profile in _CD:
        return Family.CD
    return Family.DVD if Profile.DVD_ROM <= profile <= Profile.DVD_PLUS_R_DL else None


@dataclass(frozen=True, slots=True)
class ErrorSample:
    """What the drive counted in one stretch of a disc.

    `lba` is where it had come to. `first` counts C1, inner parity errors or LDC; `second` C2, inner parity failures
    or BIS.
    """

    lba: int
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command to a drive: at most one of `data_in` (bytes that come back) and `data_out`."""

    cdb: bytes
    data_in: int = 0
    data_out: bytes = b""


class Dialect(Protocol):
    """How a vendor's drives are asked for errors. Pure: commands to send, and what their answers mean."""

    @property
    def name(self) -> str:
        """How records call it."""

    @property
    def families(self) -> frozenset[Family]:
        """Kinds of discs for which it is known to work."""

    def begin(self, family: Family, lba: int) -> tuple[Exchange, ...]:
        """Commands that start a scan at `lba` (a drive may only know the beginning)."""

    def ask(self, family: Family, lba: int) -> tuple[Exchange, ...]:
        """Commands for one sample; `lba` is where the scan has come to."""

    def read(self, family: Family, lba: int, answers: Sequence[bytes]) -> ErrorSample | None:
        """The sample in the answers to `ask`; None for what is known to be no measurement.

        Raises WireDamaged for answers that are too short.
        """

    def finish(self, family: Family) -> tuple[Exchange, ...]:
        """Commands that end a scan."""

    def is_end(self, sense: Sense) -> bool:
        """Whether a refusal says that the disc ends here."""


class QualityScanner(Protocol):
    """A drive that can be asked for the errors on the disc in it. One caller at a time; nothing else meanwhile.

    What no method lists: DeviceRefused, OutcomeUnknown.
    """

    @property
    def dialect(self) -> str:
        """Name of the dialect that is spoken."""

    @property
    def family(self) -> Family:
        """What the samples count."""

    def start(self, lba: int) -> None:
        """Begin at `lba`, or where the drive can begin: samples say where they are."""

    def sample(self) -> ErrorSample | None:
        """The next sample; None at the end of the disc. Raises MediumUnreadable where the disc cannot be followed."""

    def end(self) -> None:
        """Leave the drive as it was before the scan."""
