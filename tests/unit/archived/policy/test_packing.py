"""Volume order beats fill."""

from datetime import UTC, datetime, timedelta

import pytest

from archived.policy.packing import Candidate, PackingRules, Waste, arrange, choose, should_close, waste

DAY0 = datetime(2026, 1, 1, tzinfo=UTC)
RULES = PackingRules(capacity_bytes=100, close_fill_percent=90.0, close_after=timedelta(days=7))


def waiting(volume: str, cost: int = 10, *, version: int = 1, day: int = 0) -> Candidate:
    return Candidate(f"{volume}v{version}", volume, version, cost, DAY0 + timedelta(days=day))


def test_packages_are_taken_in_natural_volume_order_whatever_order_they_came_in() -> None:
    choice = choose([waiting("10"), waiting("9"), waiting("8")], (), 100)
    assert choice.package_ids == ("8v1", "9v1", "10v1")
    assert choice.ranges == ("8–10",)
    assert choice.bytes_used == 30


def test_a_package_is_never_skipped_to_fill_a_gap() -> None:
    choice = choose([waiting("1", 60), waiting("2", 50), waiting("3", 40)], (), 100)
    assert choice.package_ids == ("1v1",)
    assert [c.volume for c in choice.left_out] == ["2", "3"]


def test_late_volumes_and_corrections_make_runs_of_their_own_behind_the_main_run() -> None:
    candidates = [waiting("3", version=2), waiting("2"), waiting("7"), waiting("6"), waiting("4", version=2)]
    runs = arrange(candidates, closed_volumes={"3", "4", "5"})
    assert [(run.kind, [c.volume for c in run.candidates]) for run in runs] == [
        ("main", ["6", "7"]),
        ("late", ["2"]),
        ("correction", ["3", "4"]),
    ]
    assert choose(candidates, {"5"}, 100).ranges == ("6–7", "2", "3–4 v2")


def test_a_volume_whose_number_is_the_highest_closed_one_is_late() -> None:
    assert [run.kind for run in arrange([waiting("5")], closed_volumes={"5"})] == ["late"]


def test_no_late_volume_comes_aboard_before_the_whole_main_run() -> None:
    choice = choose([waiting("6", 60), waiting("7", 60), waiting("2", 10)], {"5"}, 100)
    assert choice.package_ids == ("6v1",)


def test_a_late_volume_and_a_correction_never_share_a_range() -> None:
    assert choose([waiting("2"), waiting("3", version=2)], {"5"}, 100).ranges == ("2", "3 v2")


def test_two_versions_of_one_volume_never_share_an_image() -> None:
    choice = choose([waiting("1", version=3), waiting("1"), waiting("1", version=2)], (), 100)
    assert choice.package_ids == ("1v1",)
    assert [c.version for c in choice.deferred] == [2, 3]


def test_a_second_version_waits_even_when_the_first_does_not_fit_yet() -> None:
    choice = choose([waiting("1", 90), waiting("2", 20), waiting("2", 5, version=2)], (), 100)
    assert choice.package_ids == ("1v1",)
    assert [c.package_id for c in choice.deferred] == ["2v2"]


def test_a_package_larger_than_a_disc_is_named_and_blocks_nobody() -> None:
    choice = choose([waiting("1", 101), waiting("2", 100)], (), 100)
    assert [c.volume for c in choice.too_large] == ["1"]
    assert choice.package_ids == ("2v1",)


def test_nothing_waiting_makes_an_empty_choice() -> None:
    assert choose([], (), 100).package_ids == ()
    assert arrange([], ()) == ()


@pytest.mark.parametrize(
    ("candidates", "day", "why"),
    [
        ([waiting("1", 89)], 6, ""),
        ([waiting("1", 90)], 0, "full"),
        ([waiting("1", 60), waiting("2", 60)], 0, "full"),
        ([waiting("1", 1)], 7, "old"),
        ([], 99, ""),
        ([waiting("1", 101)], 99, ""),
        ([waiting("1", 50), waiting("1", 50, version=2)], 0, ""),
    ],
)
def test_an_image_closes_when_full_or_old(candidates: list[Candidate], day: int, why: str) -> None:
    assert should_close(candidates, RULES, now=DAY0 + timedelta(days=day)) == why


def test_an_image_closes_when_asked_or_under_staging_pressure() -> None:
    assert should_close([waiting("1")], RULES, now=DAY0, asked=True) == "asked"
    assert should_close([waiting("1")], RULES, now=DAY0, pressure=True) == "staging pressure"
    assert should_close([], RULES, now=DAY0, asked=True, pressure=True) == ""


def test_a_held_image_never_closes() -> None:
    late = DAY0 + timedelta(days=99)
    assert should_close([waiting("1", 100)], RULES, now=late, held=True, asked=True, pressure=True) == ""


def test_waste_names_the_rule_that_leaves_capacity_empty() -> None:
    assert waste(choose([waiting("1", 100)], (), 100), 100) == Waste(0, "")
    by_order = waste(choose([waiting("1", 60), waiting("2", 50), waiting("3", 40)], (), 100), 100)
    assert by_order.unused_bytes == 40
    assert by_order.rule.startswith("volume order")
    assert "never spans" in waste(choose([waiting("1", 60), waiting("2", 50)], (), 100), 100).rule
    assert "collocation" in waste(choose([waiting("1", 60)], (), 100), 100).rule
