"""What is done only when two persons want it: one asks, another one agrees, and then it is done in the same write.

Who they are the kernel says (uid of the socket's peer). Root is nobody: whoever can become root could be both.
"""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from archived.approvals import Approval, ApprovalEvent, ApprovalState
from archived.catalog import approvals, events
from archived.catalog.events import Attention
from archived.errors import NotPermitted, Refused, WrongState
from archived.language import _
from archived.stages.work import Site

#: So long a second person has time to agree.
EXPIRY = timedelta(days=14)
ROOT = "uid:0"
#: What is done in the write in which a second person agrees; it may refuse by raising, and then nothing was agreed.
Effect = Callable[[Connection, Site, Approval, str], None]


def ask(
    write: Connection,
    site: Site,
    kind: str,
    thing: str,
    *,
    agent: str,
    reason: str,
    terms: Mapping[str, Any],
) -> Approval:
    """Put on record that one person wants this; asking again while it waits is answered with what waits.

    Raises:
        Refused: no reason.
        NotPermitted: root asks, or nobody can tell who asks.
        WrongState: the same is asked for with other terms, and waits.
    """
    _demand_reason(reason)
    _demand_person(agent)
    terms = json.loads(json.dumps(terms))  # as the record gives them back
    expire(write, site)
    waiting = approvals.asked(write, kind, thing)
    if waiting is not None:
        return _same(waiting, terms)
    now = site.now()
    item = Approval(
        approvals.next_id(write),
        kind,
        ApprovalState.ASKED,
        thing,
        agent,
        now,
        reason,
        now + EXPIRY,
        terms,
    )
    approvals.put(write, item)
    detail = {"kind": kind, "thing": thing, "reason": reason}
    events.append(write, now, "approval asked", ("approval", item.id), agent=agent, **detail)
    events.raise_attention(
        write,
        Attention(
            f"approval:{item.id}",
            "before",
            _("{agent} wants “{kind}” for {thing}: {reason}; a second person has to agree").format(
                agent=agent, kind=kind, thing=thing, reason=reason
            ),
            _("nothing is done before somebody else agrees"),
            f"archivectl approvals {item.id}   (archivectl approvals give {item.id} --reason TEXT)",
            now,
            item.expires_at,
        ),
    )
    return item


def give(
    write: Connection,
    site: Site,
    approval_id: str,
    *,
    agent: str,
    reason: str,
    effects: Mapping[str, Effect],
) -> Approval:
    """A second person agrees, and it is done in this write.

    Raises:
        NotFound: there is no such approval.
        NotPermitted: it is the one who asked, or root.
        WrongState: it does not wait any more, or its time is over.
        Refused: no reason.
    """
    _demand_reason(reason)
    item = approvals.get(write, approval_id)
    if item.state is ApprovalState.GIVEN and item.ended_by == agent:
        return item  # he said so already, and it was done then
    _demand_waiting(site, item)
    _demand_person(agent)
    if agent == item.asked_by:
        raise NotPermitted(
            _("{agent} asked for {id} and cannot agree to it as well; nothing was done").format(
                agent=agent, id=item.id
            ),
            advice=_("another person has to run: archivectl approvals give {id} --reason TEXT").format(
                id=item.id
            ),
        )
    if item.kind not in effects:
        raise WrongState(
            _("this release does not know how to do “{kind}”; nothing was done").format(kind=item.kind)
        )
    _end(write, site, item, ApprovalEvent.GIVEN, agent, reason)
    effects[item.kind](write, site, item, agent)
    return approvals.get(write, approval_id)


def refuse(write: Connection, site: Site, approval_id: str, *, agent: str, reason: str) -> Approval:
    """A second person says no; or who asked takes it back. Raises NotFound, WrongState, Refused."""
    _demand_reason(reason)
    item = approvals.get(write, approval_id)
    _demand_waiting(site, item)
    event = ApprovalEvent.WITHDRAWN if agent == item.asked_by else ApprovalEvent.REFUSED
    _end(write, site, item, event, agent, reason)
    return approvals.get(write, approval_id)


def expire(write: Connection, site: Site) -> list[str]:
    """What nobody agreed to in time is over; ids of these."""
    late = [item for item in approvals.listing(write, ApprovalState.ASKED) if item.expires_at <= site.now()]
    for item in late:
        _end(write, site, item, ApprovalEvent.EXPIRED, events.DAEMON, "")
    return [item.id for item in late]


def _end(
    write: Connection, site: Site, item: Approval, event: ApprovalEvent, agent: str, reason: str
) -> None:
    approvals.advance_state(write, item.id, event, ended_by=agent, ended_at=site.now(), note=reason)
    detail = {"kind": item.kind, "thing": item.thing, "asked_by": item.asked_by, "reason": reason}
    events.append(write, site.now(), f"approval {event.value}", ("approval", item.id), agent=agent, **detail)
    events.clear_attention(write, f"approval:{item.id}")


def _same(waiting: Approval, terms: Mapping[str, Any]) -> Approval:
    """Nobody may agree to other terms than those that stand in the record."""
    if waiting.terms != terms:
        raise WrongState(
            _("{id} waits for “{kind}” of {thing}, and what would be done is not the same any more").format(
                id=waiting.id, kind=waiting.kind, thing=waiting.thing
            ),
            advice=_("archivectl approvals refuse {id} --reason TEXT   (then ask for it again)").format(
                id=waiting.id
            ),
        )
    return waiting


def _demand_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("a reason is needed: it stands in the record for ever"))


def _demand_waiting(site: Site, item: Approval) -> None:
    if item.state is not ApprovalState.ASKED or item.expires_at <= site.now():
        state = item.state.value if item.state is not ApprovalState.ASKED else ApprovalState.EXPIRED.value
        if item.state is ApprovalState.GIVEN:
            raise WrongState(
                _(
                    "{ended_by} agreed to {id} at {ended_at}, and it was done then; nothing was done now"
                ).format(ended_by=item.ended_by, id=item.id, ended_at=f"{item.ended_at:%Y-%m-%d %H:%M}"),
                advice=f"archivectl approvals {item.id}",
            )
        raise WrongState(
            _("approval {id} is {state}; nothing was done").format(id=item.id, state=state),
            advice=_("ask for it again"),
        )


def _demand_person(agent: str) -> None:
    if agent == ROOT or not agent.startswith("uid:"):
        raise NotPermitted(
            _("{agent} is no person who can answer for this; nothing was done").format(agent=agent),
            advice=_("ask as a Unix user who is a member of the group that [api] group names"),
        )
