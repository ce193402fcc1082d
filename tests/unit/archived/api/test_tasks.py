"""Tasks over the API: who asks is who the kernel says, and what he shows is what he has."""

from dataclasses import replace
from typing import Any

import pytest

from archived.api.application import create_application
from archived.catalog import cases, events, media, tasks
from archived.sessions.placed_reader import PlacedReader
from archived.stages.tasking import open_task
from archived.tasks import TaskKind, TaskState
from robotics.readers.interface import ReaderIdentity, Tag, TagKind
from tests.unit.archived.api.conftest import Daemon


@pytest.fixture
def desk(daemon: Daemon) -> Daemon:
    """Two tasks, and somebody who makes ready and looks after them at once."""
    with daemon.services.catalog.write() as write:
        for medium_id in ("SIM00009", "SIM00001"):
            element = media.get(write, medium_id).element
            open_task(
                write, daemon.services.site, TaskKind.CARRY, medium_id, ("main", element), ("main", 256),
                reason="read in B1", priority=1, moves=True,
            )  # fmt: skip

    def wake() -> None:
        now = daemon.services.site.now()
        with daemon.services.catalog.write() as write:
            for task in tasks.unsettled(write):
                ended = {"settled_at": now} if task.state is TaskState.DONE else {}
                tasks.update_columns(write, task.id, ready_at=now, **ended)

    services = replace(daemon.services, wake=wake)
    return replace(daemon, application=create_application(services), services=services)


def state_of(desk: Daemon, task_id: str) -> Any:
    with desk.services.catalog.read() as read:
        return tasks.get(read, task_id)


def test_tasks_are_listed_in_walking_order_and_say_in_words_what_to_do(desk: Daemon) -> None:
    found = desk.ask("GET", "/v1/tasks").json()["items"]
    assert [item["id"] for item in found] == ["T00002", "T00001"]
    assert found[0]["words"] == "take SIM00001 from slot 1024 of library main and put it into drive B1"
    assert desk.ask("GET", "/v1/tasks?which=mine").json()["items"] == []
    assert desk.ask("GET", "/v1/tasks?which=else").status_code == 422


def test_whoever_takes_a_task_is_named_by_the_kernel(desk: Daemon) -> None:
    answer = desk.ask("POST", "/v1/tasks/take", {"tasks": ["T00001", "T00002"]}, peer="uid:1000")
    assert {item["taken_by"] for item in answer.json()["items"]} == {"uid:1000"}
    mine = desk.ask("GET", "/v1/tasks?which=mine", peer="uid:1000").json()["items"]
    assert len(mine) == 2
    desk.ask("POST", "/v1/tasks/take", {"tasks": ["T00001"]}, peer="uid:1001")
    assert state_of(desk, "T00001").taken_by == "uid:1001"


def test_values_fit_tasks_in_any_order(desk: Daemon) -> None:
    shown = {"tasks": ["T00001", "T00002"], "how": "typed", "values": ["sim00001", "SIM00009 "]}
    answer = desk.ask("POST", "/v1/tasks/done", shown, peer="uid:1000")
    assert answer.status_code == 200
    assert {item["state"] for item in answer.json()["items"]} == {"done"}
    assert state_of(desk, "T00001").confirmed_value == "SIM00009 "


def test_another_medium_is_refused_with_both_names_and_the_task_stays(desk: Daemon) -> None:
    shown = {"tasks": ["T00001"], "how": "barcode", "values": ["SIM00001"]}
    answer = desk.ask("POST", "/v1/tasks/done", shown, peer="uid:1000")
    assert answer.status_code == 422
    assert "this is medium SIM00001, and the task is about medium SIM00009" in answer.json()["message"]
    assert state_of(desk, "T00001").state is TaskState.OPEN
    with desk.services.catalog.read() as read:
        assert events.latest(read, subject_id="T00001")[-1].type == "task contradicted"


def test_another_medium_shown_twice_opens_a_case_with_both_names(desk: Daemon) -> None:
    shown = {"tasks": ["T00001"], "how": "barcode", "values": ["SIM00001"]}
    for _time in range(2):
        desk.ask("POST", "/v1/tasks/done", shown, peer="uid:1000")
    with desk.services.catalog.read() as read:
        (case,) = cases.under_way(read)
        assert case.media == ("SIM00001", "SIM00009")
        assert {"task:T00001", f"case:{case.id}"} <= {item.id for item in events.attentions(read)}


class Desk:
    """A reader before which one medium lies, and a tag that makes its uid up."""

    def identify(self) -> ReaderIdentity:
        return ReaderIdentity("desk")

    def read(self) -> tuple[Tag, ...]:
        return Tag("08112233", TagKind.HF, fixed=False), Tag("04a23f", TagKind.HF)

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(("uid", "status"), [("04a23f", 200), ("04ffff", 422), (None, 422)])
def test_a_reader_shows_which_medium_lies_before_it(uid: str | None, status: int, desk: Daemon) -> None:
    with desk.services.catalog.write() as write:
        media.update_columns(write, "SIM00009", rfid_uid=uid)
    tools = replace(desk.services.site.tools, readers={"desk": PlacedReader(Desk(), "pn532", "hand", "main")})
    services = replace(desk.services, site=replace(desk.services.site, tools=tools))
    here = replace(desk, application=create_application(services), services=services)
    answer = here.ask("POST", "/v1/tasks/done", {"tasks": ["T00001"], "reader": "desk"}, peer="uid:1000")
    assert answer.status_code == status
    both = {"tasks": ["T00001", "T00002"], "reader": "desk"}
    assert "sees 1 of 2 tags" in here.ask("POST", "/v1/tasks/done", both, peer="uid:1000").json()["message"]
    unknown = here.ask("POST", "/v1/tasks/done", {"tasks": ["T00001"], "reader": "else"}, peer="uid:1000")
    assert unknown.status_code == 422


def test_a_task_that_others_ended_is_not_ended_once_more(desk: Daemon) -> None:
    desk.ask("POST", "/v1/tasks/T00001/refuse", {"reason": "the slot is empty"}, peer="uid:1000")
    refused = state_of(desk, "T00001")
    assert (refused.state, refused.note, refused.ended_by) == (
        TaskState.REFUSED,
        "the slot is empty",
        "uid:1000",
    )
    again = desk.ask("POST", "/v1/tasks/take", {"tasks": ["T00001"]}, peer="uid:1001")
    assert again.status_code == 409
    assert desk.ask("POST", "/v1/tasks/T00001/again", peer="uid:1001").status_code == 200
    assert state_of(desk, "T00001").state is TaskState.CANCELLED
    assert desk.ask("POST", "/v1/tasks/T00002/again", peer="uid:1001").status_code == 409


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/v1/tasks/take", {"tasks": []}),
        ("/v1/tasks/done", {"tasks": ["T00001"], "how": "guessed", "values": ["x"]}),
        ("/v1/tasks/done", {"tasks": ["T00001"], "how": "typed", "values": []}),
        ("/v1/tasks/done", {"tasks": ["T00001"], "how": "rfid", "values": ["04A23FB2C15D80"]}),
    ],
)
def test_what_says_nothing_is_refused(path: str, document: Any, desk: Daemon) -> None:
    assert desk.ask("POST", path, document, peer="uid:1000").status_code == 422
    assert state_of(desk, "T00001").state is TaskState.OPEN


def test_what_happened_to_a_task_is_told_with_it(desk: Daemon) -> None:
    desk.ask("POST", "/v1/tasks/take", {"tasks": ["T00001"]}, peer="uid:1000")
    found = desk.ask("GET", "/v1/tasks/T00001").json()
    assert [event["type"] for event in found["events"]] == ["task opened", "task taken"]
    assert desk.ask("GET", "/v1/tasks/T00077").status_code == 404
