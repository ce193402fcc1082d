"""What a migration costs: bytes, mounts, time at the drives, and media. Pure, from the plan's own numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: A disc or cartridge is mounted to be written, and again to be read back.
MOUNTS_TO_WRITE = 2


@dataclass(frozen=True, slots=True)
class DrivePaces:
    """What drives do as a rule; measured, or from their data sheets."""

    load_s: float = 60.0
    read_bytes_per_s: float = 18_000_000.0
    write_bytes_per_s: float = 18_000_000.0


@dataclass(frozen=True, slots=True)
class Costs:
    """Of a wave or of all of them. `written_bytes` are read back once as well."""

    media: int = 0
    images: int = 0
    packages: int = 0
    read_bytes: int = 0
    written_bytes: int = 0
    mounts: int = 0
    #: Media that are begun, by pool.
    blanks: Mapping[str, int] = field(default_factory=dict)

    def plus(self, other: "Costs") -> "Costs":
        """Both together."""
        pools = {*self.blanks, *other.blanks}
        return Costs(
            self.media + other.media,
            self.images + other.images,
            self.packages + other.packages,
            self.read_bytes + other.read_bytes,
            self.written_bytes + other.written_bytes,
            self.mounts + other.mounts,
            {pool: self.blanks.get(pool, 0) + other.blanks.get(pool, 0) for pool in sorted(pools)},
        )

    def drive_hours(self, paces: DrivePaces) -> float:
        """Hours that drives are taken, all drives together: loading, reading, writing and reading back."""
        moving_s = self.mounts * 2 * paces.load_s
        reading_s = (self.read_bytes + self.written_bytes) / paces.read_bytes_per_s
        return (moving_s + reading_s + self.written_bytes / paces.write_bytes_per_s) / 3600

    def as_document(self, paces: DrivePaces) -> dict[str, Any]:
        """For people and programs."""
        return {
            "media": self.media,
            "images": self.images,
            "packages": self.packages,
            "bytes_read": self.read_bytes,
            "bytes_written": self.written_bytes,
            "mounts": self.mounts,
            "drive_hours": round(self.drive_hours(paces), 2),
            "blanks": dict(self.blanks),
        }


def total(costs: Iterable[Costs]) -> Costs:
    """All of them together."""
    found = Costs()
    for item in costs:
        found = found.plus(item)
    return found
