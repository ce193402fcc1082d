"""Which cleaning cartridge is taken, and when a drive must not write."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archived.cleanings import Cleaning, CleaningState
from archived.policy.cleaners import (
    AGAIN,
    USES_MAX,
    Cleaner,
    asks_again,
    choose_cleaner,
    is_open,
    must_not_write,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = Cleaning(1, "T1", CleaningState.ASKED, urgent=True, agent="archived", asked_at=NOW)
CLOSED = (CleaningState.DONE, CleaningState.UNFIT, CleaningState.WITHDRAWN)


def test_the_cartridge_that_was_used_most_is_used_up_first() -> None:
    found = choose_cleaner([Cleaner("CLN2", 3), Cleaner("CLN1", 17), Cleaner("CLN3", 17)])
    assert found is not None
    assert found.medium_id == "CLN1"


@pytest.mark.parametrize(
    "cleaner",
    [Cleaner("CLN1", USES_MAX), Cleaner("CLN1", 0, unfit=True), Cleaner("CLN1", 0, taken=True)],
    ids=["used up", "unfit", "taken"],
)
def test_a_cartridge_that_cannot_clean_now_is_not_taken(cleaner: Cleaner) -> None:
    assert choose_cleaner([cleaner]) is None


@pytest.mark.parametrize("state", CleaningState, ids=lambda state: state.value)
def test_a_drive_that_said_clean_now_writes_again_only_when_that_is_over(state: CleaningState) -> None:
    row = replace(ASKED, state=state)
    assert (must_not_write({"T1": row}) == {"T1"}) is (state not in CLOSED) is is_open(row)
    assert not must_not_write({"T1": replace(row, urgent=False)}), "due is not dirty"


def test_a_drive_that_asks_soon_after_a_cleaning_is_shown_to_a_person() -> None:
    done = replace(ASKED, state=CleaningState.DONE, ended_at=NOW)
    assert asks_again(done, NOW + AGAIN - timedelta(seconds=1))
    assert not asks_again(done, NOW + AGAIN)
    assert not asks_again(replace(done, state=CleaningState.WITHDRAWN), NOW)
    assert not asks_again(None, NOW)
