"""Small decisions about tasks: who has the right medium, when it is late, and which way one walks."""

from datetime import UTC, datetime, timedelta

import pytest

from archived.config import parse
from archived.errors import ConfigurationError
from archived.policy.cabinets import places
from archived.policy.confirming import Names, contradiction
from archived.policy.due_times import due_at, level_at, priority_of
from archived.policy.walking import walking_order
from archived.settings import CabinetSettings, TaskSettings
from archived.settings_text import template
from archived.tasks import Task, TaskKind, TaskState

AT = datetime(2026, 3, 1, tzinfo=UTC)
D1 = Names("D1", "BAR1", "04a2", "卷 1")
D2 = Names("D2", "BAR2", "04b3", "卷 2")


@pytest.mark.parametrize(
    ("how", "value"),
    [
        ("barcode", "BAR1"),
        ("barcode", " bar1\n"),
        ("rfid", "04A2"),
        ("typed", "卷 1"),
        ("typed", "d1"),
        ("typed", "BAR1"),
    ],
)
def test_a_medium_is_shown_by_what_it_is_known_by(how: str, value: str) -> None:
    assert contradiction(D1, how, value, [D1, D2]) == ""


@pytest.mark.parametrize(
    ("how", "value", "words"),
    [
        ("barcode", "BAR2", "this is medium D2, and the task is about medium D1"),
        ("rfid", "04b3", "this is medium D2"),
        ("typed", "D7", "no medium is known by 'D7'"),
        ("barcode", "D1", "no medium is known by 'D1'"),
        ("typed", "", "no medium is known by ''"),
    ],
)
def test_another_medium_is_named_with_the_one_that_is_meant(how: str, value: str, words: str) -> None:
    assert words in contradiction(D1, how, value, [D1, D2])


def test_what_nobody_knows_of_a_medium_does_not_show_it() -> None:
    assert "nothing is on record" in contradiction(Names("D3"), "rfid", "", [D1])
    assert "this is medium D1" in contradiction(Names("D3"), "rfid", "04a2", [D1])


@pytest.mark.parametrize(
    ("kind", "hours"), [("read", 4), ("clean", 4), ("verify", 24), ("write", 24), ("look", 72), (None, 72)]
)
def test_whoever_waits_says_when_a_task_is_due_and_when_it_becomes_louder(
    kind: str | None, hours: int
) -> None:
    due = due_at(TaskSettings(), priority_of(kind), AT)
    assert due == AT + timedelta(hours=hours)
    assert [level_at(AT, due, AT + timedelta(hours=part * hours)) for part in (0, 1, 1.9, 2, 9)] == [
        0,
        1,
        1,
        2,
        2,
    ]


def task(
    number: int, kind: TaskKind, source: int | None, to: int, *, libraries: tuple[str, str] = ("m", "m")
) -> Task:
    return Task(
        f"T{number:05d}",
        kind,
        TaskState.OPEN,
        f"D{number}",
        libraries[0],
        source,
        "",
        libraries[1],
        to,
        "",
        "",
        1,
        AT,
        AT,
    )


def test_one_walk_lays_down_what_is_in_the_hands_then_what_drives_give_and_fetches_place_by_place() -> None:
    listed = [
        task(1, TaskKind.CARRY, 1050, 256),
        task(2, TaskKind.CARRY, 1024, 257),
        task(3, TaskKind.CARRY, 256, 1030),
        task(4, TaskKind.PUT_BACK, 1, 1060),
        task(5, TaskKind.BRING, 1024, 16, libraries=("a", "m")),
    ]
    assert [one.id for one in walking_order(listed)] == ["T00004", "T00003", "T00005", "T00002", "T00001"]


def test_places_are_counted_through_cabinets_and_drawers() -> None:
    found = places({"柜 1": CabinetSettings(2, 3), "shelf": CabinetSettings(1, 2)})
    assert list(found) == list(range(1024, 1032))
    assert found[1027].words == "柜 1, drawer 2, slot 1"
    assert found[1031].drawer_words == "shelf/1"


PERSON = template(speed=1.0, keep_free_bytes=1).replace('robot = "smc"', 'robot = "person"')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PERSON, "needs its cabinets"),
        (PERSON + "\n[libraries.main.cabinets.a]\nslots = 0\n", "at least one drawer and one slot"),
        (PERSON + '\n[libraries.main.cabinets." "]\nslots = 5\n', "no name that can be written"),
        (PERSON + "\n[libraries.main.cabinets.a]\ndrawers = 999\nslots = 999\n", "make two libraries"),
        (
            template(speed=1.0, keep_free_bytes=1) + "\n[libraries.main.cabinets.a]\n",
            'are for robot = "person"',
        ),
        (PERSON.replace("recall_h = 4.0", "recall_h = 0.0"), "tasks.recall_h must be positive"),
    ],
)
def test_cabinets_that_cannot_be_are_refused(text: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        parse(text)
