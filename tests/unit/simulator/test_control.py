"""The verbs by which people and tests reach into a room."""

import json
from pathlib import Path
from typing import Any

import pytest

from backends.optical.drive import MmcDrive
from devices.clock import SimulatedClock
from robotics.changers.smc import SmcChanger
from simulator.cabinet import CABINET_VERBS
from simulator.control import VERBS, control
from simulator.damage import CLUSTER_BYTES
from simulator.errors import ControlRefused
from simulator.faults import KINDS
from simulator.hands import HANDS_VERBS
from simulator.inprocess import InProcessTransport
from simulator.room import Room
from simulator.tag_hands import TAG_VERBS


def shown(room: Room, barcode: str) -> dict[str, Any]:
    return next(medium for medium in control(room, "show", {})["media"] if medium["barcode"] == barcode)


def burn(room: Room, clusters: int = 4) -> None:
    """Fill the first clusters of D0001 and lay it back in slot 1."""
    changer, drive = SmcChanger(InProcessTransport(room, "L1")), MmcDrive(InProcessTransport(room, "B1"))
    changer.move(source=1024, destination=256)
    drive.load()
    drive.is_ready()
    drive.write(0, b"a" * clusters * CLUSTER_BYTES)
    drive.close_disc()
    drive.eject()
    changer.move(source=256, destination=1024)


def test_every_answer_is_json(room: Room) -> None:
    arguments: dict[str, dict[str, Any]] = {
        "lose": {"medium": "D0002"},
        "insert": {"medium": "N1", "media_id": "MILLEN/MR1"},
        "damage": {"medium": "D0001", "offset": 0, "bytes": 10},
        "fault": {"name": "drive-hang"},
        "raw": {"medium": "D0001"},
        "speed": {"speed": 10},
        "age": {"years": 10},
        "magazine": {"number": 2, "present": False},
    }
    for verb in sorted(set(VERBS) - {"protect"} - set(HANDS_VERBS) - set(TAG_VERBS) - set(CABINET_VERBS)):
        assert json.loads(json.dumps(control(room, verb, arguments.get(verb, {})))) is not None


def test_show_tells_where_everything_is_and_how_written(room: Room) -> None:
    burn(room)
    first = shown(room, "D0001")
    assert (first["place"], first["state"], first["written_sectors"]) == (
        "slot 1 (magazine 1)",
        "complete",
        128,
    )
    assert first["loads"] == 1
    drive = control(room, "show", {})["drives"][0]
    assert (drive["name"], drive["tray"], drive["medium"]) == ("B1", "open", None)


def test_a_lost_medium_is_gone_for_ever(room: Room) -> None:
    assert control(room, "lose", {"medium": "D0003"})["was_in"] == "slot 3 (magazine 1)"
    assert shown(room, "D0003")["place"] == "gone"
    with pytest.raises(ControlRefused, match="gone already"):
        control(room, "lose", {"medium": "D0003"})


def test_inserted_discs_fill_the_import_slots_and_no_more(room: Room) -> None:
    for barcode in ("N1", "N2"):
        control(room, "insert", {"medium": barcode, "media_id": "MILLEN/MR1"})
    assert shown(room, "N2")["place"] == "import/export slot 2"
    with pytest.raises(ControlRefused, match="no import/export slot is free"):
        control(room, "insert", {"medium": "N3", "media_id": "MILLEN/MR1"})
    with pytest.raises(ControlRefused, match="there is a medium N1 already"):
        control(room, "insert", {"medium": "N1", "media_id": "MILLEN/MR1"})


def test_damage_by_percent_is_the_same_under_one_seed(room: Room) -> None:
    burn(room, clusters=20)
    damaged = control(room, "damage", {"medium": "D0001", "percent": 10, "seed": 4})
    assert damaged["damaged_bytes"] == 2 * CLUSTER_BYTES
    assert shown(room, "D0001")["unreadable_bytes"] == 2 * CLUSTER_BYTES
    again = control(room, "damage", {"medium": "D0001", "percent": 10, "seed": 4})
    assert again == damaged
    data = room.disc_bytes("D0001")
    assert data.count(b"\0") == 2 * CLUSTER_BYTES


def test_silent_damage_is_not_told_by_show(room: Room) -> None:
    burn(room)
    control(room, "damage", {"medium": "D0001", "kind": "silent", "offset": 100, "bytes": 5})
    assert shown(room, "D0001")["unreadable_bytes"] == 0
    data = room.disc_bytes("D0001")
    assert [n for n, byte in enumerate(data) if byte != ord("a")] == list(range(100, 105))


def test_a_raw_copy_is_told_by_path_and_by_what_cannot_be_read(room: Room) -> None:
    burn(room, clusters=1)
    control(room, "damage", {"medium": "D0001", "offset": 2048, "bytes": 1})
    raw = control(room, "raw", {"medium": "D0001"})
    assert Path(raw["path"]).read_bytes() == b"a" * CLUSTER_BYTES
    assert (raw["written_bytes"], raw["unreadable"]) == (CLUSTER_BYTES, [[2048, 2048]])


@pytest.mark.parametrize(
    ("verb", "arguments", "words"),
    [
        ("explode", {}, "no verb 'explode'"),
        ("lose", {"medium": "X"}, "no medium 'X'"),
        ("lose", {"colour": "blue"}, "does not understand"),
        ("damage", {"medium": "D0001", "kind": "loud"}, "'unreadable' or 'silent'"),
        ("damage", {"medium": "D0001", "percent": 0}, "percentage"),
        ("damage", {"medium": "D0001", "percent": 5, "offset": 1}, "percentage"),
        ("damage", {"medium": "D0001"}, "0 bytes from 0"),
        ("damage", {"medium": "D0001", "offset": 0, "bytes": 1 << 30}, "not on this disc"),
        ("fault", {"name": "gremlins"}, "there are: .*bad-read-back"),
        ("fault", {"name": "drive-hang", "drive": "B9"}, "no drive 'B9'"),
        ("fault", {"name": "drive-hang", "times": 0}, "cannot be"),
        ("fault", {"name": "wrong-disc"}, "needs the medium"),
        ("speed", {"speed": "fast"}, "fast"),
        ("speed", {"speed": -1}, "neither a factor"),
        ("insert", {"medium": "a b", "media_id": "MILLEN/MR1"}, "cannot be"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    room: Room, verb: str, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(ControlRefused, match=words):
        control(room, verb, arguments)


def test_exchanged_labels_change_nothing_but_labels(room: Room) -> None:
    burn(room)
    answer = control(room, "fault", {"name": "wrong-disc", "medium": "D0001", "seed": 2})
    other = answer["description"].split(" and ")[1].split()[0]
    assert shown(room, other)["state"] == "complete"
    assert shown(room, "D0001")["state"] == "blank"


def test_armed_faults_are_shown_and_can_be_disarmed(room: Room) -> None:
    control(room, "fault", {"name": "write-error", "drive": "B2", "after": 3})
    (fault,) = control(room, "show", {})["faults"]
    assert (fault["name"], fault["drive"], fault["after"]) == ("write-error", "B2", 3)
    assert fault["description"] == KINDS["write-error"].description
    control(room, "disarm", {})
    assert control(room, "show", {})["faults"] == []


@pytest.mark.parametrize(("speed", "seconds"), [(1, 12.0), (4, 3.0), ("unlimited", 0.0)])
def test_speed_divides_what_devices_take(
    room: Room, clock: SimulatedClock, speed: float | str, seconds: float
) -> None:
    control(room, "speed", {"speed": speed})
    before = clock.monotonic()
    SmcChanger(InProcessTransport(room, "L1")).move(source=1024, destination=1034)
    assert clock.monotonic() - before == pytest.approx(seconds)
