"""Hands stick tags, mix them up, clone them, hold things to readers and carry magazines; readers see what is there."""

import json

import pytest

from robotics.wire.pn532 import HOST, WAKE_UP, Frame, FrameReader
from robotics.wire.pn532_commands import InListPassiveTarget, TagsListed
from robotics.wire.yrm100 import FrameReader as UhfFrames
from robotics.wire.yrm100_commands import (
    GetVersion,
    MultiPoll,
    ReadTid,
    SetRegion,
    StopPolling,
    TagSeen,
    command_frame,
)
from simulator.control import control
from simulator.errors import ControlRefused, PlanRefused
from simulator.room import Room
from simulator.tag_field import BAY, HAND, PICKER, PORT, ReaderPlan
from simulator.tag_hands import TAG_VERBS

UID, OTHER, CAGE, BESIDE = "04a1b2c3d4e5f6", "deadbeef", "30751feb705c5904e3d50d70", "e28011700000020a"


def seen_by(room: Room, reader: str) -> list[tuple[str, int]]:
    near, _ = room.tag_fields[reader]()
    return [(tag.uid.hex(), tag.distance) for tag in near]


@pytest.fixture
def tagged(room: Room) -> Room:
    """A room with a reader at each place, and tags on two discs and two magazines."""
    room.install_readers(
        [
            ReaderPlan("picker", "pn532", PICKER),
            ReaderPlan("port", "pn532", PORT),
            ReaderPlan("bay", "yrm100", BAY, magazine=1),
            ReaderPlan("desk", "pn532", HAND),
            ReaderPlan("desk-uhf", "yrm100", HAND),
        ]
    )
    control(room, "stick-tag", {"medium": "D0001", "uid": UID.upper()})
    control(room, "stick-tag", {"medium": "D0002", "uid": OTHER})
    control(room, "stick-magazine-tag", {"number": 1, "uid": CAGE})
    control(room, "stick-magazine-tag", {"number": 2, "uid": BESIDE})
    return room


def test_readers_see_what_is_at_their_place_and_hear_only_their_radio(tagged: Room) -> None:
    assert seen_by(tagged, "picker") == [(UID, 99), (OTHER, 99)]
    tagged.estate.change(lambda world: world.moved(1024, 1))
    assert seen_by(tagged, "picker") == [(UID, 0), (OTHER, 99)]
    tagged.estate.change(lambda world: world.moved(1, 16))
    assert seen_by(tagged, "port") == [(UID, 0), (OTHER, 99)]
    assert seen_by(tagged, "bay") == [(CAGE, 0), (BESIDE, 1)]


def test_a_hand_station_sees_what_is_held_to_it(tagged: Room) -> None:
    assert [far for _, far in seen_by(tagged, "desk")] == [99, 99]
    control(tagged, "hold-to", {"reader": "desk", "medium": "D0002"})
    assert seen_by(tagged, "desk") == [(OTHER, 0), (UID, 99)]
    control(tagged, "hold-to", {"reader": "desk-uhf", "number": 2})
    assert seen_by(tagged, "desk-uhf")[0] == (BESIDE, 0)
    control(tagged, "hold-to", {"reader": "desk"})
    assert [far for _, far in seen_by(tagged, "desk")] == [99, 99]


def test_tags_are_exchanged_cloned_and_torn_off(tagged: Room) -> None:
    control(tagged, "exchange-tags", {"medium": "D0001", "other": "D0002"})
    tags = {c.barcode: c.tag for c in tagged.estate.world.carriers.values()}
    assert (tags["D0001"], tags["D0002"]) == (OTHER, UID)
    control(tagged, "stick-tag", {"medium": "D0003", "uid": UID})
    assert [c.tag for c in tagged.estate.world.carriers.values()].count(UID) == 2
    assert control(tagged, "stick-tag", {"medium": "D0003"})["was"] == UID
    control(tagged, "stick-magazine-tag", {"number": 1})
    assert tagged.estate.world.tags == {2: BESIDE}
    shown = {one["barcode"]: one["tag"] for one in control(tagged, "show", {})["media"]}
    assert (shown["D0001"], shown["D0003"]) == (OTHER, "")


def test_magazines_change_places_and_the_reader_at_the_bay_sees_it(tagged: Room) -> None:
    control(tagged, "exchange-magazines", {"number": 1, "other": 2})
    assert seen_by(tagged, "bay") == [(BESIDE, 0), (CAGE, 1)]
    assert tagged.estate.world.at(1029) is not None
    control(tagged, "magazine", {"number": 1, "present": False})
    assert seen_by(tagged, "bay") == [(CAGE, 1)]


@pytest.mark.parametrize(
    ("verb", "arguments", "words"),
    [
        ("stick-tag", {"medium": "D0001", "uid": "abc"}, "no uid"),
        ("stick-tag", {"medium": "NONE", "uid": UID}, "no medium"),
        ("stick-magazine-tag", {"number": 9, "uid": CAGE}, "no magazine"),
        ("exchange-magazines", {"number": 1, "other": 3}, "cannot stand"),
        ("hold-to", {"reader": "picker", "medium": "D0001"}, "no hand station"),
        ("hold-to", {"reader": "desk", "medium": "D0001", "number": 1}, "not both"),
    ],
)
def test_what_hands_cannot_do_is_refused(
    tagged: Room, verb: str, arguments: dict[str, object], words: str
) -> None:
    before = tagged.estate.world
    with pytest.raises(ControlRefused, match=words):
        control(tagged, verb, dict(arguments))
    assert tagged.estate.world == before


def test_what_the_robot_holds_is_held_to_no_reader(tagged: Room) -> None:
    tagged.estate.change(lambda world: world.moved(1024, 1))
    with pytest.raises(ControlRefused, match="take it first"):
        control(tagged, "hold-to", {"reader": "desk", "medium": "D0001"})


def test_answers_of_the_verbs_are_json(tagged: Room) -> None:
    arguments = {
        "stick-tag": {"medium": "D0004", "uid": "04ffffffffffff"},
        "stick-magazine-tag": {"number": 1, "uid": CAGE},
        "exchange-tags": {"medium": "D0001", "other": "D0002"},
        "exchange-magazines": {"number": 1, "other": 2},
        "hold-to": {"reader": "desk", "medium": "D0005"},
    }
    assert set(arguments) == set(TAG_VERBS)
    for verb, given in arguments.items():
        assert json.loads(json.dumps(control(tagged, verb, given)))


def test_readers_that_cannot_be_are_refused(room: Room) -> None:
    for plan in (("B1", "pn532", HAND), ("r1", "sonar", HAND)):
        with pytest.raises(PlanRefused):
            room.install_readers([ReaderPlan(*plan)])
    with pytest.raises(PlanRefused, match="cellar"):
        ReaderPlan("r1", "pn532", "cellar")


def test_a_pn532_sleeps_until_it_is_woken_and_never_answers_about_no_tag_before_it_may_give_up(
    tagged: Room,
) -> None:
    device = tagged.lines["desk"]
    poll = Frame(HOST, InListPassiveTarget(1).encode()).encode()
    assert list(device.hear(poll)) == []
    assert len(list(device.hear(WAKE_UP + poll))) == 1  # it has heard, and searches
    control(tagged, "hold-to", {"reader": "desk", "medium": "D0001"})
    *_, frame = FrameReader().feed(b"".join(sent.data for sent in device.hear(poll)))
    assert isinstance(frame, Frame)
    assert [tag.uid.hex() for tag in TagsListed.decode(frame.data).tags] == [UID]
    device.reset()
    assert list(device.hear(poll)) == []


def test_a_uhf_reader_polls_by_itself_until_it_is_stopped(tagged: Room) -> None:
    device = tagged.lines["bay"]
    assert list(device.hear(command_frame(MultiPoll(3)))) == []
    unasked = device.unasked()
    frames = UhfFrames().feed(next(unasked).data)
    assert TagSeen.decode(frames[0].parameters).epc.hex() == CAGE  # type: ignore[union-attr]
    assert len(list(device.hear(command_frame(StopPolling())))) == 1
    rest = list(unasked)
    assert len(rest) == 1  # the neighbour's, of the poll that had begun
    assert list(device.unasked()) == []


def test_a_uhf_reader_tells_tids_and_refuses_what_it_does_not_know(tagged: Room) -> None:
    device = tagged.lines["bay"]

    def said(data: bytes) -> bytes:
        (frame,) = UhfFrames().feed(b"".join(sent.data for sent in device.hear(data)))
        return bytes([frame.command]) + frame.parameters  # type: ignore[union-attr]

    epc, tid = ReadTid.decode_answer(said(command_frame(ReadTid()))[1:])
    assert epc.hex() == CAGE
    assert len(tid) == 12
    assert b"M100" in said(command_frame(GetVersion()))
    assert said(command_frame(SetRegion(1)).replace(b"\x01\x01\x09", b"\x01\x77\x7f")) == b"\xff\x0e"  # type: ignore[arg-type]
