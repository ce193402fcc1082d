"""Years pass, media age, and nothing is lost as long as somebody looks: the same room without looking does lose."""

from pathlib import Path

import pytest

from tests.simulation.decade import Decade, Plan

#: Six sets of 4 + 2 with two batches of which no disc lasts, and one drive of four that writes badly.
SHORT = Plan(1, sets=1, slots=60, cartridges=0, drives=("B1", "B2"))


@pytest.mark.simulate
@pytest.mark.parametrize("seed", range(1, 13))
def test_ten_years_of_a_room_lose_nothing(tmp_path: Path, seed: int) -> None:
    decade = Decade(tmp_path / "room", Plan(seed))
    decade.archive()
    decade.live(10)
    tally = decade.count()
    print(tally.line(seed))
    assert not tally.lost, tally.line(seed)
