"""Forgetting packages: nobody is given them any more. Two persons, after the date, never under hold.

Their bytes stay on write-once media with all that could rebuild them; destroying these is another thing. What counts
is one write: the second person's agreement makes every package of the list FORGOTTEN, or none.
"""

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection

from archived.approvals import Approval
from archived.catalog import events, packages, recalls
from archived.errors import Refused, WrongState
from archived.language import _
from archived.model import Package
from archived.stages import approving, hold
from archived.stages.retention.ruling import standings
from archived.stages.work import Site
from archived.states import PackageEvent, PackageState, RecallState

#: Kind of approval.
FORGET = "forget"
#: What can be forgotten: it is kept for good, and no receipt promises more than a date.
FORGETTABLE = (PackageState.ARCHIVED, PackageState.FOUND)
#: So many ids stand in the name of what is asked for; the terms have all of them.
NAMED_MAX = 5


def ask(write: Connection, site: Site, package_ids: Sequence[str], *, agent: str, reason: str) -> Approval:
    """One person wants these packages forgotten.

    Raises:
        NotFound: there is no such package.
        WrongState: one of them may not be forgotten, with every reason of each.
        Refused, NotPermitted: as `approving.ask`.
    """
    hold.demand_none(write, _("nothing can be forgotten"))
    wanted = demand_forgettable(write, site, package_ids)
    found = standings(write, site, wanted)
    terms = {
        "packages": [
            {
                "id": item.id,
                "reference": str(item.reference),
                "version": item.version,
                "title": item.title,
                "retention": found[item.id].retention,
                "confidentiality": found[item.id].confidentiality,
                "ends_on": (found[item.id].ends_on or site.now().date()).isoformat(),
                "size_bytes": item.size_bytes,
                "root_digest": item.root_digest,
            }
            for item in wanted
        ]
    }
    thing = named([item.id for item in wanted])
    return approving.ask(write, site, FORGET, thing, agent=agent, reason=reason, terms=terms)


def forget(write: Connection, site: Site, item: Approval, agent: str) -> None:
    """The effect of `FORGET`: all of them, or none when one of them may not go any more. Raises WrongState."""
    hold.demand_none(write, _("nothing can be forgotten"))
    ids = [str(row["id"]) for row in item.terms["packages"]]
    for package in demand_forgettable(write, site, ids):
        packages.advance_state(write, package.id, PackageEvent.FORGOTTEN, staged=False)
        detail = {"approval": item.id, "asked_by": item.asked_by, "reason": item.reason}
        events.append(write, site.now(), "deaccession", ("package", package.id), agent=agent, **detail)


def demand_forgettable(read: Connection, site: Site, package_ids: Sequence[str]) -> list[Package]:
    """The packages, each once. Raises NotFound, Refused (none), WrongState with every reason of each."""
    wanted = [packages.get(read, name) for name in dict.fromkeys(package_ids)]
    if not wanted:
        raise Refused(_("say which packages"))
    under_way = recalls.in_state(read, *_OPEN)
    reading = {recall.package_id for recall in under_way}
    exported = {recall.image_id for recall in under_way if recall.package_id is None}
    found = standings(read, site, wanted)
    against: list[str] = []
    for package in wanted:
        reasons = list(found[package.id].reasons)
        if package.state not in FORGETTABLE:
            reasons.insert(0, _("it is {state}, not archived").format(state=package.state.value))
        if package.id in reading or exported.intersection(packages.image_ids(read, package.id).values()):
            reasons.append(_("a recall of it is not over"))
        if reasons:
            against.append(f"{package.id} ({package.reference}): {'; '.join(reasons)}")
    if against:
        raise WrongState(
            _("nothing is forgotten, as not all of them may go: {against}").format(
                against=". ".join(against)
            ),
            advice=_("archivectl retention due lists what may go"),
            packages=against,
        )
    return wanted


def named(ids: Sequence[str]) -> str:
    """What a list of packages is called where two persons speak of it; equal lists have equal names."""
    if len(ids) <= NAMED_MAX:
        return ", ".join(ids)
    digest = hashlib.sha256("\n".join(ids).encode()).hexdigest()[:12]
    return f"{ids[0]} … {ids[-1]} ({len(ids)}, sha256 {digest})"


_OPEN = (RecallState.WAITING, RecallState.REQUESTED, RecallState.READY)
