"""What a reading means for the medium that was read, whatever state it has come into meanwhile.

A person may set a medium aside while it is read, and media that are set aside are still read as a last resort: what was
found is put on record of the copy then, and the medium stays what the person made it.
"""

from sqlalchemy import Connection

from archived.catalog import media
from archived.stages.work import Site
from archived.states import MEDIUM, CopyState, MediumEvent, MediumState


def doubt(write: Connection, site: Site, medium_id: str, words: str) -> None:
    """A medium that read badly is suspect; a cartridge with images that nobody doubts is only closed: they count on.

    A medium that was set aside, let go or lost stays so.
    """
    medium = media.get(write, medium_id)
    on_it = media.copies_on(write, medium_id) if medium.holds_many else []
    if not any(copy.state in (CopyState.VERIFIED, CopyState.FOUND) for copy in on_it):
        step(write, site, medium_id, MediumEvent.SPOILED, words)
    elif medium.state is MediumState.APPENDABLE:
        media.advance_state(write, medium_id, MediumEvent.WRITTEN, site.now(), note=words)


def read_well(write: Connection, site: Site, medium_id: str) -> None:
    """All of a copy on a medium was read and is right."""
    step(write, site, medium_id, MediumEvent.READ_MATCHED)


def step(write: Connection, site: Site, medium_id: str, event: MediumEvent, words: str = "") -> None:
    """Let this happen to a medium where its state has a way for it; else it stays as it is."""
    if event in MEDIUM[media.get(write, medium_id).state]:
        changes = {"note": words} if words else {}
        media.advance_state(write, medium_id, event, site.now(), **changes)
