"""Ten years of a room in one process: media age on its clock, the daemon cares for them, and somebody keeps count."""

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from archived.care import REPAIR, ItemState
from archived.catalog import care, fixity, health
from archived.config import FILE_NAME
from archived.fixity import BAD
from archived.stages.loop import Done
from archived.stages.work import Action, drives_in
from archived.states import MediumState
from archived.verification_text import VERIFICATION
from archived.wiring import paths_of, room_folder
from simulator.ageing import AgeingPlan, Lot, Writer, wear
from simulator.estate import create_room
from simulator.life import DAYS_IN_YEAR, life_of, save_ageing
from simulator.plan import CartridgePlan, RoomPlan, standard_tape_drives
from simulator.room import Room
from tests.simulation.harness import Story
from tests.simulation.truth import Lost, Truth

YEAR = timedelta(days=DAYS_IN_YEAR)
TAPE_LIBRARY = "tl1"
#: So often the daemon may find something to do in one tick.
TURNS_MAX = 400
#: Volumes of this class have a copy on tape beside their set; the others are on discs alone.
WITH_TAPE = """
[libraries.tl1]
kind = "tape"
drives = ["T1", "T2"]
site = "cellar"

[pools.tapes]
library = "tl1"
media_kind = "lto-8"
role = "off-site"
tape_block_bytes = 65536

[classes.twofold]
pools = ["bluray"]
copies = ["tapes"]
"""
#: States in which somebody looks at a medium more closely, or does not rely on it any more.
DOUBTED = (
    MediumState.WATCH,
    MediumState.SUSPECT,
    MediumState.QUARANTINED,
    MediumState.RETIRED,
    MediumState.LOST,
)


@dataclass(frozen=True)
class Plan:
    """How large, how long, and how hard."""

    seed: int
    sets: int = 12
    slots: int = 150
    cartridges: int = 12
    n: int = 4
    m: int = 2
    years: float = 10.0
    #: Nothing happens for so long between two looks of ours.
    tick: timedelta = timedelta(days=7)
    bad_batches: int = 2
    writer: Writer = field(default_factory=lambda: Writer("B2", errors=12.0, growth=5.0))
    bad_doubling_years: float = 0.5
    accidents_per_year: float = 0.004
    drives: tuple[str, ...] = ("B1", "B2", "B3", "B4")


@dataclass
class Tally:
    """What ten years cost, and what they found."""

    scrubs: int = 0
    bad_scrubs: int = 0
    repairs: int = 0
    blanks_used: int = 0
    drive_hours: float = 0.0
    #: Days from the first unreadable place of a medium to the first doubt about it.
    detections: list[float] = field(default_factory=list)
    #: Media with unreadable places that nobody knows of, at the end.
    unnoticed: int = 0
    lost: list[Lost] = field(default_factory=list)
    lost_at: float | None = None

    def line(self, seed: int) -> str:
        days = f"{min(self.detections):.0f} to {max(self.detections):.0f} days" if self.detections else "none"
        return (
            f"seed {seed}: {self.scrubs} scrubs ({self.bad_scrubs} found damage), {self.repairs} repairs, "
            f"{self.blanks_used} blanks used, {self.drive_hours:.1f} drive hours, detection {days} "
            f"({len(self.detections)} media), {self.unnoticed} unnoticed at the end, "
            f"{len(self.lost)} images lost" + (f" in year {self.lost_at:.1f}" if self.lost_at else "")
        )


class Room120(Story):
    """A story that counts for how long its drives were at work."""

    drive_s = 0.0

    def begin_life(self) -> None:
        super().begin_life()
        submit = self.executor.submit

        def timed(action: Action, work: Callable[[], Any], done: Done) -> None:
            def worked() -> Any:
                begun_s = self.clock.monotonic()
                try:
                    return work()
                finally:
                    if drives_in(action.lanes):
                        self.drive_s += self.clock.monotonic() - begun_s

            submit(action, worked, done)

        self.executor.submit = timed  # type: ignore[method-assign]


class Decade:
    """One room, from its first disc on."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.plan, self.tally = plan, Tally()
        furniture = {"slots": plan.slots, "drives": plan.drives}
        self.story = Room120(folder, seed=plan.seed, n=plan.n, m=plan.m, furniture=furniture)
        self.packages: list[str] = []

    def archive(self) -> None:
        """Half of the volumes on discs alone, the other half with a copy on tape; all of it read back."""
        story, plan = self.story, self.plan
        story.room.estate.set_ageing(self._ageing())
        first = plan.sets * plan.n
        if plan.cartridges:
            first = (plan.sets + 1) // 2 * plan.n
        self.packages = story.submit_set(first)
        story.close_everything()
        if plan.cartridges:
            self._furnish_tapes()
            self.packages += story.submit_set(plan.sets * plan.n - first, first=first + 1)
            story.close_everything()
        assert story.all_archived(), story.attentions()
        for package in self.packages:
            story.forget_staging(package)
        self.began_at = story.clock.now()
        self.truth = Truth(story)
        self.spent_before = self._spent()
        self.archiving_s, story.drive_s = story.drive_s, 0.0

    def twin(self, folder: Path) -> "Decade":
        """The same room on a copy of its folder, as it stands."""
        other = copy(self)
        other.story, other.tally = self.story.twin(folder), Tally()  # type: ignore[assignment]
        return other

    def stop_verifying(self) -> None:
        """Nothing is examined by itself from now on."""
        path = self.story.site_folder / FILE_NAME
        text = path.read_text(encoding="utf-8")
        assert VERIFICATION in text
        path.write_text(text.replace(VERIFICATION, "[verification]\n"), encoding="utf-8")
        self.story.crash()
        assert not self.story.config.verification

    def live(self, years: float) -> None:
        """Let years pass, until something is lost; every tick the daemon does whatever is due."""
        story = self.story
        until = story.clock.now() + years * YEAR
        look_at = story.clock.now() + YEAR / 4
        while story.clock.now() < until and not self.tally.lost:
            story.clock.sleep(self.plan.tick.total_seconds())
            self.turn()
            if story.clock.now() >= look_at:
                look_at += YEAR / 4
                self.look()
        self.look()

    def turn(self) -> None:
        """All that is due now, and what becomes of it."""
        story = self.story
        for _round in range(TURNS_MAX):
            story.runner.turn()
            moved = False
            while story.step():
                moved = True
            if not moved:
                return
            story.clock.sleep(31.0)
        raise AssertionError(f"there is no end of what is due: {story.attentions()}")

    def look(self) -> None:
        """Whether everything can still be made from what lies in the rooms."""
        lost = self.truth.lost(list(self.story.rooms))
        if lost and not self.tally.lost:
            self.tally.lost = lost
            self.tally.lost_at = (self.story.clock.now() - self.began_at) / YEAR

    def count(self) -> Tally:
        """What it cost until now."""
        tally, story = self.tally, self.story
        with story.catalog.read() as read:
            checks = fixity.since(read, self.began_at)
            tally.repairs = sum(
                item.state is ItemState.DONE
                for run in care.listing(read, REPAIR)
                for item in care.items(read, run.id)
            )
        tally.scrubs = len(checks)
        tally.bad_scrubs = sum(check.outcome == BAD for check in checks)
        tally.blanks_used = len(self._spent() - self.spent_before)
        tally.drive_hours = story.drive_s / 3600
        doubts = self._doubts()
        for medium_id, at in self._first_damage():
            found = doubts.get(medium_id)
            if found is None:
                tally.unnoticed += 1
            else:
                tally.detections.append((found - at) / timedelta(days=1))
        return tally

    def _ageing(self) -> AgeingPlan:
        """Two batches that do not last, one drive that writes badly, and accidents."""
        plan = self.plan
        batches: dict[str, list[str]] = {}
        for medium in self.story.media():
            batches.setdefault(medium.batch, []).append(medium.id)
        bad = Random(plan.seed).sample(sorted(batches), plan.bad_batches)
        lots = tuple(Lot(tuple(batches[name]), doubling_years=plan.bad_doubling_years) for name in bad)
        return AgeingPlan(plan.seed, lots, (plan.writer,), plan.accidents_per_year)

    def _furnish_tapes(self) -> None:
        """A library of tape beside that of discs, and a class whose packages are copied there."""
        story, plan = self.story, self.plan
        cartridges = tuple(
            CartridgePlan(f"S02{number:03d}L8", number, capacity_bytes=64 << 20)
            for number in range(1, plan.cartridges + 1)
        )
        cleaner = CartridgePlan("CLNS02L1", plan.cartridges + 1, cleaning=True)
        paths = paths_of(story.site_folder, story.config)
        create_room(
            room_folder(paths, TAPE_LIBRARY),
            RoomPlan(
                library=TAPE_LIBRARY,
                drives=standard_tape_drives(2),
                slots=20,
                magazine_slots=10,
                import_export_slots=2,
                kind="tape",
                cartridges=(*cartridges, cleaner),
            ),
            sync=lambda descriptor: None,
        )
        ageing = AgeingPlan(plan.seed, accidents_per_year=plan.accidents_per_year)
        save_ageing(room_folder(paths, TAPE_LIBRARY), ageing, sync=lambda descriptor: None)
        story.configure({"default_class": '"twofold"'})
        story.change_site(WITH_TAPE)

    def _spent(self) -> set[str]:
        unspent = (MediumState.BLANK, MediumState.RESERVED)
        return {medium.id for medium in self.story.media() if medium.state not in unspent}

    def _doubts(self) -> dict[str, datetime]:
        """When somebody first looked at a medium more closely, or stopped to rely on it."""
        found: dict[str, datetime] = {}
        with self.story.catalog.read() as read:
            for step in health.history_since(read, self.began_at):
                if step.after in DOUBTED and step.at is not None:
                    found.setdefault(step.medium_id, step.at)
        return found

    def _first_damage(self) -> Iterator[tuple[str, datetime]]:
        """When the first place of each medium became unreadable, as it really was."""
        now = self.story.clock.now()
        for room in self.story.rooms:
            for name, carrier in sorted(room.estate.world.carriers.items()):
                worn, life = room.estate.wear(name), life_of(room.estate.medium_folder(name))
                if worn is None or life is None or not worn.bad:
                    continue
                at = datetime.fromisoformat(life.written_at)
                yield carrier.barcode, at + _years_to_damage(room, name, life.years(now)) * YEAR


def _years_to_damage(room: Room, carrier: str, years: float) -> float:
    """The age at which the first place of a medium became unreadable, to a day: damage never goes away."""
    life = life_of(room.estate.medium_folder(carrier))
    worn = room.estate.wear(carrier)
    assert life is not None
    assert worn is not None
    low, high = 0.0, years
    while high - low > 1 / DAYS_IN_YEAR:
        middle = (low + high) / 2
        then = wear(room.estate.ageing, life.label, drive=life.drive, years=middle, units=worn.units)
        low, high = (low, middle) if then.bad else (middle, high)
    return high
