"""Orders over the API: all or nothing, the same key the same order, what each recall takes and why it waits."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.archived.api.conftest import Daemon


@pytest.fixture
def two(daemon: Daemon, tmp_path: Path) -> list[str]:
    """Two packages in staging."""
    found = []
    for volume in ("V1", "V2"):
        folder = tmp_path / volume
        folder.mkdir()
        (folder / "a.txt").write_text(f"content of {volume}")
        request: dict[str, Any] = {
            "path": str(folder), "fonds": "F", "series": "S", "volume": volume, "retention": "Y10",
            "confidentiality": "open",
        }  # fmt: skip
        answer = daemon.ask("POST", "/v1/submissions", request)
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["package"])
    return found


def order(daemon: Daemon, *references: str, **more: Any) -> Any:
    items = [{"reference": reference} for reference in references]
    return daemon.ask("POST", "/v1/recall-orders", {"items": items, **more})


def test_an_order_makes_one_recall_for_each_package_however_often_it_is_named(
    daemon: Daemon, two: list[str]
) -> None:
    document = order(daemon, "F/S/V1", two[0], "F/S/V2").json()
    shown = daemon.ask("GET", f"/v1/recall-orders/{document['order']}").json()

    assert sorted(recall["package"] for recall in document["recalls"]) == sorted(two)
    assert {recall["reference"] for recall in shown["recalls"]} == {"F/S/V1", "F/S/V2"}
    assert (document["way"], document["mounts"], document["visits"]) == ("staging", 0, [])
    listed = daemon.ask("GET", "/v1/recalls").json()["items"]
    assert [(row["order_id"], row["area_bytes"], row["waits"]) for row in listed] == [
        (document["order"], 0, "")
    ] * 2
    assert all(row["expires_at"] > row["requested_at"] and "paths" not in row for row in listed)


def test_the_same_key_is_the_same_order(daemon: Daemon, two: list[str]) -> None:
    first = order(daemon, *two, key="mine").json()
    again = order(daemon, *two, key="mine").json()
    other = order(daemon, *two, key="yours").json()
    assert first["order"] == again["order"] != other["order"]
    assert (again["files"], again["bytes"]) == (first["files"], first["bytes"])


def test_one_reference_that_is_not_there_refuses_all_and_every_missing_one_is_named(
    daemon: Daemon, two: list[str]
) -> None:
    refused = order(daemon, "F/S/V1", "F/S/V8", "F/S/V9")
    assert refused.status_code == 404
    assert (
        "2 of 3 references are not there: F/S/V8, F/S/V9; nothing was asked for" in refused.json()["message"]
    )
    assert daemon.ask("GET", "/v1/recalls").json()["items"] == []
    assert order(daemon).status_code == 422


def test_a_dry_run_puts_nothing_on_record(daemon: Daemon, two: list[str]) -> None:
    document = order(daemon, *two, dry_run=True).json()
    assert (document["dry_run"], document["from_staging"]) == (True, True)
    assert daemon.ask("GET", "/v1/recalls").json()["items"] == []


def test_what_is_left_of_an_order_can_be_cancelled(daemon: Daemon, two: list[str]) -> None:
    document = order(daemon, *two).json()
    first = document["recalls"][0]["recall"]
    daemon.ask("POST", f"/v1/recalls/{first}/cancel")
    ended = daemon.ask("POST", f"/v1/recall-orders/{document['order']}/cancel").json()
    assert [recall["state"] for recall in ended["recalls"]] == ["cancelled", "cancelled"]
    assert daemon.ask("GET", "/v1/recall-orders/O999999").status_code == 404


def test_what_a_recall_hands_over_is_listed_with_its_pieces(daemon: Daemon, two: list[str]) -> None:
    items = [
        {
            "reference": two[0],
            "pieces": [{"path": "a.txt", "start": 3, "end": 6}, {"path": "a.txt", "start": 8}],
        }
    ]
    made = daemon.ask("POST", "/v1/recall-orders", {"items": items}).json()["recalls"][0]
    document = daemon.ask("GET", f"/v1/recalls/{made['recall']}/files").json()
    pieces = [(file["path"], file["start"], file["end"], file["size_bytes"]) for file in document["files"]]
    assert pieces == [("data/a.txt", 3, 6, 4), ("data/a.txt", 8, 12, 5)]
    assert not document["whole"]
