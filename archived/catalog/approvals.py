"""Approvals: asked for by one person, ended by another."""

from typing import Any

from sqlalchemy import Connection, select

from archived.approvals import APPROVAL, Approval, ApprovalEvent, ApprovalState
from archived.catalog.approval_table import approval
from archived.catalog.rows import add, advance, next_number, one, values

_ALL = select(approval).order_by(approval.c.id)


def next_id(connection: Connection) -> str:
    """A00001, A00002, …"""
    return f"A{next_number(connection, 'approval'):05d}"


def put(connection: Connection, item: Approval) -> None:
    add(connection, approval, item)


def get(connection: Connection, approval_id: str) -> Approval:
    """Raises NotFound."""
    return one(connection, Approval, approval, approval_id)


def listing(connection: Connection, *states: ApprovalState) -> list[Approval]:
    return values(connection, Approval, _ALL.where(approval.c.state.in_(states)) if states else _ALL)


def asked(connection: Connection, kind: str, thing: str) -> Approval | None:
    """What waits for a second person about a thing."""
    query = _ALL.where(
        approval.c.kind == kind, approval.c.thing == thing, approval.c.state == ApprovalState.ASKED
    )
    return next(iter(values(connection, Approval, query)), None)


def advance_state(connection: Connection, approval_id: str, event: ApprovalEvent, **changes: Any) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(connection, approval, APPROVAL, approval_id, event, **changes)
