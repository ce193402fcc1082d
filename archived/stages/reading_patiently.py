"""Readings of our own that end at their next chunk when somebody waits for the drive, or their run was paused."""

from collections.abc import Sequence

from sqlalchemy import Connection

from archived.catalog import events, recalls, regained
from archived.language import _
from archived.policy.verify.giving_way import may_go_on
from archived.stages import hold
from archived.stages.floor import floors
from archived.stages.recall_reading import Ready
from archived.stages.wanted_media import media_wanted
from archived.stages.work import Site
from archived.states import ReadingState


def giving_way(read: Connection, site: Site, ready: Sequence[Ready]) -> tuple[Ready, ...]:
    """Those of the readings that may go on; of the others, what is under way is told to end."""
    resting = regained.resting(read)
    for reading in recalls.readings_in_state(read, ReadingState.READING) if resting else ():
        if reading.recall_id in resting:
            site.half_reads.stop(f"readings of copy {reading.copy_id}", _("the run is not to go on now"))
    patient = [item for item in ready if item.patient]
    if not patient:
        return tuple(ready)
    settings = events.settings(read)
    paused = bool(settings.get("writes_paused")) or hold.in_force(settings)
    wants = [
        want
        for floor in floors(read, site)
        for want in media_wanted(read, site, floor, writes_paused=paused)[0]
    ]
    staying = [item for item in patient if may_go_on(item.medium_id, wants)]
    for item in patient:
        if item not in staying:
            site.half_reads.stop(item.key, _("somebody waits for the drive"))
    return tuple(item for item in ready if not item.patient or item in staying)
