"""What becomes of alarms between two looks at the list of what waits for a person."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from archived.alerts import URGENCIES, Alarm
from archived.catalog.events import Attention
from archived.policy.alarms import changes, urgency_at

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SETTLE = timedelta(minutes=2)


def entry(id: str = "a:1", urgency: str = "working-hours", level: int = 0, what: str = "w") -> Attention:
    return Attention(id, urgency, what, "safe", "next", NOW, level=level)


def alarm(id: str = "a:1", urgency: str = "working-hours", level: int = 0, **more: object) -> Alarm:
    return Alarm(1, id, urgency, "w", "safe", "next", NOW - timedelta(hours=1), level=level, **more)  # type: ignore[arg-type]


def kinds(entries: list[Attention], live: list[Alarm]) -> list[str]:
    return [change.kind for change in changes(entries, live, NOW, SETTLE)]


def test_what_is_new_is_raised_and_what_is_gone_has_recovered() -> None:
    assert kinds([entry("a:2")], [alarm("a:1")]) == ["recovered", "raised"]


def test_what_stays_as_it_is_is_no_change() -> None:
    assert kinds([entry()], [alarm()]) == []


def test_worse_is_more_urgent_or_more_of_the_same() -> None:
    assert kinds([entry(urgency="now")], [alarm()]) == ["worse"]
    assert kinds([entry(level=2)], [alarm(level=1)]) == ["worse"]
    assert kinds([entry(urgency="working-hours", level=3)], [alarm(urgency="now", level=1)]) == ["eased"]


def test_other_words_are_kept_and_told_to_nobody() -> None:
    assert kinds([entry(what="x")], [alarm()]) == [""]


def test_what_comes_back_soon_is_the_same_alarm_and_later_another() -> None:
    assert kinds([entry()], [alarm(recovered_at=NOW - timedelta(minutes=1))]) == ["came back"]
    assert kinds([entry()], [alarm(recovered_at=NOW - timedelta(minutes=3))]) == ["raised"]


def test_what_had_to_be_done_before_a_time_is_urgent_once_it_has_come() -> None:
    dated = Attention("a:1", "before", "w", "s", "n", NOW, before=NOW + timedelta(hours=1))
    assert urgency_at(dated, NOW) == "before"
    assert urgency_at(dated, NOW + timedelta(hours=1)) == "now"


words = st.builds(
    entry, st.sampled_from(["a:1", "a:2", "b:1"]), st.sampled_from(URGENCIES), st.integers(0, 3)
)


@given(st.lists(words, unique_by=lambda item: item.id), st.lists(words, unique_by=lambda item: item.id))
def test_after_what_changed_is_recorded_nothing_has(before: list[Attention], after: list[Attention]) -> None:
    live = [alarm(item.id, item.urgency, item.level) for item in before]
    found = changes(after, live, NOW, SETTLE)
    assert {c.entry.id for c in found if c.kind == "raised" and c.entry} == {i.id for i in after} - {
        i.id for i in before
    }
    assert {c.alarm.attention_id for c in found if c.kind == "recovered" and c.alarm} == {
        i.id for i in before
    } - {i.id for i in after}
    settled = [alarm(item.id, item.urgency, item.level) for item in after]
    assert changes(after, settled, NOW, SETTLE) == []
