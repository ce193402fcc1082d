"""What a receipt claims, against what the catalog knows now."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from archived.model import Package
from archived.policy.receipt_check import OPEN, RIGHT, WRONG, MadeAgain, check_claims, verdict
from archived.states import PackageState

PACKAGE = Package(
    id="P000001",
    state=PackageState.ARCHIVED,
    storage_class="standard",
    fonds="F",
    series="S",
    volume="1",
    version=1,
    title="",
    retention="permanent",
    confidentiality="open",
    source_path="/in",
    owner=1000,
    reason="",
    file_count=3,
    size_bytes=500,
    root_digest="ab" * 32,
    submitted_at=datetime(2026, 1, 1, tzinfo=UTC),
)
RECEIPT: dict[str, Any] = {
    "receipt": "accepted",
    "package": "P000001",
    "reference": {"fonds": "F", "series": "S", "volume": "1"},
    "version": 1,
    "files": 3,
    "bytes": 500,
    "root_digest": {"algorithm": "sha256", "value": "ab" * 32},
}


def test_a_receipt_that_says_what_is_there_is_right() -> None:
    assert verdict(check_claims(RECEIPT, PACKAGE, PACKAGE)) == RIGHT


@pytest.mark.parametrize(
    "change",
    [
        {"files": 4}, {"bytes": 1}, {"version": 2}, {"root_digest": {"value": "cd" * 32}}, {"root_digest": "text"},
        {"reference": {"fonds": "F", "series": "S", "volume": "2"}},
    ],
    ids=str,
)  # fmt: skip
def test_every_claim_that_differs_is_named(change: dict[str, Any]) -> None:
    checks = check_claims(RECEIPT | change, PACKAGE, PACKAGE)
    assert verdict(checks) == WRONG
    assert next(iter(change)) in " ".join(check.words for check in checks)


@pytest.mark.parametrize(
    ("kind", "state", "outcome"),
    [
        ("accepted", PackageState.ACCEPTED, RIGHT), ("archived", PackageState.ACCEPTED, WRONG),
        ("archived", PackageState.ARCHIVED, RIGHT), ("accepted", PackageState.WITHDRAWN, WRONG),
        ("accepted", PackageState.ABANDONED, WRONG), ("archived", PackageState.FOUND, OPEN),
    ],
)  # fmt: skip
def test_what_became_of_the_package_decides(kind: str, state: PackageState, outcome: str) -> None:
    package = replace(PACKAGE, state=state)
    assert verdict(check_claims({**RECEIPT, "receipt": kind}, package, package)) == outcome


def test_a_package_that_nobody_knows_and_a_newer_version_are_told() -> None:
    assert verdict(check_claims(RECEIPT, None, None)) == WRONG
    newer = replace(PACKAGE, id="P000009", version=2)
    (told,) = [check for check in check_claims(RECEIPT, PACKAGE, newer) if check.what == "superseded"]
    assert (told.outcome, "P000009" in told.words) == (RIGHT, True)


@pytest.mark.parametrize(
    ("given", "made_at", "outcome"),
    [
        ("2026-01-01T00:00:00+00:00", datetime(2026, 2, 1, tzinfo=UTC), OPEN),
        ("2026-03-01T00:00:00+00:00", datetime(2026, 2, 1, tzinfo=UTC), WRONG),
        ("2026-03-01T00:00:00+00:00", None, OPEN),
        ("some day", datetime(2026, 2, 1, tzinfo=UTC), OPEN),
    ],
    ids=["older than the catalog", "given by this catalog", "while there is no catalog", "without a time"],
)
def test_a_catalog_that_was_lost_cannot_say_that_there_was_no_such_package(
    given: str, made_at: datetime | None, outcome: str
) -> None:
    lost = MadeAgain(made_at, "/site/staging/set-aside")
    (check,) = check_claims(RECEIPT | {"accepted_at": given}, None, None, made_again=lost)
    assert (check.what, check.outcome) == ("package", outcome)
    if outcome == OPEN and made_at:
        assert "/site/staging/set-aside" in check.words


def test_discs_that_are_away_are_told_and_the_receipt_holds() -> None:
    checks = check_claims(RECEIPT, PACKAGE, PACKAGE, unsafe="set 7K3F: no verified copy of member 1")
    assert verdict(checks) == RIGHT
    assert "keep your original for now: set 7K3F" in checks[-1].words


def test_a_receipt_from_a_simulated_room_says_so() -> None:
    checks = check_claims({**RECEIPT, "notice": "SIMULATED – NOT PRESERVED"}, PACKAGE, PACKAGE)
    assert "SIMULATED" in checks[-1].words
