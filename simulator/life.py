"""When a medium was written, by which drive, and what its years have done to it since; kept in its folder.

`life.json` is made when a disc is closed, or when the first block goes on a tape. A medium without it does not age.
"""

import os
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from simulator.ageing import AgeingPlan, Wear, wear
from simulator.errors import RoomDamaged
from simulator.records import Sync, load_json, replace_json

_LIFE, _AGEING = "life.json", "ageing.json"
DAYS_IN_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Life:
    """`label` is what was printed on the medium then; `aged_years` were added since, by somebody's order."""

    label: str
    drive: str
    written_at: str
    aged_years: float = 0.0

    def years(self, now: datetime) -> float:
        """How old what is on it is."""
        passed = now - datetime.fromisoformat(self.written_at)
        return max(0.0, passed / timedelta(days=DAYS_IN_YEAR)) + self.aged_years


def begin_life(
    folder: Path, label: str, drive: str, now: datetime, *, sync: Sync = os.fsync, anew: bool = False
) -> None:
    """The medium in `folder` is written by this drive; it keeps the life it has unless it is written `anew`."""
    if anew or not (folder / _LIFE).exists():
        replace_json(folder / _LIFE, asdict(Life(label, drive, now.isoformat())), sync=sync)


def add_years(folder: Path, years: float, *, sync: Sync = os.fsync) -> bool:
    """Make what is written on a medium older; False when nothing is."""
    life = life_of(folder)
    if life is None:
        return False
    older = replace(life, aged_years=life.aged_years + years)
    replace_json(folder / _LIFE, asdict(older), sync=sync)
    return True


def life_of(folder: Path) -> Life | None:
    """None for a medium that was never written whole. Raises RoomDamaged."""
    path = folder / _LIFE
    return Life(**load_json(path)) if path.exists() else None


def wear_of(folder: Path, plan: AgeingPlan, now: datetime, *, units: int) -> Wear | None:
    """What its years have done to the medium in `folder`; None for one that has no life."""
    life = life_of(folder)
    if life is None or not units:
        return None
    return wear(plan, life.label, drive=life.drive, years=life.years(now), units=units)


def save_ageing(room: Path, plan: AgeingPlan, *, sync: Sync = os.fsync) -> None:
    """How the media of a room age from now on, and have aged: what is bad already stays bad."""
    replace_json(room / _AGEING, plan.to_json(), sync=sync)


def load_ageing(room: Path) -> AgeingPlan:
    """How the media of a room age: the ordinary way unless the room has a plan. Raises RoomDamaged."""
    path = room / _AGEING
    try:
        return AgeingPlan.from_json(load_json(path)) if path.exists() else AgeingPlan()
    except (TypeError, KeyError) as error:
        raise RoomDamaged(f"{path} has the wrong keys: {error}") from error
