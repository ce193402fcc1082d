"""Who is told what, and when: purely."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archived.alerts import Alarm, Told
from archived.policy.alerts import GIVE_UP_AFTER, QuietHours, Rule, due, next_try, settled

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALARM = Alarm(7, "scratch:bluray", "working-hours", "few", "all", "buy", NOW - 2 * HOUR)
URGENT = replace(ALARM, urgency="now")
RULE = Rule("duty", repeat=24 * HOUR)
NIGHT = QuietHours(time(22), time(7), UTC)


def events(rule: Rule, alarm: Alarm, told: Told | None = None, now: datetime = NOW) -> list[str]:
    known = {} if told is None else {(rule.hook, alarm.id): told}
    return [word.event for word in due(rule, [alarm], known, now)]


def test_an_alarm_is_told_once_when_it_has_lasted() -> None:
    slow = replace(RULE, settle=3 * HOUR)
    assert events(slow, ALARM) == []
    assert events(slow, ALARM, now=NOW + HOUR) == ["new"]
    assert events(RULE, ALARM, Told("new", "working-hours", NOW)) == []


def test_what_nobody_acknowledged_is_told_again_after_a_while() -> None:
    told = Told("new", "working-hours", NOW)
    assert events(RULE, ALARM, told, NOW + 23 * HOUR) == []
    assert events(RULE, ALARM, told, NOW + 24 * HOUR) == ["again"]
    assert events(replace(RULE, repeat=None), ALARM, told, NOW + 999 * HOUR) == []
    known = replace(ALARM, acked_at=NOW)
    assert events(RULE, known, told, NOW + 24 * HOUR) == []


def test_what_gets_worse_is_told_whatever_was_acknowledged() -> None:
    told = Told("new", "working-hours", NOW - HOUR)
    worse = replace(URGENT, acked_at=NOW - HOUR, worse_at=NOW)
    assert events(RULE, worse, told) == ["worse"]
    assert not worse.quieted
    assert replace(worse, acked_at=NOW + HOUR).quieted


def test_only_who_was_told_of_it_is_told_that_it_is_over() -> None:
    over = replace(ALARM, recovered_at=NOW)
    assert events(RULE, over) == []
    told = Told("again", "working-hours", NOW - HOUR)
    assert events(RULE, over, told) == ["recovered"]
    assert events(RULE, over, Told("recovered", "working-hours", NOW)) == []
    assert events(replace(RULE, recovered=False), over, told) == []
    assert events(replace(RULE, settle=HOUR), over, told) == []


def test_a_hook_hears_only_what_it_asked_for() -> None:
    assert events(replace(RULE, urgency="now"), ALARM) == []
    assert events(replace(RULE, urgency="now"), URGENT) == ["new"]
    assert events(replace(RULE, only=("reduced:",)), ALARM) == []
    assert events(replace(RULE, only=("scratch:",)), ALARM) == ["new"]


def test_a_hook_for_what_is_urgent_hears_that_something_became_so() -> None:
    assert events(replace(RULE, urgency="now"), replace(URGENT, worse_at=NOW - HOUR)) == ["worse"]


def test_at_night_only_what_is_urgent_is_told_and_that_it_is_over() -> None:
    rule, night = replace(RULE, quiet=NIGHT), datetime(2026, 3, 1, 23, tzinfo=UTC)
    morning = datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert events(rule, ALARM, now=night) == []
    assert events(rule, ALARM, now=morning) == ["new"]
    assert events(rule, URGENT, now=night) == ["new"]
    over = replace(URGENT, recovered_at=night)
    assert events(rule, over, Told("new", "now", NOW), night) == ["recovered"]
    assert events(rule, over, Told("new", "working-hours", NOW), night) == []
    assert events(rule, over, Told("new", "working-hours", NOW), morning) == ["recovered"]


@pytest.mark.parametrize(("hour", "quiet"), [(21, False), (22, True), (2, True), (6, True), (7, False)])
def test_quiet_hours_go_over_midnight_on_the_clocks_of_their_zone(hour: int, quiet: bool) -> None:
    hours = QuietHours(time(22), time(7), ZoneInfo("Asia/Shanghai"))
    local = datetime(2026, 3, 1, hour, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert hours.hold(local.astimezone(UTC)) is quiet


def test_quiet_hours_within_a_day() -> None:
    hours = QuietHours(time(12), time(14), UTC)
    assert hours.hold(NOW)
    assert not hours.hold(NOW + 2 * HOUR)


def test_an_alarm_stays_alive_until_everybody_who_was_told_of_it_knows_that_it_is_over() -> None:
    over = replace(ALARM, recovered_at=NOW)
    told = {("duty", 7): Told("new", "working-hours", NOW)}
    assert settled([RULE], [over], told, NOW, HOUR) == []
    assert settled([RULE], [over], told, NOW + HOUR, HOUR) == []
    known = {("duty", 7): Told("recovered", "working-hours", NOW)}
    assert settled([RULE], [over], known, NOW + HOUR, HOUR) == [over]
    assert settled([], [over], told, NOW + HOUR, HOUR) == [over]
    assert settled([RULE], [ALARM], {}, NOW + 99 * HOUR, HOUR) == []


def test_a_message_is_tried_more_and_more_rarely_and_not_for_ever() -> None:
    waits = [next_try(NOW, attempts, NOW) for attempts in range(1, 9)]
    gaps = [(at - NOW).total_seconds() / 60 for at in waits if at]
    assert gaps == [1, 2, 5, 15, 30, 60, 60, 60]
    assert next_try(NOW, 90, NOW + GIVE_UP_AFTER) is None


@given(st.lists(st.tuples(st.integers(0, 48), st.booleans()), min_size=1, max_size=40))
def test_a_hook_hears_of_each_trouble_in_order_and_never_twice_at_once(
    steps: list[tuple[int, bool]],
) -> None:
    """Whatever an alarm does hour by hour: new comes first, recovered last, once."""
    rule, told, heard = replace(RULE, quiet=NIGHT), {}, []
    alarm, now = ALARM, NOW
    for hours, ends in steps:
        now += hours * HOUR
        if ends and alarm.recovered_at is None:
            alarm = replace(alarm, recovered_at=now)
        for word in due(rule, [alarm], told, now):
            heard.append(word.event)
            told[(rule.hook, alarm.id)] = Told(word.event, alarm.urgency, now)
        assert due(rule, [alarm], told, now) == []
    assert "new" not in heard[1:]
    assert "recovered" not in heard[:-1]
    assert heard[:1] in ([], ["new"])
