"""Discs that a rebuild did not see, and a check does: what they tell is taken in.

A parity disc that comes back to a set of which nobody had the descriptor brings digests, chunk tables and the parity
images; a data disc brings its packages. Only sets that a rebuild found, or that it never heard of, are told more; a
descriptor counts when it names every member that is known already just as it is known, else it is told and not taken.
Everything stays FOUND until all of it was read.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection

from archived.catalog import counters, events, images, rebuilt, surveys
from archived.formats import disc_texts
from archived.formats.descriptor import MemberRecord
from archived.language import _
from archived.model import Image, ProtectionSet
from archived.policy.rebuilding import Claim, Difference, MemberFound, SetFound
from archived.sessions.disc_lists import SetRead
from archived.stages.rebuilding_sets import (
    Taken,
    image_of,
    is_telling,
    record_set,
    store_record,
    take_members,
)
from archived.stages.work import Site
from archived.states import SetState


def sets_to_extend(read: Connection, ours: Collection[Claim]) -> list[str]:
    """Sets of which these discs may tell more than the catalog knows; none unless it was made from media."""
    if events.settings(read).get(surveys.ORIGIN) != surveys.REBUILT:
        return []
    return [name for name in sorted({claim.set_id for claim in ours}) if _tells_more(read, name, ours)]


def extend_set(write: Connection, site: Site, outcome: SetRead, folders: Mapping[int, Path]) -> Taken:
    """Take in what the discs of one set tell; the media themselves are judged afterwards."""
    found = outcome.found
    for rows in outcome.packages.values():
        for row in rows:
            if row.package_id[:1] == "P" and row.package_id[1:].isdigit():
                counters.raise_to(write, "package", int(row.package_id[1:]))
    if not rebuilt.has_set(write, found.id):
        return record_set(write, site, outcome, folders, with_copies=False)
    item = images.get_set(write, found.id)
    known = {image.position: image for image in images.of_set(write, found.id)}
    wrong = _misfits(found, item, list(known.values()))
    if wrong:
        return Taken(differences=(_refused(found, wrong),))
    is_news = found.descriptor is not None and item.protected_at is None
    if found.descriptor is not None and is_news:
        rebuilt.tell_more_of_set(
            write, found.id, protected_at=found.descriptor.written_at, absent=found.absent
        )
        events.append(write, site.now(), "descriptor found", ("set", found.id), members=len(found.members))
    pairs = []
    for member in found.members:
        image = known.get(member.position)
        if image is None:
            image = image_of(write, site, item.pool, outcome, member)
            images.create(write, image)
            store_record(write, member, image)
        elif is_news:
            _tell_more(write, member, image)
        if member.kind == "parity" or not rebuilt.tells_places(write, image.id):
            pairs.append((member, image))
    return take_members(write, site, outcome, folders, pairs)


def _tells_more(read: Connection, set_id: str, ours: Collection[Claim]) -> bool:
    if not rebuilt.has_set(read, set_id):
        return True
    item = images.get_set(read, set_id)
    if item.state is not SetState.FOUND:
        return False
    by_position = {image.position: image for image in images.of_set(read, set_id)}
    for claim in ours:
        if claim.set_id != set_id:
            continue
        image = by_position.get(claim.position)
        if image is None:
            return True
        if claim.kind == "parity" and item.protected_at is None and disc_texts.DESCRIPTOR in claim.taken:
            return True
        if claim.kind == "data" and is_telling(claim.taken) and not rebuilt.tells_places(read, image.id):
            return True
    return False


def _misfits(found: SetFound, item: ProtectionSet, known: Sequence[Image]) -> list[int]:
    """Positions of which the descriptor says something else than what is known; none without a descriptor."""
    if found.descriptor is None:
        return []
    if (found.n, found.m) != (item.n, item.m):
        return [image.position or 0 for image in known]
    records = {record.member.position: record for record in found.descriptor.members}
    wrong = []
    for image in known:
        record = records.get(image.position or 0)
        if record is None or not _is_same(record, image):
            wrong.append(image.position or 0)
    return wrong


def _is_same(record: MemberRecord, image: Image) -> bool:
    """Whether a descriptor names a member as it is known; of a parity image the wrapper is known, not its payload."""
    if (record.member.label, record.member.kind) != (image.label, image.kind):
        return False
    sizes, digests = (None, record.size_bytes), (None, record.digests["sha256"])
    return image.kind == "parity" or (image.size_bytes in sizes and image.sha256 in digests)


def _tell_more(write: Connection, member: MemberFound, image: Image) -> None:
    """Digests and chunk table of an image that was known without."""
    if member.record is None:
        return
    store_record(write, member, image)
    size, digests = member.record.size_bytes, member.record.digests
    if member.kind == "data":
        named = {"sha256": digests["sha256"], "blake3": digests["blake3"], "xxh3": digests["xxh3-128"]}
        images.update_columns(write, image.id, size_bytes=size, payload_bytes=size, **named)
    else:
        images.update_columns(write, image.id, payload_bytes=size)


def _refused(found: SetFound, wrong: Sequence[int]) -> Difference:
    what = _(
        "the descriptor of set {set} that came back names members {members} otherwise than the discs that are known; "
        "nothing of it was taken"
    ).format(set=found.id, members=", ".join(map(str, wrong)))
    return Difference("descriptor", found.id, what, f"archivectl sets {found.id}")
