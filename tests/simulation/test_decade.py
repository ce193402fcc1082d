"""Years pass, media age, and nothing is lost as long as somebody looks: the same room without looking does lose."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.simulation.decade import Decade, Plan

#: One set of 2 + 1, of which no disc lasts: small enough for every day.
SHORT = Plan(
    3, sets=1, slots=60, cartridges=0, n=2, m=1, drives=("B1", "B2"), tick=timedelta(days=14), years=4.2
)


def test_a_room_that_is_looked_after_keeps_what_its_twin_loses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = Decade(tmp_path / "kept", SHORT)
    kept.archive()
    left = kept.twin(tmp_path / "left")
    left.stop_verifying()
    left.live(SHORT.years)
    assert left.count().lost, "this test could not fail"
    kept.live(SHORT.years)
    tally = kept.count()
    with capsys.disabled():
        print(f"\nlooked after: {tally.line(SHORT.seed)}\nleft alone: {left.tally.line(SHORT.seed)}")
    assert not tally.lost
    assert tally.scrubs
    assert tally.repairs


def small(seed: int) -> Plan:
    """Two sets of 4 + 2 among 48 discs: ten years of it are lived through in a minute or two."""
    return Plan(seed, sets=2, slots=60, cartridges=0, drives=("B1", "B2", "B3"), tick=timedelta(days=14))


def ten_years(folder: Path, plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    decade = Decade(folder / "room", plan)
    decade.archive()
    decade.live(plan.years)
    tally = decade.count()
    with capsys.disabled():
        print(f"\n{tally.line(plan.seed)}")
    assert not tally.lost, tally.lost


@pytest.mark.simulate
@pytest.mark.parametrize("seed", range(1, 9))
def test_ten_years_of_two_sets_lose_nothing(
    tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    ten_years(tmp_path, small(seed), capsys)


@pytest.mark.simulate
@pytest.mark.parametrize("seed", range(1, 3))
def test_ten_years_of_120_discs_and_12_tapes_lose_nothing(
    tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    ten_years(tmp_path, Plan(seed), capsys)


@pytest.mark.simulate
def test_the_same_two_sets_lose_images_when_nobody_looks(tmp_path: Path) -> None:
    decade = Decade(tmp_path / "room", small(1))
    decade.archive()
    decade.stop_verifying()
    decade.live(decade.plan.years)
    assert decade.count().lost
