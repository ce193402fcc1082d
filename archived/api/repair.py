"""Repair over the API: what would be made again, and a run of it. Runs are shown and steered as those of all care."""

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from archived.api.care import run_document
from archived.api.services import Document, Services, agent_of, services_of
from archived.errors import Refused
from archived.language import _
from archived.stages.repair.orders import begin
from archived.stages.repair.planning import Selection, demand_known, plan_repair

router = APIRouter()


class RepairOrder(BaseModel):
    """What is to be made again; nothing named is all that has to be."""

    sets: list[str] = Field(default_factory=list)
    images: list[str] = Field(default_factory=list)
    media: list[str] = Field(default_factory=list)
    reason: str


@router.get("/repair/plan")
def plan(request: Request, services: Services = Depends(services_of)) -> Document:
    """What a run would make, from what, and what that takes; nothing is put on record.

    Of the query: set, image and medium, each as often as wanted.
    """
    asked = (tuple(request.query_params.getlist(name)) for name in ("set", "image", "medium"))
    with services.catalog.read() as read:
        selection = demand_known(read, Selection(*asked))
        return services.said(plan_repair(read, services.site, selection).preview())


@router.post("/repair/run")
def run(body: RepairOrder, request: Request, services: Services = Depends(services_of)) -> Document:
    """Begin a run; what other runs are at already is left to them."""
    if not body.reason.strip():
        raise Refused(_("a reason is needed: it stands in the record for ever"))
    with services.catalog.write() as write:
        asked = Selection(tuple(body.sets), tuple(body.images), tuple(body.media))
        selection = demand_known(write, asked)
        planned = plan_repair(write, services.site, selection)
        said = {"agent": agent_of(request), "reason": body.reason}
        begun = begin(write, services.site, planned, selection=selection, **said)
    services.wake()
    return services.said(run_document(begun))
