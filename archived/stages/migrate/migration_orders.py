"""What people ask of migrations: a preview, which puts nothing on record, and a run, which puts all of it there."""

from typing import Any

from sqlalchemy import Connection

from archived.care import MIGRATE, CareItem, CareRun, ItemState
from archived.catalog import care, images, media
from archived.errors import Refused, WrongState
from archived.language import _
from archived.policy.migrate.planning import MigrationPlan, plan_migration
from archived.policy.migrate.selecting import STATES, Terms, choose
from archived.stages import care_orders
from archived.stages.migrate.picture import LYING, WRITTEN, paces, situation
from archived.stages.work import Site


def preview(read: Connection, site: Site, terms: Terms) -> dict[str, Any]:
    """What a migration by these terms would do, cost and leave behind. Raises Refused."""
    return plan_by(read, site, terms).as_document(paces(read))


def plan_by(read: Connection, site: Site, terms: Terms) -> MigrationPlan:
    """The plan for these terms as everything stands now; what a run works on already is left out. Raises Refused."""
    if terms.empty:
        raise Refused(
            _("nothing says which media are meant"),
            advice=_(
                "name media, a pool, a batch, an age, a state, or --rule: archivectl migrate plan --help"
            ),
        )
    _demand_known(read, site, terms)
    found = situation(read, site)
    return plan_migration(choose(terms, found, site.now()), terms, found)


def begin(
    write: Connection,
    site: Site,
    terms: Terms,
    *,
    agent: str,
    reason: str,
    plan: MigrationPlan | None = None,
) -> CareRun:
    """Put a migration on record with its preview; the loop begins with its first wave.

    Args:
        plan: what `plan_by` said a moment ago, outside of any transaction that writes: a large one takes a while.

    Raises:
        Refused: no reason; the plan leaves a package with less than its class asks for, or there is nothing to do.
        WrongState: a run that is not over works on the same, or what was planned is not as it was.
    """
    if not reason.strip():
        raise Refused(_("a reason is needed: it stands in the record for ever"))
    plan = plan or plan_by(write, site, terms)
    _demand_doable(write, plan)
    items = [
        CareItem(
            0,
            "",
            item.what,
            ItemState.WANTED,
            item.medium_id,
            item.image_id,
            item.copy_id,
            site.now(),
            item.wave,
        )
        for item in plan.items
    ]
    return care_orders.begin(
        write,
        site,
        MIGRATE,
        items,
        agent=agent,
        reason=reason,
        terms=as_document(terms),
        preview=plan.as_document(paces(write)),
    )


def as_document(terms: Terms) -> dict[str, Any]:
    """Terms as they stand in the record: only what was said."""
    names = Terms.__dataclass_fields__
    said = {name: getattr(terms, name) for name in names}
    return {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in said.items()
        if value
    }


def _demand_doable(write: Connection, plan: MigrationPlan) -> None:
    """Raises Refused, WrongState."""
    if plan.refused:
        raise Refused(
            _("this migration is refused: {why}").format(why="; ".join(plan.refused[:5])),
            advice=_("see all of it with: archivectl migrate plan, and the same options"),
            refused=list(plan.refused),
        )
    if not plan.items:
        raise Refused(
            _("there is nothing to migrate by these terms"), advice=_("see what there is: archivectl media")
        )
    taken = {(item.image_id, item.copy_id) for item in care.open_items(write, MIGRATE, paused=True)}
    twice = [item for item in plan.items if (item.image_id, item.copy_id) in taken]
    if twice:
        raise WrongState(
            _("another run works on image {image} already; nothing was begun").format(
                image=twice[0].image_id
            ),
            advice=_("see it with: archivectl migrate list --state running"),
        )
    if not _still_holds(write, plan):
        raise WrongState(
            _("what is to be migrated is not as it was when it was planned; nothing was begun"),
            advice=_("ask again: archivectl migrate plan, and the same options"),
        )


def _still_holds(read: Connection, plan: MigrationPlan) -> bool:
    """Whether what a plan is about still lies where it lay, and its images are kept."""
    for item in plan.items:
        if images.get(read, item.image_id).state not in WRITTEN:
            return False
        if item.copy_id is not None:
            copy = media.get_copy(read, item.copy_id)
            if copy.state not in LYING or copy.medium_id != item.medium_id:
                return False
    return True


def _demand_known(read: Connection, site: Site, terms: Terms) -> None:
    """Raises Refused: a word that was mistyped must not look like an archive in which nothing is wrong."""
    for pool in sorted(terms.pools | ({terms.to_pool} if terms.to_pool else set())):
        if pool not in site.config.pools:
            raise Refused(_("there is no pool {pool!r}").format(pool=pool), known=sorted(site.config.pools))
    every = media.listing(read)
    for words, known, name in (
        (terms.states, {state.value for state in STATES}, _("state")),
        (terms.batches, {medium.batch for medium in every}, _("purchase batch")),
        (terms.kinds, {medium.kind for medium in every}, _("kind of media")),
    ):
        for word in sorted(words - known):
            raise Refused(
                _("there is no {what} {word!r} of media that can be migrated").format(what=name, word=word),
                known=sorted(filter(None, known)),
            )
