"""Item of a repair run → a new verified copy, and the old one retired. Catalog work only; others do what is physical.

Everything re-enters at the ordinary places: the bytes come back by `regaining`, the copy is planned here by the rules
of placement (or by `copying`, where a class asks for it), written and read back by the stages that always do that.
A crash leaves what is on record of each, and the next look goes on from there. The write that counts is that of FINISH:
the item done, the old copy retired.
"""

import shutil
from dataclasses import dataclass

from sqlalchemy import Connection

from archived.care import REPAIR, CareItem, ItemEvent, ItemState, RunState
from archived.catalog import care, images, media
from archived.catalog import regained as on_record
from archived.language import _
from archived.model import Copy
from archived.policy.owed import home_pool, is_home
from archived.policy.repair.members import COPY, POOL
from archived.policy.repair.steps import Progress, Step, next_step
from archived.regained import Where
from archived.sessions.tools import Tools
from archived.stages import hold
from archived.stages.repair import ending, regaining
from archived.stages.repair.owing import lacking_pools
from archived.stages.repair.pictures import home_copies
from archived.stages.repair.placing import place_anew
from archived.stages.repair.planning import still_lacks
from archived.stages.work import Action, Broken, Context, Site
from archived.states import CopyState, ImageState

NAME = "repairing"
#: So long a member without a fitting blank is left alone before it is tried again.
NO_BLANK_REST_S = 30.0


@dataclass(frozen=True, slots=True)
class Due:
    """An item and what is to be done with it."""

    item: CareItem
    step: Step


def due(read: Connection, site: Site) -> list[Due]:
    runs: dict[str, RunState] = {}
    every = [*care.open_items(read, REPAIR, paused=True), *care.left_working(read, REPAIR)]
    every = [item for item in every if item.what != POOL]  # `reaching` is at those
    busy: dict[str, int] = {}
    for item in every:
        if item.state is ItemState.WORKING:
            busy[pool_of(read, site, item)] = busy.get(pool_of(read, site, item), 0) + 1
    found = []
    for item in every:
        if item.run_id not in runs:
            runs[item.run_id] = care.get(read, item.run_id).state
        pool = pool_of(read, site, item)
        working = item.state is ItemState.WORKING
        room = working or (busy.get(pool, 0) < site.config.repair.at_once and has_room(read, site, item))
        step = next_step(_progress(read, site, item, runs[item.run_id], may_begin=room))
        if step is not Step.WAIT:
            found.append(Due(item, step))
            if step in (Step.BEGIN, Step.PLACE) and not working:
                busy[pool] = busy.get(pool, 0) + 1
    return found


def plan(view: list[Due], context: Context) -> list[Action]:
    if context.draining or context.held:
        return []
    return context.choose([Action(NAME, f"repair item {item.item.id}", (), item) for item in view])


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    task: Due = action.task
    if hold.stands(write):
        return None
    item = care.item(write, task.item.id)
    run = care.get(write, item.run_id)
    if item.state not in (ItemState.WANTED, ItemState.WORKING):
        return None
    if next_step(_progress(write, site, item, run.state)) is not task.step:
        return None  # something happened in between: the next look decides anew
    if task.step is Step.FINISH:
        ending.finish(write, site, item, newest(write, item))
    elif task.step is Step.SKIP:
        ending.skip(write, site, item, run.state)
    elif task.step is Step.FAIL:
        ending.fail(write, site, item)
    elif task.step is Step.TAKE_BACK:
        for copy in (copy for copy in fresh_copies(write, item) if copy.state is CopyState.PLANNED):
            media.withdraw_plan(
                write, copy, _("{run} is {state}").format(run=run.id, state=run.state.value), site.now()
            )
    else:
        if item.state is ItemState.WANTED:
            care.advance_item(write, item.id, ItemEvent.BEGUN)
        if task.step is Step.BEGIN:
            regaining.want(write, site, item.image_id or "", run.id)
            return None
        on_record.want(write, item.image_id or "", run.id, site.now())
        return action if place_anew(write, site, item, after_copy(item)) else None
    return None


def run(action: Action, tools: Tools) -> None:
    """Nothing: it is all in the one commit."""


def record(write: Connection, site: Site, action: Action, outcome: None | Broken) -> float:
    return NO_BLANK_REST_S


def pool_of(read: Connection, site: Site, item: CareItem) -> str:
    """Into which pool an item writes."""
    if item.what == COPY:
        return str(item.cursor.get("pool", ""))
    return home_pool(images.get(read, item.image_id or ""), site.config.pools)


def has_room(read: Connection, site: Site, item: CareItem) -> bool:
    """Whether the disk of staging takes the image, twice while it is gathered, and keeps free what it should."""
    size_bytes = images.get(read, item.image_id or "").size_bytes or 0
    free = shutil.disk_usage(site.tools.paths.staging).free
    return free - site.config.staging.keep_free_bytes >= 2 * size_bytes


def after_copy(item: CareItem) -> int:
    """Copies of the image with a higher number are those of this item."""
    return int(item.cursor.get("after_copy", 0))


def fresh_copies(read: Connection, item: CareItem) -> list[Copy]:
    """Copies that were planned for an item, oldest first."""
    image = images.get(read, item.image_id or "")
    if item.what == COPY:
        pool = item.cursor.get("pool")
        found = [c for c in media.copies_of(read, image.id) if not is_home(c, image) and c.pool == pool]
    else:
        found = home_copies(read, image)
    return [copy for copy in found if copy.id > after_copy(item)]


def newest(read: Connection, item: CareItem) -> Copy:
    """The copy that came of an item."""
    return fresh_copies(read, item)[-1]


def _progress(
    read: Connection, site: Site, item: CareItem, state: RunState, *, may_begin: bool = True
) -> Progress:
    image_id = item.image_id or ""
    fresh = [copy.state for copy in fresh_copies(read, item)]
    if item.what == COPY:
        kept = images.get(read, image_id).state in (ImageState.KEPT, ImageState.FOUND)
        planned = CopyState.PLANNED in fresh
        lacks = kept and (planned or item.cursor.get("pool") in lacking_pools(read, site, image_id))
    else:
        lacks = still_lacks(read, image_id)
    where = regaining.state(read, site, image_id).where
    if where is Where.FAILED and item.state is ItemState.WANTED:
        where = Where.ABSENT  # of an earlier attempt
    return Progress(state, fresh, lacks, where, may_begin, beside=item.what == COPY)
