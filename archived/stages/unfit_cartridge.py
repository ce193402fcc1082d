"""A cartridge of which a drive says that it is none for it: another generation, another format."""

from sqlalchemy import Connection

from archived.catalog import events, media
from archived.catalog.events import Attention
from archived.language import _
from archived.stages.work import Site
from archived.states import MediumEvent, MediumState


def set_aside_unfit(write: Connection, site: Site, medium_id: str, note: str) -> bool:
    """Set a cartridge aside on which nothing counts; False where something does: then it is not for us to say.

    What is planned for it is planned anew. The drive is not to blame and goes on.
    """
    if media.get(write, medium_id).state not in (MediumState.BLANK, MediumState.RESERVED):
        return False
    media.withdraw_plans_on(write, medium_id, note, site.now())
    media.advance_state(write, medium_id, MediumEvent.SET_ASIDE, site.now(), note=note)
    what = _("cartridge {medium_id} was set aside, nothing was written to it: {note}")
    events.raise_attention(
        write,
        Attention(
            f"cartridge:{medium_id}",
            "working-hours",
            what.format(medium_id=medium_id, note=note),
            _("the drive goes on; what was planned for the cartridge goes to another one"),
            _("take it out, or compare its label with what it is: archivectl media {medium_id}").format(
                medium_id=medium_id
            ),
            site.now(),
        ),
    )
    return True
