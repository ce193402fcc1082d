"""The diversity floor against brute force."""

from collections import Counter
from itertools import combinations, permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from archived.policy.placement import Blank, PlacedMember, UnplacedMember, place
from archived.policy.spread import spread

MAGAZINES = st.sampled_from(["A", "B", "C"])
BATCHES = st.sampled_from(["1", "2", "3"])


@st.composite
def stock(draw: st.DrawFn, sizes: tuple[int, ...] = (10,)) -> list[Blank]:
    kinds = draw(
        st.lists(st.tuples(st.none() | MAGAZINES, BATCHES, st.sampled_from(sizes), st.booleans()), max_size=7)
    )
    return [Blank(f"D{n}", m, b, c, usable=u or n < 5) for n, (m, b, c, u) in enumerate(kinds)]


@st.composite
def lying(draw: st.DrawFn) -> list[PlacedMember]:
    kinds = draw(st.lists(st.tuples(MAGAZINES, BATCHES), max_size=2))
    return [PlacedMember(f"X{n}", m, b, f"X{n}") for n, (m, b) in enumerate(kinds)]


def keeps_the_floor(chosen: list[Blank], placed: list[PlacedMember], m: int) -> bool:
    """Only loads that this choice adds to count: what lies already is past changing."""
    magazines = Counter(p.magazine for p in placed) + Counter(b.magazine for b in chosen)
    batches = Counter(p.batch for p in placed) + Counter(b.batch for b in chosen)
    return all((b.magazine is None or magazines[b.magazine] <= m) and batches[b.batch] <= m for b in chosen)


def possible(
    members: list[UnplacedMember], placed: list[PlacedMember], blanks: list[Blank], m: int, waived: bool
) -> bool:
    usable = [b for b in blanks if b.usable]
    for chosen in permutations(usable, len(members)):
        fits = all(b.capacity_bytes >= w.size_bytes for w, b in zip(members, chosen, strict=True))
        if fits and (waived or keeps_the_floor(list(chosen), placed, m)):
            return True
    return False


@settings(max_examples=150)
@given(
    sizes=st.lists(st.sampled_from([5, 10, 20]), min_size=1, max_size=4),
    blanks=stock(sizes=(5, 10, 20)),
    placed=lying(),
    m=st.integers(1, 3),
    waived=st.booleans(),
)
def test_a_placement_is_found_exactly_when_there_is_one(
    sizes: list[int], blanks: list[Blank], placed: list[PlacedMember], m: int, waived: bool
) -> None:
    members = [UnplacedMember(f"I{n}", size) for n, size in enumerate(sizes)]
    answer = place(members, placed, blanks, m, waived=waived)
    assert bool(answer.assignments) == possible(members, placed, blanks, m, waived)
    assert bool(answer.refusal) != bool(answer.assignments)
    assert (answer.shortage > 0) == bool(answer.refusal)
    if answer.assignments:
        by_id = {b.medium_id: b for b in blanks}
        chosen = [by_id[answer.assignments[w.image_id]] for w in members]
        assert len({b.medium_id for b in chosen}) == len(members)
        assert all(
            b.usable and b.capacity_bytes >= w.size_bytes for w, b in zip(members, chosen, strict=True)
        )
        assert waived or keeps_the_floor(chosen, placed, m)


def shared_pairs(chosen: list[Blank], placed: list[PlacedMember]) -> int:
    magazines = Counter(p.magazine for p in placed) + Counter(b.magazine for b in chosen if b.magazine)
    batches = Counter(p.batch for p in placed) + Counter(b.batch for b in chosen)
    return sum(k * (k - 1) // 2 for k in (*magazines.values(), *batches.values()))


@settings(max_examples=150)
@given(blanks=stock(), placed=lying(), count=st.integers(1, 4), m=st.integers(1, 4))
def test_no_other_choice_shares_less(
    blanks: list[Blank], placed: list[PlacedMember], count: int, m: int
) -> None:
    answer = place([UnplacedMember(f"I{n}", 10) for n in range(count)], placed, blanks, m)
    if answer.assignments:
        by_id = {b.medium_id: b for b in blanks}
        chosen = [by_id[medium] for medium in answer.assignments.values()]
        usable = [b for b in blanks if b.usable]
        best = min(
            shared_pairs(list(other), placed)
            for other in combinations(usable, count)
            if keeps_the_floor(list(other), placed, m)
        )
        assert shared_pairs(chosen, placed) == best


@given(blanks=stock(), wanted=st.integers(1, 6), limit=st.integers(1, 3))
def test_spread_takes_as_many_as_the_limits_allow(blanks: list[Blank], wanted: int, limit: int) -> None:
    chosen = spread(
        blanks, wanted, magazine_limit=limit, batch_limit=limit, magazine_loads={}, batch_loads={}
    )
    most = max(
        count
        for count in range(min(wanted, len(blanks)) + 1)
        if any(keeps_the_floor(list(c), [], limit) for c in combinations(blanks, count))
    )
    assert len(chosen) == most
    assert keeps_the_floor(list(chosen), [], limit)


@given(blanks=stock(sizes=(5, 10)), m=st.integers(1, 3), order=st.randoms(use_true_random=False))
def test_the_order_in_which_blanks_are_listed_decides_nothing(
    blanks: list[Blank], m: int, order: object
) -> None:
    members = [UnplacedMember("a", 10), UnplacedMember("b", 5)]
    shuffled = list(blanks)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert place(members, [], blanks, m) == place(members, [], shuffled, m)
