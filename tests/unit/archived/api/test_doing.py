"""What each drive is doing is told by the work on the board, whatever language its words are in."""

from typing import Any

from archived.sessions.tools import ProgressBoard
from archived.stages.loop import InlineExecutor, Loop
from archived.stages.work import Action, drive_lane, robot_lane
from tests.unit.archived.api.conftest import Daemon


class Stage:
    """One action that goes on for ever."""

    __name__ = "stage"

    def __init__(self, action: Action) -> None:
        self.action = action

    def due(self, read: Any, site: Any) -> list[Action]:
        return [self.action]

    def plan(self, view: list[Action], context: Any) -> list[Action]:
        return context.choose(view)  # type: ignore[no-any-return]

    def claim(self, write: Any, site: Any, action: Action) -> Action:
        return action

    def run(self, action: Action, tools: Any) -> None:
        tools.progress.begin(action.key, "正在移动 D1")

    def record(self, write: Any, site: Any, action: Action, outcome: Any) -> float:
        return 0


def doing(daemon: Daemon) -> dict[str, str]:
    (library,) = daemon.ask("GET", "/v1/library").json()["libraries"]
    return {drive["name"]: drive["doing"] for drive in library["drives"]}


def test_the_drives_of_a_piece_of_work_say_what_they_are_doing_in_any_language(daemon: Daemon) -> None:
    names = list(doing(daemon))
    assert set(doing(daemon).values()) == {""}
    executor = InlineExecutor()
    stage = Stage(Action("stage", "move D1", (robot_lane("main"), drive_lane(names[0])), None))
    loop = Loop(daemon.services.catalog, daemon.services.site, (stage,), executor)

    loop.turn()
    executor.run_one()

    assert doing(daemon) == {names[0]: "正在移动 D1"} | dict.fromkeys(names[1:], "")


def test_work_that_ended_is_done_by_no_drive(daemon: Daemon) -> None:
    board: ProgressBoard = daemon.progress
    board.take_drives("copy 1", ("B1",))
    board.begin("copy 1", "burning")
    board.end("copy 1")
    board.begin("copy 1", "checking what was gathered")

    assert [item.drives for item in board.items()] == [()]
    assert set(doing(daemon).values()) == {""}
