"""Receipts that come back to the daemon that gave them, and some that it never gave."""

from pathlib import Path
from typing import Any

import pytest

from archived.formats.key_files import trust
from archived.formats.signing import new_key, sign
from tests.unit.archived.api.conftest import Daemon


@pytest.fixture
def receipt(daemon: Daemon, tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/page").write_text("page")
    asked = {"path": str(tmp_path / "in"), "fonds": "F", "series": "S", "volume": "1", "retention": "30",
             "confidentiality": "open"}  # fmt: skip
    answer = daemon.ask("POST", "/v1/submissions", asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def verdict(daemon: Daemon, receipt: dict[str, Any]) -> tuple[str, list[str]]:
    document = daemon.ask("POST", "/v1/receipts/verify", {"receipt": receipt}).json()
    assert document["notice"].startswith("SIMULATED")
    return document["verdict"], [check["what"] for check in document["checks"] if check["outcome"] != "right"]


def test_a_receipt_that_was_given_is_right_also_when_it_is_the_repeated_one(
    daemon: Daemon, receipt: dict[str, Any]
) -> None:
    assert verdict(daemon, receipt) == ("right", [])
    assert verdict(daemon, {**receipt, "repeated": True}) == ("right", [])


def test_a_receipt_that_was_changed_or_signed_by_others_is_not(
    daemon: Daemon, receipt: dict[str, Any]
) -> None:
    assert verdict(daemon, {**receipt, "files": 2}) == ("wrong", ["signature", "content"])
    assert verdict(daemon, {**receipt, "title": "other"}) == ("wrong", ["signature"])
    other = new_key()
    assert verdict(daemon, sign(receipt, other)) == ("open", ["signature"])
    trust(daemon.services.site.tools.paths.keys, other.public)
    assert verdict(daemon, sign(receipt, other)) == ("right", [])
    assert verdict(daemon, {"receipt": "accepted"}) == ("wrong", ["signature", "package"])


def test_an_unsigned_receipt_of_earlier_days_cannot_be_proven(
    daemon: Daemon, receipt: dict[str, Any]
) -> None:
    unsigned = {name: value for name, value in receipt.items() if name != "signature"}
    assert verdict(daemon, unsigned) == ("open", ["signature"])


def test_a_receipt_of_a_package_that_was_taken_back_holds_no_more(
    daemon: Daemon, receipt: dict[str, Any]
) -> None:
    answer = daemon.ask("POST", f"/v1/packages/{receipt['package']}/withdraw", {"reason": "by mistake"})
    assert answer.status_code == 200
    assert verdict(daemon, receipt) == ("wrong", ["state"])
