"""Approvals over the API: what one person wants and another has to agree to."""

from fastapi import APIRouter, Depends, Request

from archived.api.services import Document, Services, agent_of, one_of, plain, services_of
from archived.api.submissions import Reason
from archived.approvals import ApprovalState
from archived.catalog import approvals, events
from archived.stages import approving
from archived.stages.approved import EFFECTS

router = APIRouter()


@router.get("/approvals")
def list_approvals(state: str | None = None, services: Services = Depends(services_of)) -> Document:
    """Every approval, or those in one state."""
    wanted = one_of(ApprovalState, state)
    with services.catalog.read() as read:
        return services.listed(plain(approvals.listing(read, *([wanted] if wanted else []))))


@router.get("/approvals/{approval_id}")
def show_approval(approval_id: str, services: Services = Depends(services_of)) -> Document:
    """One approval with exactly what is agreed to, and its events."""
    with services.catalog.read() as read:
        document: Document = plain(approvals.get(read, approval_id))
        document["events"] = plain(events.latest(read, subject_id=approval_id, limit=20))
    return services.said(document)


@router.post("/approvals/{approval_id}/give")
def give(
    approval_id: str, body: Reason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Agree, as a second person: it is done in the same write."""
    said = {"agent": agent_of(request), "reason": body.reason}
    with services.catalog.write() as write:
        item = approving.give(write, services.site, approval_id, effects=EFFECTS, **said)
    services.wake()
    return services.said(plain(item))


@router.post("/approvals/{approval_id}/refuse")
def refuse(
    approval_id: str, body: Reason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Say no; or, by who asked, take it back."""
    said = {"agent": agent_of(request), "reason": body.reason}
    with services.catalog.write() as write:
        item = approving.refuse(write, services.site, approval_id, **said)
    return services.said(plain(item))
