"""When what was read some time ago and what is read now are one reading."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archived.policy.verify.half_read import LASTS, still_counts

BEGUN = datetime(2030, 1, 1, tzinfo=UTC)
STANDING = {"library": "L1", "step": 4, "gone": 0}
PLACE: dict[str, Any] = {"begun_at": BEGUN.isoformat(), "standing": STANDING, "chunks": 3, "done": 3}


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000)))
def test_it_counts_for_seven_days_and_no_longer(later: timedelta) -> None:
    assert still_counts(PLACE, BEGUN + later, STANDING) == (later <= LASTS)


@pytest.mark.parametrize("changed", [{"library": None}, {"step": 5}, {"gone": 9}])
def test_of_a_medium_that_stands_otherwise_it_does_not_count(changed: dict[str, Any]) -> None:
    assert not still_counts(PLACE, BEGUN, STANDING | changed)


@pytest.mark.parametrize("lacking", ["begun_at", "standing", "chunks"])
def test_without_knowing_when_or_of_what_state_it_does_not_count(lacking: str) -> None:
    place = {key: value for key, value in PLACE.items() if key != lacking}
    assert not still_counts(place, BEGUN, STANDING)
