"""Image that was brought back → its packages in staging again, as they were accepted. Part of packing them again.

The write that counts says that they are staged. A crash before it leaves folders that the next attempt replaces; they
are not taken for leftovers while the item is under way.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from archived.care import MIGRATE, CareItem, ItemEvent, ItemState, RunState
from archived.catalog import care, events, packages
from archived.catalog.events import Attention
from archived.language import _
from archived.policy.migrate.selecting import REPACK
from archived.regained import Where, regained_name
from archived.sessions.tools import Tools
from archived.stages.migrate.taking_out import FileInside, PackageInside, TakenOut, take_out
from archived.stages.repair import regaining
from archived.stages.work import CPU, Action, Broken, Context, Site
from archived.states import PackageState
from backends.interface import SECTOR_BYTES

NAME = "unpacking"
#: How far an item is that is packed again: nothing, UNPACKED, then WAITING for its new images.
UNPACKED = "unpacked"


@dataclass(frozen=True, slots=True)
class Unpacking:
    """An item whose image is back in staging; the rest is known once it is claimed."""

    item: CareItem
    image: Path = Path()
    inside: tuple[PackageInside, ...] = ()


def due(read: Connection, site: Site) -> list[Unpacking]:
    return [
        Unpacking(item)
        for item in care.open_items(read, MIGRATE)
        if item.what == REPACK
        and item.state is ItemState.WORKING
        and "step" not in item.cursor
        and regaining.state(read, site, str(item.image_id)).where is Where.READY
    ]


def plan(view: list[Unpacking], context: Context) -> list[Action]:
    if context.draining or context.held:
        return []
    return context.choose([Action(NAME, f"unpacking {task.item.image_id}", (CPU,), task) for task in view])


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    item = care.item(write, action.task.item.id)
    run = care.get(write, item.run_id)
    if item.state is not ItemState.WORKING or "step" in item.cursor or run.state is not RunState.RUNNING:
        return None
    image_id = str(item.image_id)
    inside = tuple(inside_of(write, image_id))
    return action.having(Unpacking(item, site.tools.paths.staging / regained_name(image_id), inside))


def run(action: Action, tools: Tools) -> TakenOut:
    task: Unpacking = action.task
    total = sum(file.size_bytes for package in task.inside for file in package.files)
    what = _("taking the packages out of image {image_id}").format(image_id=task.item.image_id)
    report = tools.progress.begin(action.key, what, total)
    if not task.inside:
        return TakenOut(())  # all of them lie in staging still
    return take_out(task.image, tools.paths.staging, task.inside, report)


def record(write: Connection, site: Site, action: Action, outcome: TakenOut | Broken) -> float:
    task: Unpacking = action.task
    item = care.item(write, task.item.id)
    if item.state is not ItemState.WORKING:
        return 0  # cancelled meanwhile
    image_id = str(item.image_id)
    subject, key = ("image", image_id), f"unpack:{image_id}"
    if isinstance(outcome, Broken):
        _call_for_room(write, site, key, image_id, str(outcome.error))
        return site.config.rest_s
    events.clear_attention(write, key)
    if outcome.wrong:
        # The image has the digest on record, so it is the record of the files that contradicts it.
        words = _("files are not what is recorded of them: {listed}").format(
            listed=", ".join(outcome.wrong[:5])
        )
        care.advance_item(write, item.id, ItemEvent.FAILED, ended_at=site.now(), note=words)
        events.append(write, site.now(), "unpacking", subject, outcome="failure", run=item.run_id, note=words)
        return 0
    for package_id in outcome.packages:
        packages.update_columns(write, package_id, staged=True)
    care.keep_place(write, item.id, {**item.cursor, "step": UNPACKED, **_read_for(write, site, item)})
    listed = list(outcome.packages)
    events.append(write, site.now(), "unpacking", subject, run=item.run_id, packages=listed)
    regaining.let_go(write, image_id, item.run_id)
    return 0


def _read_for(read: Connection, site: Site, item: CareItem) -> dict[str, object]:
    """What was read to bring the image back."""
    last = regaining.state(read, site, str(item.image_id)).last
    if last is None or last.wanted_at < item.asked_at:
        return {}
    return {"bytes_read": last.bytes_read, "mounted": list(last.media)}


def inside_of(read: Connection, image_id: str) -> list[PackageInside]:
    """Packages of an image that are kept and do not lie in staging."""
    found = []
    for package in packages.of_image(read, image_id):
        if package.staged or package.state is not PackageState.ARCHIVED:
            continue
        places = packages.extents(read, image_id, package.id)
        files = tuple(
            FileInside(
                file.path,
                file.is_directory,
                places.get(file.path, (0, 0))[0] * SECTOR_BYTES,
                file.size_bytes,
                file.mtime_s,
                file.sha256,
            )
            for file in packages.files(read, package.id)
        )
        found.append(PackageInside(package.id, package.staging_name, files))
    return found


def _call_for_room(write: Connection, site: Site, key: str, image_id: str, words: str) -> None:
    what = _("packages of image {image_id} cannot be taken out of it into staging: {words}")
    next_ = _("make room on the disk of {staging}; it is tried again after a rest")
    events.raise_attention(
        write,
        Attention(
            key,
            "working-hours",
            what.format(image_id=image_id, words=words),
            _("its media are as they were; nothing is packed again before all of it is there"),
            next_.format(staging=site.tools.paths.staging),
            site.now(),
        ),
    )
