"""The world never loses a medium and never has two in one place."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import WorldImpossible
from simulator.plan import SLOT_ADDRESS, TRANSPORT_ADDRESS
from simulator.world import Carrier, World, assert_nothing_lost, furnish, restore
from tests.unit.simulator.conftest import small_plan

PLAN = small_plan()
ELEMENTS = sorted(PLAN.elements)


@given(st.lists(st.tuples(st.sampled_from(ELEMENTS), st.sampled_from(ELEMENTS)), max_size=40))
def test_whatever_the_robot_tries_every_disc_stays_in_one_place(moves: list[tuple[int, int]]) -> None:
    first = world = furnish(PLAN)
    for source, destination in moves:
        could = world.at(source) is not None and (source == destination or world.at(destination) is None)
        if could:
            carrier = world.at(source)
            world = world.moved(source, destination)
            assert world.at(destination) == carrier
        else:
            with pytest.raises(WorldImpossible):
                world.moved(source, destination)
        assert_nothing_lost(first, world)
    occupied = [c.address for c in world.carriers.values()]
    assert len(occupied) == len(set(occupied)) == len(PLAN.discs)
    assert restore(PLAN, json.loads(json.dumps(world.to_json()))) == world


def test_a_magazine_that_is_away_stays_away_and_none_of_its_slots_is_free() -> None:
    slots = PLAN.slot_addresses
    world = replace(furnish(PLAN), away=frozenset(slots[-4:]))
    stored = json.loads(json.dumps(world.to_json()))
    assert restore(PLAN, stored) == world
    assert world.free_element(slots) not in world.away
    assert world.free_element(slots[-4:]) is None
    del stored["away"]
    assert restore(PLAN, stored) == furnish(PLAN)


def test_two_carriers_in_one_element_cannot_be_made() -> None:
    with pytest.raises(WorldImpossible, match="would hold 2 media"):
        World(PLAN.elements, {"a": Carrier("A", "M/1", 1024), "b": Carrier("B", "M/1", 1024)})


def test_a_carrier_in_no_element_cannot_be_made() -> None:
    with pytest.raises(WorldImpossible, match="does not exist"):
        World(PLAN.elements, {"a": Carrier("A", "M/1", 999)})


def test_a_lost_medium_is_noticed_unless_it_was_taken() -> None:
    before = furnish(PLAN)
    name = before.holding("D0001")
    after = before.taken(name)
    with pytest.raises(WorldImpossible, match="D0001"):
        assert_nothing_lost(before, after)
    assert_nothing_lost(before, after, taken=frozenset({name}))


def test_a_disc_remembers_its_slot_while_it_passes_through_the_hand() -> None:
    world = furnish(PLAN).moved(SLOT_ADDRESS, TRANSPORT_ADDRESS).moved(TRANSPORT_ADDRESS, 256)
    assert world.carriers[world.holding("D0001")].source == SLOT_ADDRESS


def test_loading_is_counted_for_the_disc_on_the_tray() -> None:
    world = furnish(PLAN).moved(SLOT_ADDRESS, 256).loaded(256).loaded(257)
    assert [c.loads for c in world.carriers.values()] == [1, 0, 0, 0, 0, 0, 0, 0]


def test_of_two_discs_with_one_label_the_one_in_the_room_is_meant() -> None:
    world = furnish(PLAN)
    gone = world.holding("D0002")
    world = world.taken(gone).with_carrier("c00099", Carrier("D0002", "MILLEN/MR1", 16))
    assert world.holding("D0002") == "c00099"
