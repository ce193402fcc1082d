"""What a batch says of its items, and which originals may go."""

import base64
import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from archived.catalog import packages
from archived.catalog.tables import copy, package, protection_set
from archived.policy.submission import SubmissionRequest
from archived.stages import deletion, hold
from archived.stages.admission import admit
from archived.states import CopyState, PackageState, SetState
from tests.unit.archived.api.conftest import Daemon
from tests.unit.archived.on_discs import lose, put_on_discs


@pytest.fixture
def handed_in(daemon: Daemon, tmp_path: Path) -> Path:
    """One volume, accepted as P000001 of batch B000001."""
    folder = tmp_path / "0001"
    hand_in(daemon, folder)
    return folder


def hand_in(daemon: Daemon, folder: Path, volume: str = "0001") -> None:
    folder.mkdir()
    (folder / "a.txt").write_text(volume)
    asked = SubmissionRequest(folder, "F", "S", volume, retention="Y10", confidentiality="open")
    admit(asked, catalog=daemon.services.catalog, site=daemon.services.site, owner=0)


def archive(daemon: Daemon) -> list[str]:
    """Everything that is accepted; on which discs it lies now."""
    catalog = daemon.services.catalog
    with catalog.read() as read:
        found = packages.in_state(read, PackageState.ACCEPTED)
    return [disc for item in found for disc in put_on_discs(catalog, item.id, daemon.services.site.now())]


def may_delete(daemon: Daemon, batch: str = "B000001") -> dict[str, Any]:
    return daemon.ask("POST", f"/v1/batches/{batch}/may-delete", {}).json()


def test_a_batch_counts_its_items_and_says_when_what_waits_will_close(
    daemon: Daemon, handed_in: Path
) -> None:
    shown = daemon.ask("GET", "/v1/batches/b000001").json()
    assert (shown["id"], shown["kind"], shown["counts"]) == ("B000001", "single", {"accepted": 1})
    assert (shown["items"][0]["reference"], shown["items"][0]["path"]) == ("F/S/0001", str(handed_in))
    (closing,) = shown["closings"]
    assert (closing["what"], closing["reason"], closing["packages"]) == ("image", "old", 1)
    accepted_at = daemon.services.site.now()
    assert closing["at"] > accepted_at.isoformat()
    assert daemon.ask("GET", "/v1/batches").json()["items"][0]["counts"] == {"accepted": 1}


def test_what_came_later_waits_for_the_same_closing_before_its_image_is_opened(
    daemon: Daemon, tmp_path: Path
) -> None:
    hand_in(daemon, tmp_path / "0001")
    daemon.services.site.tools.clock.sleep(60)
    hand_in(daemon, tmp_path / "0002", "0002")
    first, second = (daemon.ask("GET", f"/v1/batches/B00000{n}").json()["closings"] for n in (1, 2))
    assert first == second
    assert len(first) == 1


def test_an_unknown_batch_is_not_found(daemon: Daemon) -> None:
    assert daemon.ask("GET", "/v1/batches/B000009").status_code == 404
    assert daemon.ask("POST", "/v1/batches/B000009/may-delete", {}).status_code == 404


def test_what_is_only_accepted_is_kept(daemon: Daemon, handed_in: Path) -> None:
    answer = may_delete(daemon)
    assert (answer["may_delete"], answer["exit_status"]) == ([], 3)
    assert answer["keep"][0]["why"] == "P000001 is not archived, it is accepted"


def test_what_is_archived_and_still_equal_may_go(daemon: Daemon, handed_in: Path) -> None:
    archive(daemon)
    answer = may_delete(daemon)
    assert (answer["keep"], answer["exit_status"]) == ([], 0)
    assert [item["path"] for item in answer["may_delete"]] == [str(handed_in)]
    assert daemon.ask("GET", "/v1/batches/B000001").json()["counts"] == {"archived": 1}


def test_what_was_changed_since_is_kept(daemon: Daemon, handed_in: Path) -> None:
    archive(daemon)
    (handed_in / "a.txt").write_text("other")
    answer = may_delete(daemon)
    assert (answer["may_delete"], answer["exit_status"]) == ([], 3)
    assert "a.txt" in answer["keep"][0]["why"]


def test_what_is_archived_and_has_lost_a_disc_since_is_kept(daemon: Daemon, handed_in: Path) -> None:
    _data, parity = archive(daemon)
    lose(daemon.services.catalog, parity, daemon.services.site.now())
    answer = may_delete(daemon)
    assert (answer["may_delete"], answer["exit_status"]) == ([], 3)
    assert "no verified copy of member 2" in answer["keep"][0]["why"]


def test_a_disc_that_is_lost_while_originals_are_read_counts(
    daemon: Daemon, handed_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, _parity = archive(daemon)
    compare = deletion.difference

    def slow(*words: Any, **options: Any) -> str:
        lose(daemon.services.catalog, data, daemon.services.site.now())
        return compare(*words, **options)

    monkeypatch.setattr(deletion, "difference", slow)
    assert "no verified copy of member 1" in may_delete(daemon)["keep"][0]["why"]


def test_nothing_may_go_while_a_hold_is_in_force(daemon: Daemon, handed_in: Path) -> None:
    archive(daemon)
    with daemon.services.catalog.write() as write:
        hold.place(write, [], cause="restore", note="", agent="uid:0", at=daemon.services.site.now())
    answer = may_delete(daemon)
    assert (answer["may_delete"], answer["exit_status"]) == ([], 3)
    assert "until a person releases the hold" in answer["keep"][0]["why"]


def test_what_was_refused_is_kept_with_the_reason_in_the_batch(daemon: Daemon, tmp_path: Path) -> None:
    asked = {"path": str(tmp_path / "nowhere"), "fonds": "F", "series": "S", "volume": "V"}
    assert daemon.ask("POST", "/v1/submissions", asked).status_code == 422
    shown = daemon.ask("GET", "/v1/batches/B000001").json()
    assert shown["counts"] == {"refused": 1}
    assert any("is not there" in reason["message"] for reason in shown["items"][0]["reasons"])
    assert may_delete(daemon)["keep"][0]["why"] == "it was not taken: refused"


def test_a_path_that_is_no_utf8_goes_out_as_its_very_bytes(daemon: Daemon, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    hand_in(daemon, folder)
    archive(daemon)
    (item,) = may_delete(daemon)["may_delete"]
    assert item["path"].endswith("caf\\xe9")
    assert base64.b64decode(item["path_base64"]) == os.fsencode(folder)


def test_a_withdrawn_package_is_named_so(daemon: Daemon, handed_in: Path) -> None:
    with daemon.services.catalog.write() as write:
        write.execute(update(package).values(state=PackageState.WITHDRAWN))
    assert daemon.ask("GET", "/v1/batches/B000001").json()["counts"] == {"withdrawn": 1}
    assert may_delete(daemon)["exit_status"] == 3


def test_what_a_rebuild_found_is_kept_and_names_the_members_that_are_away(
    daemon: Daemon, handed_in: Path
) -> None:
    data, parity = archive(daemon)
    with daemon.services.catalog.write() as write:
        write.execute(update(package).values(state=PackageState.FOUND))
        write.execute(update(protection_set).values(state=SetState.FOUND))
        write.execute(update(copy).values(state=CopyState.FOUND))
    assert "archivectl catalog check --full" in may_delete(daemon)["keep"][0]["why"]
    name = data.partition("-")[0]
    assert daemon.ask("GET", f"/v1/sets/{name}").json()["missing"] == []
    lose(daemon.services.catalog, parity, daemon.services.site.now())
    assert f"({name}: 2)" in may_delete(daemon)["keep"][0]["why"]
    assert daemon.ask("GET", f"/v1/sets/{name}").json()["missing"] == [2]
    shown = daemon.ask("GET", "/v1/packages/P000001").json()
    assert shown["keep_original"] == shown["waits_for"][0] == may_delete(daemon)["keep"][0]["why"]


def test_the_same_content_whose_receipt_was_lost_is_refused_with_words(
    daemon: Daemon, handed_in: Path
) -> None:
    with daemon.services.catalog.write() as write:
        packages.update_columns(write, "P000001", accepted_receipt=None)
    asked = {"path": str(handed_in), "fonds": "F", "series": "S", "volume": "0001", "retention": "Y10",
             "confidentiality": "open"}  # fmt: skip
    answer = daemon.ask("POST", "/v1/submissions", asked)
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong-state")
    assert "P000001" in answer.json()["message"]
