"""A room plan holds together or is refused."""

import json

import pytest

from simulator.errors import PlanRefused
from simulator.plan import CabinetPlan, DiscPlan, DrivePlan, RoomPlan, standard_drives
from tests.unit.simulator.conftest import small_plan, stacker_plan


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
        ({"robot": "golem"}, "robot is 'golem'"),
        ({"robot": "nimbie"}, "a stacker has bins, and no slots"),
        ({"robot": "person", "cabinets": (CabinetPlan("c", 1, 3),)}, "all slots are theirs"),
        ({"cabinets": (CabinetPlan("c", 3, 4),)}, "where a person moves media"),
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


def test_a_stacker_survives_json_and_tells_its_places_in_words() -> None:
    plan = stacker_plan()
    assert RoomPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
    assert plan.describe(1281) == "accept bin, place 2"
    assert plan.storage_addresses == (*range(1024, 1028), *range(1280, 1282))


def test_the_slots_of_cabinets_follow_one_another() -> None:
    cabinets = (CabinetPlan("cabinet 1", 2, 3), CabinetPlan("cabinet 2", 1, 6))
    plan = small_plan(robot="person", cabinets=cabinets, import_export_slots=0)
    assert RoomPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
    assert plan.describe(1024 + 4) == "cabinet 1, drawer 2, slot 2"
    assert plan.describe(1024 + 11) == "cabinet 2, drawer 1, slot 6"


def test_a_plan_from_before_there_were_stackers_is_one_of_a_library() -> None:
    stored = small_plan().to_json()
    for key in ("robot", "bins", "cabinets"):
        del stored[key]
    assert RoomPlan.from_json(stored) == small_plan()
