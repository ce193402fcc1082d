"""The rules by which media are examined, as archived.toml says them."""

from dataclasses import fields
from datetime import UTC, datetime

import pytest

from archived.config import parse
from archived.errors import ConfigurationError
from archived.settings_text import template
from archived.time_of_day import lies_in_hours
from archived.verification_settings import DEFAULT_VERIFICATION, VerificationSettings

TEXT = template(speed=1.0, keep_free_bytes=1 << 30)
BARE = (
    TEXT[: TEXT.index("# Media are examined by themselves")]
    + TEXT[TEXT.index("# A reader of tags, as many") :]
)


def test_the_template_says_what_is_done_when_nothing_is_said_and_names_every_key() -> None:
    assert parse(TEXT).verification == DEFAULT_VERIFICATION
    assert parse(BARE).verification == DEFAULT_VERIFICATION
    part = TEXT[TEXT.index("[verification.full]") : TEXT.index("[verification.sampled]")]
    assert {line.split(" ")[0] for line in part.splitlines() if " = " in line and line[0] != "#"} == {
        field.name for field in fields(VerificationSettings)
    }


def test_an_empty_table_switches_it_off_and_a_named_rule_stands_alone() -> None:
    assert parse(BARE + "\n[verification]\n").verification == {}
    found = parse(BARE + '\n[verification.mine]\ninterval_days = 90\npools = ["bluray"]\n').verification
    assert found == {"mine": VerificationSettings(90.0, pools=("bluray",))}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('how = "quick"', "verification.full: how: 'quick'; known are full, sampled, edges"),
        ('kinds = ["drum"]', "kinds: 'drum'"),
        ('states = ["lost"]', "states: 'lost'"),
        ('pools = ["no"]', "pools: 'no'; known are bluray"),
        ("chunks_percent = 0.0", "chunks_percent lies above 0"),
        ("media_percent = 101.0", "media_percent lies above 0"),
        ("overdue_days = -1.0", "overdue_days must not be negative"),
        ("media_at_once = 0", "media_at_once must be at least 1"),
        ('hours = "at night"', "'at night' are no hours such as 20:00-06:00"),
        ('hours = "20:00-25:00"', "'25:00' is no time of the day"),
        ('not_before = "soon"', "not_before: 'soon' is no day such as 2027-01-01"),
        ("interval_dasy = 3", "unknown key 'interval_dasy'; did you mean 'interval_days'"),
    ],
)
def test_what_cannot_be_is_refused_with_the_rule_and_the_key(line: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        parse(BARE + f"\n[verification.full]\ninterval_days = 90\n{line}\n")


def test_an_interval_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="interval_days must be positive"):
        parse(BARE + "\n[verification.full]\ninterval_days = 0\n")


@pytest.mark.parametrize(
    ("hours", "inside", "outside"),
    [
        ("08:00-18:00", (8, 12, 17), (7, 18, 23)),
        ("20:00-06:00", (20, 23, 0, 5), (6, 12, 19)),
        ("", (0, 12), ()),
    ],
)
def test_hours_may_go_over_midnight(hours: str, inside: tuple[int, ...], outside: tuple[int, ...]) -> None:
    assert all(lies_in_hours(datetime(2026, 1, 1, hour, tzinfo=UTC), hours) for hour in inside)
    assert not any(lies_in_hours(datetime(2026, 1, 1, hour, tzinfo=UTC), hours) for hour in outside)
