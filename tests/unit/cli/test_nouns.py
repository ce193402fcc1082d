"""A noun alone lists, a noun with a thing shows it, a verb acts; and each asks the daemon for just that."""

from typing import Any

import pytest

from .conftest import FakeClient, Run

IMAGE = {"id": "I000003", "state": "open", "copies": [], "gathered_bytes": 5, "limit_bytes": 10}
LIBRARY = {
    "libraries": [
        {
            "name": "main", "stale": True,
            "drives": [{"name": "B1", "element": 256, "up": True, "medium": "D1", "doing": "burning", "note": ""}],
            "slots": [{"element": 1024, "magazine": "m1", "medium": "D2", "state": "good"},
                      {"element": 1025, "magazine": "m1", "medium": None, "state": None}],
            "ports": [{"element": 16, "magazine": None, "medium": None, "state": None}],
            "missing": ["D9"],
        }
    ]
}  # fmt: skip
STATUS = {
    "site": "A", "writes_paused": "batch in question", "attention": 2, "in_flight": [], "packages": {"accepted": 1},
    "staging": {"free_bytes": 5000}, "exposure": {"overdue": False},
}  # fmt: skip


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("images", "/v1/images"),
        ("images list", "/v1/images"),
        ("images --json", "/v1/images"),
        ("images I000003", "/v1/images/I000003"),
        ("images show I000003", "/v1/images/I000003"),
        ("images I000003 --json", "/v1/images/I000003"),
        ("packages", "/v1/packages"),
        ("packages --state archived", "/v1/packages"),
        ("packages Z1/2003/卷@2", "/v1/packages/Z1/2003/%E5%8D%B7@2"),
        ("packages a?b#c", "/v1/packages/a%3Fb%23c"),
        ("sets", "/v1/sets"),
        ("sets 7K3F", "/v1/sets/7K3F"),
        ("media", "/v1/media"),
        ("media D1", "/v1/media/D1"),
        ("library", "/v1/library"),
        ("drive", "/v1/library"),
        ("writes", "/v1/status"),
        ("staging", "/v1/status"),
        ("allow", "/v1/allowances"),
        ("recalls", "/v1/recalls"),
        ("recalls R1", "/v1/recalls/R1"),
        ("hot-folders", "/v1/hot-folders"),
        ("hot-folders scans", "/v1/hot-folders/scans"),
        ("catalog", "/v1/catalog"),
        ("catalog --json", "/v1/catalog"),
        ("keys", "/v1/keys"),
    ],
)
def test_a_noun_asks_for(line: str, path: str, run: Run, daemon: FakeClient) -> None:
    run(*line.split())
    assert daemon.calls[0][:2] == ("GET", path)


@pytest.mark.parametrize(
    ("line", "path", "sent"),
    [
        ("images close --all", "/v1/images/close", {"image": None}),
        ("images close I1", "/v1/images/close", {"image": "I1"}),
        ("keys trust abc --reason why", "/v1/keys/trust", {"fingerprint": "abc", "reason": "why"}),
        ("images hold I1 --reason why", "/v1/images/I1/hold", {"reason": "why"}),
        ("images release I1 --reason ok", "/v1/images/I1/release", {"reason": "ok"}),
        ("sets close 7K3F", "/v1/sets/close", {"set": "7K3F"}),
        ("withdraw F/S/V --reason no", "/v1/packages/F/S/V/withdraw", {"reason": "no"}),
        ("library move D1 1024", "/v1/library/move", {"medium": "D1", "destination": 1024}),
        ("library unload B1", "/v1/library/unload", {"drive": "B1"}),
        ("library inventory", "/v1/library/inventory", {"library": None}),
        ("drive down B1 --reason x", "/v1/drives/B1/down", {"reason": "x"}),
        ("drive up B1 --reason x", "/v1/drives/B1/up", {"reason": "x"}),
        ("writes pause --reason x", "/v1/writes/pause", {"reason": "x"}),
        ("writes resume --reason x", "/v1/writes/resume", {"reason": "x"}),
        ("staging release --all", "/v1/staging/release", {"package": None}),
        ("allow diversity 7K3F --reason x", "/v1/allowances", {"kind": "diversity", "thing": "7K3F", "reason": "x"}),
        ("allow exception F/S/V --reason x", "/v1/allowances", {"kind": "exception", "thing": "F/S/V", "reason": "x"}),
        ("recalls cancel R1", "/v1/recalls/R1/cancel", {}),
        ("hot-folders check scans --dry-run", "/v1/hot-folders/scans/check", {}),
        ("hot-folders cancel scans F/S/V", "/v1/hot-folders/scans/cancel", {"path": "F/S/V"}),
        ("hot-folders adopt scans --reason x", "/v1/hot-folders/scans/adopt", {"reason": "x"}),
        ("catalog rebuild --from-media --dry-run", "/v1/catalog/rebuild", {"dry_run": True}),
        ("catalog give-up --reason x", "/v1/catalog/give-up", {"reason": "x"}),
        ("media register D1 D2 --batch b --capacity 25GB", "/v1/media/register",
         {"barcodes": ["D1", "D2"], "batch": "b", "pool": None, "media_id": "", "capacity_bytes": 25 * 10**9}),
        ("simulate lose D1", "/v1/simulate", {"verb": "lose", "medium": "D1"}),
        ("simulate damage D1 --percent 5 --seed 7", "/v1/simulate",
         {"verb": "damage", "medium": "D1", "percent": 5.0, "seed": 7}),
        ("simulate damage D1 --offset 64KiB --bytes 9 --kind silent", "/v1/simulate",
         {"verb": "damage", "medium": "D1", "offset": 65536, "bytes": 9, "kind": "silent"}),
        ("simulate fault write-error --drive B1 --after 2", "/v1/simulate",
         {"verb": "fault", "name": "write-error", "drive": "B1", "after": 2}),
        ("simulate magazine 2 --out --library main", "/v1/simulate",
         {"verb": "magazine", "number": 2, "present": False, "library": "main"}),
        ("simulate magazine 2 --back", "/v1/simulate", {"verb": "magazine", "number": 2, "present": True}),
        ("simulate speed unlimited", "/v1/simulate", {"verb": "speed", "speed": "unlimited"}),
        ("simulate insert D9", "/v1/simulate", {"verb": "insert", "medium": "D9", "media_id": "SIMBDR/A01"}),
        ("simulate take D9", "/v1/simulate", {"verb": "take", "medium": "D9"}),
        ("simulate put D9 input --library s1", "/v1/simulate",
         {"verb": "put", "medium": "D9", "place": "input", "library": "s1"}),
        ("simulate carry D9 1024", "/v1/simulate", {"verb": "carry", "medium": "D9", "place": "1024"}),
        ("simulate load-bin input --blanks 3 --label s1-00041", "/v1/simulate",
         {"verb": "load-bin", "bin": "input", "blanks": 3, "label": "s1-00041"}),
        ("simulate load-bin input --medium D8 --medium D9", "/v1/simulate",
         {"verb": "load-bin", "bin": "input", "media": ["D8", "D9"]}),
        ("simulate take-from-bin accept --count 2", "/v1/simulate",
         {"verb": "take-from-bin", "bin": "accept", "count": 2}),
        ("simulate label D9 D10", "/v1/simulate", {"verb": "stick-label", "medium": "D9", "label": "D10"}),
        ("simulate exchange-labels D1 D2", "/v1/simulate",
         {"verb": "exchange-labels", "medium": "D1", "other": "D2"}),
        ("simulate free-arm", "/v1/simulate", {"verb": "free-arm"}),
        ("simulate press-tray B1", "/v1/simulate", {"verb": "press-tray", "drive": "B1"}),
    ],
)  # fmt: skip
def test_a_verb_orders(line: str, path: str, sent: dict[str, Any], run: Run, daemon: FakeClient) -> None:
    run(*line.split())
    assert daemon.calls == [("POST", path, sent)]


def test_one_image_is_shown_with_what_it_has_gathered(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/images/I000003"] = IMAGE
    said = run("images", "I000003").stdout
    assert "gathered: 5 B of 10 B" in said
    assert "no copies yet" in said


def test_the_library_shows_drives_slots_and_what_is_missing(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/library"] = LIBRARY
    said = run("library").stdout
    for words in (
        "inventory is stale",
        "B1",
        "burning",
        "D2",
        "1 of 2 slots are empty",
        "D9 is not in the library",
    ):
        assert words in said


def test_a_slot_without_its_magazine_is_not_told_as_empty(run: Run, daemon: FakeClient) -> None:
    away = {
        "element": 9,
        "magazine": "magazine-2",
        "medium": None,
        "in_doubt": "no magazine installed (83/02)",
    }
    one = LIBRARY["libraries"][0]
    daemon.answers["GET /v1/library"] = {"libraries": [one | {"slots": [*one["slots"], away]}]}
    said = run("library").stdout
    assert "1 of 3 slots are empty" in said
    assert "no magazine installed (83/02)" in said


def test_a_set_says_how_many_members_rebuild_it_when_it_is_short(run: Run, daemon: FakeClient) -> None:
    member = {"position": 1, "image": "I1", "kind": "data", "state": "kept", "label": "7K3F · 1 of 6",
              "copies": [{"medium": "D1", "state": "verified"}]}  # fmt: skip
    daemon.answers["GET /v1/sets/7K3F"] = {
        "id": "7K3F",
        "n": 4,
        "m": 2,
        "absent": [3, 4],
        "members": [member],
    }
    said = run("sets", "7K3F").stdout
    assert "D1 verified" in said
    assert "any 2 of its written members rebuild all of them" in said


def test_what_stays_in_staging_is_listed_with_every_reason(run: Run, daemon: FakeClient) -> None:
    kept = [{"package": "P2", "reasons": ["member 5 is not verified", "member 6 is not verified"]}]
    daemon.answers["POST /v1/staging/release"] = {"released": ["P1"], "kept": kept}
    said = run("staging", "release", "--all").stdout.splitlines()
    assert said == ["P1 left staging", "P2 stays in staging:", "  - member 5 is not verified",
                    "  - member 6 is not verified"]  # fmt: skip


def test_status_names_what_waits_and_why_writing_is_paused(run: Run, daemon: FakeClient) -> None:
    daemon.answers["GET /v1/status"] = STATUS
    assert "2 things wait for a person; see: archivectl attention" in run("status").stdout
    assert run("writes").stdout == "writing is paused: batch in question\n"
    assert "5.0 kB" in run("staging").stdout


def test_watch_once_shows_how_far_how_fast_and_how_long(run: Run, daemon: FakeClient) -> None:
    work = {"key": "k", "what": "burning I1 on D1 in B1", "done_bytes": 25, "total_bytes": 100,
            "rate_bytes_per_s": 5e6, "left_s": 75}  # fmt: skip
    daemon.answers |= {"GET /v1/progress": {"items": [work]}, "GET /v1/status": STATUS}
    said = run("watch", "--once").stdout
    for words in ("burning I1 on D1 in B1", "25 %", "5.0 MB/s", "1 min 15 s", "writing is paused"):
        assert words in said


def test_events_are_followed_from_the_last_one_that_was_seen(run: Run, daemon: FakeClient) -> None:
    first = {"id": 7, "at": "2026-01-01T00:00:00+00:00", "type": "move", "agent": "archived", "subject_kind": "medium",
             "subject_id": "D1", "outcome": "failure", "detail": {"source": 1}}  # fmt: skip
    daemon.answers["GET /v1/events"] = [{"items": [first]}, {"items": []}, KeyboardInterrupt()]
    result = run("events", "--subject", "D1", "--follow")
    assert "move [failure]  medium D1  by archived  source: 1" in result.stdout
    asked = daemon.asked("GET", "/v1/events")
    assert [sent.get("after") for sent in asked] == [None, 7, 7]
    assert all(sent["subject"] == "D1" for sent in asked)


def test_a_withdrawal_names_what_became_void(run: Run, daemon: FakeClient) -> None:
    daemon.answers["POST /v1/packages/P1/withdraw"] = {
        "package": "P1",
        "voided_images": ["I1"],
        "voided_sets": ["7K3F"],
    }
    said = run("withdraw", "P1", "--reason", "x").stdout
    assert "image I1 was voided" in said
    assert "set 7K3F was voided" in said
