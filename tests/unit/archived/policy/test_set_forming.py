"""When a set closes, what may join it, and which positions a short one leaves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archived.policy.set_forming import absent_positions, scope_key, should_close_set

CLOSED_AT = datetime(2026, 1, 1, tzinfo=UTC)


def why(count: int, *, days: float = 0, **options: Any) -> str:
    return should_close_set(
        member_count=count,
        n=4,
        oldest_closed_at=CLOSED_AT if count else None,
        set_wait=timedelta(days=7),
        now=CLOSED_AT + timedelta(days=days),
        **options,
    )


def test_a_set_closes_with_n_images_or_short_after_its_wait() -> None:
    assert why(3, days=6.9) == ""
    assert why(4) == "full"
    assert why(1, days=7) == "old"


def test_a_set_closes_short_when_asked_or_under_staging_pressure() -> None:
    assert why(2, asked=True) == "asked"
    assert why(2, pressure=True) == "staging pressure"


def test_an_empty_or_held_set_never_closes() -> None:
    assert why(0, days=99, asked=True, pressure=True) == ""
    assert why(4, days=99, asked=True, pressure=True, held=True) == ""


def test_a_scope_is_one_printable_key() -> None:
    where = {"pool": "bluray", "fonds": "J001", "series": "文书"}
    assert scope_key("pool", **where) == "pool:bluray"
    assert scope_key("fonds", **where) == "fonds:bluray/J001"
    assert scope_key("group", **where) == "group:bluray/J001/文书"
    with pytest.raises(ValueError, match="disc"):
        scope_key("disc", **where)


def test_a_slash_in_a_name_does_not_make_two_groups_one() -> None:
    left = scope_key("group", pool="p", fonds="a/b", series="c")
    assert left != scope_key("group", pool="p", fonds="a", series="b/c")


def test_a_short_set_leaves_its_last_data_positions_absent() -> None:
    assert absent_positions(4, 4) == ()
    assert absent_positions(1, 4) == (2, 3, 4)
    for impossible in (0, 5):
        with pytest.raises(ValueError, match="cannot have"):
            absent_positions(impossible, 4)
