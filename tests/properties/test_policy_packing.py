"""Laws of volume order, packing and set forming for any waiting packages."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from archived.policy.packing import Candidate, PackingRules, arrange, choose, should_close, waste
from archived.policy.set_forming import scope_key
from archived.policy.volume_order import RANGE_DASH, natural_key, ranges

DAY0 = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = st.text(alphabet="0129aA-/ 卷９", max_size=8)
VOLUMES = st.one_of(TEXTS, st.integers(0, 30).map(str), st.integers(0, 30).map("{:04d}".format))


@st.composite
def waiting(draw: st.DrawFn) -> list[Candidate]:
    found = draw(
        st.lists(
            st.tuples(VOLUMES, st.integers(1, 3), st.integers(1, 120)), unique_by=lambda t: t[:2], max_size=12
        )
    )
    return [
        Candidate(f"P{number}", volume, version, cost, DAY0 + timedelta(hours=number))
        for number, (volume, version, cost) in enumerate(found)
    ]


@given(a=st.text(max_size=6) | TEXTS, b=st.text(max_size=6) | TEXTS, c=TEXTS)
def test_natural_order_is_total(a: str, b: str, c: str) -> None:
    assert (natural_key(a) == natural_key(b)) == (a == b)
    assert (natural_key(a) < natural_key(b)) + (natural_key(b) < natural_key(a)) == (a != b)
    low, middle, high = sorted((a, b, c), key=natural_key)
    assert natural_key(low) <= natural_key(middle) <= natural_key(high)
    assert natural_key(low) <= natural_key(high)


@given(number=st.integers(0, 10**9), other=st.integers(0, 10**9), zeros=st.integers(0, 4), prefix=TEXTS)
def test_numbers_with_any_leading_zeros_sort_as_numbers(
    number: int, other: int, zeros: int, prefix: str
) -> None:
    if prefix[-1:].isdecimal():
        prefix += "-"
    if number != other:
        left, right = natural_key(f"{prefix}{'0' * zeros}{number}"), natural_key(f"{prefix}{other}")
        assert (left < right) == (number < other)


@given(
    numbers=st.lists(st.integers(0, 40), unique=True),
    width=st.integers(1, 3),
    prefix=st.sampled_from(["", "A-"]),
)
def test_ranges_say_exactly_the_volumes(numbers: list[int], width: int, prefix: str) -> None:
    numbers.sort()
    printed = ranges([f"{prefix}{n:0{width}d}" for n in numbers])
    spelled: list[int] = []
    for text in printed:
        ends = [int(end.removeprefix("A-")) for end in text.split(RANGE_DASH)]
        spelled.extend(range(ends[0], ends[-1] + 1))
    assert spelled == numbers
    assert len(printed) == len(numbers) - sum(b == a + 1 for a, b in pairwise(numbers))


@given(candidates=waiting(), closed=st.lists(VOLUMES, max_size=4), capacity=st.integers(1, 300))
def test_a_choice_is_the_longest_beginning_of_the_runs(
    candidates: list[Candidate], closed: list[str], capacity: int
) -> None:
    choice = choose(candidates, closed, capacity)
    by_id = {c.package_id: c for c in candidates}
    line = [
        c.package_id
        for run in arrange([c for c in candidates if c.cost_bytes <= capacity], closed)
        for c in run.candidates
    ]
    taken = list(choice.package_ids)
    assert taken == line[: len(taken)]
    assert choice.bytes_used == sum(by_id[p].cost_bytes for p in taken) <= capacity
    if len(taken) < len(line):
        assert choice.bytes_used + by_id[line[len(taken)]].cost_bytes > capacity
    assert 0 <= waste(choice, capacity).unused_bytes <= capacity


@given(candidates=waiting(), closed=st.lists(VOLUMES, max_size=4), capacity=st.integers(1, 300))
def test_every_package_is_in_exactly_one_place(
    candidates: list[Candidate], closed: list[str], capacity: int
) -> None:
    choice = choose(candidates, closed, capacity)
    places = [*choice.package_ids]
    for group in (choice.left_out, choice.deferred, choice.too_large):
        places += [c.package_id for c in group]
    assert sorted(places) == sorted(c.package_id for c in candidates)


@given(candidates=waiting(), closed=st.lists(VOLUMES, max_size=4), capacity=st.integers(1, 300))
def test_no_image_holds_two_versions_and_each_run_is_what_it_says(
    candidates: list[Candidate], closed: list[str], capacity: int
) -> None:
    by_id = {c.package_id: c for c in candidates}
    volumes = [by_id[p].volume for p in choose(candidates, closed, capacity).package_ids]
    assert len(volumes) == len(set(volumes))
    for run in arrange(candidates, closed):
        keys = [natural_key(c.volume) for c in run.candidates]
        assert keys == sorted(keys)
        for candidate in run.candidates:
            after = all(natural_key(candidate.volume) > natural_key(v) for v in closed)
            kind = "correction" if candidate.version > 1 else "main" if after else "late"
            assert run.kind == kind


@given(candidates=waiting(), capacity=st.integers(120, 300))
def test_closing_again_and_again_brings_every_package_aboard(
    candidates: list[Candidate], capacity: int
) -> None:
    rules = PackingRules(capacity, 90.0, timedelta(days=1))
    now = DAY0 + timedelta(days=9)
    left, closed, aboard = list(candidates), list[str](), list[str]()
    for _ in candidates:
        if not should_close(left, rules, now=now):
            break
        choice = choose(left, closed, capacity)
        assert choice.package_ids
        aboard += choice.package_ids
        closed += [c.volume for c in left if c.package_id in choice.package_ids]
        left = [c for c in left if c.package_id not in choice.package_ids]
    assert left == []
    assert sorted(aboard) == sorted(c.package_id for c in candidates)
    versions = {c.package_id: (c.volume, c.version) for c in candidates}
    for volume in {c.volume for c in candidates}:
        loaded = [versions[p][1] for p in aboard if versions[p][0] == volume]
        assert loaded == sorted(loaded)


@given(candidates=waiting(), capacity=st.integers(1, 300))
def test_what_does_not_all_fit_closes_an_image(candidates: list[Candidate], capacity: int) -> None:
    rules = PackingRules(capacity, 100.0, timedelta(days=999))
    if choose(candidates, (), capacity).left_out:
        assert should_close(candidates, rules, now=DAY0) == "full"


@given(left=st.tuples(TEXTS, TEXTS, TEXTS), right=st.tuples(TEXTS, TEXTS, TEXTS))
def test_different_groups_have_different_scope_keys(
    left: tuple[str, str, str], right: tuple[str, str, str]
) -> None:
    keys = [scope_key("group", pool=p, fonds=f, series=s) for p, f, s in (left, right)]
    assert (keys[0] == keys[1]) == (left == right)
