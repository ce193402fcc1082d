"""Receipts that come back to the daemon that gave them, and some that it never gave."""

from pathlib import Path
from typing import Any

import pytest

from archived.catalog import events, surveys
from archived.formats.key_files import load_site_key, trust
from archived.formats.signing import new_key, sign
from archived.stages import hold
from tests.unit.archived.api.conftest import Daemon
from tests.unit.archived.on_discs import lose, put_on_discs


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


def words(daemon: Daemon, receipt: dict[str, Any]) -> str:
    document = daemon.ask("POST", "/v1/receipts/verify", {"receipt": receipt}).json()
    return "\n".join(check["words"] for check in document["checks"])


def test_discs_that_are_away_are_told_beside_a_receipt_that_holds(
    daemon: Daemon, receipt: dict[str, Any]
) -> None:
    catalog, now = daemon.services.catalog, daemon.services.site.now()
    assert "keep your original for now" not in words(daemon, receipt)
    _data, parity = put_on_discs(catalog, receipt["package"], now)
    assert "keep your original" not in words(daemon, receipt)
    lose(catalog, parity, now)
    assert verdict(daemon, receipt) == ("right", [])
    assert "no verified copy of member 2" in words(daemon, receipt)


@pytest.mark.parametrize("origin", [surveys.REBUILT, surveys.RESTORED, surveys.EMPTY])
def test_a_catalog_that_was_made_again_does_not_call_an_older_receipt_false(
    daemon: Daemon, receipt: dict[str, Any], origin: str
) -> None:
    key = load_site_key(daemon.services.site.tools.paths.keys)
    lost = sign({**receipt, "package": "P000077"}, key)
    assert verdict(daemon, lost) == ("wrong", ["package"])
    with daemon.services.catalog.write() as write:
        events.set_setting(write, surveys.ORIGIN, origin)
        hold.place(write, [], cause="rebuild", note="", agent="uid:0", at=daemon.services.site.now())
    assert verdict(daemon, lost) == ("open", ["package"])
    aside = daemon.services.site.tools.paths.staging / "set-aside/hold-1/packages/P000077"
    if origin != surveys.EMPTY:
        assert "set-aside" in words(daemon, lost)
    aside.mkdir(parents=True)
    assert f"lies in {aside}" in words(daemon, lost)


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
