"""What media are known by: labels and tags put on record, and whose medium is in somebody's hand."""

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import Connection

from archived.api.cases import witness_document
from archived.api.holdings import medium_document
from archived.api.one_tag import one_tag_before
from archived.api.robot import wait_for_robot
from archived.api.services import Document, Services, agent_of, services_of
from archived.cases import Witness, WitnessKind
from archived.catalog import media
from archived.errors import Refused, Unavailable, WrongState
from archived.language import _
from archived.policy.reconciling import Verdict
from archived.sessions.volume_read import ABSENT
from archived.stages.case_of_content import told_by_drive
from archived.stages.cases import heard
from archived.stages.drive_asks import DriveAsk
from archived.stages.identifying import identify
from archived.stages.labelling import put_labels, uid_of_text

router = APIRouter()


class Labels(BaseModel):
    printed: str | None = None
    rfid: str | None = None
    #: Instead of `rfid`: the reader before which the medium lies.
    reader: str | None = None


class Read(BaseModel):
    """What was read of the medium in somebody's hand."""

    rfid: str | None = None
    #: The reader before which it lies.
    reader: str | None = None
    barcode: str | None = None
    label: str | None = None
    volume: str | None = None
    #: A drive reads what lies in it.
    drive: str | None = None
    #: A medium that is brought to a drive, and read there.
    fetch: str | None = None


@router.post("/media/{medium_id}/label")
def label(
    medium_id: str, body: Labels, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Put on record what a medium is known by."""
    if body.rfid is not None and body.reader:
        raise Refused(_("say a uid, or the reader that reads it, not both"))
    rfid = one_tag_before(services, body.reader) if body.reader else body.rfid
    with services.catalog.write() as write:
        said = {"printed": body.printed, "rfid": rfid, "agent": agent_of(request)}
        medium = put_labels(write, services.site, medium_id, **said)  # type: ignore[arg-type]
        return services.said(medium_document(write, medium))


@router.post("/media/identify")
def identify_medium(body: Read, request: Request, services: Services = Depends(services_of)) -> Document:
    """Say which medium this is, what is on it, and whether witnesses disagree: then a case is open."""
    agent = agent_of(request)
    uid = one_tag_before(services, body.reader) if body.reader else ""
    ask = _answered(services, body) if body.drive or body.fetch else None
    with services.catalog.write() as write:
        witnesses = _witnesses(write, services, body, agent)
        if uid:
            by = f"reader:{body.reader}"
            witnesses.append(heard(write, services.site, WitnessKind.TAG, uid, by))
        drive = media.get_drive(write, ask.drive) if ask is not None else None
        if ask is not None and ask.answer is not None and drive is not None:
            witnesses += told_by_drive(write, services.site, drive, ask.answer, ask.medium_id)
        found = identify(
            write, services.site, witnesses, by=f"reader:{body.reader}" if body.reader else agent, drive=drive
        )
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


def _answered(services: Services, body: Read) -> DriveAsk:
    """What a drive reads, between its sessions. Raises Refused, NotFound, WrongState, Unavailable."""
    ask = _question(services, body)
    services.site.asks.add(ask)
    services.wake()
    try:
        wait_for_robot(services, lambda read: ask.is_over or _is_gone(read, ask))
    finally:
        services.site.asks.drop(ask)
    if ask.answer is None:
        raise Unavailable(
            _("it was not read: {words}").format(words=ask.trouble or _("the medium is not there any more")),
            advice="archivectl attention",
        )
    if ask.answer.status == ABSENT:
        raise WrongState(
            _("drive {drive} sees no medium").format(drive=ask.drive), advice="archivectl library"
        )
    return ask


def _question(services: Services, body: Read) -> DriveAsk:
    if body.drive and body.fetch:
        raise Refused(_("say a drive, or a medium that is to be brought to one, not both"))
    now = services.site.now()
    with services.catalog.read() as read:
        if body.fetch:
            medium = media.get(read, body.fetch)
            if medium.element is None:
                raise WrongState(
                    _("medium {medium} is not in any library").format(medium=medium.id),
                    advice=_(
                        "take it in hand, and read what is on it: archivectl media identify --label TEXT"
                    ),
                )
            return DriveAsk(now, medium_id=medium.id)
        drive = media.get_drive(read, body.drive or "")
    if not drive.up:
        raise WrongState(
            _("drive {drive} is down: {note}").format(drive=drive.name, note=drive.note),
            advice=f"archivectl drive up {drive.name} --reason TEXT",
        )
    return DriveAsk(now, drive=drive.name)


def _is_gone(read: Connection, ask: DriveAsk) -> bool:
    return bool(ask.medium_id) and media.get(read, ask.medium_id).element is None


def _witnesses(read: Connection, services: Services, body: Read, agent: str) -> list[Witness]:
    told = {
        WitnessKind.TAG: uid_of_text(body.rfid) if body.rfid else None,
        WitnessKind.BARCODE: body.barcode,
        WitnessKind.PRINTED_LABEL: body.label,
        WitnessKind.VOLUME_ID: body.volume,
    }
    if not any(told.values()) and not (body.drive or body.fetch or body.reader):
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
