"""Every submission comes as an item of a batch, and the batch knows what became of it."""

import os
from pathlib import Path
from typing import Any

import pytest

from archived.batches import BatchItem
from archived.catalog import batches, events, packages, surveys
from archived.errors import CatalogBusy, StagingFull
from archived.item_states import ItemState
from archived.policy.submission import SubmissionRequest
from archived.stages import intake
from archived.stages.admission import admit
from tests.unit.archived.api.conftest import Daemon


@pytest.fixture
def request_(tmp_path: Path) -> dict[str, Any]:
    return handing(tmp_path, "volume")


def handing(tmp_path: Path, name: str, **more: Any) -> dict[str, Any]:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "a.txt").write_text("first")
    return {
        "path": str(folder), "fonds": "F", "series": "S", "volume": "V", "retention": "Y10",
        "confidentiality": "open", **more,
    }  # fmt: skip


def submit(daemon: Daemon, request: dict[str, Any]) -> dict[str, Any]:
    return daemon.ask("POST", "/v1/submissions", request).json()


def recorded(daemon: Daemon) -> list[BatchItem]:
    with daemon.services.catalog.read() as read:
        return [item for batch in batches.listing(read) for item in batches.items(read, batch.id)]


def test_a_receipt_names_its_batch_and_the_batch_its_package(
    daemon: Daemon, request_: dict[str, Any]
) -> None:
    receipt = submit(daemon, request_)
    (item,) = recorded(daemon)
    assert (receipt["batch"], item.batch_id, item.number) == ("B000001", "B000001", 1)
    assert (item.state, item.package_id) == (ItemState.ACCEPTED, receipt["package"])
    assert str(item.path) == request_["path"]


def test_while_the_catalog_is_gone_no_number_is_given_to_a_batch(
    daemon: Daemon, request_: dict[str, Any]
) -> None:
    with daemon.services.catalog.write() as write:
        events.set_setting(write, surveys.ORIGIN, surveys.EMPTY)
    answer = submit(daemon, request_)
    assert (answer["code"], answer["detail"]) == ("unavailable", {})
    assert recorded(daemon) == []


def test_the_same_again_is_the_same_batch(daemon: Daemon, request_: dict[str, Any]) -> None:
    first = submit(daemon, request_)
    assert submit(daemon, request_) == {**first, "repeated": True}
    assert [item.state for item in recorded(daemon)] == [ItemState.ACCEPTED]


def test_the_same_from_another_user_is_his_own_batch(daemon: Daemon, request_: dict[str, Any]) -> None:
    first = submit(daemon, request_)
    catalog, site = daemon.services.catalog, daemon.services.site
    asked = SubmissionRequest(**request_ | {"path": Path(request_["path"])})
    for _ in range(2):
        receipt = admit(asked, catalog=catalog, site=site, owner=4711)
        assert (receipt["package"], receipt["repeated"]) == (first["package"], "B000002")
    with catalog.read() as read:
        assert [batches.get(read, name).owner for name in ("B000001", "B000002")] == [os.getuid(), 4711]


def test_the_same_content_from_elsewhere_is_a_batch_of_its_own(
    daemon: Daemon, request_: dict[str, Any], tmp_path: Path
) -> None:
    first = submit(daemon, request_)
    assert submit(daemon, handing(tmp_path, "twin")) == {**first, "repeated": "B000002"}
    assert [(item.state, item.package_id) for item in recorded(daemon)] == [
        (ItemState.ACCEPTED, "P000001"),
        (ItemState.REPEATED, "P000001"),
    ]


def test_a_refusal_is_on_record_with_its_reasons_and_can_be_put_right(
    daemon: Daemon, request_: dict[str, Any]
) -> None:
    refused = submit(daemon, request_ | {"retention": ""})
    (item,) = recorded(daemon)
    assert refused["detail"]["batch"] == item.batch_id
    assert (item.state, item.package_id) == (ItemState.REFUSED, None)
    assert "retention" in item.reasons[0]["message"]
    assert submit(daemon, request_)["batch"] == item.batch_id
    assert [(item.state, item.reasons) for item in recorded(daemon)] == [(ItemState.ACCEPTED, ())]


def test_other_content_refused_later_takes_nothing_back(daemon: Daemon, request_: dict[str, Any]) -> None:
    submit(daemon, request_)
    (Path(request_["path"]) / "a.txt").write_text("other")
    assert submit(daemon, request_)["code"] == "content-differs"
    (item,) = recorded(daemon)
    assert (item.state, item.package_id) == (ItemState.ACCEPTED, "P000001")
    assert "1 changed" in item.reasons[0]["message"]


def test_a_correction_taken_whole_is_over_and_the_next_one_is_another_batch(
    daemon: Daemon, request_: dict[str, Any]
) -> None:
    submit(daemon, request_)
    again = request_ | {"new_version": True, "reason": "scanned again"}
    found = []
    for text in ("second", "third"):
        (Path(request_["path"]) / "a.txt").write_text(text)
        found.append(submit(daemon, again)["batch"])
    assert found == ["B000002", "B000003"]


def test_a_full_disk_is_no_refusal(
    daemon: Daemon, request_: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: Any, **_more: Any) -> None:
        raise StagingFull("the staging disk has no room left")

    monkeypatch.setattr(intake, "_copy_in", full)
    assert submit(daemon, request_)["code"] == "staging-full"
    (item,) = recorded(daemon)
    assert (item.state, item.reasons[0]["code"]) == (ItemState.NOT_TAKEN, "staging-full")


def test_a_dry_run_opens_no_batch(daemon: Daemon, request_: dict[str, Any]) -> None:
    assert submit(daemon, request_ | {"dry_run": True})["outcome"] == "accept"
    assert recorded(daemon) == []


def test_package_and_outcome_are_one_commit(
    daemon: Daemon, request_: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_arguments: Any, **_more: Any) -> None:
        raise CatalogBusy("held by another program")

    monkeypatch.setattr(batches, "record", busy)
    assert submit(daemon, request_)["code"] == "catalog-busy"
    with daemon.services.catalog.read() as read:
        assert [package.state.value for package in packages.listing(read)] == ["abandoned"]
    assert [item.state for item in recorded(daemon)] == [ItemState.NOT_TAKEN]
