"""Closed images → protected set: one pass over the staged files computes digests, chunk tables and parity.

Nothing of it is acknowledged before the commit that makes the set PROTECTED; a crash in between leaves parity
files that the next pass replaces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from archived.catalog import events, images, packages
from archived.catalog.events import Attention
from archived.formats.descriptor import MemberRecord, SetDescriptor
from archived.formats.disc import Institution, SetIdentity
from archived.formats.mastering import Mastered
from archived.formats.parity_disc import PARITY_PATH, ParityDisc, master_parity_disc
from archived.formats.rows import PackageRow
from archived.formats.signing import PublicKey
from archived.language import _
from archived.model import Image, ProtectionSet
from archived.policy import set_forming
from archived.sessions.encode import Fingerprint, encode_set, fingerprint_image
from archived.sessions.tools import Tools
from archived.stages.capacity import under_pressure
from archived.stages.composing import identity, institution, label_line, member_id, slice_row
from archived.stages.work import CPU, Action, Broken, Context, Site
from archived.states import ImageEvent, ImageState, SetEvent, SetState
from backends.interface import SECTOR_BYTES
from erasure.chunks import ChunkTable

NAME = "protection"
_OPEN_MEMBERS = (ImageState.CLOSING, ImageState.CLOSED)


@dataclass(frozen=True, slots=True)
class Forming:
    """A forming set and the images that joined it."""

    set: ProtectionSet
    members: tuple[Image, ...]
    set_wait: timedelta
    pressure: bool


@dataclass(frozen=True, slots=True)
class ParityPlan:
    """One parity member as it will be made."""

    image_id: str
    position: int
    label: str
    parity_name: str
    recipe_name: str


@dataclass(frozen=True, slots=True)
class Words:
    """What parity discs say about us."""

    institution: Institution
    software: str
    site_key: PublicKey
    simulated: bool


@dataclass(frozen=True, slots=True)
class Encoding:
    """All that the pass over the set needs; filled in at claiming."""

    set_id: str
    n: int
    m: int
    absent: tuple[int, ...] = ()
    members: tuple[Image, ...] = ()
    parity: tuple[ParityPlan, ...] = ()
    identity: SetIdentity | None = None
    rows: tuple[PackageRow, ...] = ()
    closed_at: datetime | None = None
    words: "Words | None" = None
    #: Names of members of an earlier generation that this set leaves behind.
    retired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Encoded:
    """Fingerprints of data images, parity files and parity images, in order of position."""

    images: tuple[Fingerprint, ...]
    parity: tuple[Fingerprint, ...]
    wrappers: tuple[Fingerprint, ...]
    mastered: tuple[Mastered, ...]


@dataclass(frozen=True, slots=True)
class View:
    """Sets that form, and sets whose pass is on its way."""

    forming: tuple[Forming, ...]
    protecting: tuple[ProtectionSet, ...]


def due(read: Connection, site: Site) -> View:
    forming = images.sets_in_state(read, SetState.FORMING)
    members = images.members_by_set(read, [item.id for item in forming])
    pressure = under_pressure(site)
    views = (
        Forming(
            item,
            tuple(members[item.id]),
            timedelta(hours=site.config.pools[item.pool].set_wait_h),
            pressure,
        )
        for item in forming
    )
    protecting = images.sets_in_state(read, SetState.PROTECTING)
    # Those that replace another set are protected by `retention.reprotecting`.
    return View(tuple(views), tuple(item for item in protecting if not item.replaces))


def plan(view: View, context: Context) -> list[Action]:
    wanted = [
        Action(NAME, f"set {item.id}", (CPU,), Encoding(item.id, item.n, item.m), resumed=True)
        for item in view.protecting
    ]
    for forming in () if context.draining else view.forming:
        closed = [image for image in forming.members if image.state is ImageState.CLOSED]
        if len(closed) < len(forming.members):
            continue  # a recipe is still being frozen
        why = set_forming.should_close_set(
            member_count=len(closed),
            n=forming.set.n,
            oldest_closed_at=min((i.closed_at for i in closed if i.closed_at), default=None),
            set_wait=forming.set_wait,
            now=context.now,
            asked=forming.set.close_asked,
            pressure=forming.pressure,
            held=any(image.held for image in closed),
        )
        if why:
            task = Encoding(forming.set.id, forming.set.n, forming.set.m)
            wanted.append(Action(NAME, f"set {forming.set.id}", (CPU,), task))
    return context.choose(wanted)


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    encoding: Encoding = action.task
    protection_set = images.get_set(write, encoding.set_id)
    members = images.of_set(write, encoding.set_id)
    if protection_set.state is SetState.PROTECTING:
        return action.having(_task(write, site, protection_set))
    if protection_set.state is not SetState.FORMING or not members:
        return None
    if any(image.state is not ImageState.CLOSED or image.held for image in members):
        return None
    positions = [image.position for image in members]
    if positions != list(range(1, len(members) + 1)):
        raise ValueError(f"set {protection_set.id} has members at {positions}, which leaves gaps")
    absent = set_forming.absent_positions(len(members), protection_set.n)
    images.advance_set(write, protection_set.id, SetEvent.CLOSE, absent=absent)
    return action.having(_task(write, site, images.get_set(write, protection_set.id)))


def run(action: Action, tools: Tools) -> Encoded:
    task: Encoding = action.task
    staging = tools.paths.staging
    (staging / "parity").mkdir(exist_ok=True)
    report = tools.progress.begin(action.key, _("protecting set {set_id}").format(set_id=task.set_id))
    found, parity = encode_set(
        [staging / image.recipe_name for image in task.members],
        [staging / item.parity_name for item in task.parity],
        n=task.n,
        staging=staging,
        kernel=tools.kernel,
        report=report,
    )
    descriptor = descriptor_of(task, found, parity)
    mastered = [wrap(task, item, descriptor, staging) for item in task.parity]
    wrappers = [fingerprint_image(staging / item.recipe_name, staging) for item in task.parity]
    return Encoded(tuple(found), tuple(parity), tuple(wrappers), tuple(mastered))


def record(write: Connection, site: Site, action: Action, outcome: Encoded | Broken) -> float:
    task: Encoding = action.task
    protection_set = images.get_set(write, task.set_id)
    if protection_set.state is not SetState.PROTECTING:
        return 0  # withdrawn meanwhile
    subject = ("set", task.set_id)
    if isinstance(outcome, Broken):
        images.advance_set(write, task.set_id, SetEvent.FAILED, absent=())
        _call_for_help(write, site, task.set_id, str(outcome.error))
        events.append(write, site.now(), "protection", subject, outcome="failure", reason=str(outcome.error))
        return site.config.rest_s
    for image, fingerprint in zip(task.members, outcome.images, strict=True):
        images.advance_state(write, image.id, ImageEvent.PROTECTED, **_digests(fingerprint))
        images.store_chunks(write, image.id, {"image": fingerprint.chunks})
    for item, payload, wrapper, mastered in zip(
        task.parity, outcome.parity, outcome.wrappers, outcome.mastered, strict=True
    ):
        images.create(write, parity_image(site, protection_set, item, payload, wrapper, mastered))
        images.store_chunks(write, item.image_id, {"image": wrapper.chunks, "payload": payload.chunks})
    images.advance_set(write, task.set_id, SetEvent.ENCODED, protected_at=site.now())
    events.clear_attention(write, f"protect:{task.set_id}")
    size = sum(fingerprint.length_bytes for fingerprint in outcome.images)
    events.append(write, site.now(), "protection", subject, bytes=size, absent=list(task.absent))
    return 0


def parity_image_id(set_id: str, position: int) -> str:
    """Parity images are numbered by their set: they exist only in it."""
    return f"I-{set_id}-{position}"


def _task(read: Connection, site: Site, item: ProtectionSet) -> Encoding:
    pool = site.config.pools[item.pool]
    members = tuple(images.of_set(read, item.id))
    who = identity(item.pool, pool, item)
    plans = parity_plans(site, item)
    rows = tuple(
        slice_row(read, package, image.name)
        for image in members
        for package in packages.of_image(read, image.id)
    )
    # A set's parity discs carry one time: when its last image closed.
    closed_at = max(image.closed_at for image in members if image.closed_at)
    return Encoding(
        item.id, item.n, item.m, item.absent, members, plans, who, rows, closed_at, words_of(site)
    )


def parity_plans(site: Site, item: ProtectionSet) -> tuple[ParityPlan, ...]:
    """The parity members of a set, as they will be made."""
    pool = site.config.pools[item.pool]
    return tuple(
        ParityPlan(
            parity_image_id(item.id, position),
            position,
            label_line(item.pool, pool, item, position),
            f"parity/{item.id}-{position}.bin",
            f"recipes/{parity_image_id(item.id, position)}.recipe",
        )
        for position in range(item.n + 1, item.n + item.m + 1)
    )


def words_of(site: Site) -> Words:
    return Words(institution(site), site.software, site.key.public, site.config.simulated)


def descriptor_of(
    task: Encoding, found: Sequence[Fingerprint], parity: Sequence[Fingerprint], *, revision: int = 1
) -> SetDescriptor:
    """All that is known of a set; a higher revision is the newer one."""
    who, words, written_at = _claimed(task)
    positions = [image.position or 0 for image in task.members] + [item.position for item in task.parity]
    records = tuple(
        MemberRecord(
            who.members[position - 1],
            fingerprint.length_bytes,
            {"sha256": fingerprint.sha256, "blake3": fingerprint.blake3, "xxh3-128": fingerprint.xxh3},
            ChunkTable.from_bytes(fingerprint.chunks),
        )
        for position, fingerprint in zip(positions, [*found, *parity], strict=True)
    )
    return SetDescriptor(
        set_id=task.set_id,
        n=task.n,
        m=task.m,
        members=records,
        absent=task.absent,
        revision=revision,
        written_at=written_at,
        software=words.software,
        simulated=words.simulated,
        retired=task.retired,
    )


def wrap(task: Encoding, item: ParityPlan, descriptor: SetDescriptor, staging: Path) -> Mastered:
    """Freeze the image around a parity file that lies in staging."""
    who, words, closed_at = _claimed(task)
    disc = ParityDisc(
        image_id=member_id(task.set_id, item.position),
        label_line=item.label,
        identity=who,
        position=item.position,
        closed_at=closed_at,
        institution=words.institution,
        software=words.software,
        site_key=words.site_key,
        simulated=words.simulated,
        descriptor=descriptor,
        parity_source=item.parity_name,
        rows=task.rows,
    )
    return master_parity_disc(disc, staging / item.recipe_name)


def _claimed(task: Encoding) -> tuple[SetIdentity, Words, datetime]:
    if task.identity is None or task.words is None or task.closed_at is None:
        raise ValueError(f"set {task.set_id} was not claimed")
    return task.identity, task.words, task.closed_at


def _digests(fingerprint: Fingerprint) -> dict[str, str]:
    return {"sha256": fingerprint.sha256, "blake3": fingerprint.blake3, "xxh3": fingerprint.xxh3}


def parity_image(
    site: Site,
    protection_set: ProtectionSet,
    item: ParityPlan,
    payload: Fingerprint,
    wrapper: Fingerprint,
    mastered: Mastered,
) -> Image:
    return Image(
        id=item.image_id,
        state=ImageState.PROTECTED,
        kind="parity",
        pool=protection_set.pool,
        fonds="",
        series="",
        retention="",
        confidentiality=protection_set.confidentiality,
        held=False,
        opened_at=site.now(),
        set_id=protection_set.id,
        position=item.position,
        closed_at=site.now(),
        close_reason="parity",
        label=item.label,
        size_bytes=wrapper.length_bytes,
        sha256=wrapper.sha256,
        blake3=wrapper.blake3,
        xxh3=wrapper.xxh3,
        payload_offset=mastered.extent(PARITY_PATH).lba * SECTOR_BYTES,
        payload_bytes=payload.length_bytes,
    )


def _call_for_help(write: Connection, site: Site, set_id: str, words: str) -> None:
    events.raise_attention(
        write,
        Attention(
            f"protect:{set_id}",
            "now",
            _("set {set_id} could not be protected: {words}").format(set_id=set_id, words=words),
            _(
                "nothing was written to any disc; the packages stay in staging, their originals are still needed"
            ),
            _(
                "archivectl events --subject {set_id}   (a damaged package: archivectl withdraw PACKAGE, submit again)"
            ).format(set_id=set_id),
            site.now(),
        ),
    )
