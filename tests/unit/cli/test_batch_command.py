"""archivectl batch: counts, closings, and paths that are safe to hand to another program."""

import base64
from typing import Any

import pytest

from .conftest import FakeClient, Run

BATCH: dict[str, Any] = {
    "id": "B000012", "kind": "list", "path": "/in/list.csv", "owner": 0, "opened_at": "2026-01-01T00:00:00+00:00",
    "counts": {"refused": 1, "accepted": 29},
    "closings": [
        {"what": "image", "thing": "I000003", "reason": "old", "at": "2026-01-08T00:00:00+00:00", "packages": 29}
    ],
    "items": [
        {"number": 2, "role": "volume", "path": "/in/0001", "reference": "F/S/0001", "state": "refused",
         "package": None, "repeated": False, "waits_for": [],
         "reasons": [{"code": "unacceptable", "message": "it holds no file at all"}]},
    ],
}  # fmt: skip


def answer(*paths: bytes, keep: tuple[str, ...] = ()) -> dict[str, Any]:
    def item(raw: bytes) -> dict[str, Any]:
        shown = {"path": raw.decode("utf-8", "backslashreplace"), "reference": "F/S/1", "package": "P000001"}
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            shown["path_base64"] = base64.b64encode(raw).decode()
        return shown

    kept = [{"path": path, "why": "P000002 is not archived, it is accepted"} for path in keep]
    return {
        "batch": "B000012",
        "may_delete": [*map(item, paths)],
        "keep": kept,
        "exit_status": 3 if keep else 0,
    }


def test_a_batch_shows_counts_closings_and_reasons(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/batches/B000012"] = BATCH
    for words in (("batch", "B000012"), ("batch", "show", "B000012")):
        shown = run(*words).stdout
        for what in (
            "refused 1",
            "accepted 29",
            "29 packages wait for image I000003 to close: old",
            "no file at all",
        ):
            assert what in shown


@pytest.mark.parametrize("path", [b"/in/0001", "/in/卷 1".encode(), b"/in/caf\xe9", b"/in/a\nb"])
def test_with_nul_every_path_is_printed_as_it_is(run: Run, daemon: FakeClient, path: bytes) -> None:
    daemon.answers["POST /v1/batches/B000012/may-delete"] = answer(path, b"/in/last")
    result = run("batch", "may-delete", "B000012", "-0")
    assert (result.exit_code, result.stdout_bytes) == (0, path + b"\0/in/last\0")


@pytest.mark.parametrize("path", [b"/in/caf\xe9", b"/in/a\nb", b"/in/\x1b[2J"])
def test_without_nul_no_path_can_be_taken_for_another(run: Run, daemon: FakeClient, path: bytes) -> None:
    daemon.answers["POST /v1/batches/B000012/may-delete"] = answer(path, b"/in/last")
    result = run("batch", "may-delete", "B000012")
    assert (result.exit_code, result.stdout_bytes) == (3, b"/in/last\n")
    assert "-0" in result.stderr


def test_what_is_kept_is_named_with_the_reason_and_the_exit_code_is_3(run: Run, daemon: FakeClient) -> None:
    daemon.answers["POST /v1/batches/B000012/may-delete"] = answer(b"/in/1", keep=("/in/2",))
    result = run("batch", "may-delete", "B000012", "-0")
    assert (result.exit_code, result.stdout_bytes) == (3, b"/in/1\0")
    assert "keep /in/2: P000002 is not archived" in result.stderr
