"""Hours and loads of drives since they were cleaned: what they come to, and what follows."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from archived.catalog import events, media
from archived.catalog.store import Catalog
from archived.errors import NotFound, Refused
from archived.model import Move
from archived.policy.media_life.drive_use import Limit, Passage, Use, is_due, use_of, words_of
from archived.routines.runner import CLEAN_EVERY_S, Runner
from archived.stages.media_life import drive_care
from archived.stages.work import Site
from archived.states import MoveEvent, MoveState

BEGIN = datetime(2030, 1, 1, tzinfo=UTC)


def at(hours: float) -> datetime:
    return BEGIN + timedelta(hours=hours)


def test_time_between_in_and_out_counts_and_what_is_still_in_counts_until_now() -> None:
    passages = [Passage(True, at(0)), Passage(False, at(2)), Passage(True, at(10))]
    assert use_of(passages, at(13)) == Use(5.0, 2)


def test_what_was_in_before_anybody_counted_is_left_out() -> None:
    assert use_of([Passage(False, at(5)), Passage(True, at(6)), Passage(False, at(7))], at(9)) == Use(1.0, 1)


@pytest.mark.parametrize(
    ("use", "limit", "due"),
    [
        (Use(10, 0), Limit(10, 0), True),
        (Use(9.9, 500), Limit(10, 0), False),
        (Use(0, 5), Limit(0, 5), True),
        (Use(1000, 1000), Limit(0, 0), False),
    ],
)
def test_a_limit_of_nothing_is_no_limit(use: Use, limit: Limit, due: bool) -> None:
    assert is_due(use, limit) is due
    if due:
        assert "B1" in words_of("B1", use, limit)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 50)), max_size=30), st.floats(1, 100))
def test_counting_no_further_than_due_never_changes_whether_it_is(
    steps: list[tuple[bool, float]], hours: float
) -> None:
    moment, passages = 0.0, []
    for into, later in steps:
        moment += later
        passages.append(Passage(into, at(moment)))
    limit, now = Limit(hours, 7), at(moment)
    whole = use_of(passages, now)
    assert is_due(use_of(passages, now, until=limit), limit) == is_due(whole, limit)
    assert 0 <= whole.hours <= moment + 1e-6
    assert whole.loads == sum(passage.into for passage in passages)


def held(write: Connection, site: Site, hours: float, medium: str = "SIM00001") -> None:
    """A disc lies in the first drive for so long."""
    drive = media.drives(write)[0]
    for source, destination in ((1001, drive.element), (drive.element, 1001)):
        begun = site.now()
        number = media.begin_move(
            write, Move(0, MoveState.MOVING, drive.library, medium, source, destination, "read", begun)
        )
        media.end_move(write, number, MoveEvent.ARRIVED, site.now())
        if destination == drive.element:
            site.tools.clock.sleep(hours * 3600)


def test_a_lens_that_is_due_waits_for_a_person_until_somebody_says_it_is_clean(
    catalog: Catalog, site: Site
) -> None:
    with catalog.write() as write:
        held(write, site, 600)
        assert drive_care.watch(write, site) == []
        held(write, site, 500)
        (told,) = drive_care.watch(write, site)
        assert (told.id, told.urgency) == ("clean-due:B1", "working-hours")
        assert "1000" in told.what
        assert "archivectl drive cleaned B1" in told.next
        site.tools.clock.sleep(60)
        drive_care.said_cleaned(write, site, "B1", agent="uid:7", reason="brush disc")
        assert drive_care.watch(write, site) == []
        use = next(item for item in drive_care.uses(write, site) if item.drive.name == "B1")
        assert (use.use, use.cleaned_at) == (Use(0, 0), site.now())
        assert events.latest(write, subject_id="B1")[-1].agent == "uid:7"


def test_nobody_cleans_a_drive_that_there_is_not_or_without_a_reason(catalog: Catalog, site: Site) -> None:
    with catalog.write() as write:
        with pytest.raises(NotFound):
            drive_care.said_cleaned(write, site, "B9", agent="uid:7", reason="x")
        with pytest.raises(Refused):
            drive_care.said_cleaned(write, site, "B1", agent="uid:7", reason=" ")


def test_a_routine_tells_once_an_hour_and_takes_it_down_again(catalog: Catalog, site: Site) -> None:
    runner = Runner(catalog, site)

    def told() -> list[str]:
        runner.clean_when_due()
        with catalog.read() as read:
            return [item.id for item in events.attentions(read) if item.id.startswith("clean-due:")]

    try:
        assert told() == []
        with catalog.write() as write:
            held(write, site, 1100)
        assert told() == ["clean-due:B1"]
        with catalog.write() as write:
            drive_care.said_cleaned(write, site, "B1", agent="uid:7", reason="brush disc")
        assert told() == []
        site.tools.clock.sleep(CLEAN_EVERY_S)
        assert told() == []
    finally:
        runner.close()
