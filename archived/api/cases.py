"""Cases: where witnesses disagree about a medium, and what a person says about it."""

from typing import Any

from fastapi import APIRouter, Depends, Request

from archived.api.services import Document, Services, agent_of, one_of, plain, services_of
from archived.api.submissions import Reason
from archived.cases import Case, CaseState, Witness
from archived.catalog import cases, events
from archived.policy.witness_words import sentence
from archived.stages.cases import close_case

router = APIRouter()


class Closing(Reason):
    medium_is: str | None = None


@router.get("/cases")
def list_cases(state: str | None = None, services: Services = Depends(services_of)) -> Document:
    """Every case, or those in one state."""
    wanted = one_of(CaseState, state)
    with services.catalog.read() as read:
        return services.listed([case_document(item) for item in cases.listing(read, wanted)])


@router.get("/cases/{case_id}")
def show_case(case_id: str, services: Services = Depends(services_of)) -> Document:
    """One case with what each witness said, and its events."""
    with services.catalog.read() as read:
        document = case_document(cases.get(read, case_id))
        document["events"] = plain(events.latest(read, subject_id=case_id, limit=20))
    return services.said(document)


@router.post("/cases/{case_id}/close")
def close(
    case_id: str, body: Closing, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Say what is so: the case ends, and its media and places are as any other."""
    with services.catalog.write() as write:
        said = {"agent": agent_of(request), "reason": body.reason}
        item = close_case(write, services.site, case_id, medium_is=body.medium_is, **said)
    services.wake()
    return services.said(case_document(item))


def case_document(item: Case) -> Document:
    """A case as data."""
    document: dict[str, Any] = {name: plain(getattr(item, name)) for name in Case.__dataclass_fields__}
    document["closed_how"] = document.pop("how")
    document["witnesses"] = [witness_document(witness) for witness in item.witnesses]
    return document


def witness_document(witness: Witness) -> Document:
    """A witness as data, and in words."""
    document: Document = plain(witness)
    return document | {"words": sentence(witness)}
