"""A room plan holds together or is refused."""

import json

import pytest

from simulator.errors import PlanRefused
from simulator.plan import DiscPlan, DrivePlan, RoomPlan, standard_drives
from tests.unit.simulator.conftest import small_plan


def test_a_plan_survives_json() -> None:
    plan = small_plan(speed=0.0, changer_quirks=("no-access", "range-e7"))
    assert RoomPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_a_plan_from_before_robots_had_quirks_is_one_of_a_robot_without_any() -> None:
    stored = small_plan().to_json()
    del stored["changer_quirks"]
    assert RoomPlan.from_json(stored) == small_plan()


@pytest.mark.parametrize(
    ("number", "slots"), [(1, range(1024, 1030)), (2, range(1030, 1036)), (3, range(0)), (0, range(0))]
)
def test_a_magazine_is_a_run_of_slots(number: int, slots: range) -> None:
    assert list(small_plan(slots=12, magazine_slots=6).magazine_addresses(number)) == list(slots)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"slots": 0, "discs": ()}, "number of slots must be at least 1"),
        ({"capacity_sectors": 1000}, "no multiple of 32"),
        ({"capacity_sectors": 0}, "capacity of a disc"),
        ({"unwritten_reads": "noise"}, "'zeros' or 'error'"),
        (
            {"discs": (DiscPlan("A", "MILLEN/MR1", 1), DiscPlan("A", "MILLEN/MR1", 2))},
            "barcode 'A' is there 2",
        ),
        ({"discs": (DiscPlan("A", "MILLEN/MR1", 1), DiscPlan("B", "MILLEN/MR1", 1))}, "slot with a medium 1"),
        ({"discs": (DiscPlan("A", "MILLEN/MR1", 13),)}, "slot 13, but there are slots 1 to 12"),
        ({"discs": (DiscPlan("with space", "MILLEN/MR1", 1),)}, "cannot be printed"),
        ({"discs": (DiscPlan("A", "MILLEN", 1),)}, "not like MAKERS/TYP"),
        ({"drives": (DrivePlan("B1", "S1", 300),)}, "numbered on from 256"),
        ({"drives": (DrivePlan("L1", "S1", 256),)}, "name that cannot be"),
        ({"drives": (DrivePlan("B1", "S", 256), DrivePlan("B2", "S", 257))}, "serial number 'S' is there 2"),
        ({"changer_quirks": ("no-acess",)}, "no quirk 'no-acess' of a robot; there are: .*no-access"),
        ({"import_export_slots": 300}, "do not fit below the drives"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(PlanRefused, match=words):
        small_plan(**changes)


def test_stored_plans_with_unknown_keys_are_refused() -> None:
    with pytest.raises(PlanRefused, match="wrong keys"):
        RoomPlan.from_json({**small_plan().to_json(), "colour": "blue"})


def test_elements_have_the_words_people_use() -> None:
    plan = small_plan(drives=standard_drives(2))
    assert [plan.describe(a) for a in (1, 16, 257, 1024, 1024 + 5)] == [
        "robot hand",
        "import/export slot 1",
        "drive B2",
        "slot 1 (magazine 1)",
        "slot 6 (magazine 2)",
    ]
