"""What lies in a drive, read because somebody asks who it is: between sessions, never beside one.

The question is in memory and the answer goes to whoever asked; a crash loses both, and nothing else.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from archived.language import _
from archived.sessions.tools import Tools
from archived.sessions.volume_read import VolumeRead, read_volume
from archived.stages.drive_asks import DriveAsk
from archived.stages.floor import floors
from archived.stages.work import Action, Broken, Context, Site, drive_lane

NAME = "reading_identity"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that can be asked now, in a drive."""

    ask: DriveAsk
    drive: str


def due(read: Connection, site: Site) -> list[Asked]:
    waiting = site.asks.waiting()
    every_floor = floors(read, site) if waiting else []
    found = []
    for ask in waiting:
        drive = ask.drive or next(
            (d.name for floor in every_floor if not floor.stale and (d := floor.drive_of(ask.medium_id))), ""
        )
        if drive:
            found.append(Asked(ask, drive))
    return found


def plan(view: list[Asked], context: Context) -> list[Action]:
    if context.draining:
        return []
    return context.choose(
        [Action(NAME, f"identity in {item.ask.drive}", (drive_lane(item.ask.drive),), item) for item in view]
    )


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    return action


def run(action: Action, tools: Tools) -> VolumeRead:
    drive = action.task.drive
    tools.progress.begin(action.key, _("reading what the medium in {drive} calls itself").format(drive=drive))
    return read_volume(tools, drive, action.key)


def record(write: Connection, site: Site, action: Action, outcome: VolumeRead | Broken) -> float:
    ask: DriveAsk = action.task.ask
    if isinstance(outcome, Broken):
        ask.trouble = str(outcome.error) or type(outcome.error).__name__
    else:
        ask.drive, ask.answer = action.task.drive, outcome
    site.asks.drop(ask)
    return 0
