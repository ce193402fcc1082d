"""Laws of visits: whatever recalls want of discs is read exactly once, in order, in one mount each."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from archived.policy.ranges import covers, merge, overlap, subtract
from archived.policy.recall_area import Claim, Place, admitted, expired, grouped, units
from archived.policy.sources import Paces
from archived.policy.visits import Wish, estimate_visits_s, visits

RANGES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)), max_size=6).map(tuple)
WISHES = st.lists(
    st.builds(
        lambda copy, ranges, at_hand: (copy, merge(ranges), merge(at_hand)),
        st.integers(1, 4),
        RANGES,
        RANGES,
    ),
    max_size=8,
).map(lambda found: [Wish(n, copy, f"D{copy}", r, h) for n, (copy, r, h) in enumerate(found)])


def bytes_of(ranges: tuple[tuple[int, int], ...]) -> set[int]:
    return {byte for offset, length in ranges for byte in range(offset, offset + length)}


@given(wishes=WISHES, loaded=st.sets(st.sampled_from(["D1", "D2", "D3", "D4"])))
def test_every_wanted_byte_is_read_once_sorted_and_each_medium_is_mounted_once(
    wishes: list[Wish], loaded: set[str]
) -> None:
    planned = visits(wishes, loaded=loaded)

    media = [visit.medium_id for visit in planned]
    assert len(media) == len(set(media))
    assert media == sorted(media, key=lambda medium: (medium not in loaded, medium))
    for copy_id in {wish.copy_id for wish in wishes}:
        wanted = set().union(
            *(bytes_of(w.ranges) - bytes_of(w.at_hand) for w in wishes if w.copy_id == copy_id)
        )
        read = [visit for visit in planned if visit.copy_id == copy_id]
        assert [bytes_of(visit.ranges) for visit in read] == ([wanted] if wanted else [])
    for visit in planned:
        assert visit.size_bytes == len(bytes_of(visit.ranges)), "no byte twice"
        assert visit.ranges == tuple(sorted(visit.ranges))
        assert set(visit.reading_ids) == {w.reading_id for w in wishes if w.copy_id == visit.copy_id}


@given(wishes=WISHES, drives=st.integers(1, 4))
def test_what_is_in_a_drive_or_shared_never_costs_more_time(wishes: list[Wish], drives: int) -> None:
    paces = Paces(load_s=60.0, unload_s=60.0, read_bytes_per_s=10.0)
    planned = visits(wishes)
    everything = estimate_visits_s(planned, loaded=(), paces=paces, drives=drives)
    loaded = estimate_visits_s(planned, loaded={v.medium_id for v in planned}, paces=paces, drives=drives)
    one_by_one = sum(
        estimate_visits_s(visits([wish]), loaded=(), paces=paces, drives=1) for wish in wishes
    ) + 60.0 * len(planned)
    assert 0 <= loaded <= everything <= one_by_one


@given(one=RANGES, two=RANGES)
def test_overlap_and_rest_make_up_the_whole(
    one: tuple[tuple[int, int], ...], two: tuple[tuple[int, int], ...]
) -> None:
    assert bytes_of(overlap(one, two)) == bytes_of(one) & bytes_of(two)
    assert bytes_of(subtract(one, two)) == bytes_of(one) - bytes_of(two)
    assert all(covers(merge(one), piece) for piece in overlap(one, two))


@given(sizes=st.lists(st.integers(0, 20), max_size=8), used=st.integers(0, 30), limit=st.integers(0, 30))
def test_the_area_takes_those_who_came_first_and_never_more_than_it_holds(
    sizes: list[int], used: int, limit: int
) -> None:
    waiting = [Place(f"R{number}", size) for number, size in enumerate(sizes)]
    begun = admitted(waiting, used_bytes=used, limit_bytes=limit)
    assert list(begun) == [place.recall_id for place in waiting][: len(begun)], "nobody overtakes"
    taken = used + sum(sizes[: len(begun)])
    if limit and begun:
        alone = used == 0 and sum(size > 0 for size in sizes[: len(begun)]) == 1
        assert taken <= limit or alone or not any(sizes[: len(begun)])
    if len(begun) < len(sizes):
        assert limit
        assert taken + sizes[len(begun)] > limit


@given(
    ages=st.lists(st.tuples(st.integers(0, 100), st.none() | st.integers(0, 100)), max_size=6),
    fetched=st.none() | st.integers(0, 100),
)
def test_a_place_is_lost_only_when_nobody_fetched_anything_of_its_order_for_so_long(
    ages: list[tuple[int, int | None]], fetched: int | None
) -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)

    def before(hours: int) -> datetime:
        return now - timedelta(hours=hours)

    claims = [
        Claim(f"R{n}", "O1", before(asked), None if ready is None else before(min(asked, ready)))
        for n, (asked, ready) in enumerate(ages)
    ]
    ended = {} if fetched is None else {"O1": before(fetched)}
    gone = expired(claims, ended, now=now, expiry=timedelta(hours=48))
    for claim, (asked, ready) in zip(claims, ages, strict=True):
        quiet = (
            min(x for x in (asked, ready, fetched) if x is not None)
            if ready is None
            else min(x for x in (min(asked, ready), fetched) if x is not None)
        )
        assert (claim.recall_id in gone) == (quiet >= 48)


@given(
    copies=st.dictionaries(
        st.text("abcdefgh", min_size=1, max_size=2), st.frozensets(st.integers(0, 6), max_size=3), max_size=7
    )
)
def test_who_shares_media_of_which_one_needs_several_is_in_one_unit_and_nobody_else(
    copies: dict[str, frozenset[int]],
) -> None:
    found = units(copies)
    assert found.keys() == copies.keys()
    for one, wanted in copies.items():
        for other, theirs in copies.items():
            if one != other and wanted & theirs and len(wanted | theirs) > 1:
                assert found[one] == found[other] != ""
    for name in set(found.values()) - {""}:
        members = [copies[recall] for recall in found if found[recall] == name]
        assert len(members) > 1
        assert any(len(wanted) > 1 for wanted in members)
    for recall, name in found.items():
        if not name:
            alone = copies[recall] if len(copies[recall]) > 1 else frozenset()
            assert not any(alone & theirs for other, theirs in copies.items() if other != recall)


@given(
    marked=st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["", "", "u", "v"])), max_size=8),
    used=st.integers(0, 30),
    limit=st.integers(0, 60),
)
def test_a_unit_begins_all_at_once_or_waits(marked: list[tuple[int, str]], used: int, limit: int) -> None:
    waiting = [Place(f"R{number}", size, unit) for number, (size, unit) in enumerate(marked)]
    begun = admitted(waiting, used_bytes=used, limit_bytes=limit)
    assert [place for group in grouped(waiting) for place in group] == waiting
    for group in grouped(waiting):
        assert len({place.recall_id in begun for place in group}) == 1
        assert len(group) == 1 or group[0].unit
