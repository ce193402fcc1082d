"""What words for retentions mean, when a package may go, and who has to want it: for every word, day and hold."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from archived.policy.retention.removal import RetentionRules, end_of, loosens, standing
from archived.policy.retention.terms import YEARS_MAX, Term, chinese_number, read_term
from archived.retention import CONFIDENTIALITY, RETENTION, STARTS_ON, SUBJECTS, Covered, LegalHold, Ruling
from archived.retention_settings import LEVELS

YEARS = st.integers(1, YEARS_MAX)
DAYS = st.dates(date(1900, 1, 1), date(2200, 1, 1))
AT = datetime(2026, 1, 1, tzinfo=UTC)
DIGITS = "零一二三四五六七八九"


def package(
    retention: str = "30", since: date | None = date(2003, 6, 1), confidentiality: str = "open"
) -> Covered:
    at = datetime(since.year, since.month, since.day, tzinfo=UTC) if since else None
    return Covered("P000001", "Z109", "2003", "0007", "permanent", retention, confidentiality, at)


def hold(subject: str, name: str, released: bool = False) -> LegalHold:
    return LegalHold(1, subject, name, "court", "uid:1", AT, AT if released else None)


def ruling(number: int, subject: str, name: str, what: str, value: str) -> Ruling:
    return Ruling(number, subject, name, what, value, "why", "uid:1", AT)


def written(number: int) -> str:
    """A number of years as Chinese texts write it."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{DIGITS[hundreds]}百" if hundreds else ""
    text += f"{DIGITS[tens] if tens > 1 or hundreds else ''}十" if tens else ""
    return text + (DIGITS[ones] if ones else "")


@given(YEARS, st.sampled_from(["{}", "{}年", "定期{}年", "D{}", "Y{}", "{} years", " {}  YEARS "]))
def test_every_way_to_write_years_means_them(years: int, form: str) -> None:
    assert read_term(form.format(years), {}) == Term(years)


@given(YEARS)
def test_years_in_chinese_numbers_mean_the_same(years: int) -> None:
    assert chinese_number(written(years)) == years
    assert read_term(f"{written(years)}年", {}) == Term(years)


@given(st.sampled_from(["永久", "permanent", "Permanent", "Y", " for  ever "]))
def test_for_ever_is_for_ever(words: str) -> None:
    term = read_term(words, {})
    assert term is not None
    assert term.permanent


@given(st.text(max_size=12))
def test_no_text_is_an_accident(words: str) -> None:
    term = read_term(words, {})
    assert term is None or 0 <= term.years <= YEARS_MAX
    assert read_term(words, {words: 7}) == Term(7)


@given(st.sampled_from(["长期", "短期", "0", "0年", "30 or 10", "-5", "permanent?", "", "1000"]))
def test_what_nobody_explained_stays_whatever_the_day(words: str) -> None:
    found = standing(package(words), (), (), RetentionRules(), date.max)
    assert found.reasons
    assert found.ends_on is None


@given(DAYS, YEARS, st.booleans())
def test_the_end_is_never_before_so_many_whole_years(starts_on: date, years: int, whole: bool) -> None:
    end = end_of(starts_on, years, whole_years=whole)
    assert end is not None
    assert (end.year - starts_on.year, end.month, end.day) >= (years, starts_on.month, starts_on.day) or whole
    assert end.year >= starts_on.year + years
    if whole:
        assert (end.month, end.day, end.year) == (1, 1, starts_on.year + years + 1)


@given(DAYS, YEARS, DAYS)
def test_nothing_goes_before_its_end_and_all_on_and_after_it(since: date, years: int, today: date) -> None:
    found = standing(package(f"{years}年", since), (), (), RetentionRules(), today)
    assert found.ends_on is not None
    assert bool(found.reasons) == (today < found.ends_on)


@given(st.sampled_from(SUBJECTS), st.booleans())
def test_under_a_hold_nothing_goes_and_after_its_release_it_does(subject: str, released: bool) -> None:
    item = package()
    found = standing(
        item, [hold(subject, item.names()[subject], released)], (), RetentionRules(), date(2100, 1, 1)
    )
    assert bool(found.reasons) == (not released)


@given(st.sampled_from(SUBJECTS))
def test_a_hold_on_another_thing_says_nothing(subject: str) -> None:
    found = standing(package(), [hold(subject, "another")], (), RetentionRules(), date(2100, 1, 1))
    assert not found.reasons


@given(st.permutations(range(len(SUBJECTS))))
def test_the_narrowest_ruling_counts_and_of_equal_ones_the_newest(order: list[int]) -> None:
    item = package()
    rulings = [
        ruling(number + 1, SUBJECTS[place], item.names()[SUBJECTS[place]], RETENTION, f"{place + 1}年")
        for number, place in enumerate(order)
    ]
    rulings.append(ruling(9, "package", item.package_id, RETENTION, "99年"))
    assert standing(item, (), rulings, RetentionRules(), AT.date()).retention == "99年"
    assert standing(item, (), rulings[:-1], RetentionRules(), AT.date()).retention == "1年"


def test_words_of_the_class_count_where_a_package_has_none() -> None:
    rules = RetentionRules(retention={"permanent": "永久"}, confidentiality={"permanent": "内部"})
    found = standing(package("", confidentiality=""), (), (), rules, date(2100, 1, 1))
    assert (found.retention, found.confidentiality, bool(found.reasons)) == ("永久", "内部", True)


def test_a_told_day_counts_before_the_day_of_archiving() -> None:
    told = ruling(1, "volume", "Z109/2003/0007", STARTS_ON, "1990-05-01")
    found = standing(package("10"), (), [told], RetentionRules(whole_years=False), AT.date())
    assert (found.ends_on, found.reasons) == (date(2000, 5, 1), ())
    assert end_of(date(2004, 2, 29), 1, whole_years=False) == date(2005, 3, 1)


@given(YEARS, YEARS)
def test_two_persons_are_asked_just_when_something_goes_sooner(before: int, after: int) -> None:
    rules, today = RetentionRules(), AT.date()
    now = standing(package(f"{before}年"), (), (), rules, today)
    then = standing(
        package(f"{before}年"), (), [ruling(1, "fonds", "Z109", RETENTION, f"{after}年")], rules, today
    )
    assert loosens(now, then, LEVELS) == (after < before)


@given(st.sampled_from(sorted(LEVELS)), st.sampled_from([*sorted(LEVELS), "核心"]))
def test_two_persons_are_asked_just_when_something_becomes_less_confidential(after: str, before: str) -> None:
    rules, today = RetentionRules(), AT.date()
    item = package(confidentiality=before)
    then = standing(item, (), [ruling(1, "fonds", "Z109", CONFIDENTIALITY, after)], rules, today)
    lower = LEVELS[after] < LEVELS.get(before, 99)
    assert loosens(standing(item, (), (), rules, today), then, LEVELS) == lower


@given(st.sampled_from(["永久", "长期", ""]))
def test_a_date_for_what_had_none_needs_two(words: str) -> None:
    rules, today = RetentionRules(), AT.date()
    item = package(words)
    then = standing(item, (), [ruling(1, "package", "P000001", RETENTION, "10年")], rules, today)
    assert loosens(standing(item, (), (), rules, today), then, LEVELS)
