"""Where recalled files go: folders, bags and tar streams; orders that go on; a daemon that is away for a while."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bagit
import pytest

from archived.errors import AnswerBroken, DaemonAbsent
from cli import recall_note, reconnecting
from cli.bag_writing import finish_bag
from cli.delivered import DeliveredFile
from cli.recall_targets import FolderTarget, folder_names

from .conftest import FakeClient, Run

NAMES = ("P000001", "P000002")


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def document(recall: str, files: dict[str, bytes], *, whole: bool = True, **more: Any) -> dict[str, Any]:
    """What the daemon says that a recall hands over."""
    listed = [
        {
            "path": p,
            "kind": "file",
            "size_bytes": len(d),
            "sha256": digest(d),
            "mtime_ns": 5,
            "mode": None,
            **more,
        }
        for p, d in files.items()
    ]
    return {"recall": recall, "whole": whole, "files": listed, "directories": []}


@pytest.fixture
def two(daemon: FakeClient) -> FakeClient:
    """An order of two packages, both ready."""
    ready = [
        {"recall": f"R{n}", "package": name, "reference": f"F/S/{n}", "state": "ready", "waits": ""}
        for n, name in enumerate(NAMES, start=1)
    ]
    contents = {"data/a": b"first", "data/b": b"second"}
    daemon.contents = contents
    daemon.answers |= {
        "POST /v1/recall-orders": {"order": "O1", "recalls": ready, "files": 4, "bytes": 22},
        "GET /v1/recall-orders/O1": {"order": "O1", "recalls": ready},
        "GET /v1/recalls/R1/files": document("R1", contents),
        "GET /v1/recalls/R2/files": document("R2", contents),
        "POST /v1/recalls/R1/delivered": {},
        "POST /v1/recalls/R2/delivered": {},
        "POST /v1/recall-orders/O1/cancel": {},
        "GET /v1/status": {},
    }
    return daemon


def sent(daemon: FakeClient) -> list[dict[str, Any]]:
    return [order["items"] for order in daemon.asked("POST", "/v1/recall-orders")]


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_many_references_go_into_folders_of_their_own_and_lists_join_arguments(
    run: Run, two: FakeClient, tmp_path: Path
) -> None:
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("\ufeff# two of them\n\nF/S/2\nF/S/1\n", encoding="utf-8")
    result = run("recall", "F/S/1", "--from", str(wanted), "--to", str(tmp_path / "to"))

    assert result.exit_code == 0, result.output
    assert sent(two) == [
        [{"reference": name, "version": None, "paths": [], "pieces": []} for name in ("F/S/1", "F/S/2")]
    ]
    assert tree(tmp_path / "to") == {
        f"F_S_{n}/data/{name}": data for n in (1, 2) for name, data in (("a", b"first"), ("b", b"second"))
    }
    assert not (tmp_path / "to" / recall_note.NAME).exists()


@pytest.mark.parametrize(
    "words",
    [
        ("recall",),
        ("recall", "F/S/1", "F/S/2", "--file", "x"),
        ("recall", "F/S/1", "F/S/2", "--version", "1"),
        ("recall", "F/S/1", "--bytes", "0-9"),
        ("recall", "F/S/1", "--file", "x", "--bytes", "9-0"),
        ("recall", "F/S/1", "--file", "x", "--bytes", "-5"),
        ("recall", "F/S/1", "--to", "a", "--bag", "b"),
        ("recall", "F/S/1", "--tar", "-", "--json"),
        ("recall", "--continue"),
    ],
)
def test_options_that_do_not_go_together_ask_for_nothing(
    run: Run, two: FakeClient, words: tuple[str, ...]
) -> None:
    assert run(*words).exit_code == 2
    assert two.calls == []


def test_pieces_get_names_that_say_which_bytes_they_are(run: Run, two: FakeClient, tmp_path: Path) -> None:
    two.answers["POST /v1/recall-orders"]["recalls"].pop()
    two.answers["GET /v1/recalls/R1/files"] = document(
        "R1", {"data/a": b"first"}, whole=False, start=3, end=7
    )
    result = run(
        "recall", "F/S/1", "--file", "data/a", "--bytes", "3-7", "--bytes", "9-", "--to", str(tmp_path)
    )

    assert result.exit_code == 0, result.output
    assert sent(two)[0][0]["pieces"] == [
        {"path": "data/a", "start": 3, "end": 7}, {"path": "data/a", "start": 9, "end": None}
    ]  # fmt: skip
    assert tree(tmp_path) == {"data/a.bytes-3-7": b"first"}
    assert [s for how, _, s in two.calls if how == "STREAM"] == [{"path": "data/a", "start": 3, "end": 7}]


def test_chosen_files_become_a_new_bag_that_bagit_accepts(run: Run, two: FakeClient, tmp_path: Path) -> None:
    two.answers["POST /v1/recall-orders"]["recalls"].pop()
    files = {"data/a.txt": b"x", "data/页/b": b"second"}
    two.contents = files
    two.answers["GET /v1/recalls/R1/files"] = document("R1", files, whole=False)
    result = run("recall", "F/S/1", "--file", "a.txt", "--file", "页/b", "--bag", str(tmp_path / "bag"))

    assert result.exit_code == 0, result.output
    made = bagit.Bag(str(tmp_path / "bag"))
    made.validate()
    assert made.info["External-Identifier"] == "F/S/1"
    assert made.info["Payload-Oxum"] == "7.2"


def test_a_manifest_says_percent_and_line_ends_as_rfc_8493_has_it(tmp_path: Path) -> None:
    finish_bag(tmp_path, [DeliveredFile("data/100%\n\r.txt", 1, "ab" * 32)], "F/S/1", "P1")
    assert (tmp_path / "manifest-sha256.txt").read_bytes() == b"ab" * 32 + b"  data/100%25%0A%0D.txt\n"


def test_a_tag_file_cannot_be_chosen_for_a_new_bag(run: Run, two: FakeClient, tmp_path: Path) -> None:
    two.answers["POST /v1/recall-orders"]["recalls"].pop()
    two.answers["GET /v1/recalls/R1/files"] = document("R1", {"bag-info.txt": b"x"}, whole=False)
    result = run("recall", "F/S/1", "--file", "bag-info.txt", "--bag", str(tmp_path / "bag"))
    assert result.exit_code == 2
    assert not (tmp_path / "bag").exists()


def test_folders_of_an_order_never_share_a_name() -> None:
    parts = [
        {"package": "P1", "reference": "F/S/a"},
        {"package": "P2", "reference": "f_s/A"},
        {"package": "P3", "reference": "../.."},
        {"package": "P4", "reference": ""},
    ]
    assert folder_names(parts) == {"P1": "F_S_a", "P2": "f_s_A_P2", "P3": "_", "P4": "_P4"}
    assert folder_names(parts[:1]) == {"P1": ""}


# ---- going on


def test_what_arrived_before_an_interruption_is_not_asked_for_again(
    run: Run, two: FakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = two.stream

    def interrupted(path: str, /, **params: Any) -> Iterator[bytes]:
        if path.startswith("/v1/recalls/R2") and params["path"] == "data/b":
            yield b"sec"
            raise KeyboardInterrupt
        yield from stream(path, **params)

    monkeypatch.setattr(two, "stream", interrupted)
    first = run("recall", "F/S/1", "F/S/2", "--to", str(tmp_path))
    note = json.loads((tmp_path / recall_note.NAME).read_text())
    refused = run("recall", "F/S/1", "--to", str(tmp_path))
    monkeypatch.setattr(two, "stream", stream)

    over = [{"recall": f"R{n}", "state": "cancelled", "package": NAMES[n - 1]} for n in (1, 2)]
    again = {"recall": "R3", "package": "P000002", "reference": "F/S/2", "state": "ready", "waits": ""}
    two.answers |= {
        "GET /v1/recall-orders/O1": {"recalls": over},
        "POST /v1/recall-orders": {"order": "O2", "recalls": [again], "files": 1, "bytes": 6},
        "GET /v1/recall-orders/O2": {"recalls": [again]},
        "GET /v1/recalls/R3/files": document("R3", {"data/b": b"second"}, whole=False),
        "POST /v1/recalls/R3/delivered": {},
    }
    two.calls.clear()
    (tmp_path / "F_S_2/data/.archived-7-0.part").write_bytes(b"half")
    went_on = run("recall", "--continue", "--to", str(tmp_path))

    assert first.exit_code == 130
    assert "go on with: archivectl recall --continue --to" in first.stderr
    assert [note["parts"][name]["done"] for name in NAMES] == [True, False]
    assert refused.exit_code == 2
    assert "holds an unfinished recall" in refused.stderr
    assert went_on.exit_code == 0, went_on.output
    assert sent(two) == [[{"reference": "P000002", "version": None, "paths": ["data/b"], "pieces": []}]]
    assert [s["path"] for how, _, s in two.calls if how == "STREAM"] == ["data/b"]
    assert tree(tmp_path) == {
        f"F_S_{n}/data/{name}": data for n in (1, 2) for name, data in (("a", b"first"), ("b", b"second"))
    }


def test_a_recall_that_was_kept_is_taken_up_where_the_daemon_is(
    run: Run, two: FakeClient, tmp_path: Path
) -> None:
    requested = [{**r, "state": "requested"} for r in two.answers["POST /v1/recall-orders"]["recalls"]]
    ready = two.answers["GET /v1/recall-orders/O1"]
    two.answers["GET /v1/recall-orders/O1"] = [{"recalls": requested}, KeyboardInterrupt()]
    kept = run("recall", "F/S/1", "F/S/2", "--keep", "--to", str(tmp_path / "to"))
    two.answers["GET /v1/recall-orders/O1"] = ready
    other = run("recall", "F/S/3", "--continue", "--to", str(tmp_path / "to"))
    went_on = run("recall", "F/S/1", "F/S/2", "--continue", "--to", str(tmp_path / "to"))

    assert kept.exit_code == 130
    assert two.asked("POST", "/v1/recall-orders/O1/cancel") == []
    assert other.exit_code == 2
    assert "unfinished recall of something else" in other.stderr
    assert went_on.exit_code == 0, went_on.output
    assert len(sent(two)) == 1
    assert len(tree(tmp_path / "to")) == 4


def test_one_that_fails_leaves_the_others_and_says_which(run: Run, two: FakeClient, tmp_path: Path) -> None:
    recalls = two.answers["GET /v1/recall-orders/O1"]["recalls"]
    recalls[0] |= {"state": "failed", "note": "members 1, 2, 3 are lost"}
    result = run("recall", "F/S/1", "F/S/2", "--to", str(tmp_path))
    assert result.exit_code == 4
    assert (
        "1 of 2 packages could not be brought back: F/S/1: R1 failed: members 1, 2, 3 are lost"
        in result.stderr
    )
    assert set(tree(tmp_path)) == {"F_S_2/data/a", "F_S_2/data/b", recall_note.NAME}


def test_one_that_waits_for_room_says_so_once(run: Run, two: FakeClient, tmp_path: Path) -> None:
    ready = two.answers["GET /v1/recall-orders/O1"]
    words = "waits for room in the recall area: it needs 5 bytes"
    waiting = {"recalls": [ready["recalls"][0], {**ready["recalls"][1], "state": "waiting", "waits": words}]}
    two.answers["GET /v1/recall-orders/O1"] = [waiting, waiting, waiting, ready]
    result = run("recall", "F/S/1", "F/S/2", "--to", str(tmp_path))
    assert result.exit_code == 0
    assert result.stderr.count(words) == 1


# ---- a daemon that is away


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconnecting, "PAUSE_S", 0.0)
    monkeypatch.setattr(reconnecting, "TRIES_MAX", 4)


@pytest.mark.usefixtures("impatient")
def test_a_daemon_that_ends_and_comes_back_interrupts_nothing(
    run: Run, two: FakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready, away = two.answers["GET /v1/recall-orders/O1"], DaemonAbsent("nobody")
    two.answers["GET /v1/recall-orders/O1"] = [away, away, ready]
    two.answers["POST /v1/recalls/R1/delivered"] = [AnswerBroken("cut"), {}]
    two.answers["GET /v1/status"] = [away, {}]
    stream, breaks = two.stream, iter([2])

    def breaking(path: str, /, **params: Any) -> Iterator[bytes]:
        data = b"".join(stream(path, **params))
        cut = next(breaks, None)
        yield data[:cut]
        if cut is not None:
            raise AnswerBroken("cut")

    monkeypatch.setattr(two, "stream", breaking)
    result = run("recall", "F/S/1", "F/S/2", "--to", str(tmp_path))

    assert result.exit_code == 0, result.output
    assert len(tree(tmp_path)) == 4
    assert "the daemon does not answer; waiting for it" in result.stderr
    assert "the daemon answers again; the recall goes on" in result.stderr


@pytest.mark.usefixtures("impatient")
def test_a_daemon_that_stays_away_is_waited_for_so_long_and_no_longer(
    run: Run, two: FakeClient, tmp_path: Path
) -> None:
    two.answers["GET /v1/recall-orders/O1"] = DaemonAbsent("nobody")
    assert run("recall", "F/S/1", "--to", str(tmp_path)).exit_code == 3
    assert len(two.asked("GET", "/v1/recall-orders/O1")) == 5


@pytest.mark.usefixtures("impatient")
def test_an_answer_that_always_breaks_at_the_same_byte_is_not_asked_for_for_ever(
    run: Run, two: FakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: str, /, **params: Any) -> Iterator[bytes]:
        yield b"fi"[params.get("skip", 0) :]
        raise AnswerBroken("the daemon found its bytes changed")

    monkeypatch.setattr(two, "stream", broken)
    result = run("recall", "F/S/1", "--to", str(tmp_path))
    assert result.exit_code == 4
    assert "the daemon found its bytes changed" in result.stderr


def test_an_order_whose_answer_was_lost_is_sent_again_with_the_same_key(
    run: Run, two: FakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconnecting, "PAUSE_S", 0.0)
    asked = two.answers["POST /v1/recall-orders"]
    two.answers["POST /v1/recall-orders"] = [AnswerBroken("cut"), DaemonAbsent("nobody"), asked]
    assert run("recall", "F/S/1", "F/S/2", "--to", str(tmp_path)).exit_code == 0
    assert len({order["key"] for order in two.asked("POST", "/v1/recall-orders")}) == 1


def test_a_file_that_is_right_is_read_once_to_know_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = DeliveredFile("data/a", 5, digest(b"first"))
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a").write_bytes(b"first")
    target = FolderTarget(tmp_path, overwrite=False, going_on=True)
    assert target.has("", file)
    (tmp_path / "data/a").unlink()
    assert target.has("", file)
    assert not FolderTarget(tmp_path, overwrite=False, going_on=True).has("", file)
