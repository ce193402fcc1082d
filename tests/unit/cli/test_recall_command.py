"""archivectl recall and images export: asked, waited for, fetched, checked, reported as delivered."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archived.errors import AnswerBroken, DaemonAbsent
from cli import reconnecting

from .conftest import FakeClient, Run

FILES = {"data/a": b"first file", "data/空/b": b"second", "data/empty": b""}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def ready(daemon: FakeClient) -> dict[str, Any]:
    """A daemon that needs a moment for recall R000001; the document that it answers with."""
    files = [
        {"path": p, "kind": "file", "size_bytes": len(d), "sha256": digest(d), "mtime_ns": 10**9}
        for p, d in FILES.items()
    ]
    recall = {
        "recall": "R000001",
        "package": "P000001",
        "reference": "F/S/V",
        "state": "requested",
        "waits": "",
    }
    asked = {"order": "O000001", "recalls": [recall], "visits": [], "files": 3, "bytes": 16}
    order = {"order": "O000001", "recalls": [recall]}
    ready_order = {"order": "O000001", "recalls": [{**recall, "state": "ready"}]}
    daemon.answers |= {
        "POST /v1/recall-orders": asked,
        "GET /v1/recall-orders/O000001": [order, order, ready_order],
        "GET /v1/recalls/R000001/files": {
            "recall": "R000001", "whole": True, "files": files,
            "directories": [{"path": "data/none", "kind": "folder", "mtime_ns": 0}],
        },
        "POST /v1/recalls/R000001/delivered": {"state": "delivered"},
        "POST /v1/recalls/R000001/cancel": {"state": "cancelled"},
        "POST /v1/recall-orders/O000001/cancel": {"state": "cancelled"},
        "GET /v1/status": {},
    }  # fmt: skip
    daemon.contents = dict(FILES)
    return asked


def ends(daemon: FakeClient) -> list[str]:
    """How the recall was ended."""
    return [
        path.rpartition("/")[2] for method, path, _ in daemon.calls if method == "POST" and "000001/" in path
    ]


def test_a_recall_writes_every_file_and_says_that_it_arrived(
    run: Run, daemon: FakeClient, ready: dict[str, Any], tmp_path: Path
) -> None:
    result = run("recall", "F/S/V", "--version", "2", "--file", "data/a", "--to", str(tmp_path / "to"))
    assert result.exit_code == 0, result.output
    for path, data in FILES.items():
        assert (tmp_path / "to" / path).read_bytes() == data
    assert (tmp_path / "to/data/none").is_dir()
    item = {"reference": "F/S/V", "version": 2, "paths": ["data/a"], "pieces": []}
    (order,) = daemon.asked("POST", "/v1/recall-orders")
    assert (order["items"], order["dry_run"]) == ([item], False)
    assert ends(daemon) == ["delivered"]
    assert "3 files, 16 B, every one checked by sha256" in result.stdout


def test_without_a_folder_one_named_like_the_reference_is_made(
    run: Run, ready: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("recall", "F/S/V").exit_code == 0
    assert (tmp_path / "F_S_V/data/a").read_bytes() == FILES["data/a"]


def test_json_prints_the_recall_document(run: Run, ready: dict[str, Any], tmp_path: Path) -> None:
    result = run("recall", "P000001", "--to", str(tmp_path), "--json")
    assert json.loads(result.stdout) == ready


def test_a_folder_that_is_not_empty_is_refused_before_the_daemon_is_asked(
    run: Run, daemon: FakeClient, ready: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "mine").write_text("mine")
    assert run("recall", "P000001", "--to", str(tmp_path)).exit_code == 2
    assert daemon.calls == []
    assert run("recall", "P000001", "--to", str(tmp_path), "--overwrite").exit_code == 0
    assert (tmp_path / "mine").read_text() == "mine"


def test_bytes_that_differ_exit_4_and_cancel_the_recall(
    run: Run, daemon: FakeClient, ready: dict[str, Any], tmp_path: Path
) -> None:
    daemon.contents["data/空/b"] = b"SECOND"
    result = run("recall", "P000001", "--to", str(tmp_path))
    assert result.exit_code == 4
    assert "data/空/b: 6 bytes with sha256" in result.stderr
    assert not (tmp_path / "data/空/b").exists()
    assert not list(tmp_path.rglob("*.part"))
    assert ends(daemon) == ["cancel"]


def test_a_path_that_escapes_is_refused_and_nothing_is_written(
    run: Run, daemon: FakeClient, ready: dict[str, Any], tmp_path: Path
) -> None:
    daemon.answers["GET /v1/recalls/R000001/files"]["files"][1]["path"] = "../escaped"
    result = run("recall", "P000001", "--to", str(tmp_path / "to"))
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []
    assert ends(daemon) == ["cancel"]


def test_a_recall_that_failed_exits_4_with_the_daemon_s_note(
    run: Run, daemon: FakeClient, ready: dict[str, Any], tmp_path: Path
) -> None:
    failed = {**ready["recalls"][0], "state": "failed", "note": "members 1, 2, 3 are lost"}
    daemon.answers["GET /v1/recall-orders/O000001"] = {"recalls": [failed]}
    result = run("recall", "P000001", "--to", str(tmp_path / "to"))
    assert result.exit_code == 4
    assert "members 1, 2, 3 are lost" in result.stderr
    assert not (tmp_path / "to").exists()


def test_an_interruption_while_waiting_cancels_the_recall(
    run: Run, daemon: FakeClient, ready: dict[str, Any], tmp_path: Path
) -> None:
    daemon.answers["GET /v1/recall-orders/O000001"] = [{"recalls": ready["recalls"]}, KeyboardInterrupt()]
    assert run("recall", "P000001", "--to", str(tmp_path)).exit_code == 130
    assert ends(daemon) == ["cancel"]


def test_a_dry_run_names_media_and_time_and_fetches_nothing(run: Run, daemon: FakeClient) -> None:
    visit = {"medium": "D17", "image": "I3", "label": "7K3F · 3 of 6", "element": 1024, "in_drive": False}
    daemon.answers["POST /v1/recall-orders"] = {
        "visits": [visit], "estimate_s": 90, "mounts": 1, "files": 3, "bytes": 1000, "shortage": ""
    }  # fmt: skip
    result = run("recall", "P000001", "--dry-run")
    for words in ("3 files, 1.0 kB, 1 media to mount", "D17", "7K3F · 3 of 6", "estimated time: 1 min 30 s"):
        assert words in result.stdout
    assert [call[0] for call in daemon.calls] == ["POST"]


@pytest.fixture
def exported(daemon: FakeClient, ready: dict[str, Any]) -> FakeClient:
    image = b"the exact bytes of an image"
    daemon.contents = {"": image}
    recall = {"recall": "R000001", "state": "requested", "bytes": len(image), "sha256": digest(image)}
    states = [{"state": "waiting"}, {"state": "requested"}, {"state": "ready"}]
    document = {"id": "I3", "state": "kept", "size_bytes": len(image), "sha256": digest(image)}
    daemon.answers |= {"GET /v1/images/7K3F-3": document, "POST /v1/images/7K3F-3/export": recall}
    daemon.answers["GET /v1/recalls/R000001"] = states
    return daemon


def test_an_exported_image_is_checked_by_its_recorded_digest(
    run: Run, exported: FakeClient, tmp_path: Path
) -> None:
    target = tmp_path / "disc.udf"
    assert run("images", "export", "7K3F-3", str(target)).exit_code == 0
    assert target.read_bytes() == exported.contents[""]
    assert ends(exported) == ["delivered"]


def test_an_export_never_replaces_a_file_unless_told(run: Run, exported: FakeClient, tmp_path: Path) -> None:
    target = tmp_path / "disc.udf"
    target.write_text("mine")
    assert run("images", "export", "7K3F-3", str(target)).exit_code == 2
    assert target.read_text() == "mine"
    assert exported.calls == []
    assert run("images", "export", "7K3F-3", str(target), "--overwrite").exit_code == 0


def test_an_export_that_differs_leaves_nothing(run: Run, exported: FakeClient, tmp_path: Path) -> None:
    exported.contents[""] = b"the exact bytes of an imagE"
    assert run("images", "export", "7K3F-3", str(tmp_path / "disc.udf")).exit_code == 4
    assert list(tmp_path.iterdir()) == []
    assert ends(exported) == ["cancel"]


def test_an_image_without_bytes_is_not_exported(run: Run, exported: FakeClient, tmp_path: Path) -> None:
    exported.answers["GET /v1/images/7K3F-3"] = {
        "id": "I3",
        "state": "open",
        "size_bytes": None,
        "sha256": None,
    }
    assert run("images", "export", "7K3F-3", str(tmp_path / "disc.udf")).exit_code == 2


def test_an_export_goes_on_when_the_daemon_comes_back_and_is_asked_for_once(
    run: Run, exported: FakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconnecting, "PAUSE_S", 0.0)
    asked = exported.answers["POST /v1/images/7K3F-3/export"]
    exported.answers["POST /v1/images/7K3F-3/export"] = [AnswerBroken("cut"), DaemonAbsent("nobody"), asked]
    exported.answers["GET /v1/status"] = [DaemonAbsent("nobody"), {}]
    stream, breaks = exported.stream, iter([4, 9])

    def breaking(path: str, /, **params: Any) -> Iterator[bytes]:
        data = b"".join(stream(path, **params))
        cut = next(breaks, None)
        yield data[:cut]
        if cut is not None:
            raise AnswerBroken("cut")

    monkeypatch.setattr(exported, "stream", breaking)
    result = run("images", "export", "7K3F-3", str(tmp_path / "disc.udf"))

    assert result.exit_code == 0, result.output
    assert (tmp_path / "disc.udf").read_bytes() == exported.contents[""]
    assert len({sent["key"] for sent in exported.asked("POST", "/v1/images/7K3F-3/export")}) == 1
    assert [sent.get("skip", 0) for how, _, sent in exported.calls if how == "STREAM"] == [0, 4, 13]
    assert ends(exported) == ["delivered"]
