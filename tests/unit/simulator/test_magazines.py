"""Magazines change places with all that lies in them; a tag's radio is told by its uid."""

import json
from dataclasses import replace

import pytest

from robotics.readers.interface import TagKind
from simulator.errors import WorldImpossible
from simulator.magazines import exchanged
from simulator.stuck_tags import kind_of
from simulator.world import World, assert_nothing_lost, furnish, restore
from tests.unit.simulator.conftest import small_plan

PLAN = small_plan()
CAGE = "e28011700000020a"


def tagged() -> World:
    return replace(furnish(PLAN), tags={1: CAGE})


def test_magazines_change_places_with_all_that_lies_in_them_and_is_stuck_on_them() -> None:
    before = tagged()
    after = exchanged(before, PLAN, 1, 2)
    for here, there in zip(PLAN.magazine_addresses(1), PLAN.magazine_addresses(2), strict=True):
        assert after.at(there) == before.at(here)
        assert after.at(here) == before.at(there)
    assert after.tags == {2: CAGE}
    assert_nothing_lost(before, after)
    assert exchanged(after, PLAN, 1, 2) == before
    assert restore(PLAN, json.loads(json.dumps(after.to_json()))) == after


def test_a_magazine_that_is_away_stays_away_when_it_changes_places() -> None:
    world = replace(tagged(), away=frozenset(PLAN.magazine_addresses(1)))
    assert exchanged(world, PLAN, 1, 2).away == frozenset(PLAN.magazine_addresses(2))


@pytest.mark.parametrize(("one", "other"), [(0, 1), (1, 9), (1, 3)])
def test_a_magazine_only_stands_where_one_of_its_size_stands(one: int, other: int) -> None:
    with pytest.raises(WorldImpossible, match="cannot stand"):
        exchanged(tagged(), PLAN, one, other)


@pytest.mark.parametrize(
    ("uid", "kind"),
    [
        ("deadbeef", TagKind.HF),
        ("04a1b2c3d4e5f6", TagKind.HF),
        ("0900b0c1d2", TagKind.LF),
        ("30751feb705c5904e3d50d70", TagKind.UHF),
        ("", None),
        ("e28011", None),
        ("nothing", None),
    ],
)
def test_the_radio_of_a_tag_is_told_by_its_uid(uid: str, kind: TagKind | None) -> None:
    assert kind_of(uid) is kind
