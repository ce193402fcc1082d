"""Laws of following cages: what a look of media and tags makes of where they stand."""

from hypothesis import given
from hypothesis import strategies as st

from archived.policy.cage_moves import CageView, follow

#: Four positions of three slots each.
SLOTS = {1000 + number: f"magazine-{number // 3 + 1}" for number in range(12)}
POSITIONS = sorted(set(SLOTS.values()))


def first_slot(position: str) -> int:
    return min(element for element, name in SLOTS.items() if name == position)


@st.composite
def cages(draw: st.DrawFn, *, least: int = 0) -> dict[str, CageView]:
    """A cage at each position, with some media in its slots."""
    found = {}
    for number, position in enumerate(POSITIONS):
        slots = draw(st.lists(st.integers(0, 2), unique=True, min_size=least))
        media = {f"M{number}-{slot}": first_slot(position) + slot for slot in slots}
        found[f"cage-{number}"] = CageView(f"cage-{number}", position, media)
    return found


def seen(views: dict[str, CageView], order: list[str]) -> dict[str, int]:
    """Where media are seen when the cages stand in this order."""
    return {
        medium_id: first_slot(position) + (home or 0) - first_slot(view.position or "")
        for view, position in zip(views.values(), order, strict=True)
        for medium_id, home in view.media.items()
    }


ORDER = st.permutations(POSITIONS)


@given(views=cages(least=2), order=ORDER)
def test_cages_with_media_are_followed_wherever_they_were_put(
    views: dict[str, CageView], order: list[str]
) -> None:
    moves = follow(views, SLOTS, seen(views, order), {})
    expected = {
        view.id: position
        for view, position in zip(views.values(), order, strict=True)
        if position != view.position
    }
    assert (dict(moves.moved), moves.gone, dict(moves.contradicted)) == (expected, frozenset(), {})


@given(views=cages(), order=ORDER)
def test_with_readers_at_every_bay_empty_cages_are_followed_too(
    views: dict[str, CageView], order: list[str]
) -> None:
    tags = {position: view.id for view, position in zip(views.values(), order, strict=True)}
    moves = follow(views, SLOTS, seen(views, order), tags)
    expected = {
        view.id: position
        for view, position in zip(views.values(), order, strict=True)
        if position != view.position
    }
    assert (dict(moves.moved), dict(moves.contradicted)) == (expected, {})


@given(views=cages(), where=st.data())
def test_whatever_was_seen_no_two_cages_stand_in_one_place(
    views: dict[str, CageView], where: st.DataObject
) -> None:
    media = [medium_id for view in views.values() for medium_id in view.media]
    elements = where.draw(st.permutations(sorted(SLOTS)))
    positions = st.dictionaries(st.sampled_from(POSITIONS), st.sampled_from(sorted(views)), max_size=4)
    tags = where.draw(positions.filter(lambda found: len(set(found.values())) == len(found)))
    moves = follow(views, SLOTS, dict(zip(media, elements, strict=False)), tags)
    after = [moves.moved.get(view.id, view.position) for view in views.values() if view.id not in moves.gone]
    assert len(set(after)) == len(after)
    assert not set(moves.moved) & set(moves.contradicted.values())


@given(views=cages(least=2), order=ORDER)
def test_a_tag_at_one_place_and_its_media_at_another_contradict_each_other(
    views: dict[str, CageView], order: list[str]
) -> None:
    where = seen(views, order)
    for number, view in enumerate(views.values()):
        wrong = POSITIONS[(POSITIONS.index(order[number]) + 1) % len(POSITIONS)]
        moves = follow(views, SLOTS, where, {wrong: view.id})
        assert moves.contradicted == {wrong: view.id}
        assert view.id not in moves.moved


def test_one_disc_that_was_carried_to_another_magazine_takes_no_cage_along() -> None:
    views = {
        "cage-0": CageView("cage-0", "magazine-1", {"A": 1000}),
        "cage-1": CageView("cage-1", "magazine-2", {}),
    }
    assert not follow(views, SLOTS, {"A": 1003}, {}).moved
    out = {"cage-0": CageView("cage-0", None, {"A": 1000})}
    assert follow(out, SLOTS, {"A": 1003}, {}).moved == {"cage-0": "magazine-2"}
