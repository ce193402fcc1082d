"""What repair would do now: which members and copies are made again, from what, and what that takes. Reads only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection

from archived.care import MIGRATE, REPAIR
from archived.catalog import care, cases, fixity, images, media, packages, recalls
from archived.fixity import subject_of
from archived.language import _
from archived.model import Image, Recall
from archived.policy.owed import home_pool
from archived.policy.repair.cost import least_bytes
from archived.policy.repair.members import COPY, MEMBER, POOL, Broken, Waits, in_order, lacking
from archived.regained import Where
from archived.stages.floor import floors
from archived.stages.recall_planning import first_readings
from archived.stages.recall_sources import other_members
from archived.stages.repair import regaining
from archived.stages.repair.owing import Owed, owed_copies
from archived.stages.repair.pictures import REPAIRED, picture_of, pictures
from archived.stages.work import Site
from archived.states import CopyState, ImageState, RecallState
from erasure.chunks import CHUNK_BYTES

_KEPT = ImageState.KEPT


@dataclass(frozen=True, slots=True)
class Way:
    """Where the bytes of an image come from."""

    #: "staging", "copy", "own copy and set", "set", or "" when nothing gives them now.
    way: str
    media: tuple[str, ...] = ()
    bytes_to_read: int = 0
    mounts: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that is to be made, and how."""

    what: str
    image_id: str
    set_id: str
    position: int
    #: Into which pool.
    pool: str
    why: str
    spare: int
    size_bytes: int
    way: Way
    copy_id: int | None = None
    medium_id: str | None = None

    def document(self) -> dict[str, Any]:
        """As data, for people and for the record."""
        return {
            "what": self.what,
            "image": self.image_id,
            "set": self.set_id,
            "position": self.position,
            "pool": self.pool,
            "why": self.why,
            "spare": self.spare,
            "bytes": self.size_bytes,
            "replaces": self.medium_id,
            "from": self.way.way,
            "media": list(self.way.media),
            "bytes_to_read": self.way.bytes_to_read,
            "mounts": self.way.mounts,
            "note": self.way.words,
        }


@dataclass(frozen=True, slots=True)
class Selection:
    """What a person asks for; nothing named is everything."""

    sets: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    media: tuple[str, ...] = ()

    def holds(self, set_id: str, image_id: str, medium_id: str | None) -> bool:
        chosen = not (self.sets or self.images or self.media)
        return chosen or set_id in self.sets or image_id in self.images or medium_id in self.media


@dataclass(frozen=True, slots=True)
class RepairPlan:
    """Everything that would be made, in order, and what waits for a person."""

    wanted: tuple[Wanted, ...] = ()
    waits: tuple[Waits, ...] = ()
    #: Blank media by pool: how many it takes.
    blanks: Mapping[str, int] = field(default_factory=dict)

    def preview(self) -> dict[str, Any]:
        """What stands on record of a run when it begins."""
        return {
            "items": [item.document() for item in self.wanted],
            "waits": [{"image": w.image_id, "set": w.set_id, "why": w.why} for w in self.waits],
            "bytes_to_read": sum(item.way.bytes_to_read for item in self.wanted),
            "mounts": sum(item.way.mounts for item in self.wanted),
            "media_to_write": dict(self.blanks),
        }


def plan_repair(
    read: Connection, site: Site, selection: Selection = Selection(), *, skip: Collection[str] = ()
) -> RepairPlan:
    """What would be made now. Images that a run is at already, and those to `skip`, are left out."""
    busy = {item.image_id for item in care.open_items(read, REPAIR, paused=True)} | set(skip)
    busy |= {item.image_id for item in care.open_items(read, MIGRATE)}  # they get a new copy there
    broken: list[Broken] = []
    waits: list[Waits] = []
    for picture in pictures(read):
        found, waiting = lacking(picture)
        coming = {member.image_id for member in picture.members if member.coming}
        broken += [b for b in found if b.image_id not in coming | busy]
        waits += waiting
    broken = [b for b in broken if selection.holds(b.set_id, b.image_id, b.medium_id)]
    again = {b.image_id for b in broken}
    wanted = [_member(read, site, item) for item in in_order(broken)]
    for owed in owed_copies(read, site):
        chosen = selection.holds(owed.set_id, owed.image_id, None)
        if chosen and owed.image_id not in busy | again:
            wanted.append(_copy(read, site, owed))
    wanted += _for_pools(read, site, selection, busy | {one.image_id for one in wanted})
    blanks: dict[str, int] = {}
    for one in (one for one in wanted if one.what != POOL):
        blanks[one.pool] = blanks.get(one.pool, 0) + 1
    return RepairPlan(tuple(wanted), tuple(waits), blanks)


def _for_pools(
    read: Connection, site: Site, selection: Selection, busy: Collection[str | None]
) -> list[Wanted]:
    """Images with packages that another disc pool owes an image to: their class came to name it later."""
    found: dict[tuple[str, str], Wanted] = {}
    for name, settings in site.config.classes.items():
        for pool in settings.pools:
            for package_id in packages.without_pool(read, name, pool):
                carriers = (i for i in packages.image_ids(read, package_id).values() if i is not None)
                image = next((i for i in map(partial(images.get, read), carriers) if i.state is _KEPT), None)
                if image is None or image.id in busy or (image.id, pool) in found:
                    continue
                set_id, size_bytes = image.set_id or "", image.size_bytes or 0
                if selection.holds(set_id, image.id, None):
                    way = way_of(read, site, image)
                    place, why = image.position or 0, "new pool"
                    found[image.id, pool] = Wanted(
                        POOL, image.id, set_id, place, pool, why, 0, size_bytes, way
                    )
    return list(found.values())


def demand_known(read: Connection, selection: Selection) -> Selection:
    """The same selection by the ids of the catalog. Raises NotFound for what is not there."""
    sets = tuple(images.get_set(read, name).id for name in selection.sets)
    chosen = tuple(images.get(read, name).id for name in selection.images)
    return Selection(sets, chosen, tuple(media.get(read, name).id for name in selection.media))


def still_lacks(read: Connection, image_id: str) -> bool:
    """Whether a member of a set has to be made again, by what is on record now."""
    image = images.get(read, image_id)
    if image.set_id is None:
        return False
    item = images.get_set(read, image.set_id)
    if item.state not in REPAIRED:
        return False
    found, _waits = lacking(picture_of(read, item, cases.frozen_media(read)))
    return any(broken.image_id == image_id for broken in found)


def way_of(read: Connection, site: Site, image: Image) -> Way:
    """Where the bytes of an image would come from now."""
    if regaining.state(read, site, image.id).where is Where.READY:
        return Way("staging")
    if image.sha256 is None and image.kind == "data":
        return Way("", words=_("what the bytes of image {image} must be is not known").format(image=image.id))
    care_recall = Recall(
        "", RecallState.REQUESTED, None, image.id, (), site.now(), 0, image.size_bytes or 0, purpose="care"
    )
    in_use = recalls.copies_in_use(read)
    readings, words = first_readings(read, site, care_recall, in_use) if image.sha256 else ([], "")
    if not readings and image.kind == "parity":
        remake = replace(care_recall, purpose="remake")  # a new wrapper around the same parity.bin
        readings, words = first_readings(read, site, remake, in_use)
    if not readings:
        return Way("", words=words)
    copies = [media.get_copy(read, reading.copy_id) for reading in readings]
    names = tuple(dict.fromkeys(copy.medium_id for copy in copies))
    in_drives = {
        m.id for floor in floors(read, site) for drive in floor.drives if (m := floor.in_drive(drive))
    }
    bytes_to_read = sum(length for reading in readings for _start, length in reading.ranges)
    direct = all(copy.image_id == image.id for copy in copies)
    if direct and copies[0].state is CopyState.SUSPECT:
        return _with_the_set(read, image, copies[0].id, names, bytes_to_read, in_drives)
    return Way("copy" if direct else "set", names, bytes_to_read, len(set(names) - in_drives), words)


def _with_the_set(
    read: Connection, image: Image, copy_id: int, names: Sequence[str], own_bytes: int, in_drives: set[str]
) -> Way:
    """A doubtful copy, and for what is known to be bad of it the same chunks of others."""
    bad = {
        int(number)
        for check in fixity.of_subject(read, subject_of(copy_id))
        for number in check.bad
        if isinstance(number, int)
    }
    lengths = [member.payload_bytes or 0 for member in other_members(read, image.id)]
    needed = 0
    if image.set_id is not None:
        item = images.get_set(read, image.set_id)
        needed = item.n - len(item.absent)
    missing = [(number * CHUNK_BYTES, CHUNK_BYTES) for number in bad]
    more_bytes = least_bytes((), missing, lengths, needed)
    words = (
        _("{count} bad chunks of it are known; more may come out").format(count=len(bad))
        if bad
        else _("what is bad of it is not known yet; only that comes from the others")
    )
    mounts = len(set(names) - in_drives) + (needed if bad else 0)
    return Way("own copy and set", tuple(names), own_bytes + more_bytes, mounts, words)


def _member(read: Connection, site: Site, item: Broken) -> Wanted:
    image = images.get(read, item.image_id)
    return Wanted(
        MEMBER,
        item.image_id,
        item.set_id,
        item.position,
        home_pool(image, site.config.pools),
        item.lack.value,
        item.spare,
        image.size_bytes or 0,
        way_of(read, site, image),
        item.copy_id,
        item.medium_id,
    )


def _copy(read: Connection, site: Site, owed: Owed) -> Wanted:
    image = images.get(read, owed.image_id)
    return Wanted(
        COPY,
        image.id,
        owed.set_id,
        image.position or 0,
        owed.pool,
        "owed",
        owed.spare,
        image.size_bytes or 0,
        way_of(read, site, image),
    )
