"""Which drives that read for the care of media are given to whoever waits."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from archived.policy.mounting import Want
from archived.policy.verify.giving_way import CARE, CareDrive, drives_to_give, may_go_on

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DRIVES = (CareDrive("B1", "M1"), CareDrive("B2", "M2"))


def want(medium: str, kind: str, *drives: str, at: int | None = 1000) -> Want:
    return Want(medium, 1000, at, kind, drives or ("B1", "B2"), 0, NOW)


def test_a_recall_gets_one_drive_and_no_more() -> None:
    care = [want("M1", CARE), want("M2", CARE)]
    assert drives_to_give(DRIVES, care) == frozenset()
    assert drives_to_give(DRIVES, [*care, want("M9", "read")]) == {"B1"}
    assert drives_to_give(DRIVES, [*care, want("M9", "read"), want("M8", "write")]) == {"B1", "B2"}
    assert drives_to_give(DRIVES, [*care, want("M9", "read", "B2")]) == {"B2"}


def test_a_free_drive_is_taken_first_and_looks_wait() -> None:
    drives = (CareDrive("B1", "M1"), CareDrive("B2", None))
    assert drives_to_give(drives, [want("M1", CARE), want("M9", "read")]) == frozenset()
    assert drives_to_give(drives, [want("M1", CARE), want("M9", "read"), want("M8", "verify")]) == {"B1"}
    assert drives_to_give(DRIVES, [want("M1", CARE), want("M2", CARE), want("M9", "look")]) == frozenset()


def test_who_reads_for_a_recall_keeps_his_drive_and_what_is_away_takes_none() -> None:
    wants = [want("M1", CARE), want("M1", "read"), want("M2", CARE)]
    assert drives_to_give(DRIVES, wants) == frozenset()
    assert drives_to_give(DRIVES, [*wants, want("M9", "read")]) == {"B2"}
    assert drives_to_give(DRIVES, [*wants, want("M9", "read", at=None)]) == frozenset()
    assert may_go_on("M2", wants)
    assert not may_go_on("M1", wants), "whoever recalls reads first"
    assert not may_go_on("M3", wants)


@given(
    st.lists(
        st.builds(
            want,
            st.sampled_from([f"M{n}" for n in range(6)]),
            st.sampled_from(("clean", "read", "verify", "write", CARE, "look")),
            st.sampled_from(("B1", "B2", "B3")),
        ),
        max_size=12,
    ),
    st.lists(st.none() | st.sampled_from([f"M{n}" for n in range(6)]), min_size=3, max_size=3),
)
def test_only_drives_with_nothing_but_care_are_given_and_never_more_than_wait(
    wants: list[Want], loaded: list[str | None]
) -> None:
    seen: set[str] = set()
    drives = []
    for name, medium in zip(("B1", "B2", "B3"), loaded, strict=True):
        drives.append(CareDrive(name, None if medium in seen else medium))
        seen |= {medium} if medium else set()
    given_away = drives_to_give(drives, wants)
    waiting = [
        one for one in wants if one.kind in ("clean", "read", "verify", "write") and one.medium_id not in seen
    ]
    assert len(given_away) <= len(waiting)
    for drive in drives:
        if drive.name in given_away:
            assert drive.medium_id is not None
            assert may_go_on(drive.medium_id, wants)
            assert any(drive.name in one.allowed_drives for one in waiting)
