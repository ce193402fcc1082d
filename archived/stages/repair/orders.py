"""Repair runs begin here: because a person says so, or by themselves."""

from datetime import timedelta
from itertools import takewhile

from sqlalchemy import Connection

from archived.care import REPAIR, CareItem, CareRun, ItemState
from archived.catalog import care, events, images, media
from archived.errors import Refused
from archived.language import _
from archived.policy.repair.members import MEMBER
from archived.stages import care_orders, hold
from archived.stages.catalog_origin import is_known
from archived.stages.repair.ending import basis
from archived.stages.repair.planning import RepairPlan, Selection, Wanted, plan_repair
from archived.stages.work import Site

#: Lower numbers go first: sets are never so large that this many members could be spare.
SPARE_MAX = 1000
#: So many earlier attempts make the rest longer: by the tenth it is more than a year.
ATTEMPTS_SEEN = 10


def begin(
    write: Connection, site: Site, plan: RepairPlan, *, agent: str, reason: str, selection: Selection
) -> CareRun:
    """Put a run on record with what its preview says. Raises Refused when there is nothing to make."""
    if not plan.wanted:
        raise Refused(
            _("nothing has to be made again; no run was begun"),
            advice=_("what waits for a person: archivectl attention"),
        )
    terms = {"sets": selection.sets, "images": selection.images, "media": selection.media}
    return care_orders.begin(
        write,
        site,
        REPAIR,
        [_item(write, site, wanted) for wanted in plan.wanted],
        agent=agent,
        reason=reason,
        terms={name: list(chosen) for name, chosen in terms.items()},
        preview=plan.preview(),
    )


def begin_by_itself(write: Connection, site: Site) -> CareRun | None:
    """A run of all that has to be made again now, if anything has."""
    plan = called_for(write, site)
    if plan is None:
        return None
    reason = _("members of sets, or copies that classes ask for, are not there or in doubt")
    return begin(write, site, plan, agent=events.DAEMON, reason=reason, selection=Selection())


def called_for(read: Connection, site: Site) -> RepairPlan | None:
    """What would be made without anybody asking; what failed lately and is as it was then is left out."""
    if not site.config.repair.auto or hold.stands(read) or not is_known(read):
        return None
    plan = plan_repair(read, site)
    failed = {w.image_id for w in plan.wanted if _failed_lately(read, site, w)}
    plan = plan_repair(read, site, skip=failed) if failed else plan
    return plan if plan.wanted else None


def _item(read: Connection, site: Site, wanted: Wanted) -> CareItem:
    copies = media.copies_of(read, wanted.image_id)
    return CareItem(
        id=0,
        run_id="",
        what=wanted.what,
        state=ItemState.WANTED,
        medium_id=wanted.medium_id,
        image_id=wanted.image_id,
        copy_id=wanted.copy_id,
        asked_at=site.now(),
        priority=min(wanted.spare, SPARE_MAX) if wanted.what == MEMBER else SPARE_MAX,
        cursor={"pool": wanted.pool, "after_copy": max((copy.id for copy in copies), default=0)},
    )


def _failed_lately(read: Connection, site: Site, wanted: Wanted) -> bool:
    """Whether it failed and nothing changed since: then it waits twice as long after every attempt."""
    earlier = care.last_of(read, REPAIR, wanted.image_id, ATTEMPTS_SEEN)
    if not earlier or earlier[0].state is not ItemState.FAILED or earlier[0].ended_at is None:
        return False
    now = basis(read, images.get(read, wanted.image_id))
    alike = takewhile(lambda i: i.state is ItemState.FAILED and i.finding.get("basis") == now, earlier)
    attempts = sum(1 for _item in alike)
    rest_h = site.config.repair.retry_h * 2 ** (attempts - 1)
    return attempts > 0 and site.now() < earlier[0].ended_at + timedelta(hours=rest_h)
