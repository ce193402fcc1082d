"""One set of a rebuild as rows: the set, its images with digests and chunk tables, copies, packages, memberships."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from archived.catalog import images, media, rebuilt
from archived.formats import disc_texts
from archived.formats.disc_rows import FoundPackage
from archived.language import _, marked
from archived.model import Copy, Image, Package, ProtectionSet
from archived.policy.rebuilding import Claim, Difference, MemberFound, SetFound
from archived.policy.set_forming import scope_key
from archived.policy.volume_order import ranges
from archived.sessions.disc_lists import SetRead
from archived.stages.protection import parity_image_id
from archived.stages.rebuilding_twins import take_packages
from archived.stages.tape_place import columns_of, pool_of_cartridge
from archived.stages.work import Site
from archived.states import CopyState, ImageState, PackageState, SetState

#: Why its image closed, and the note of its copy: where both are known from.
FOUND_ON_MEDIA = marked("found on media")
#: Owner of a package whose disc does not tell who handed it in.
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Taken:
    """What is still to be done about the images of a set, and what is to be told."""

    #: Where the rows of files are read from.
    sources: tuple[dict[str, Any], ...] = ()
    #: Images whose own discs tell nothing of their packages.
    untold: tuple[dict[str, Any], ...] = ()
    #: What discs contradict each other in.
    differences: tuple[Difference, ...] = ()

    def onto(self, cursor: Mapping[str, Any], set_id: str) -> dict[str, Any]:
        """The cursor of a survey behind this set."""
        return {
            **cursor,
            "sets_done": [*cursor["sets_done"], set_id],
            "sources": [*cursor["sources"], *self.sources],
            "untold": [*cursor["untold"], *self.untold],
        }


def record_set(
    write: Connection, site: Site, outcome: SetRead, folders: Mapping[int, Path], *, with_copies: bool = True
) -> Taken:
    """Write one set that nobody knew; without copies where the media are judged by somebody else."""
    found = outcome.found
    pool = pool_of(site, found, [row for rows in outcome.packages.values() for row in rows])
    members = [image_of(write, site, pool, outcome, member) for member in found.members]
    rebuilt.add_set(write, _set(site, pool, found, members), members)
    for member, image in zip(found.members, members, strict=True):
        store_record(write, member, image)
        if with_copies:
            copies = [
                _copy(site, _pool_on(write, site, pool, claim), image, claim) for claim in member.carriers
            ]
            rebuilt.add_copies(write, copies)
    return take_members(write, site, outcome, folders, tuple(zip(found.members, members, strict=True)))


def store_record(write: Connection, member: MemberFound, image: Image) -> None:
    """The chunk table that the descriptor has of a member."""
    if member.record is not None:
        part = "image" if member.kind == "data" else "payload"
        images.store_chunks(write, image.id, {part: member.record.chunks.to_bytes()})


def take_members(
    write: Connection,
    site: Site,
    outcome: SetRead,
    folders: Mapping[int, Path],
    pairs: Sequence[tuple[MemberFound, Image]],
) -> Taken:
    """Packages of these images, and where their lists come from."""
    sources, untold, differences = [], [], []
    for member, image in pairs:
        rows = outcome.packages.get(member.name, ())
        told = [package_of(site, row, outcome.receipts.get(row.package_id)) for row in rows]
        left_out, contradicted = take_packages(write, image, told)
        differences += contradicted
        source = _source(site, member, image, outcome, folders)
        if source is not None:
            sources.append(source | {"left_out": left_out})
        elif member.kind == "data":
            untold.append({"image": image.id, "name": member.name})
    return Taken(tuple(sources), tuple(untold), tuple(differences))


def image_of(write: Connection, site: Site, pool: str, outcome: SetRead, member: MemberFound) -> Image:
    """A member as an image of the catalog."""
    found, rows = outcome.found, outcome.packages.get(member.name, ())
    # Confidentiality is never mixed in a set, so any row of it tells that of all.
    anything = next((row for rows in outcome.packages.values() for row in rows), None)
    confidentiality = anything.confidentiality if anything is not None else ""
    image_id = image_id_of(write, found, member, rows)
    return _image(image_id, site, pool, found, member, rows, outcome.payload_offsets, confidentiality)


def pool_of(site: Site, found: SetFound, rows: Sequence[FoundPackage]) -> str:
    """The pool that its discs name; where none does, the one with its code; of several, and of none, the first."""
    named = next((str(row.more["pool"]) for row in rows if row.more.get("pool") in site.config.pools), "")
    if named:
        return named
    fitting = [name for name, pool in site.config.pools.items() if (pool.n, pool.m) == (found.n, found.m)]
    return next(iter(fitting), next(iter(site.config.pools)))


def image_id_of(read: Connection, found: SetFound, member: MemberFound, rows: Sequence[FoundPackage]) -> str:
    """The catalog's own number of an image, where its disc tells it and no other has it; else its place in its set."""
    told = next((str(row.more["image"]) for row in rows if row.more.get("image")), "")
    told = told or (member.on_tape.image_id if member.on_tape is not None else "")
    if member.kind == "data" and told:
        place = rebuilt.image_place(read, told)
        if place is None or place == (found.id, member.position):
            return told
    return parity_image_id(found.id, member.position)


def _set(site: Site, pool: str, found: SetFound, members: Sequence[Image]) -> ProtectionSet:
    data = [image for image in members if image.kind == "data" and image.fonds]
    first = data[0] if data else members[0]
    scope = site.config.pools[pool].set_scope
    return ProtectionSet(
        id=found.id,
        state=SetState.FOUND,
        pool=pool,
        n=found.n,
        m=found.m,
        scope=scope_key(scope, pool=pool, fonds=first.fonds, series=first.series),
        confidentiality=first.confidentiality,
        opened_at=min(image.opened_at for image in members),
        absent=found.absent,
        protected_at=found.descriptor.written_at if found.descriptor is not None else None,
    )


def _image(
    image_id: str,
    site: Site,
    pool: str,
    found: SetFound,
    member: MemberFound,
    rows: Sequence[FoundPackage],
    payload_offsets: Mapping[int, int],
    confidentiality: str,
) -> Image:
    one_group = site.config.pools[pool].one_group_per_image
    first = rows[0] if rows else None
    record, is_data = member.record, member.kind == "data"
    size, digests = _size_and_digests(member)
    closed_at = _closed_at(found, member)
    return Image(
        id=image_id,
        state=ImageState.FOUND,
        kind=member.kind,
        pool=pool,
        fonds=first.fonds if first and is_data else "",
        series=first.series if first and is_data and one_group else "",
        retention=first.retention if first and is_data else "",
        confidentiality=first.confidentiality if first else confidentiality,
        held=False,
        opened_at=closed_at,
        set_id=found.id,
        position=member.position,
        closed_at=closed_at,
        close_reason=_(FOUND_ON_MEDIA),
        label=member.label,
        ranges=_ranges(rows, one_group=one_group) if is_data else (),
        size_bytes=size,
        sha256=digests.get("sha256"),
        blake3=digests.get("blake3"),
        xxh3=digests.get("xxh3-128"),
        payload_offset=0 if is_data else payload_offsets.get(member.position, 0),
        payload_bytes=record.size_bytes if record is not None else size,
        carved="" if member.name == f"{found.id}-{member.position}" else member.name,
        revision=found.descriptor.revision if found.descriptor is not None and not is_data else 1,
    )


def _size_and_digests(member: MemberFound) -> tuple[int | None, dict[str, str]]:
    """Of a data image by the descriptor; else by what a cartridge says of it; else what was written on a disc."""
    if member.record is not None and member.kind == "data":
        return member.record.size_bytes, dict(member.record.digests)
    if member.on_tape is not None:
        return member.on_tape.size_bytes, dict(member.on_tape.digests)
    return max((claim.written_bytes for claim in member.carriers), default=None), {}


def _closed_at(found: SetFound, member: MemberFound) -> datetime:
    """When the image closed; of a member of which no disc was seen, when its set was protected."""
    if member.closed_at:
        return datetime.fromisoformat(member.closed_at)
    if found.descriptor is not None:
        return found.descriptor.written_at
    return max(datetime.fromisoformat(other.closed_at) for other in found.members if other.closed_at)


def _ranges(rows: Sequence[FoundPackage], *, one_group: bool) -> tuple[str, ...]:
    """Volume ranges as the label has them: corrections, which are later versions, apart."""
    said: list[str] = []
    for version, group in groupby(rows, key=lambda row: row.version):
        suffix = f" v{version}" if version > 1 else ""
        names = [row.volume if one_group else f"{row.series}/{row.volume}" for row in group]
        said += [f"{printed}{suffix}" for printed in ranges(names)]
    return tuple(said)


def _pool_on(read: Connection, site: Site, pool: str, claim: Claim) -> str:
    """By the rules of which pool a copy was written: the one of its set, or that of its cartridge."""
    if claim.place is None:
        return pool
    return pool_of_cartridge(read, site, media.get(read, claim.medium_id), pool)


def _copy(site: Site, pool: str, image: Image, claim: Claim) -> Copy:
    """What a medium carries; one that could not even tell everything of itself is doubtful from the beginning."""
    settings = site.config.pools[pool]
    return Copy(
        id=0,
        image_id=image.id,
        medium_id=claim.medium_id,
        state=CopyState.SUSPECT if claim.damaged else CopyState.FOUND,
        role=settings.role,
        site=site.config.libraries[settings.library].site,
        planned_at=image.closed_at or image.opened_at,
        note=_(FOUND_ON_MEDIA),
        pool=pool,
        **columns_of(claim.place),
    )


def package_of(site: Site, row: FoundPackage, receipt: Mapping[str, Any] | None) -> Package:
    more = row.more
    folder = site.tools.paths.staging / "packages" / row.package_id
    return Package(
        id=row.package_id,
        state=PackageState.FOUND,
        storage_class=str(more.get("storage_class") or site.config.default_class),
        fonds=row.fonds,
        series=row.series,
        volume=row.volume,
        version=row.version,
        title=row.title,
        retention=row.retention,
        confidentiality=row.confidentiality,
        source_path="",
        owner=int(more.get("owner", NOBODY)),
        reason=str(more.get("reason") or ""),
        file_count=int((receipt or {}).get("files") or 0),
        size_bytes=int((receipt or {}).get("bytes") or 0),
        root_digest=str(more.get("root_digest") or ""),
        submitted_at=datetime.fromisoformat(more["submitted_at"])
        if more.get("submitted_at")
        else row.accepted_at,
        accepted_at=row.accepted_at,
        cost_bytes=int(more.get("cost_bytes") or 0),
        staged=folder.is_dir(),
        accepted_receipt=receipt,
    )


def _source(
    site: Site,
    member: MemberFound,
    image: Image,
    outcome: SetRead,
    folders: Mapping[int, Path],
) -> dict[str, Any] | None:
    """Where the file rows of a data image are read from: the first carrier whose texts are whole."""
    if member.kind != "data":
        return None
    for claim in member.carriers:
        if is_telling(claim.taken):
            folder = folders[claim.look_id].relative_to(site.tools.paths.surveys)
            carried = list(outcome.carried.get(claim.look_id, ()))
            return {"image": image.id, "name": member.name, "folder": str(folder), "carried": carried}
    return None


def is_telling(taken: Collection[str]) -> bool:
    """Whether a data disc gave everything that the rows of its packages need."""
    lists = {disc_texts.FILES, disc_texts.WALK}.intersection(taken)
    return bool(lists) and {disc_texts.EXTENTS, disc_texts.PACKAGES}.issubset(taken)
