"""Approvals as two peers of the socket ask for them."""

from typing import Any

import pytest

from archived.stages import approving
from tests.unit.archived.api.conftest import Daemon

ANNA, BO = "uid:1000", "uid:1001"


@pytest.fixture
def waiting(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> str:
    """What Anna asks for; the effect does nothing but be allowed."""
    effects = {"test": lambda *_given: None}
    monkeypatch.setattr("archived.api.approvals.EFFECTS", effects)
    with daemon.services.catalog.write() as write:
        item = approving.ask(
            write, daemon.services.site, "test", "medium SIM00001", agent=ANNA, reason="old", terms={"media": 1}
        )  # fmt: skip
    return item.id


def say(daemon: Daemon, approval_id: str, verb: str, peer: str, reason: str = "seen") -> tuple[int, Any]:
    answer = daemon.ask("POST", f"/v1/approvals/{approval_id}/{verb}", {"reason": reason}, peer=peer)
    return answer.status_code, answer.json()


def test_both_see_exactly_what_is_agreed_to(daemon: Daemon, waiting: str) -> None:
    shown = daemon.ask("GET", f"/v1/approvals/{waiting}", peer=BO).json()
    assert (shown["terms"], shown["asked_by"], shown["state"]) == ({"media": 1}, ANNA, "asked")
    assert shown["events"][0]["type"] == "approval asked"
    listed = daemon.ask("GET", "/v1/approvals?state=asked").json()["items"]
    assert [item["id"] for item in listed] == [waiting]
    assert daemon.ask("GET", "/v1/approvals?state=given").json()["items"] == []


def test_the_kernel_s_uid_decides_who_may_agree(daemon: Daemon, waiting: str) -> None:
    for peer in (ANNA, "uid:0"):
        status, said = say(daemon, waiting, "give", peer)
        assert (status, said["code"]) == (403, "not-permitted"), peer
    status, said = say(daemon, waiting, "give", BO)
    assert (status, said["state"], said["ended_by"]) == (200, "given", BO)
    assert daemon.woken == [None]
    assert say(daemon, waiting, "give", "uid:1002")[0] == 409


def test_a_refusal_is_on_record_with_who_and_why(daemon: Daemon, waiting: str) -> None:
    status, said = say(daemon, waiting, "refuse", BO, "the box is in the reading room")
    assert (status, said["state"], said["note"]) == (200, "refused", "the box is in the reading room")


@pytest.mark.parametrize("verb", ["give", "refuse"])
def test_an_answer_without_a_reason_is_none(daemon: Daemon, waiting: str, verb: str) -> None:
    assert say(daemon, waiting, verb, BO, " ")[0] == 422
    assert daemon.ask("GET", f"/v1/approvals/{waiting}").json()["state"] == "asked"


def test_what_was_never_asked_for_is_not_there(daemon: Daemon) -> None:
    assert daemon.ask("GET", "/v1/approvals/A99999").status_code == 404
    assert daemon.ask("GET", "/v1/approvals?state=no").status_code == 422
