"""A parity image whose wrapper is lost: the same parity.bin in a new wrapper, with a newer descriptor of its set.

The set makes parity.bin again bit for bit; the texts around it are written anew, so the image is another one: a new
generation under the same name, whose descriptor has a higher revision. Nothing of it is on record before the commit
that ends it; the files that a crash leaves are made again.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from archived.catalog import destructions, events, images, media, packages
from archived.formats.disc import DiscMember, SetIdentity
from archived.formats.parity_disc import PARITY_PATH
from archived.language import _
from archived.model import Image, ProtectionSet
from archived.regained import regained_name
from archived.sessions.encode import Fingerprint, fingerprint_image
from archived.sessions.rebuild import parsed
from archived.sessions.remake import MemberBytes, code_of, remake_parity
from archived.sessions.tools import Report, Tools
from archived.stages import protection
from archived.stages.composing import identity, slice_row
from archived.stages.protection import Encoding
from archived.stages.recall_reading import spool_path
from archived.stages.recall_sources import payload_table
from archived.stages.work import Site
from archived.states import CopyState
from backends.interface import SECTOR_BYTES

_OF_BEFORE = (CopyState.VERIFIED, CopyState.FOUND, CopyState.SUSPECT, CopyState.RETIRED)


@dataclass(frozen=True, slots=True)
class Rewrapping:
    """Everything that the new wrapper is made of."""

    encoding: Encoding
    position: int
    revision: int
    data: tuple[Fingerprint, ...]
    members: tuple[MemberBytes, ...]


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """The new generation as it lies in staging; or, with `words`, why there is none."""

    image: Fingerprint | None = None
    payload: Fingerprint | None = None
    payload_offset: int = 0
    revision: int = 0
    words: str = ""


def rewrapping_of(read: Connection, site: Site, image: Image, folder: Path) -> Rewrapping | str:
    """What is needed for a new wrapper around a parity file that was made again in `folder`; or why it cannot be."""
    item = images.get_set(read, image.set_id or "")
    members = images.of_set(read, item.id)
    data = [member for member in members if member.kind == "data"]
    tables = {member.id: parsed(payload_table(read, member)) for member in members}
    unknown = [m.id for m in members if tables[m.id] is None]
    unknown += [m.id for m in data if not (m.sha256 and m.blake3 and m.xxh3)]
    if unknown or len(members) != item.n - len(item.absent) + item.m:
        return _("not everything is on record that the descriptor of set {set_id} says").format(
            set_id=item.id
        )
    sources = []
    for member in members:
        table = tables[member.id]
        if table is not None:
            spool = spool_path(folder, member.id)
            number = (member.position or 0) - 1
            sources.append(
                MemberBytes(number, member.payload_offset, member.payload_bytes or 0, table, spool)
            )
    prints = tuple(
        Fingerprint(m.size_bytes or 0, m.sha256 or "", m.blake3 or "", m.xxh3 or "", payload_table(read, m))
        for m in data
    )
    revision = 1 + max(member.revision for member in members if member.kind == "parity")
    encoding = _encoding(read, site, item, data)
    return Rewrapping(encoding, image.position or 0, revision, prints, tuple(sources))


def rewrap(task: Rewrapping, tools: Tools, report: Report) -> Rewrapped:
    """Make parity.bin and the image around it in staging. Raises OSError."""
    encoding, staging = task.encoding, tools.paths.staging
    plan = next(item for item in encoding.parity if item.position == task.position)
    present = encoding.n - len(encoding.absent)
    code = code_of(encoding.n, encoding.m, present, tools.kernel)
    found = remake_parity(task.position - 1, task.members, code, staging / plan.parity_name, report)
    if found is None:
        return Rewrapped(words=_("what was read of the other members does not make all parity of the set"))
    parity = [found[item.position - 1] for item in encoding.parity]
    descriptor = protection.descriptor_of(encoding, task.data, parity, revision=task.revision)
    (staging / plan.recipe_name).parent.mkdir(parents=True, exist_ok=True)
    (staging / regained_name(plan.image_id)).unlink(missing_ok=True)  # of the generation before
    mastered = protection.wrap(encoding, plan, descriptor, staging)
    image = fingerprint_image(staging / plan.recipe_name, staging)
    offset = mastered.extent(PARITY_PATH).lba * SECTOR_BYTES
    return Rewrapped(image, found[task.position - 1], offset, task.revision)


def record_generation(write: Connection, site: Site, image: Image, made: Rewrapped) -> None:
    """The image is its new generation from now on; copies of the one before still give parity.bin to their set.

    They are what there is until a copy of the new one was read back; `ending.finish` retires them then.
    """
    if made.image is None or made.payload is None:
        raise ValueError(f"image {image.id} was not made again")
    images.update_columns(
        write,
        image.id,
        size_bytes=made.image.length_bytes,
        sha256=made.image.sha256,
        blake3=made.image.blake3,
        xxh3=made.image.xxh3,
        payload_offset=made.payload_offset,
        revision=made.revision,
    )
    images.store_chunks(write, image.id, {"image": made.image.chunks, "payload": made.payload.chunks})
    for copy in media.copies_of(write, image.id):
        if copy.state in _OF_BEFORE and copy.payload_offset is None:
            media.update_copy(write, copy.id, payload_offset=image.payload_offset)
    detail: dict[str, Any] = {"revision": made.revision, "sha256": made.image.sha256}
    events.append(write, site.now(), "parity image made anew", ("image", image.id), **detail)


def _encoding(read: Connection, site: Site, item: ProtectionSet, data: list[Image]) -> Encoding:
    pool = site.config.pools[item.pool]
    plain = identity(item.pool, pool, item)
    names = {image.position or 0: image for image in data}
    who = SetIdentity(
        item.id,
        item.n,
        item.m,
        tuple(
            DiscMember(m.position, names[m.position].name, names[m.position].label, m.kind)
            if m.position in names
            else m
            for m in plain.members
        ),
    )
    rows = tuple(
        slice_row(read, package, image.name)
        for image in data
        for package in packages.of_image(read, image.id)
    )
    times = [image.closed_at for image in data if image.closed_at]
    if any(image.carved for image in data):
        # A newer descriptor than that of the set in which they were before: the newest one counts.
        times.append(item.protected_at or item.opened_at)
    closed_at = max(times, default=item.opened_at)
    plans = protection.parity_plans(site, item)
    words = protection.words_of(site)
    made = Encoding(item.id, item.n, item.m, item.absent, tuple(data), plans, who, rows, closed_at, words)
    if not item.replaces:
        return made
    kept = [image.id for image in data]
    return replace(made, retired=destructions.left_behind(read, item.replaces, kept))
