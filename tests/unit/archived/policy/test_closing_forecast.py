"""When what waits is expected to close: the rules of packing and of sets, asked ahead of time."""

from datetime import UTC, datetime, timedelta

import pytest

from archived.policy.closing_forecast import Forecast, of_images, of_set
from archived.policy.packing import LATE, MAIN, Candidate, PackingRules, arrange

NOW = datetime(2026, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = PackingRules(100, 90.0, 7 * DAY)


def waiting(volume: str, cost: int = 10, *, days: int = 1, version: int = 1) -> Candidate:
    return Candidate(f"P-{volume}-{version}", volume, version, cost, NOW - days * DAY)


def test_what_waits_closes_when_its_oldest_is_old_enough() -> None:
    found = of_images([waiting("1", days=2), waiting("2")], [], RULES, now=NOW)
    assert set(found.values()) == {Forecast("old", NOW + 5 * DAY)}


def test_what_is_full_closes_now_and_what_does_not_fit_waits_for_the_next() -> None:
    found = of_images([waiting("1", 60), waiting("2", 60), waiting("3", 101)], [], RULES, now=NOW)
    assert found == {
        "P-1-1": Forecast("full", NOW),
        "P-2-1": Forecast("old", NOW + 6 * DAY),
        "P-3-1": Forecast("too large", None),
    }


def test_a_second_version_waits_for_the_first() -> None:
    found = of_images([waiting("1"), waiting("1", version=2)], [], RULES, now=NOW)
    assert found["P-1-2"] == Forecast("another version first", None)


@pytest.mark.parametrize(
    ("why", "forecast"),
    [
        ({"held": True}, Forecast("held", None)),
        ({"asked": True}, Forecast("asked", NOW)),
        ({"pressure": True}, Forecast("staging pressure", NOW)),
    ],
    ids=["held", "asked", "pressure"],
)
def test_a_person_and_a_full_disk_change_it(why: dict[str, bool], forecast: Forecast) -> None:
    assert of_images([waiting("1")], [], RULES, now=NOW, **why) == {"P-1-1": forecast}
    found = of_set(member_count=1, n=4, oldest_closed_at=NOW - DAY, set_wait=3 * DAY, now=NOW, **why)
    assert found == forecast


def test_a_set_closes_when_it_is_full_or_its_oldest_image_is_old_enough() -> None:
    early = of_set(member_count=1, n=4, oldest_closed_at=NOW - DAY, set_wait=3 * DAY, now=NOW)
    full = of_set(member_count=4, n=4, oldest_closed_at=NOW - DAY, set_wait=3 * DAY, now=NOW)
    assert (early, full) == (Forecast("old", NOW + 2 * DAY), Forecast("full", NOW))


@pytest.mark.parametrize("prefix", ["", "2003/"])
def test_an_archived_list_makes_no_later_volume_a_late_one(prefix: str) -> None:
    closed = [f"{prefix}0007", f"{prefix}list-B000012"]
    runs = arrange([waiting(f"{prefix}{volume}") for volume in ("0003", "0008", "list-B000013")], closed)
    assert {run.kind: [c.volume for c in run.candidates] for run in runs} == {
        MAIN: [f"{prefix}0008", f"{prefix}list-B000013"],
        LATE: [f"{prefix}0003"],
    }
