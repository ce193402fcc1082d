"""archivectl repair: what is asked for and what is shown."""

from .conftest import FakeClient, Run

PLAN = {
    "items": [
        {
            "what": "member", "image": "I000001", "set": "7K3F", "position": 1, "pool": "bluray", "why": "lost",
            "spare": 0,
            "bytes": 2048, "replaces": None, "from": "set", "media": ["D2", "D3"], "bytes_to_read": 4096, "mounts": 2,
            "note": "",
        }
    ],
    "waits": [{"image": "I000009", "set": "8M2A", "why": "case"}],
    "bytes_to_read": 4096,
    "mounts": 2,
    "media_to_write": {"bluray": 1},
}  # fmt: skip
RUN = {
    "id": "repair-1", "kind": "repair", "state": "running", "agent": "uid:1000", "reason": "a disc fell",
    "begun_at": "2026-01-01T00:00:00+00:00", "ended_at": None, "priority": 0, "terms": {}, "preview": PLAN,
    "report": {"bytes_read": 4096, "bytes_needed": 4096}, "note": "", "run_items": [], "events": [],
}  # fmt: skip


def test_the_plan_names_what_is_made_from_what_and_what_waits(run: Run, daemon: FakeClient) -> None:
    daemon.answers |= {"GET /v1/repair/plan": PLAN}
    shown = run("repair", "plan", "--set", "7K3F").stdout
    for words in ("I000001", "lost", "D2", "I000009", "case"):
        assert words in shown


def test_a_run_is_begun_with_a_reason_and_shown_with_what_it_took(run: Run, daemon: FakeClient) -> None:
    daemon.answers |= {"POST /v1/repair/run": RUN, "GET /v1/care/repair/repair-1": RUN}
    begun = run("repair", "run", "--medium", "D1", "--reason", "a disc fell")
    assert "archivectl repair repair-1" in begun.stdout
    assert daemon.asked("POST", "/v1/repair/run") == [
        {"sets": [], "images": [], "media": ["D1"], "reason": "a disc fell"}
    ]
    assert "4.1 kB" in run("repair", "repair-1").stdout
    assert run("repair", "run").exit_code == 2


def test_nothing_to_make_is_said(run: Run, daemon: FakeClient) -> None:
    daemon.answers |= {"GET /v1/repair/plan": {"items": [], "waits": []}}
    assert "nothing has to be made again" in run("repair", "plan").stdout
