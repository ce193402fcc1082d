"""What makes two submits the same, and which numbers of batches a catalog from media must not give again."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archived.batches import BatchKind, Entry, asked_key, highest_batch
from archived.model import Package, Reference
from archived.states import PackageState

ENTRY = Entry(1, Path("/in/1"), Reference("F", "S", "1"))


@pytest.mark.parametrize(
    "other",
    [
        asked_key(BatchKind.HOT, [ENTRY]),
        asked_key(BatchKind.SINGLE, [ENTRY, ENTRY]),
        asked_key(BatchKind.SINGLE, [Entry(1, Path("/in/2"), ENTRY.reference)]),
        asked_key(BatchKind.SINGLE, [Entry(1, ENTRY.path, Reference("F", "S", "2"))]),
        asked_key(BatchKind.SINGLE, [ENTRY], list_sha256="ab"),
        asked_key(BatchKind.SINGLE, [ENTRY], new_version=True, reason="again"),
        asked_key(BatchKind.SINGLE, [ENTRY], new_version=True, reason="once more"),
    ],
    ids=["door", "more", "path", "reference", "list", "correction", "another correction"],
)
def test_whatever_differs_is_another_batch(other: str) -> None:
    assert other != asked_key(BatchKind.SINGLE, [ENTRY]) == asked_key(BatchKind.SINGLE, [ENTRY])


def test_a_path_that_is_no_utf8_and_a_broken_reference_have_a_key_too() -> None:
    assert asked_key(BatchKind.SINGLE, [Entry(1, Path("/caf\udce9"), Reference("\udce9", "", "\ud800"))])


@pytest.mark.parametrize(
    ("volume", "receipt", "number"),
    [
        ("0007", None, 0),
        ("0007", {"batch": "B000012"}, 12),
        ("list-B000013", {"batch": "B000012"}, 13),
        ("list-B1", {"batch": "none"}, 0),
    ],
)
def test_receipts_and_lists_tell_the_numbers_of_their_batches(
    volume: str, receipt: dict[str, Any] | None, number: int
) -> None:
    package = Package(
        "P000001", PackageState.FOUND, "permanent", "F", "S", volume, 1, "", "", "", "", 0, "", 1, 1, "",
        datetime(2026, 1, 1, tzinfo=UTC), accepted_receipt=receipt,
    )  # fmt: skip
    assert highest_batch(package) == number
