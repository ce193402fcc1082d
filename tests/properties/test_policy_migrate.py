"""Laws of migration plans: nothing is dropped before it is gained, no package comes to less, each copy has a wave."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from archived.model import GroupKey
from archived.policy.cartridges import Cartridge
from archived.policy.migrate.costs import DrivePaces
from archived.policy.migrate.facts import (
    CopyFact,
    ImageFact,
    MediumFact,
    PackageFact,
    PoolFact,
    SetFact,
    Situation,
)
from archived.policy.migrate.planning import MigrationPlan, plan_migration
from archived.policy.migrate.selecting import COPY, REPACK, STATES, Terms, choose
from archived.policy.packing import Candidate
from archived.policy.placement import PlacedMember
from archived.policy.spread import Blank
from archived.states import MediumState

NOW = datetime(2040, 1, 1, tzinfo=UTC)
SIZE = 1000
POOLS = ("disc", "other", "tape")


def _pool(name: str, blanks: int, n: int, m: int) -> PoolFact:
    tape = name == "tape"
    return PoolFact(
        name,
        "lto-8" if tape else "bd-r",
        f"library of {name}",
        tape,
        n,
        m,
        limit_bytes=3 * SIZE,
        overhead_bytes=100,
        block_bytes=1 << 16,
        blanks=()
        if tape
        else tuple(Blank(f"{name}-{k}", f"M{k % 4}", f"B{k % 3}", 10 * SIZE) for k in range(blanks)),
        cartridges=tuple(
            Cartridge(f"L{k}", 1 << 34, False, None, None, f"T{k}") for k in range(blanks if tape else 0)
        ),
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Sets of a disc pool, some members of which are in doubt or gone, some images with a copy on tape."""
    media, images, sets, packages = [], {}, {}, {}
    pools = {
        name: _pool(name, draw(st.integers(0, 8)), draw(st.integers(1, 3)), draw(st.integers(1, 2)))
        for name in POOLS
    }
    asked = draw(st.sampled_from([{"disc"}, {"other"}, {"disc", "other"}, {"tape"}]))
    copies_asked = draw(st.sampled_from([set(), {"tape"}])) - asked
    tape: list[CopyFact] = []
    numbers = iter(range(1, 1000))
    for s in range(draw(st.integers(1, 3))):
        set_id, n, m = f"S{s}", draw(st.integers(1, 3)), draw(st.integers(1, 2))
        placed = []
        for position in range(n + m):
            image_id = f"{set_id}-{position}"
            data = position < n
            state = draw(st.sampled_from(STATES))
            good = state not in (MediumState.SUSPECT, MediumState.QUARANTINED)
            written_at = NOW - timedelta(days=draw(st.integers(0, 7000)))
            aboard = tuple(f"P{set_id}{position}{k}" for k in range(draw(st.integers(1, 2)) if data else 0))
            medium_id = f"D{set_id}{position}"
            copy = CopyFact(next(numbers), image_id, "disc", True, good, written_at)
            media.append(MediumFact(medium_id, state, "bd-r", draw(st.sampled_from("XY")), "", (copy,)))
            if good:
                placed.append(PlacedMember(image_id, f"M{position}", f"B{position}", medium_id))
            if data and draw(st.booleans()):
                tape.append(CopyFact(next(numbers), image_id, "tape", False, True, written_at))
            images[image_id] = ImageFact(
                image_id, "data" if data else "parity", "disc", set_id, SIZE, "open",
                sources=draw(st.sampled_from([1, 1, 1, n, 0])) if draw(st.booleans()) else 1,
                used_bytes=SIZE * len(aboard), limit_bytes=3 * SIZE, packages=aboard,
                carried_by=frozenset({medium_id}),
            )  # fmt: skip
            for name in aboard:
                packages[name] = PackageFact(
                    name, "kept", frozenset(asked), frozenset(copies_asked), {"disc": image_id},
                    Candidate(name, name, 1, SIZE, NOW),
                    {pool: GroupKey(pool, "F", "S", "", "open") for pool in asked},
                    {pool: pool for pool in asked},
                )  # fmt: skip
        sets[set_id] = SetFact(set_id, "disc", n, m, placed=tuple(placed))
    if tape:
        media.append(MediumFact("OLD", MediumState.GOOD, "lto-6", "T", "", tuple(tape)))
    return Situation(tuple(media), images, sets, packages, pools)


TERMS = st.builds(
    Terms,
    pools=st.sampled_from([frozenset(), frozenset({"disc"}), frozenset({"tape"})]),
    states=st.sampled_from([frozenset(), frozenset({"suspect", "watch"})]),
    generation_max=st.sampled_from([0, 0, 6]),
    batches=st.sampled_from([frozenset(), frozenset({"X"})]),
    older_than_days=st.sampled_from([0.0, 1000.0]),
    by_rule=st.booleans(),
    fill_below_percent=st.sampled_from([0.0, 0.0, 50.0]),
    repack=st.booleans(),
    to_pool=st.sampled_from(["", "", "other", "tape"]),
    media_per_wave=st.integers(1, 6),
)


def planned(situation: Situation, terms: Terms) -> MigrationPlan:
    return plan_migration(choose(terms, situation, NOW), terms, situation)


@given(situation=situations(), terms=TERMS)
def test_a_plan_that_is_not_refused_never_leaves_a_package_with_less_than_it_had(
    situation: Situation, terms: Terms
) -> None:
    plan = planned(situation, terms)
    if plan.refused:
        return
    good = Counter(
        (copy.image_id, "" if copy.home else copy.pool)
        for m in situation.media
        for copy in m.copies
        if copy.good
    )
    carriers = {name: dict(package.carriers) for name, package in situation.packages.items()}

    def lacking() -> set[tuple[str, str]]:
        found = set()
        for name, package in situation.packages.items():
            found |= {
                (name, pool) for pool in package.pools if good[carriers[name].get(pool, "nowhere"), ""] < 1
            }
            found |= {
                (name, f"beside {pool}")
                for pool in package.copies
                if all(good[image, pool] < 1 for image in carriers[name].values())
            }
        return found

    before = lacking()
    for wave in plan.waves:
        for step in wave.steps:
            if step.change:
                good[step.image_id, step.place] += step.change
                assert good[step.image_id, step.place] >= 0
            else:
                carriers[step.package_id][step.pool] = step.image_id
            assert lacking() <= before


@given(situation=situations(), terms=TERMS)
def test_what_is_chosen_is_done_once_in_waves_of_the_size_that_was_said(
    situation: Situation, terms: Terms
) -> None:
    chosen = choose(terms, situation, NOW)
    plan = plan_migration(chosen, terms, situation)

    copied = [copy.copy_id for _medium, copies in (*chosen.copied, *chosen.retired) for copy in copies]
    assert sorted(item.copy_id for item in plan.items if item.copy_id is not None) == sorted(copied)
    repacked = [i.image_id for name in chosen.repacked for i in situation.members(name) if i.kind == "data"]
    assert sorted(item.image_id for item in plan.items if item.what == REPACK) == sorted(repacked)
    assert [wave.number for wave in plan.waves] == list(range(1, len(plan.waves) + 1))
    for wave in plan.waves:
        units = {
            item.medium_id or situation.images[item.image_id].set_id
            for item in plan.items
            if item.wave == wave.number
        }
        assert len(wave.media) <= terms.media_per_wave or len(units) == 1
    assert plan == plan_migration(choose(terms, situation, NOW), terms, situation)


@given(situation=situations(), terms=TERMS)
def test_costs_are_those_of_the_waves_and_of_each_copy(situation: Situation, terms: Terms) -> None:
    plan = planned(situation, replace(terms, by_rule=False, fill_below_percent=0.0, repack=False, to_pool=""))

    readable = [item for item in plan.items if situation.images[item.image_id].sources]
    assert all(item.what == COPY for item in plan.items)
    assert plan.costs.images == len(readable)
    assert plan.costs.written_bytes == SIZE * len(readable)
    assert plan.costs.read_bytes == sum(SIZE * situation.images[item.image_id].sources for item in readable)
    assert plan.costs.mounts == sum(2 + situation.images[item.image_id].sources for item in readable)
    assert plan.costs.blanks.get("disc", 0) == sum(
        situation.images[item.image_id].carried_by == {item.medium_id} for item in readable
    )
    document = plan.as_document(DrivePaces())
    assert sum(wave["bytes_written"] for wave in document["waves"]) == document["bytes_written"]
    assert bool(plan.refused) == (len(readable) < len(plan.items))


@given(situation=situations(), terms=TERMS)
def test_sets_that_may_lose_least_come_first(situation: Situation, terms: Terms) -> None:
    plan = planned(situation, terms)

    def spare(image_id: str) -> int:
        return situation.spare(situation.images[image_id].set_id)

    discs = [item for item in plan.items if item.medium_id != "OLD"]
    assert [spare(item.image_id) for item in discs] == sorted(spare(item.image_id) for item in discs)
    if terms.empty:
        assert {medium.medium_id for medium in situation.media} == {
            medium_id for wave in plan.waves for medium_id in wave.media
        }
