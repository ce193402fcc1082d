"""What a robot and its drives did not do, told to whoever has to look."""

from sqlalchemy import Connection

from archived.catalog import events
from archived.catalog.events import Attention
from archived.language import _
from archived.sessions.mount import Carried, Carry
from archived.stages.floor import stale_key
from archived.stages.work import Site
from robotics.errors import PAUSED, PERSON

#: A robot that did not answer, or stands, is asked again after this long.
LOOK_REST_S = 60.0


def robot_silent(write: Connection, site: Site, library: str, note: str, *, stands: str = "") -> None:
    """The robot gave no inventory, or is not ready (`stands` says why, `robotics.errors`): its library is stale until
    a look succeeds. No medium is to blame.
    """
    events.set_setting(write, stale_key(library), "1")
    events.append(write, site.now(), "inventory", ("library", library), outcome="failure", note=note)
    events.raise_attention(
        write,
        Attention(
            f"robot:{library}",
            "now",
            _silence(stands).format(library=library, value=note or "no inventory"),
            _("nothing moves until it was looked at; what is staged stays staged, burns under way go on"),
            _(
                "let it go on at its panel; it is looked at by itself every minute, or: archivectl library inventory"
            )
            if stands
            else _("look at the robot, then: archivectl library inventory"),
            site.now(),
        ),
    )


def _silence(stands: str) -> str:
    if stands == PAUSED:
        return _("library {library} is paused by an operator: {value}")
    if stands == PERSON:
        return _("library {library} stands until somebody shuts its doors and slots, or helps it: {value}")
    if stands:
        return _("library {library} is not ready: {value}")
    return _("the robot of library {library} does not answer: {value}")


def drive_down(write: Connection, site: Site, drive: str, note: str) -> None:
    """A disc does not come out of a drive, or does not become ready in it: the drive is out of use."""
    events.raise_attention(
        write,
        Attention(
            f"drive:{drive}",
            "now",
            _("drive {drive} was taken down: {note}").format(drive=drive, note=note),
            _("the other drives go on; nothing was written to the medium in it, which goes back to its slot"),
            f"archivectl drive up {drive} --reason TEXT",
            site.now(),
        ),
    )


def move_failed(write: Connection, site: Site, task: Carry, outcome: Carried) -> None:
    """A medium did not get where it was sent."""
    events.raise_attention(
        write,
        Attention(
            f"move:{task.medium_id}",
            "now" if outcome.kind == "vanished" else "working-hours",
            _(
                "medium {medium_id} did not get from element {source} to {destination} ({kind}): {note}"
            ).format(
                medium_id=task.medium_id,
                source=task.source,
                destination=task.destination,
                kind=outcome.kind,
                note=outcome.note,
            ),
            _(
                "the medium is where the last look saw it; the motion is tried again after a rest, never blindly"
            ),
            f"archivectl media {task.medium_id}",
            site.now(),
        ),
    )
