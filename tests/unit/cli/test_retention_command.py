"""What a person reads of retention, holds and destructions, and what is asked for."""

from typing import Any

import pytest

from cli.retention_cmd import subject_of

from .conftest import FakeClient, Run

APPROVAL = {"id": "A00001", "kind": "forget", "thing": "P000001", "state": "asked"}
PLAN: dict[str, Any] = {
    "packages": ["P000001"], "images": ["7K3F-1"], "parity": ["7K3F-3"], "sets": ["7K3F"],
    "media": ["SIM00001", "SIM00009"], "lost": [], "destroyed": [], "to_repack": [], "repacked": [],
    "new_sets": [{"replaces": "7K3F", "n": 2, "m": 1, "images": ["I000002"]}], "surviving_images": 1,
    "refusals": ["set 7K3F is protected"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("thing", "said", "subject"),
    [
        ("P000003", None, "package"),
        ("Z109/2003/0007@2", None, "package"),
        ("Z109/2003/0007", None, "volume"),
        ("Z109/2003", None, "series"),
        ("Z109", None, "fonds"),
        ("permanent", "class", "class"),
    ],
)
def test_what_a_thing_is_shows_in_how_it_is_written(thing: str, said: str | None, subject: str) -> None:
    assert subject_of(thing, said) == subject


def test_who_asks_is_told_what_the_second_person_runs(run: Run, daemon: FakeClient) -> None:
    daemon.answers["POST /v1/retention/forget"] = APPROVAL
    said = run("packages", "forget", "P000001", "--reason", "list 4").stdout
    assert "A00001 waits for a second person (forget, P000001); nothing was done yet" in said
    assert "next: archivectl approvals give A00001 --reason TEXT" in said
    assert daemon.calls[-1][2] == {"packages": ["P000001"], "reason": "list 4"}


def test_a_hold_and_its_release_are_said(run: Run, daemon: FakeClient) -> None:
    hold = {"id": 3, "subject": "fonds", "name": "Z109", "released_at": None}
    daemon.answers["POST /v1/retention/holds"] = hold
    daemon.answers["POST /v1/retention/holds/3/release"] = {
        **hold,
        "released_at": "2026-01-01T00:00:00+00:00",
    }
    assert (
        run("retention", "hold", "Z109", "--reason", "court").stdout == "legal hold 3 stands on fonds Z109\n"
    )
    assert (
        "legal hold 3 on fonds Z109 is released"
        in run("retention", "release-hold", "3", "--reason", "x").stdout
    )


def test_a_dry_run_shows_everything_that_goes_and_why_it_cannot_yet(run: Run, daemon: FakeClient) -> None:
    daemon.answers["POST /v1/destructions"] = {"dry_run": True, "plan": PLAN}
    said = run("packages", "destroy", "P000001", "--dry-run").stdout
    for words in (
        "SIM00001, SIM00009",
        "7K3F-3",
        "1 images survive and get a new set",
        "set 7K3F is protected",
    ):
        assert words in said, words


def test_a_certificate_is_written_to_a_new_file_and_never_over_another(
    run: Run, daemon: FakeClient, tmp_path: Any
) -> None:
    daemon.answers["GET /v1/destructions/D00001/certificate"] = {"certificate": "destruction"}
    path = tmp_path / "D00001.json"
    assert run("destructions", "certificate", "D00001", "--output", str(path)).exit_code == 0
    assert path.read_text(encoding="utf-8") == '{\n  "certificate": "destruction"\n}\n'
    assert run("destructions", "certificate", "D00001", "--output", str(path)).exit_code != 0
