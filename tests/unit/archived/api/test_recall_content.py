"""The bytes of a recall, file by file: each costs a query for one file, however many the package has."""

from pathlib import Path
from typing import Any

import pytest

from archived.catalog import packages, recalls
from archived.stages import recall_request
from archived.states import RecallEvent
from tests.unit.archived.api.conftest import Daemon


@pytest.fixture
def recall_id(daemon: Daemon, tmp_path: Path) -> str:
    """A recall of two of three files, ready in staging."""
    volume = tmp_path / "volume"
    volume.mkdir()
    for name in "abc":
        (volume / f"{name}.txt").write_text(f"content of {name}")
    request: dict[str, Any] = {
        "path": str(volume), "fonds": "F", "series": "S", "volume": "V", "retention": "Y10",
        "confidentiality": "open",
    }  # fmt: skip
    answer = daemon.ask("POST", "/v1/submissions", request)
    assert answer.status_code == 200, answer.text
    services = daemon.services
    with services.catalog.read() as read:
        package = packages.get(read, answer.json()["package"])
    recall, _ = recall_request.request(services.catalog, services.site, package, ["a.txt", "b.txt"], owner=0)
    with services.catalog.write() as write:
        recalls.advance_state(write, recall.id, RecallEvent.GATHERED)
    return recall.id


def test_each_file_is_answered_without_loading_all_the_others(
    daemon: Daemon, recall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[str] = []
    get = recalls.get
    monkeypatch.setattr(recalls, "get", lambda *a: (loads.append("all paths"), get(*a))[1])
    for name in ("files", "extents"):
        monkeypatch.setattr(packages, name, lambda *a, name=name: loads.append(name))

    for name in "abab":
        answer = daemon.ask("GET", f"/v1/recalls/{recall_id}/content?path=data/{name}.txt")
        assert (answer.status_code, answer.text) == (200, f"content of {name}")

    assert loads == ["all paths"]


def test_a_file_that_the_recall_did_not_ask_for_is_not_given(daemon: Daemon, recall_id: str) -> None:
    answer = daemon.ask("GET", f"/v1/recalls/{recall_id}/content?path=data/c.txt")
    assert answer.status_code == 404
    assert f"recall {recall_id} has no file 'data/c.txt'" in answer.text


def test_a_recall_that_is_over_gives_nothing_any_more(daemon: Daemon, recall_id: str) -> None:
    assert daemon.ask("GET", f"/v1/recalls/{recall_id}/content?path=data/a.txt").status_code == 200
    daemon.ask("POST", f"/v1/recalls/{recall_id}/delivered")
    assert daemon.ask("GET", f"/v1/recalls/{recall_id}/content?path=data/a.txt").status_code == 409
    assert daemon.ask("GET", "/v1/recalls/R999999/content?path=x").status_code == 404


def test_who_has_the_beginning_gets_the_rest_of_what_is_judged_as_a_whole(
    daemon: Daemon, recall_id: str
) -> None:
    for skip, rest in ((0, "content of a"), (8, "of a"), (12, ""), (99, "")):
        answer = daemon.ask("GET", f"/v1/recalls/{recall_id}/content?path=data/a.txt&skip={skip}")
        assert (answer.status_code, answer.text) == (200, rest)
        assert answer.headers["content-length"] == str(len(rest))
    assert daemon.ask("GET", f"/v1/recalls/{recall_id}/content?path=data/a.txt&skip=-1").status_code == 422
