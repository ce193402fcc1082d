"""A small room that obeys the planner: nothing collides, and everything wanted gets done."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from archived.policy.drive_choice import DrivePair, choose_verify_drive
from archived.policy.mounting import DriveView, MovePlan, SlotView, Want, next_move

DAY0 = datetime(2026, 1, 1, tzinfo=UTC)
FIRST_DRIVE = 101


@dataclass
class Disc:
    home: int
    at: int
    #: Work in order: "read" alone, or "write" and then "verify".
    todo: list[str]
    written_in: str | None = None
    verified_in: str | None = None
    #: Written in the load that goes on.
    fresh: bool = False


@dataclass
class Room:
    discs: dict[str, Disc]
    up: list[str]
    slots: int
    busy: dict[str, str] = field(default_factory=dict)  # drive → medium

    def element_of(self, drive: str) -> int:
        return FIRST_DRIVE + int(drive[1:])

    def loaded(self, drive: str) -> str | None:
        return next((m for m, d in self.discs.items() if d.at == self.element_of(drive)), None)

    def allowed(self, disc: Disc) -> tuple[str, ...]:
        if disc.todo[0] == "verify":
            return choose_verify_drive(disc.written_in, self.up, [], 255).allowed
        return tuple(self.up)

    def can_work(self, drive: str) -> bool:
        medium = self.loaded(drive)
        if medium is None:
            return False
        disc = self.discs[medium]
        return bool(disc.todo) and not disc.fresh and drive in self.allowed(disc)

    def plan(self) -> MovePlan | None:
        drives = []
        for name in self.up:
            medium = self.loaded(name)
            home = self.discs[medium].home if medium else None
            drives.append(
                DriveView(
                    name, self.element_of(name), True, name in self.busy, medium, self.can_work(name), home
                )
            )
        wants = [
            Want(m, d.home, d.at, d.todo[0], self.allowed(d), 0, DAY0 + timedelta(hours=d.home))
            for m, d in self.discs.items()
            if d.todo
        ]
        taken = {d.at for d in self.discs.values()}
        free = [SlotView(e) for e in range(1, self.slots + 1) if e not in taken]
        return next_move(drives, wants, False, free)

    def obey(self, plan: MovePlan) -> None:
        disc = self.discs[plan.medium_id]
        assert disc.at == plan.source
        assert plan.medium_id not in self.busy.values(), "a medium in use was moved"
        assert all(d.at != plan.destination for d in self.discs.values()), "two media in one place"
        assert (plan.source < FIRST_DRIVE) or (plan.destination < FIRST_DRIVE), "from drive to drive"
        disc.at, disc.fresh = plan.destination, False

    def begin(self, drive: str) -> None:
        medium = self.loaded(drive)
        assert medium is not None
        self.busy[drive] = medium

    def finish(self, drive: str) -> None:
        disc = self.discs[self.busy.pop(drive)]
        done = disc.todo.pop(0)
        if done == "write":
            disc.written_in, disc.fresh = drive, True
        if done == "verify":
            disc.verified_in = drive


@settings(max_examples=80)
@given(
    works=st.lists(st.sampled_from(["read", "write", "none"]), min_size=1, max_size=7),
    drive_count=st.integers(1, 3),
    loaded=st.lists(st.integers(0, 6), max_size=3, unique=True),
    seed=st.integers(0, 2**16),
)
def test_every_want_is_served_and_every_disc_comes_home(
    works: list[str], drive_count: int, loaded: list[int], seed: int
) -> None:
    chance = Random(seed)
    todo = {"read": ["read"], "write": ["write", "verify"], "none": []}
    discs = {f"D{n}": Disc(n + 1, n + 1, list(todo[work])) for n, work in enumerate(works)}
    room = Room(discs, [f"B{n}" for n in range(drive_count)], slots=len(works))
    for drive, number in zip(room.up, loaded, strict=False):
        if f"D{number}" in discs:
            discs[f"D{number}"].at = room.element_of(drive)
    for _ in range(20 * len(works) + 20):
        plan = room.plan()
        choices = [("begin", d) for d in room.up if d not in room.busy and room.can_work(d)]
        choices += [("finish", d) for d in room.busy]
        if plan is not None and (not choices or chance.random() < 0.5):
            room.obey(plan)
        elif choices:
            verb, drive = chance.choice(choices)
            room.begin(drive) if verb == "begin" else room.finish(drive)
        else:
            break
    assert all(not disc.todo for disc in discs.values())
    assert all(disc.at == disc.home for disc in discs.values())
    written: list[DrivePair] = [(d.written_in, d.verified_in) for d in discs.values() if d.written_in]
    assert all(one != other for one, other in written if drive_count > 1)


@given(
    wants=st.lists(
        st.tuples(st.integers(1, 5), st.sampled_from(["read", "verify", "write"]), st.integers(0, 2)),
        max_size=5,
        unique_by=lambda t: t[0],
    ),
    order=st.randoms(use_true_random=False),
)
def test_the_order_in_which_wants_are_listed_decides_nothing(
    wants: list[tuple[int, str, int]], order: Random
) -> None:
    listed = [Want(f"D{n}", n, n, kind, ("B1",), priority, DAY0) for n, kind, priority in wants]
    shuffled = list(listed)
    order.shuffle(shuffled)
    drives = [DriveView("B1", 101, True, False)]
    assert next_move(drives, listed, False, ()) == next_move(drives, shuffled, False, ())
