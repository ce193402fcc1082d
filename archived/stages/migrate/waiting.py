"""Migrations that a person should look at: paused ones, and those that wait for media."""

from sqlalchemy import Connection

from archived.care import MIGRATE, RunState
from archived.catalog import care
from archived.catalog.events import Attention
from archived.language import _
from archived.stages.work import Site

#: How the ids of these begin.
ATTENTION = "migrate:"


def watch(read: Connection, site: Site) -> list[Attention]:
    """All that waits now."""
    found = []
    for run in care.under_way(read, MIGRATE):
        if run.state is RunState.PAUSED:
            what = _("migration {run} is paused: {note}").format(run=run.id, note=run.note)
            next_ = f"archivectl migrate {run.id}   (archivectl migrate resume {run.id} --reason TEXT)"
        else:
            waits = [
                item for item in care.items(read, run.id) if "waits" in item.cursor and not item.ended_at
            ]
            if not waits:
                continue
            what = _("migration {run} waits for media: {why}").format(
                run=run.id, why=waits[0].cursor["waits"]
            )
            next_ = _("archivectl media register   (after blanks were put into the library)")
        safe = _("every old copy stays as it is until its new one was read back")
        found.append(Attention(f"{ATTENTION}{run.id}", "working-hours", what, safe, next_, site.now()))
    return found
