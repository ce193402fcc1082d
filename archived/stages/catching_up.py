"""A catalog that was just restored is older than the world: what it must forget, doubt and jump over, in one commit.

Nothing physical is concluded here. What was only decided when the export was made may have been carried out since, so
it is decided anew under new names; what was going to be written may have been written since, so its media are doubted
until they were looked at. Everything that is fixed for good (protected sets with their digests, copies that were read
back, receipts) stays as it is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from archived.catalog import counters, events, images, media, packages, surveys
from archived.catalog.tables import event
from archived.language import _
from archived.model import Copy
from archived.policy.caught_up import COUNTERS, MARGIN, counter_after, numbers_met
from archived.sessions.detached import DONE, JOB
from archived.sessions.tools import SitePaths
from archived.stages import hold
from archived.stages.doubting_media import step
from archived.stages.packing import void_image
from archived.stages.staging_release import present
from archived.stages.work import Site
from archived.states import (
    CopyEvent,
    CopyState,
    ImageEvent,
    ImageState,
    MediumEvent,
    MediumState,
    SetEvent,
    SetState,
)

_WRITTEN = (CopyState.WRITTEN, CopyState.VERIFYING, CopyState.VERIFIED, CopyState.SUSPECT, CopyState.FOUND)
#: The setting that tells the next start to put the burns of the former catalog aside.
BURNS = "burns_to_set_aside"


@dataclass(frozen=True, slots=True)
class Burn:
    """A burn that an earlier catalog ordered, as its folder tells of it."""

    image_id: str
    medium_id: str
    drive: str
    #: "flushed", "failed", …; empty when it ended without saying how.
    outcome: str


@dataclass(frozen=True, slots=True)
class World:
    """What lies on the disks of the site, whatever a catalog says."""

    #: Names below the staging root, such as `packages/P000001`.
    staged: frozenset[str]
    burns: tuple[Burn, ...]


@dataclass(slots=True)
class CaughtUp:
    """What was done to a restored catalog, by the ids of what it was done to."""

    voided_images: list[str] = field(default_factory=list)
    voided_sets: list[str] = field(default_factory=list)
    #: Images whose staged bytes are gone: held until a person releases them.
    held_images: list[str] = field(default_factory=list)
    withdrawn_copies: list[int] = field(default_factory=list)
    #: Copies that were planned or being written, and whose burn is known to have ended well.
    written_copies: list[int] = field(default_factory=list)
    #: Media that may have been written since, or were being written.
    doubted_media: list[str] = field(default_factory=list)
    #: Packages whose bytes the catalog believed in staging, and which are not there any more.
    not_staged: list[str] = field(default_factory=list)


def world_of(paths: SitePaths) -> World:
    """Look at staging and at the folders of burns."""
    staged = (path for path in present(paths) if path.is_relative_to(paths.staging))
    folders = sorted(paths.burns.iterdir()) if paths.burns.is_dir() else []
    burns = (_burn(folder) for folder in folders)
    return World(
        frozenset(str(path.relative_to(paths.staging)) for path in staged),
        tuple(burn for burn in burns if burn is not None),
    )


def catch_up(
    write: Connection, site: Site, world: World, *, made_at: datetime, agent: str, note: str
) -> CaughtUp:
    """Make a restored catalog safe to serve, and hold it. `made_at`: when its export was made."""
    done = CaughtUp()
    jump(write, site, world, made_at)
    _forget_decisions(write, site, done)
    _doubt_media(write, site, world, done)
    _miss_staged(write, site, world, done)
    events.set_setting(write, surveys.ORIGIN, surveys.RESTORED)
    events.set_setting(write, BURNS, f"burns-before-{site.now():%Y%m%dT%H%M%SZ}")
    detail: dict[str, Any] = {name: list(getattr(done, name))[:200] for name in CaughtUp.__dataclass_fields__}
    subject = ("catalog", "restore")
    events.append(write, site.now(), "catalog restored", subject, agent=agent, note=note, **detail)
    libraries = list(site.config.libraries)
    hold.place(write, libraries, cause="restore", note=note, agent=agent, at=site.now())
    return done


def jump(write: Connection, site: Site, world: World, made_at: datetime) -> None:
    """No number that was given since the export is given again: counters and events go on far behind it."""
    age = site.now() - made_at
    met = numbers_met(name.partition("/")[2] for name in world.staged)
    for name, value in (dict.fromkeys(COUNTERS, 0) | counters.values(write)).items():
        counters.raise_to(write, name, counter_after(name, value, met.get(name, 0), age))
    last = write.execute(select(event.c.id).order_by(event.c.id.desc()).limit(1)).scalar() or 0
    write.execute(
        insert(event).values(
            id=last + MARGIN,
            at=site.now(),
            type="numbers jumped",
            agent=events.DAEMON,
            subject_kind="catalog",
            subject_id="restore",
            outcome="success",
            detail={"by_at_least": MARGIN},
        )
    )


def _forget_decisions(write: Connection, site: Site, done: CaughtUp) -> None:
    """Images and sets that were not fixed yet: under the same names others may have been written since."""
    why = _("the catalog was restored: what was decided since its export is not known")
    for item in images.sets_in_state(write, SetState.FORMING, SetState.PROTECTING):
        for image in images.of_set(write, item.id):
            _void(write, site, image.id, image.kind, why, done)
        images.advance_set(write, item.id, SetEvent.VOIDED)
        done.voided_sets.append(item.id)
    known = {
        image.id for image in images.in_state(write, ImageState.OPEN, ImageState.CLOSING, ImageState.CLOSED)
    }
    for image_id in sorted(known):
        _void(write, site, image_id, images.get(write, image_id).kind, why, done)


def _void(write: Connection, site: Site, image_id: str, kind: str, why: str, done: CaughtUp) -> None:
    if images.get(write, image_id).state is ImageState.VOID:
        return
    if kind == "data":
        void_image(write, site, images.get(write, image_id), why)
    else:
        images.advance_state(write, image_id, ImageEvent.VOIDED, close_reason=why)
    done.voided_images.append(image_id)


def _doubt_media(write: Connection, site: Site, world: World, done: CaughtUp) -> None:
    """What was planned or being written: the burn that is known counts, everything else is planned anew."""
    ended = {(burn.image_id, burn.medium_id): burn for burn in world.burns}
    for copy in media.copies_in_state(write, CopyState.PLANNED, CopyState.WRITING):
        burn = ended.get((copy.image_id, copy.medium_id))
        done.doubted_media.append(copy.medium_id)
        if burn is not None and burn.outcome == "flushed":
            _was_written(write, site, copy, burn)
            done.written_copies.append(copy.id)
        elif copy.state is CopyState.PLANNED:
            note = _("the catalog was restored before it was known to be written")
            media.withdraw_plan(write, copy, note, site.now())
            done.withdrawn_copies.append(copy.id)
        else:
            note = _("the catalog was restored while it was being written")
            media.advance_copy(write, copy.id, CopyEvent.INTERRUPTED, note=note)
            if not media.get(write, copy.medium_id).holds_many:
                step(write, site, copy.medium_id, MediumEvent.SPOILED, note)
            done.withdrawn_copies.append(copy.id)
    _doubt_cartridges(write, site, done)


def _doubt_cartridges(write: Connection, site: Site, done: CaughtUp) -> None:
    """A cartridge may have been appended to since: what is on it counts on.

    Nothing is added while the hold is in force, and afterwards only to cartridges that were looked at, and with which
    the catalog agrees.
    """
    for medium in media.listing(write):
        if medium.holds_many and medium.state is MediumState.WRITING:
            carries = any(copy.state in _WRITTEN for copy in media.copies_on(write, medium.id))
            media.advance_state(
                write, medium.id, MediumEvent.APPENDED if carries else MediumEvent.FOUND_BLANK, site.now()
            )
        if media.get(write, medium.id).state is MediumState.RESERVED and medium.holds_many:
            media.advance_state(write, medium.id, MediumEvent.RELEASED, site.now())
        if medium.holds_many and medium.state in (MediumState.APPENDABLE, MediumState.WRITING):
            done.doubted_media.append(medium.id)


def _was_written(write: Connection, site: Site, copy: Copy, burn: Burn) -> None:
    """It is read back like every written disc before it counts."""
    if copy.state is CopyState.PLANNED:
        media.advance_copy(write, copy.id, CopyEvent.BEGUN, write_drive=burn.drive)
        media.advance_state(write, copy.medium_id, MediumEvent.INTENT, site.now())
    media.advance_copy(write, copy.id, CopyEvent.FLUSHED, written_at=site.now(), note="")
    media.advance_state(write, copy.medium_id, MediumEvent.WRITTEN, site.now())


def _miss_staged(write: Connection, site: Site, world: World, done: CaughtUp) -> None:
    """Staged bytes that are gone were let go by a newer catalog: nothing can be written from them any more."""
    for package in packages.staged(write):
        if package.staging_name not in world.staged:
            packages.update_columns(write, package.id, staged=False)
            done.not_staged.append(package.id)
    for item in images.sets_in_state(write, SetState.PROTECTED):
        for image in images.of_set(write, item.id):
            needed = {image.recipe_name}
            if image.kind == "parity":
                needed.add(f"parity/{item.id}-{image.position}.bin")
            needed |= {package.staging_name for package in packages.of_image(write, image.id)}
            if not image.held and not needed <= world.staged:
                images.update_columns(write, image.id, held=True)
                reason = _("its staged bytes are gone; they may be on media that the catalog does not know")
                events.append(write, site.now(), "hold", ("image", image.id), reason=reason)
                done.held_images.append(image.id)


def _burn(folder: Path) -> Burn | None:
    job = _document(folder / JOB)
    if job is None:
        return None
    done = _document(folder / DONE) or {}
    return Burn(
        str(job.get("image")), str(job.get("medium")), str(job.get("drive")), str(done.get("kind", ""))
    )


def _document(path: Path) -> Mapping[str, object] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError, ValueError):
        return None
    return found if isinstance(found, dict) else None
