"""The diversity floor, and what a refusal says."""

from archived.policy.placement import Blank, PlacedMember, Placement, UnplacedMember, place

SIZE = 1000


def members(count: int, size: int = SIZE) -> list[UnplacedMember]:
    return [UnplacedMember(f"I{number}", size) for number in range(1, count + 1)]


def blanks(*places: str, capacity: int = SIZE) -> list[Blank]:
    """'A1' is a blank of magazine A and batch 1."""
    return [Blank(f"D{n:02d}", p[0], p[1:], capacity) for n, p in enumerate(places, start=1)]


def test_a_set_takes_one_blank_of_each_magazine_and_batch_when_it_can() -> None:
    room = [f"{magazine}{batch}" for magazine in "ABCDEF" for batch in "123456"]
    stock = {b.medium_id: b for b in blanks(*room)}
    placed = place(members(6), [], list(stock.values()), 2)
    chosen = [stock[medium] for medium in placed.assignments.values()]
    assert len({b.magazine for b in chosen}) == 6
    assert len({b.batch for b in chosen}) == 6


def test_an_unlucky_stock_is_still_placed_when_the_floor_allows_it() -> None:
    # Taking the first two blanks (A1, A1) would leave no room for the third in magazine A.
    placed = place(members(4), [], blanks("A1", "A1", "A2", "B1", "B2"), 2)
    assert placed.refusal == ""
    assert len(set(placed.assignments.values())) == 4


def test_members_that_lie_somewhere_already_count() -> None:
    lying = [PlacedMember("I8", "A", "1", "X1"), PlacedMember("I9", "A", "2", "X2")]
    placed = place(members(1), lying, blanks("A3", "B3"), 2)
    assert placed.assignments == {"I1": "D02"}


def test_too_few_blanks_are_refused_with_numbers_and_nothing_is_placed() -> None:
    placed = place(members(6), [], blanks("A1", "B2", "C3", "D4"), 2, set_id="7K3F")
    assert placed.assignments == {}
    assert placed.shortage == 2
    assert placed.refusal == (
        "set 7K3F needs 6 blank media of at least 1000 bytes; 4 are there. Put 2 more into the library"
    )


def test_one_batch_for_all_is_refused_and_the_way_out_is_named() -> None:
    placed = place(members(4), [], blanks("A1", "B1", "C1", "D1"), 2, set_id="7K3F")
    assert "4 are there, but at most 2 members of a set may share a purchase batch" in placed.refusal
    assert "archivectl allow diversity 7K3F --reason TEXT" in placed.refusal
    assert placed.shortage == 2


def test_one_magazine_for_all_is_refused_by_name() -> None:
    placed = place(members(4), [], blanks("A1", "A2", "A3", "A4"), 2)
    assert "share a magazine, and the magazines with blanks have room for 2" in placed.refusal


def test_constraints_that_only_fail_together_are_named_together() -> None:
    placed = place(members(3), [], blanks("A1", "A2", "B1"), 1)
    assert "purchase batch" in placed.refusal
    both = place(members(3), [], blanks("A1", "A2", "A3", "B3", "C3"), 1)
    assert "both together leave room for 2" in both.refusal


def test_a_waiver_places_with_the_widest_spread_there_is() -> None:
    stock = blanks("A1", "A1", "A1", "A1", "B1")
    placed = place(members(4), [], stock, 1, waived=True)
    assert "D05" in placed.assignments.values()
    assert len(placed.assignments) == 4


def test_a_waiver_makes_no_blanks() -> None:
    assert place(members(2), [], blanks("A1"), 2, waived=True).shortage == 1


def test_unusable_small_and_taken_blanks_are_not_used() -> None:
    stock = [
        Blank("D1", "A", "1", SIZE, usable=False),
        Blank("D2", "B", "2", SIZE - 1),
        Blank("D3", "C", "3", SIZE),
        Blank("D4", "D", "4", SIZE),
    ]
    assert place(members(1), [PlacedMember("I9", "C", "3", "D3")], stock, 2).assignments == {"I1": "D4"}


def test_blanks_of_different_sizes_are_matched_to_members() -> None:
    wanted = [UnplacedMember("small", 10), UnplacedMember("large", 100)]
    stock = [Blank("D1", "A", "1", 100), Blank("D2", "B", "2", 10)]
    assert place(wanted, [], stock, 1).assignments == {"large": "D1", "small": "D2"}


def test_a_size_mismatch_that_no_choice_solves_is_refused() -> None:
    wanted = [UnplacedMember("a", 100), UnplacedMember("b", 10), UnplacedMember("c", 10)]
    # Large only in A1; the small ones would fit the floor alone (A2, B1), but not beside it.
    stock = [Blank("D1", "A", "1", 100), Blank("D2", "A", "2", 10), Blank("D3", "B", "1", 10)]
    placed = place(wanted, [], [*stock, Blank("D4", "C", "3", 10)], 1)
    assert "archivectl allow diversity" in placed.refusal
    assert placed.shortage >= 1


def test_media_outside_any_magazine_share_none_but_unknown_batches_count_as_one() -> None:
    loose = [Blank(f"D{n}", None, str(n), SIZE) for n in range(3)]
    assert len(place(members(3), [], loose, 1).assignments) == 3
    nameless = [Blank(f"D{n}", None, "", SIZE) for n in range(3)]
    assert place(members(3), [], nameless, 2).shortage == 1


def test_the_order_of_the_stock_does_not_change_the_answer() -> None:
    stock = blanks("A1", "B2", "C3", "A2", "B3", "C1")
    assert place(members(3), [], stock, 2) == place(members(3), [], stock[::-1], 2)


def test_nothing_to_place_is_no_refusal() -> None:
    assert place([], [], [], 2) == Placement()


def test_a_pool_of_thousands_of_blanks_is_placed_without_delay() -> None:
    stock = [Blank(f"D{n:05d}", f"M{n // 10}", f"P{n % 7}", SIZE) for n in range(5000)]
    assert len(place(members(14), [], stock, 4).assignments) == 14
