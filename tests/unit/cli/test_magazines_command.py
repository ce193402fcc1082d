"""archivectl magazines: what is asked for and what is shown."""

from .conftest import FakeClient, Run

CAGE = {
    "id": "cage-2", "state": "in", "library": "main", "position": "magazine-5", "rfid_uid": None, "place": "",
    "seen_at": None, "seen_by": "", "media": ["D1", "D2"], "events": [],
}  # fmt: skip


def test_magazines_are_listed_and_shown(run: Run, daemon: FakeClient) -> None:
    daemon.answers |= {"GET /v1/magazines": {"items": [CAGE]}, "GET /v1/magazines/magazine-5": CAGE}
    assert "magazine-5" in run("magazines").stdout
    assert "cage-2" in run("magazines", "magazine-5").stdout


def test_a_magazine_is_labelled_taken_out_and_put_elsewhere(run: Run, daemon: FakeClient) -> None:
    out = CAGE | {"state": "out", "position": None, "place": "shelf 3"}
    daemon.answers |= {
        "POST /v1/magazines/cage-2/label": CAGE,
        "POST /v1/magazines/cage-2/take-out": out,
        "POST /v1/magazines/cage-2/put": CAGE,
    }
    assert run("magazines", "label", "cage-2", "--rfid", "E280").exit_code == 0
    assert "at shelf 3, with 2 media" in run("magazines", "take-out", "cage-2", "--to", "shelf 3").stdout
    assert "at magazine-5, with 2 media" in run("magazines", "put", "cage-2", "--at", "magazine-5").stdout
    assert daemon.asked("POST", "/v1/magazines/cage-2/label") == [{"rfid": "E280", "reader": None}]
    assert daemon.asked("POST", "/v1/magazines/cage-2/take-out") == [{"to": "shelf 3"}]
    assert daemon.asked("POST", "/v1/magazines/cage-2/put") == [{"position": "magazine-5", "library": None}]
