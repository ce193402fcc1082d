"""What media are known by: labels and tags put on record, and whose medium is in somebody's hand."""

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import Connection

from archived.api.cases import witness_document
from archived.api.holdings import medium_document
from archived.api.services import Document, Services, agent_of, services_of
from archived.cases import Witness, WitnessKind
from archived.errors import Refused
from archived.language import _
from archived.policy.reconciling import Verdict
from archived.stages.cases import heard
from archived.stages.identifying import identify
from archived.stages.labelling import put_labels, uid_of_text

router = APIRouter()


class Labels(BaseModel):
    printed: str | None = None
    rfid: str | None = None


class Read(BaseModel):
    """What was read of the medium in somebody's hand."""

    rfid: str | None = None
    barcode: str | None = None
    label: str | None = None
    volume: str | None = None


@router.post("/media/{medium_id}/label")
def label(
    medium_id: str, body: Labels, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Put on record what a medium is known by."""
    with services.catalog.write() as write:
        said = {"printed": body.printed, "rfid": body.rfid, "agent": agent_of(request)}
        medium = put_labels(write, services.site, medium_id, **said)  # type: ignore[arg-type]
        return services.said(medium_document(write, medium))


@router.post("/media/identify")
def identify_medium(body: Read, request: Request, services: Services = Depends(services_of)) -> Document:
    """Say which medium this is, what is on it, and whether witnesses disagree: then a case is open."""
    agent = agent_of(request)
    with services.catalog.write() as write:
        witnesses = _witnesses(write, services, body, agent)
        found = identify(write, services.site, witnesses, by=agent)
        document = {
            "outcome": found.verdict.outcome.value,
            "medium": medium_document(write, found.medium) if found.medium is not None else None,
            "candidates": list(found.verdict.candidates),
            "witnesses": [witness_document(witness) for witness in found.witnesses],
            "learn": _lessons(found.verdict),
            "case": found.case_id,
            "open_cases": list(found.open_cases),
        }
    services.wake()
    return services.said(document)


def _witnesses(read: Connection, services: Services, body: Read, agent: str) -> list[Witness]:
    told = {
        WitnessKind.TAG: uid_of_text(body.rfid) if body.rfid else None,
        WitnessKind.BARCODE: body.barcode,
        WitnessKind.PRINTED_LABEL: body.label,
        WitnessKind.VOLUME_ID: body.volume,
    }
    if not any(told.values()):
        raise Refused(
            _("nothing was read: say a tag, a barcode, a label or a volume id"),
            advice="archivectl media identify --help",
        )
    return [heard(read, services.site, kind, text, agent) for kind, text in told.items() if text]


def _lessons(verdict: Verdict) -> list[str]:
    """Commands that put on record what nobody knew yet."""
    options = {WitnessKind.TAG: "--rfid", WitnessKind.PRINTED_LABEL: "--printed"}
    return [
        f"archivectl media label {verdict.medium_id} {options[witness.kind]} {witness.read}"
        for witness in verdict.learn
        if witness.kind in options
    ]
