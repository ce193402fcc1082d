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


@pytest.mark.simulate
@pytest.mark.parametrize("seed", range(1, 9))
def test_ten_years_of_a_room_lose_nothing(
    tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    decade = Decade(tmp_path / "room", Plan(seed))
    decade.archive()
    decade.live(decade.plan.years)
    tally = decade.count()
    with capsys.disabled():
        print(f"\n{tally.line(seed)}")
    assert not tally.lost, tally.lost


@pytest.mark.simulate
@pytest.mark.parametrize("seed", range(1, 4))
def test_the_same_room_loses_images_when_nobody_looks(tmp_path: Path, seed: int) -> None:
    decade = Decade(tmp_path / "room", Plan(seed))
    decade.archive()
    decade.stop_verifying()
    decade.live(decade.plan.years)
    assert decade.count().lost
