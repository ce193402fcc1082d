"""What a quality scan counted, summed up while it runs. Pure; it can be put down at any sample and taken up again.

Nothing of a single sample is kept but how often each count came: a disc has hundreds of thousands of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

#: Sums are kept for so many stretches along the disc, for a curve of it.
STRETCHES: Final = 64
#: So small a share of samples with the most errors is left out of `high`: one burst says little of a disc.
LEFT_OUT: Final = 0.001
#: Blocks of a DVD that its limit counts together.
DVD_TOGETHER: Final = 8


@dataclass(slots=True)
class Counted:
    """How often each number of errors came, and the sums along the disc."""

    samples: int = 0
    total: int = 0
    times: dict[int, int] = field(default_factory=dict)
    #: For each stretch: how many samples, and their sum.
    along: list[list[int]] = field(default_factory=lambda: [[0, 0] for _stretch in range(STRETCHES)])

    def add(self, count: int, stretch: int) -> None:
        self.samples += 1
        self.total += count
        self.times[count] = self.times.get(count, 0) + 1
        self.along[stretch][0] += 1
        self.along[stretch][1] += count

    @property
    def mean(self) -> float:
        return self.total / self.samples if self.samples else 0.0

    @property
    def highest(self) -> int:
        return max(self.times, default=0)

    @property
    def high(self) -> int:
        """The highest but for the thousandth part of samples with the most."""
        left = int(self.samples * LEFT_OUT)
        for count in sorted(self.times, reverse=True):
            left -= self.times[count]
            if left < 0:
                return count
        return 0

    @property
    def curve(self) -> list[float | None]:
        """The mean of each stretch; None where nothing was sampled."""
        return [round(total / samples, 2) if samples else None for samples, total in self.along]

    def to_json(self) -> dict[str, Any]:
        times = {str(count): often for count, often in sorted(self.times.items())}
        return {"samples": self.samples, "total": self.total, "times": times, "along": self.along}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Counted":
        times = {int(count): often for count, often in value["times"].items()}
        return cls(value["samples"], value["total"], times, [list(pair) for pair in value["along"]])


@dataclass(slots=True)
class ScanSums:
    """One scan of one disc of `sectors` sectors; `lba` is where it goes on."""

    sectors: int
    lba: int = 0
    first: Counted = field(default_factory=Counted)
    second: Counted = field(default_factory=Counted)
    #: Places where the disc could not be followed.
    lost: list[int] = field(default_factory=list)
    #: The last counts of a DVD, of which eight are one number.
    together: list[int] = field(default_factory=list)
    most_together: int = 0

    def add(self, lba: int, first: int, second: int, block_sectors: int) -> None:
        """One sample. What lies before the place where the scan goes on was counted already."""
        if lba < self.lba:
            return
        stretch = min(STRETCHES - 1, lba * STRETCHES // max(1, self.sectors))
        self.first.add(first, stretch)
        self.second.add(second, stretch)
        self.together = [*self.together, first][-DVD_TOGETHER:]
        self.most_together = max(self.most_together, sum(self.together))
        self.lba = lba + block_sectors

    def lose(self, lba: int, block_sectors: int) -> None:
        """The disc cannot be followed here; the scan goes on behind it."""
        self.lost.append(lba)
        self.together = []
        self.lba = max(self.lba, lba + block_sectors)

    def to_json(self) -> dict[str, Any]:
        return {
            "sectors": self.sectors,
            "lba": self.lba,
            "first": self.first.to_json(),
            "second": self.second.to_json(),
            "lost": self.lost,
            "together": self.together,
            "most_together": self.most_together,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "ScanSums":
        """Raises KeyError, TypeError for anything that `to_json` did not make."""
        return cls(
            sectors=value["sectors"],
            lba=value["lba"],
            first=Counted.from_json(value["first"]),
            second=Counted.from_json(value["second"]),
            lost=list(value["lost"]),
            together=list(value["together"]),
            most_together=value["most_together"],
        )
