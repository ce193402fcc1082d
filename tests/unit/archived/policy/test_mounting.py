"""The robot's next move."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from archived.policy.mounting import DriveView, MovePlan, SlotView, Want, next_move

DAY0 = datetime(2026, 1, 1, tzinfo=UTC)
B1 = DriveView("B1", 101, up=True, busy=False)
B2 = DriveView("B2", 102, up=True, busy=False)
FREE = (SlotView(1, "A"), SlotView(2, "A"), SlotView(11, "B"))


def want(
    medium: str, kind: str = "write", *drives: str, home: int = 5, at: int | None = 5, **more: int
) -> Want:
    return Want(
        medium,
        home,
        at,
        kind,
        drives or ("B1", "B2"),
        more.get("priority", 0),
        DAY0 + timedelta(days=more.get("day", 0)),
    )


def holding(
    drive: DriveView, medium: str, *, home: int = 1, work: bool = False, busy: bool = False
) -> DriveView:
    return replace(
        drive, medium_id=medium, home_element=home, home_magazine="A", work_waiting=work, busy=busy
    )


def moved(plan: MovePlan | None) -> tuple[str, int, int] | None:
    return None if plan is None else (plan.medium_id, plan.source, plan.destination)


def test_a_wanted_medium_goes_to_the_first_free_drive_that_may_have_it() -> None:
    assert moved(next_move([B1, B2], [want("D1")], False, FREE)) == ("D1", 5, 101)
    assert moved(next_move([B1, B2], [want("D1", "write", "B2")], False, FREE)) == ("D1", 5, 102)


def test_nothing_moves_while_the_robot_is_busy_or_nothing_is_wanted() -> None:
    assert next_move([B1], [want("D1")], True, FREE) is None
    assert next_move([B1, B2], [], False, FREE) is None


def test_reads_come_before_verifications_before_writes() -> None:
    wants = [want("W", "write"), want("V", "verify"), want("R", "read", day=9, priority=9)]
    order = []
    while wants:
        plan = next_move([B1], wants, False, FREE)
        assert plan is not None
        order.append(plan.medium_id)
        wants = [w for w in wants if w.medium_id != plan.medium_id]
    assert order == ["R", "V", "W"]


def test_inside_a_kind_priority_then_age_then_name_decides() -> None:
    wants = [want("c"), want("b"), want("a", day=1), want("z", day=5, priority=-1)]
    order = []
    while wants:
        plan = next_move([B1], wants, False, FREE)
        assert plan is not None
        order.append(plan.medium_id)
        wants = [w for w in wants if w.medium_id != plan.medium_id]
    assert order == ["z", "b", "c", "a"]


def test_a_medium_in_use_is_never_moved() -> None:
    drives = [holding(B1, "D1", busy=True)]
    assert next_move(drives, [want("D2", "read")], False, FREE) is None


def test_a_medium_with_work_in_its_drive_stays_there() -> None:
    assert next_move([holding(B1, "D1", work=True)], [want("D2", "read")], False, FREE) is None
    still_wanted = want("D1", "write", "B1", at=101)
    assert next_move([holding(B1, "D1")], [still_wanted, want("D2")], False, FREE) is None


def test_a_drive_that_is_wanted_is_emptied_first() -> None:
    plan = next_move([holding(B1, "D1")], [want("D2", "read")], False, FREE)
    assert moved(plan) == ("D1", 101, 1)
    assert plan is not None
    assert plan.why == "B1 is wanted to read D2"


def test_an_idle_drive_returns_its_medium_home_even_when_it_is_down() -> None:
    assert moved(next_move([holding(B1, "D1")], [], False, FREE)) == ("D1", 101, 1)
    down = replace(holding(B1, "D1"), up=False)
    assert moved(next_move([down], [], False, FREE)) == ("D1", 101, 1)


def test_a_drive_that_is_down_gets_no_medium() -> None:
    assert next_move([replace(B1, up=False)], [want("D1")], False, FREE) is None


def test_a_written_disc_goes_home_and_then_to_the_other_burner() -> None:
    verify = want("D1", "verify", "B2", home=1, at=101)
    plan = next_move([holding(B1, "D1"), B2], [verify], False, FREE)
    assert moved(plan) == ("D1", 101, 1)
    assert moved(next_move([B1, B2], [replace(verify, at_element=1)], False, FREE)) == ("D1", 1, 102)


def test_with_one_drive_a_written_disc_leaves_it_before_it_is_verified_there() -> None:
    verify = want("D1", "verify", "B1", home=1, at=101)
    assert moved(next_move([holding(B1, "D1")], [verify], False, FREE)) == ("D1", 101, 1)
    assert moved(next_move([B1], [replace(verify, at_element=1)], False, FREE)) == ("D1", 1, 101)
    reloaded = holding(B1, "D1", work=True)
    assert next_move([reloaded], [verify], False, FREE) is None


def test_a_want_that_must_wait_does_not_hold_up_the_others() -> None:
    drives = [holding(B2, "D9", busy=True), B1]
    wants = [want("D1", "verify", "B2"), want("D2", "write")]
    assert moved(next_move(drives, wants, False, FREE)) == ("D2", 5, 101)


def test_a_medium_outside_the_library_is_not_waited_for() -> None:
    assert moved(next_move([B1], [want("D1", "read", at=None), want("D2")], False, FREE)) == ("D2", 5, 101)


def test_a_taken_home_slot_is_replaced_by_one_of_the_same_magazine_then_by_any() -> None:
    drives = [holding(B1, "D1", home=3)]
    assert moved(next_move(drives, [], False, (SlotView(11, "B"), SlotView(12, "A")))) == ("D1", 101, 12)
    assert moved(next_move(drives, [], False, (SlotView(12, "B"), SlotView(11, "C")))) == ("D1", 101, 11)
    assert next_move(drives, [], False, ()) is None


def test_the_home_of_another_medium_is_left_free_where_possible() -> None:
    drives = [holding(B1, "D1", home=3), holding(B2, "D2", home=1, busy=True)]
    assert moved(next_move(drives, [], False, FREE)) == ("D1", 101, 2)


def test_a_held_medium_goes_home_for_nobody_but_another_read() -> None:
    kept = replace(holding(B1, "D1"), held=True)
    assert next_move([kept], [], False, FREE) is None
    for kind in ("write", "verify", "look"):
        assert next_move([kept], [want("D2", kind, "B1")], False, FREE) is None
    assert moved(next_move([kept], [want("D2", "read", "B1")], False, FREE)) == ("D1", 101, 1)
    idle = holding(B2, "D3", home=2)
    assert moved(next_move([kept, idle], [want("D2", "read")], False, FREE)) == ("D3", 102, 2)
