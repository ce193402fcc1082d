"""archivectl library load and empty: what is sent, and what people read."""

from pathlib import Path

import pytest

from .conftest import FakeClient, Run

LOAD, EMPTY = "/v1/library/s1/bins/input/load", "/v1/library/s1/bins/accept/empty"


@pytest.fixture(autouse=True)
def answers(daemon: FakeClient) -> None:
    named = {"library": "s1", "bin": "input"}
    daemon.answers |= {
        f"POST {LOAD}": {**named, "loaded": ["s1-00001", "s1-00002"]},
        f"POST {EMPTY}": {"library": "s1", "bin": "accept", "taken": [], "to": ""},
    }


def test_blanks_are_loaded_with_labels_of_a_range_and_a_key_of_their_own(
    run: Run, daemon: FakeClient
) -> None:
    line = (
        "library load s1 --bin input --blanks 2 --pool bluray --batch A --labels D009..D010 --capacity 25GB"
    )
    for _again in range(2):
        done = run(*line.split())
        assert done.exit_code == 0, done.output
        assert "s1-00001, s1-00002" in done.stdout
    first, second = daemon.asked("POST", LOAD)
    assert (first["blanks"], first["labels"], first["capacity_bytes"]) == (
        2,
        ["D009", "D010"],
        25_000_000_000,
    )
    assert first["key"]
    assert first["key"] != second["key"]


def test_labels_may_stand_in_a_file_and_a_range_must_be_one(
    run: Run, daemon: FakeClient, tmp_path: Path
) -> None:
    (tmp_path / "labels").write_text("L-7\n\nL-8\n")
    line = "library load s1 --bin input --blanks 2 --pool bluray --batch A --labels"
    assert run(*line.split(), str(tmp_path / "labels")).exit_code == 0
    assert daemon.asked("POST", LOAD)[0]["labels"] == ["L-7", "L-8"]
    for range_ in ("A1..B2", "Q1..Q9999999", "Q2..Q1"):
        assert "no range of labels" in run(*line.split(), range_).stderr


def test_known_media_are_named_from_the_bottom_up(run: Run, daemon: FakeClient) -> None:
    assert run(*["library", "load", "s1", "--bin", "input", "--media", "s1-00007,s1-00003"]).exit_code == 0
    sent = daemon.asked("POST", LOAD)[0]
    assert (sent["media"], sent["blanks"]) == (["s1-00007", "s1-00003"], 0)


def test_an_emptied_bin_says_where_its_media_went(run: Run, daemon: FakeClient) -> None:
    done = run(*["library", "empty", "s1", "--bin", "accept", "--to", "vault"])
    assert daemon.asked("POST", EMPTY) == [{"to": "vault"}]
    assert "nothing was on record in bin accept of library s1" in done.stdout
