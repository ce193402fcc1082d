"""Tags that readers in a library saw, against who is believed to be there."""

from collections.abc import Iterable

from sqlalchemy import Connection

from archived.cases import WitnessKind
from archived.catalog import events, media
from archived.catalog.events import Attention
from archived.language import _
from archived.sessions.tags_seen import TagSeen
from archived.stages.case_of_content import believed
from archived.stages.cases import heard, weigh
from archived.stages.work import Site


def weigh_tags(write: Connection, site: Site, library: str, tags: Iterable[TagSeen]) -> None:
    """Each tag is one more witness beside the barcode and the catalog; a disagreement opens a case.

    A tag that nobody knows, on a medium without one, is offered to people and never learnt by itself.
    """
    here = {m.element: m for m in media.listing(write) if m.library == library and m.element is not None}
    for tag in tags:
        medium = here.get(tag.element)
        if medium is None or not tag.fixed:
            continue
        told = heard(write, site, WitnessKind.TAG, tag.uid, f"reader:{tag.reader}")
        weigh(write, site, [*believed(site, medium), told], library=library, elements=(tag.element,))
        if not told.says and medium.rfid_uid is None:
            _offer(write, site, medium.id, tag)


def _offer(write: Connection, site: Site, medium_id: str, tag: TagSeen) -> None:
    events.raise_attention(
        write,
        Attention(
            f"tag:{medium_id}",
            "working-hours",
            _("reader {reader} read tag {uid} on medium {medium}, which has none on record").format(
                reader=tag.reader, uid=tag.uid, medium=medium_id
            ),
            _("nothing was learnt by itself; the medium is known as before"),
            f"archivectl media label {medium_id} --rfid {tag.uid}",
            site.now(),
        ),
    )
