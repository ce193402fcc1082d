"""Retention: what counts for packages today, legal holds, rulings, and forgetting."""

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import Connection

from archived.api.services import Document, Services, agent_of, plain, services_of
from archived.api.submissions import Reason
from archived.catalog import packages, retention
from archived.model import Package
from archived.retention import CONFIDENTIALITY, RETENTION, STARTS_ON
from archived.stages.retention import forgetting, ruling
from archived.stages.withdrawal import find_package
from archived.states import PackageState

router = APIRouter()


class NewHold(BaseModel):
    subject: str
    name: str
    reason: str


class NewRuling(BaseModel):
    subject: str
    name: str
    reason: str
    retention: str = ""
    confidentiality: str = ""
    starts_on: str = ""


class WhichPackages(BaseModel):
    packages: list[str]
    reason: str


@router.get("/retention")
def list_standing(services: Services = Depends(services_of)) -> Document:
    """What counts today for every package that is kept, or forgotten and still on media."""
    with services.catalog.read() as read:
        return services.listed(_rows(read, services, list(ruling.KEPT)))


@router.get("/retention/due")
def list_due(services: Services = Depends(services_of)) -> Document:
    """Packages that two persons may forget today."""
    with services.catalog.read() as read:
        rows = _rows(read, services, list(forgetting.FORGETTABLE))
    return services.listed([row for row in rows if not row["reasons"]])


@router.get("/retention/holds")
def list_holds(everything: bool = False, services: Services = Depends(services_of)) -> Document:
    """Legal holds that stand, or all that ever were."""
    with services.catalog.read() as read:
        return services.listed(plain(retention.holds(read, released=everything)))


@router.post("/retention/holds")
def hold(body: NewHold, request: Request, services: Services = Depends(services_of)) -> Document:
    """Nothing that the hold covers is forgotten or destroyed."""
    with services.catalog.write() as write:
        name = _name(write, body.subject, body.name)
        made = ruling.place_hold(
            write, services.site, body.subject, name, agent=agent_of(request), reason=body.reason
        )
    return services.said(plain(made))


@router.post("/retention/holds/{hold_id}/release")
def release_hold(
    hold_id: int, body: Reason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """The hold stands no longer."""
    with services.catalog.write() as write:
        made = ruling.release_hold(write, services.site, hold_id, agent=agent_of(request), reason=body.reason)
    return services.said(plain(made))


@router.get("/retention/rulings")
def list_rulings(services: Services = Depends(services_of)) -> Document:
    """What people decided later, the oldest first."""
    with services.catalog.read() as read:
        return services.listed(plain(retention.rulings(read)))


@router.post("/retention/rulings")
def rule(body: NewRuling, request: Request, services: Services = Depends(services_of)) -> Document:
    """What counts from now on; a second person has to agree where something may go sooner."""
    said = {RETENTION: body.retention, CONFIDENTIALITY: body.confidentiality, STARTS_ON: body.starts_on}
    with services.catalog.write() as write:
        name = _name(write, body.subject, body.name)
        asked = ruling.rule(
            write, services.site, body.subject, name, said, agent=agent_of(request), reason=body.reason
        )
    return services.said({"subject": body.subject, "name": name, "approval": plain(asked)})


@router.post("/retention/forget")
def forget(body: WhichPackages, request: Request, services: Services = Depends(services_of)) -> Document:
    """One person wants these packages forgotten; nothing is done before a second one agrees."""
    with services.catalog.write() as write:
        ids = [find_package(write, name).id for name in body.packages]
        asked = forgetting.ask(write, services.site, ids, agent=agent_of(request), reason=body.reason)
    return services.said(plain(asked))


def _name(read: Connection, subject: str, name: str) -> str:
    """Packages are named by their id or by their reference."""
    return find_package(read, name).id if subject == "package" else name


def _rows(read: Connection, services: Services, states: list[PackageState]) -> list[Document]:
    items: list[Package] = packages.in_state(read, *states)
    found = ruling.standings(read, services.site, items)
    rows = []
    for item in items:
        standing = found[item.id]
        rows.append(
            {
                "id": item.id,
                "reference": str(item.reference),
                "version": item.version,
                "title": item.title,
                "state": item.state.value,
                "storage_class": item.storage_class,
                "retention": standing.retention,
                "confidentiality": standing.confidentiality,
                "starts_on": _day(standing.starts_on),
                "ends_on": _day(standing.ends_on),
                "holds": [hold.id for hold in standing.holds],
                "reasons": list(standing.reasons),
            }
        )
    return sorted(rows, key=lambda row: (row["ends_on"] or "~", row["id"]))


def _day(day: object) -> str | None:
    return None if day is None else str(day)
