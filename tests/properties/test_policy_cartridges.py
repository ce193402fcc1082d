"""Laws of the placement on cartridges, against trying everything."""

from collections import Counter
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from archived.policy.cartridges import Cartridge, WantedImage, place_copies, place_members
from archived.policy.placement import PlacedMember

SECRETS = st.sampled_from(["open", "secret"])
CAGES = st.sampled_from([None, "m1", "m2"])
BATCHES = st.sampled_from(["b1", "b2"])


@st.composite
def shelves(draw: st.DrawFn) -> list[Cartridge]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        holds = draw(st.one_of(st.none(), SECRETS))
        room = draw(st.integers(0, 6))
        found.append(Cartridge(f"T{number}", room, holds is not None, holds, draw(CAGES), draw(BATCHES)))
    return found


@st.composite
def images_of(draw: st.DrawFn, secret: str | None = None) -> list[WantedImage]:
    costs = draw(st.lists(st.integers(1, 4), max_size=4))
    return [
        WantedImage(
            f"I{number}",
            cost,
            secret or draw(SECRETS),
            draw(st.sampled_from([frozenset(), frozenset({"T0"})])),
        )
        for number, cost in enumerate(costs)
    ]


def holds_together(images: list[WantedImage], shelf: list[Cartridge], where: dict[str, str]) -> bool:
    """Room, one confidentiality, and no cartridge twice."""
    for item in shelf:
        put = [image for image in images if where.get(image.image_id) == item.medium_id]
        kinds = {image.confidentiality for image in put} | ({item.confidentiality} - {None} if put else set())
        if sum(image.cost_bytes for image in put) > item.room_bytes or len(kinds) > 1:
            return False
        if any(item.medium_id in image.carried_by for image in put):
            return False
    return True


def diverse(shelf: list[Cartridge], placed: list[PlacedMember], where: dict[str, str], limit: int) -> bool:
    """At most `limit` members of the set in anything that is new to it and can be lost at once."""
    by_id = {item.medium_id: item for item in shelf}
    loads: Counter[tuple[str, str]] = Counter()
    for lying in placed:
        loads.update([("batch", lying.batch), ("cartridge", lying.medium_id)])
        loads.update([("cage", lying.magazine)] if lying.magazine else [])
    used = set()
    for medium_id in where.values():
        item = by_id[medium_id]
        places = [("batch", item.batch), ("cartridge", medium_id)]
        places += [("cage", item.magazine)] if item.magazine else []
        loads.update(places)
        used |= set(places)
    return all(loads[place] <= limit for place in used)


@given(images_of(), shelves())
def test_copies_keep_every_rule_and_nothing_is_refused_that_has_room(
    images: list[WantedImage], shelf: list[Cartridge]
) -> None:
    plan = place_copies(images, shelf)
    assert set(plan.assignments) | set(plan.refused) == {image.image_id for image in images}
    assert not set(plan.assignments) & set(plan.refused)
    assert holds_together(images, shelf, dict(plan.assignments))
    for image in images:
        if image.image_id in plan.refused:
            for item in shelf:
                assert not holds_together(images, shelf, {**plan.assignments, image.image_id: item.medium_id})


@settings(max_examples=60)
@given(st.data())
def test_members_are_placed_exactly_when_some_placement_keeps_every_rule(data: st.DataObject) -> None:
    images, shelf = data.draw(images_of("open")), data.draw(shelves())
    placed = [
        PlacedMember(f"L{number}", data.draw(CAGES), data.draw(BATCHES), f"D{number}")
        for number in range(data.draw(st.integers(0, 2)))
    ]
    m = data.draw(st.integers(1, 3))
    found = place_members(images, placed, shelf, m)
    ids = [item.medium_id for item in shelf]
    possible = any(
        holds_together(images, shelf, where) and diverse(shelf, placed, where, m)
        for where in (
            dict(zip([image.image_id for image in images], choice, strict=True))
            for choice in product(ids, repeat=len(images))
        )
    )
    assert bool(found.refusal) == (not possible)
    if possible:
        assert holds_together(images, shelf, dict(found.assignments))
        assert diverse(shelf, placed, dict(found.assignments), m)
        assert len(found.assignments) == len(images)


@given(images_of("open"), shelves(), st.integers(1, 3))
def test_a_plan_depends_on_nothing_but_what_is_given(
    images: list[WantedImage], shelf: list[Cartridge], m: int
) -> None:
    assert place_members(images, [], shelf, m) == place_members(images, [], list(reversed(shelf)), m)
