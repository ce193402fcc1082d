"""When what is examined: never sooner than a rule says but for a failure beside it, and never forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from archived.policy.verify.due import RETRY_AFTER, Known, applies, due_at, everything_due
from archived.verification_settings import DEFAULT_VERIFICATION, VerificationSettings

T0 = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = st.integers(0, 4000).map(lambda days: T0 + timedelta(days=days))
RULES = st.builds(
    VerificationSettings,
    interval_days=st.integers(1, 2000).map(float),
    how=st.sampled_from(("full", "sampled", "edges")),
    media_percent=st.sampled_from((100.0, 50.0, 10.0)),
    after_failure_days=st.integers(0, 60).map(float),
    failed_batch_days=st.sampled_from((0.0, 30.0, 91.0)),
    not_before=st.sampled_from(("", "2030-06-01")),
)
KNOWN = st.builds(
    Known,
    subject=st.just("copy 1"),
    kind=st.sampled_from(("disc", "tape")),
    born_at=DAYS,
    medium_id=st.sampled_from(("M1", "M2", "M3")),
    state=st.sampled_from(("good", "watch", "suspect")),
    batch=st.sampled_from(("", "A", "B")),
    full_at=st.none() | DAYS,
    any_at=st.none() | DAYS,
    failed_at=st.none() | DAYS,
)


@given(RULES, KNOWN, st.dictionaries(st.sampled_from("AB"), DAYS))
def test_a_thing_is_due_after_its_interval_or_sooner_only_for_a_failure_of_its_batch(
    rule: VerificationSettings, known: Known, failures: dict[str, datetime]
) -> None:
    at = due_at("rule", rule, known, failures)
    last = (
        known.full_at
        if rule.how == "full"
        else max(filter(None, (known.full_at, known.any_at)), default=None)
    )
    if last is not None and at < last + timedelta(days=rule.interval_days):
        failed = failures[known.batch]
        if failed > last:
            assert at >= failed + timedelta(days=rule.after_failure_days)
        else:
            assert rule.how == "full"
            assert at >= last + timedelta(days=rule.failed_batch_days)
            assert rule.failed_batch_days
    assert at == due_at("rule", rule, known, failures)
    if rule.not_before:
        assert at >= datetime(2030, 6, 1, tzinfo=UTC)
    if known.failed_at is not None and (last is None or known.failed_at > last):
        assert at >= known.failed_at + RETRY_AFTER


@given(RULES, KNOWN, DAYS)
def test_a_failure_beside_it_never_makes_anything_due_later(
    rule: VerificationSettings, known: Known, failed: datetime
) -> None:
    known = replace(known, batch="A")
    assert due_at("rule", rule, known, {"A": failed}) <= due_at("rule", rule, known, {})
    assert due_at("rule", rule, known, {"B": failed}) == due_at("rule", rule, known, {})


@given(RULES, st.lists(KNOWN, max_size=8), DAYS)
def test_everything_that_a_rule_speaks_of_is_listed_once_the_most_overdue_first(
    rule: VerificationSettings, things: list[Known], now: datetime
) -> None:
    things = [replace(known, subject=f"copy {number}") for number, known in enumerate(things)]
    found = everything_due({"rule": rule}, things, {}, now)
    assert [due.at for due in found] == sorted(due.at for due in found)
    assert {due.known.subject for due in found} == {
        known.subject for known in things if applies(rule, known, now)
    }


def test_with_a_share_of_media_each_has_its_turn_and_about_so_many_in_each_interval() -> None:
    rule = VerificationSettings(interval_days=100.0, media_percent=25.0)
    due = [due_at("some", rule, Known(f"copy {n}", "disc", T0, f"M{n}", full_at=T0), {}) for n in range(400)]
    first = sum(at == T0 + timedelta(days=100) for at in due)
    assert 70 <= first <= 130
    assert max(due) < T0 + timedelta(days=100 * 60)


def test_the_rules_of_a_site_that_names_none_read_everything_within_a_year() -> None:
    rules = DEFAULT_VERIFICATION
    disc = Known("copy 1", "disc", T0, "M1", "bluray", "good", "A", full_at=T0, any_at=T0)
    listed = {due.rule: (due.at - T0).days for due in everything_due(rules, [disc], {}, T0)}
    assert listed == {"full": 365, "sampled": 182}
    watched = replace(disc, state="watch")
    listed = {due.rule: (due.at - T0).days for due in everything_due(rules, [watched], {}, T0)}
    assert listed == {"full": 365, "sampled": 182, "watched": 91}
    failed = {"A": T0 + timedelta(days=30)}
    listed = {due.rule: (due.at - T0).days for due in everything_due(rules, [disc], failed, T0)}
    assert listed == {"full": 44, "sampled": 44}
    # From then on it is read every quarter, and less often the longer nothing else fails.
    read = [failed["A"] + timedelta(days=14)]
    for _time in range(8):
        read.append(due_at("full", rules["full"], replace(disc, full_at=read[-1]), failed))
    assert [(after - before).days for before, after in pairwise(read)] == [91, 91, 91, 91, 94, 118, 147, 184]
    assert everything_due(rules, [replace(disc, state="quarantined")], {}, T0) == []
    staged = Known("P000001", "disk", T0)
    assert [due.rule for due in everything_due(rules, [staged], {}, T0)] == ["staged"]


def test_a_rule_for_old_media_speaks_of_these_alone() -> None:
    rule = VerificationSettings(interval_days=100.0, age_from_days=3650, age_to_days=7300)
    disc = Known("copy 1", "disc", T0, "M1", state="good")
    ages = [day for day in (0, 3649, 3650, 7299, 7300) if applies(rule, disc, T0 + timedelta(days=day))]
    assert ages == [3650, 7299]
