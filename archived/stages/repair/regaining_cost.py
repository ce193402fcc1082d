"""What bringing an image back took of media, and what it had to take."""

from collections.abc import Sequence

from sqlalchemy import Connection

from archived.catalog import images, media
from archived.model import Image, Reading
from archived.policy.ranges import Range, merge, overlap, subtract
from archived.policy.repair.cost import least_bytes
from archived.stages.recall_sources import good_ranges, other_members
from archived.states import ReadingState


def media_read(read: Connection, readings: Sequence[Reading]) -> tuple[str, ...]:
    """The media that gave something, each once, in the order in which they were asked."""
    copies = dict.fromkeys(r.copy_id for r in readings if r.state is ReadingState.READ)
    return tuple(dict.fromkeys(media.get_copy(read, copy_id).medium_id for copy_id in copies))


def bytes_needed(read: Connection, image: Image, readings: Sequence[Reading]) -> int:
    """The least that had to be read: what copies of the image gave, and for the rest the others of its set."""
    own = good_ranges(reading for reading in readings if reading.image_id == image.id)
    end = max(image.size_bytes or 0, image.payload_offset + (image.payload_bytes or 0))
    whole: tuple[Range, ...] = ((0, end),)
    given = overlap(whole, merge(piece for ranges in own.values() for piece in ranges))
    if image.set_id is None:
        return least_bytes(given, (), (), 0)
    item = images.get_set(read, image.set_id)
    lengths = [member.payload_bytes or 0 for member in other_members(read, image.id)]
    payload = (image.payload_offset, image.payload_bytes or 0)
    missing = overlap((payload,), subtract(whole, given))
    inside = [(start - image.payload_offset, length) for start, length in missing]
    return least_bytes(given, inside, lengths, item.n - len(item.absent))
