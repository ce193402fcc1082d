"""One image written again on a new medium: fetched, placed, and, when it was read back, the old copy let go.

Each step is one write. A crash between two leaves the item where it was, and the next look goes on from there: a plan
that was made is on record with the item, so no second medium is taken for it.
"""

from typing import Any

from sqlalchemy import Connection

from archived.care import CareItem, CareRun, ItemEvent, ItemState
from archived.catalog import care, events, images, media, migrated, packages
from archived.language import _
from archived.model import Copy
from archived.policy.migrate.placing import place_again
from archived.policy.migrate.selecting import REPACK
from archived.policy.migrate.steps import Next, Progress, next_step
from archived.policy.owed import is_home, owed_pools
from archived.regained import Where
from archived.stages.attempts import ATTEMPTS_MAX
from archived.stages.migrate import repacking, report
from archived.stages.migrate.picture import image_fact, place_of, pool_fact, pool_of, set_fact
from archived.stages.migrate.retiring import retire_copy
from archived.stages.planned_copy import plan_on
from archived.stages.repair import regaining
from archived.stages.work import Site
from archived.states import CopyState, MediumState


def progress(read: Connection, site: Site, run: CareRun, item: CareItem) -> Progress:
    """Where an item is, by the record."""
    where = Where.ABSENT
    new = None
    if item.state is ItemState.WORKING:
        planned = item.cursor.get("copy")
        if planned is not None:
            new = media.get_copy(read, int(planned)).state
        if new in (None, CopyState.CANCELLED):
            new, where = None, regaining.state(read, site, str(item.image_id)).where
    spoiled, repacked = int(item.cursor.get("spoiled", 0)), item.what == REPACK
    return Progress(
        run.state, item.state, where, new, spoiled, ATTEMPTS_MAX, repacked, repacked and "step" in item.cursor
    )


def go_on(write: Connection, site: Site, run: CareRun, item: CareItem) -> Next:
    """Do what comes next for one item, by the record as it is in this write. Returns what that was."""
    step = next_step(progress(write, site, run, item))
    image_id = str(item.image_id)
    if step is Next.FETCH:
        regaining.want(write, site, image_id, run.id)
        if item.state is ItemState.WANTED:
            care.advance_item(write, item.id, ItemEvent.BEGUN, cursor={"begun_at": site.now().isoformat()})
    elif step is Next.PLACE:
        _place(write, site, run, item)
    elif step is Next.RETIRE:
        return _retire(write, site, run, item)
    elif step is Next.AGAIN:
        spoiled = int(item.cursor.get("spoiled", 0)) + 1
        care.keep_place(write, item.id, {**item.cursor, "spoiled": spoiled, "copy": None})
    elif step is Next.TAKE_BACK:
        copy = media.get_copy(write, int(item.cursor["copy"]))
        media.withdraw_plan(
            write, copy, _("run {run} is {state}").format(run=run.id, state=run.state.value), site.now()
        )
        care.keep_place(write, item.id, {**item.cursor, "copy": None})
    elif step is Next.FAIL:
        _fail(write, site, run, item)
    elif step is Next.SKIP and item.what == REPACK:
        repacking.give_up(write, site, run, item, run.note)
    elif step is Next.SKIP:
        kept = item.cursor.get("copy")
        finding = {} if kept is None else {"kept": media.get_copy(write, int(kept)).medium_id}
        _end(write, site, run, item, ItemEvent.SKIPPED, run.note, finding)
    return step


def _place(write: Connection, site: Site, run: CareRun, item: CareItem) -> None:
    """Choose a medium for the new copy, or say what it waits for."""
    image, old = images.get(write, str(item.image_id)), media.get_copy(write, int(item.copy_id or 0))
    name = pool_of(old, image, site.config.pools)
    pool = pool_fact(write, site, name, drawn=True)
    item_set = set_fact(write, images.get_set(write, image.set_id)) if image.set_id else None
    placed = place_again(
        image_fact(image, media.copies_of(write, image.id)),
        pool,
        item_set,
        home=is_home(old, image),
        leaving=migrated.leaving(write),
        batch=place_of(image.id, media.get(write, old.medium_id)).batch,
    )
    if placed.refusal:
        care.keep_place(write, item.id, {**item.cursor, "waits": placed.refusal})
        return
    medium_id = placed.assignments[image.id]
    was_blank = media.get(write, medium_id).state is MediumState.BLANK
    copy_id = plan_on(write, site, image.id, medium_id, name)
    begun = int(item.cursor.get("blanks", 0)) + was_blank
    kept = {key: value for key, value in item.cursor.items() if key != "waits"}
    tried = [*kept.get("media", ()), medium_id]
    care.keep_place(write, item.id, {**kept, "copy": copy_id, "blanks": begun, "pool": name, "media": tried})


def _retire(write: Connection, site: Site, run: CareRun, item: CareItem) -> Next:
    """The new copy was read back: in one write the old one is let go and the item is done."""
    new, old = media.get_copy(write, int(item.cursor["copy"])), media.get_copy(write, int(item.copy_id or 0))
    medium = media.get(write, new.medium_id)
    if new.id not in {copy.id for copy in media.copies_at_hand(write, new.image_id)}:
        return Next.WAIT  # it came into doubt, or is away: the old one stays until the new one is there
    image = images.get(write, new.image_id)
    why = _("{run}: image {image} was read back on {medium}").format(
        run=run.id, image=image.id, medium=medium.id
    )
    left = retire_copy(write, site, old, agent=run.agent, why=why)
    last = regaining.state(write, site, image.id).last
    finding = {
        "from": old.medium_id,
        "to": medium.id,
        "retired": [old.medium_id] if left else [],
        "packages": [package.id for package in packages.of_image(write, image.id)],
        "bytes_read": 0 if last is None or last.wanted_at < item.asked_at else last.bytes_read,
        "bytes_written": image.size_bytes or 0,
        "mounted": sorted({*(last.media if last is not None else ()), *item.cursor.get("media", ())}),
        **{key: item.cursor[key] for key in ("blanks", "pool", "spoiled") if key in item.cursor},
    }
    moved: dict[str, Any] = {"from": old.medium_id, "to": medium.id, "run": run.id}
    events.append(write, site.now(), "replication", ("image", image.id), agent=run.agent, **moved)
    regaining.let_go(write, image.id, run.id)
    _end(write, site, run, item, ItemEvent.FINISHED, "", finding)
    return Next.RETIRE


def _fail(write: Connection, site: Site, run: CareRun, item: CareItem) -> None:
    standing = regaining.state(write, site, str(item.image_id))
    spoiled = int(item.cursor.get("spoiled", 0))
    if item.cursor.get("copy") is not None:
        words = _("{count} media were spoiled").format(count=spoiled + 1)
    else:
        words = standing.words or _("its bytes cannot be read")
    _end(write, site, run, item, ItemEvent.FAILED, words, {"spoiled": spoiled})
    regaining.let_go(write, str(item.image_id), run.id)
    subject = ("image", str(item.image_id))
    events.append(
        write,
        site.now(),
        "replication",
        subject,
        agent=run.agent,
        outcome="failure",
        run=run.id,
        reason=words,
    )


def _end(
    write: Connection,
    site: Site,
    run: CareRun,
    item: CareItem,
    event: ItemEvent,
    note: str,
    finding: dict[str, Any],
) -> None:
    care.advance_item(write, item.id, event, ended_at=site.now(), note=note, finding=finding)
    if event is ItemEvent.SKIPPED:
        regaining.let_go(write, str(item.image_id), run.id)
    report.tell(write, care.get(write, run.id))


def is_asked(read: Connection, site: Site, copy: Copy) -> bool:
    """Whether a class of a package on its image asks for a copy that lies beside its set."""
    classes = [package.storage_class for package in packages.of_image(read, copy.image_id)]
    return copy.pool in owed_pools(images.get(read, copy.image_id), classes, site.config.classes)
