"""Packages whose class came to name another disc pool → they wait for an image there, like new ones.

Their image comes back into staging, its packages are taken out of it as they were accepted, and one write says that
they wait for the pool. From there on packing, protection and writing go their ordinary way; what they lie on already
stays as it is. A crash before that write leaves folders that are taken out again.
"""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from archived.care import REPAIR, CareItem, ItemEvent, ItemState, RunState
from archived.catalog import care, events, packages
from archived.language import _
from archived.model import Package
from archived.policy.repair.members import POOL
from archived.regained import Where, regained_name
from archived.sessions.tools import Tools
from archived.stages import hold
from archived.stages.capacity import charge
from archived.stages.migrate.taking_out import PackageInside, TakenOut, take_out
from archived.stages.migrate.unpacking import inside_of
from archived.stages.repair import ending, regaining
from archived.stages.work import CPU, Action, Broken, Context, Site

NAME = "reaching"


@dataclass(frozen=True, slots=True)
class Reaching:
    """An item, how far its image is, and what is taken out of it."""

    item: CareItem
    where: Where
    inside: tuple[PackageInside, ...] = ()


def due(read: Connection, site: Site) -> list[Reaching]:
    found: list[Reaching] = []
    under_way = 0
    for item in care.open_items(read, REPAIR):
        if item.what != POOL:
            continue
        where = regaining.state(read, site, item.image_id or "").where
        if all(package.staged for package in lacking_of(read, site, item)):
            where = Where.READY
        under_way += item.state is ItemState.WORKING
        if item.state is ItemState.WANTED and where is Where.FAILED:
            where = Where.ABSENT  # of an earlier attempt
        begins = item.state is ItemState.WANTED and where is Where.ABSENT
        if where is Where.COMING or (begins and under_way >= site.config.repair.at_once):
            continue
        under_way += begins
        found.append(Reaching(item, where))
    return found + [
        Reaching(item, Where.FAILED) for item in care.left_working(read, REPAIR) if item.what == POOL
    ]


def plan(view: list[Reaching], context: Context) -> list[Action]:
    if context.draining or context.held:
        return []
    return context.choose(
        [Action(NAME, f"repair item {r.item.id}", (CPU,) if r.where is Where.READY else (), r) for r in view]
    )


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    task: Reaching = action.task
    item = care.item(write, task.item.id)
    run = care.get(write, item.run_id)
    if item.state not in (ItemState.WANTED, ItemState.WORKING) or hold.stands(write):
        return None
    lacking = lacking_of(write, site, item)
    if run.state is RunState.CANCELLED or not lacking:
        ending.skip(write, site, item, run.state)
    elif run.state is not RunState.RUNNING:
        return None
    elif task.where is Where.FAILED:
        ending.fail(write, site, item)
    else:
        if item.state is ItemState.WANTED:
            care.advance_item(write, item.id, ItemEvent.BEGUN)
        if task.where is not Where.READY:
            regaining.want(write, site, item.image_id or "", run.id)
            return None
        wanted = {package.id for package in lacking if not package.staged}
        inside = tuple(one for one in inside_of(write, item.image_id or "") if one.package_id in wanted)
        return action.having(replace(task, inside=inside))
    return None


def run(action: Action, tools: Tools) -> TakenOut:
    task: Reaching = action.task
    if not task.inside:
        return TakenOut(())  # all of them lie in staging still
    image_id = task.item.image_id or ""
    what = _("taking the packages out of image {image_id}").format(image_id=image_id)
    report = tools.progress.begin(action.key, what)
    return take_out(tools.paths.staging / regained_name(image_id), tools.paths.staging, task.inside, report)


def record(write: Connection, site: Site, action: Action, outcome: TakenOut | Broken) -> float:
    task: Reaching = action.task
    item = care.item(write, task.item.id)
    if item.state is not ItemState.WORKING:
        return 0
    subject = ("image", item.image_id or "")
    if isinstance(outcome, Broken):
        events.append(write, site.now(), "unpacking", subject, outcome="failure", note=str(outcome.error))
        return site.config.rest_s
    if outcome.wrong:
        listed = ", ".join(outcome.wrong[:5])
        words = _("files are not what is recorded of them: {listed}").format(listed=listed)
        ended: dict[str, Any] = {"ended_at": site.now(), "note": words}
        care.advance_item(write, item.id, ItemEvent.FAILED, **ended)
        ending.close_run(write, site, item.run_id)
        return 0
    for package_id in outcome.packages:
        packages.update_columns(write, package_id, staged=True)
    pool, named = str(item.cursor.get("pool", "")), []
    for package in lacking_of(write, site, item):
        if package.staged:
            packages.wait_for_pools(write, package.id, [pool])
            charge(write, site.config, pool, package)
            named.append(package.id)
    last = regaining.state(write, site, item.image_id or "").last
    fetched = last is not None and last.ready_at is not None and last.ready_at >= item.asked_at
    finding = {
        "packages": named,
        "bytes_read": last.bytes_read if last is not None and fetched else 0,
        "bytes_needed": last.bytes_needed if last is not None and fetched else 0,
        "media_read": list(last.media) if last is not None and fetched else [],
    }
    care.advance_item(write, item.id, ItemEvent.FINISHED, finding=finding, ended_at=site.now())
    regaining.let_go(write, item.image_id or "", item.run_id)
    events.append(write, site.now(), "packed for another pool", subject, pool=pool, packages=named)
    ending.close_run(write, site, item.run_id)
    return 0


def lacking_of(read: Connection, site: Site, item: CareItem) -> list[Package]:
    """Packages of an item's image that its pool owes an image to."""
    pool = str(item.cursor.get("pool", ""))
    return packages_lacking(read, site, item.image_id or "", pool)


def packages_lacking(read: Connection, site: Site, image_id: str, pool: str) -> list[Package]:
    """Packages on an image whose class names a pool that never had them."""
    return [
        package
        for package in packages.of_image(read, image_id)
        if package.id in packages.without_pool(read, package.storage_class, pool)
        and pool in site.config.classes[package.storage_class].pools
    ]
