"""A look at all of a medium, or of an image on a cartridge: what must stand there, and what becomes of its copy."""

from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import events, images, media
from archived.model import Copy, Image
from archived.sessions.identify import Finding
from archived.sessions.read import Expected
from archived.sessions.read_whole import WholeRead, Wrapped
from archived.stages.doubting_media import doubt
from archived.stages.health.noting import note_comparison
from archived.stages.verification import expectation
from archived.stages.work import Site
from archived.states import CopyEvent, CopyState, MediumEvent, MediumState

_JUDGED = (CopyState.VERIFIED, CopyState.FOUND, CopyState.SUSPECT)
_JUDGED_MEDIA = (MediumState.GOOD, MediumState.WATCH, MediumState.APPENDABLE, MediumState.SUSPECT)


@dataclass(frozen=True, slots=True)
class Whole:
    """What a look at everything found: what the medium says, and how all of it compared."""

    finding: Finding
    read: WholeRead


def can_be_judged(copy: Copy) -> bool:
    """Whether a reading of all of it makes a copy verified or suspect; of an earlier wrapper no digest is on record."""
    return copy.state in _JUDGED and copy.payload_offset is None


def judged_copy(read: Connection, medium_id: str) -> tuple[Copy, Image] | None:
    """The copy on a medium that can be read against what is recorded of its image; None when there is none."""
    for copy in media.copies_on(read, medium_id):
        if can_be_judged(copy):
            image = images.get(read, copy.image_id)
            if expected_of(read, image) is not None:
                return copy, image
    return None


def expected_of(read: Connection, image: Image) -> Expected | Wrapped | None:
    """What a medium with this image must hold.

    Of a wrapper that a rebuild found its payload may be all that is known; of a data image without a descriptor, the
    digests that a tape tells.
    """
    if image.sha256 is not None and images.chunks(read, image.id) is not None:
        return expectation(read, image)
    payload = images.chunks(read, image.id, "payload")
    if not image.size_bytes:
        return None
    if not payload:
        digests = (image.sha256 or "", image.blake3 or "", image.xxh3 or "")
        return Expected(image.id, image.size_bytes, *digests, b"") if image.sha256 else None
    return Wrapped(image.id, image.size_bytes, image.payload_offset, payload, image.sha256 or "")


def record_whole(
    write: Connection, site: Site, copy_id: int, medium_id: str, drive: str, read: WholeRead
) -> None:
    """The copy is verified now, or suspect."""
    copy = media.get_copy(write, copy_id)
    if not can_be_judged(copy):
        return  # given up meanwhile, or of an earlier wrapper by now
    subject, words = ("image", copy.image_id), read.comparison.words
    detail = {"medium": medium_id, "drive": drive}
    size = images.get(write, copy.image_id).size_bytes or 0
    note_comparison(write, site, medium_id, drive, copy.image_id, size, read.comparison)
    if words:
        media.advance_copy(write, copy.id, CopyEvent.READ_DIFFERED, note=words)
        if media.get(write, medium_id).state in _JUDGED_MEDIA:
            doubt(write, site, medium_id, words)
        events.append(write, site.now(), "fixity check", subject, outcome="failure", note=words, **detail)
        return
    if read.sha256:
        digests = {"sha256": read.sha256, "blake3": read.blake3, "xxh3": read.xxh3}
        images.update_columns(write, copy.image_id, **digests)
        payload = images.chunks(write, copy.image_id, "payload")
        parts = {"image": read.chunks} | ({"payload": payload} if payload else {})
        images.store_chunks(write, copy.image_id, parts)
    changes = {"verified_at": site.now(), "verify_drive": drive, "note": ""}
    media.advance_copy(write, copy.id, CopyEvent.READ_MATCHED, **changes)
    if media.get(write, medium_id).state in _JUDGED_MEDIA:
        media.advance_state(write, medium_id, MediumEvent.READ_MATCHED, site.now())
    events.append(write, site.now(), "fixity check", subject, **detail)
