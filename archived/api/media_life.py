"""The life of media over the API: what was bought, what leaves and comes back, what is destroyed."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from archived.api.holdings import medium_document
from archived.api.receipts import signature_check
from archived.api.services import Document, Services, agent_of, plain, services_of
from archived.api.submissions import Reason
from archived.catalog import certificates, destructions, media
from archived.errors import NotFound, Refused
from archived.formats.certificates import KIND, certificate_page
from archived.formats.lists import read_table
from archived.language import _
from archived.policy.media_life.certificate_check import check_certificate
from archived.policy.media_life.purchase_rows import read_purchases
from archived.policy.receipt_check import verdict
from archived.stages.media_life import destroying, purchases, readmitting

router = APIRouter()
#: A list of every medium that an archive ever bought is smaller.
LIST_BYTES_MAX = 16 << 20


class BoughtList(BaseModel):
    #: The file as it is, CSV or .xlsx, in base64.
    data: str = Field(max_length=LIST_BYTES_MAX * 4 // 3 + 4)
    sheet: str = ""
    pool: str | None = None
    batch: str = ""
    dry_run: bool = False


@router.post("/media/register-list")
def register_list(body: BoughtList, request: Request, services: Services = Depends(services_of)) -> Document:
    """Take in a list of media that were bought: all of it, or nothing; a dry run says what would become of it."""
    pool = body.pool or next(iter(services.site.config.pools))
    listed = read_purchases(read_table(_bytes(body.data), sheet=body.sheet))
    said = {"pool": pool, "batch": body.batch}
    if body.dry_run:
        with services.catalog.read() as read:
            checked = purchases.check(read, services.site, listed, **said)
    else:
        with services.catalog.write() as write:
            checked = purchases.take(write, services.site, listed, agent=agent_of(request), **said)
        services.wake()
    return services.listed(
        [
            {
                "row": entry.purchase.row,
                "barcode": entry.purchase.barcode,
                "outcome": entry.outcome.value,
                "pool": entry.purchase.pool,
                "batch": entry.purchase.batch,
            }
            for entry in checked.entries
        ],
        problems=[plain(problem) for problem in checked.problems],
        unused=list(checked.unused),
        counts=dict(checked.counts),
        dry_run=body.dry_run,
    )


class Doomed(BaseModel):
    media: list[str]
    method: str
    reason: str = Field(min_length=1, pattern=r"\S")


class CertificateBack(BaseModel):
    """A certificate as somebody kept it."""

    certificate: dict[str, Any]


@router.post("/media/destroy")
def destroy(body: Doomed, request: Request, services: Services = Depends(services_of)) -> Document:
    """Ask for media to be put on record as destroyed; it is done when a second person agrees."""
    with services.catalog.write() as write:
        said = {"method": body.method, "agent": agent_of(request), "reason": body.reason}
        item = destroying.ask(write, services.site, body.media, **said)
    return services.said(plain(item))


@router.post("/media/{medium_id}/readmit")
def readmit(
    medium_id: str, body: Reason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """A released cartridge is written again, from its beginning."""
    said = {"agent": agent_of(request), "reason": body.reason}
    with services.catalog.write() as write:
        medium = readmitting.readmit(write, services.site, medium_id, **said)
        document = medium_document(write, medium)
    services.wake()
    return services.said(document)


@router.get("/certificates")
def list_certificates(services: Services = Depends(services_of)) -> Document:
    """Every certificate of destruction, without its document."""
    with services.catalog.read() as read:
        found = certificates.listing(read)
    return services.listed(
        [
            {
                "id": item.id,
                "at": plain(item.at),
                "approval": item.approval_id,
                "media": list(item.media),
                "method": item.document["method"],
                "asked_by": item.document["asked"]["by"],
                "agreed_by": item.document["agreed"]["by"],
            }
            for item in found
        ]
    )


@router.post("/certificates/verify")
def verify_certificate(body: CertificateBack, services: Services = Depends(services_of)) -> Document:
    """Check a certificate that somebody kept: its signature by the keys of this site, its words by the catalog."""
    document = body.certificate
    media_ids = [str(item.get("medium")) for item in document.get("media") or () if isinstance(item, dict)]
    with services.catalog.read() as read:
        known = {medium.id: medium.state for medium in media.listing(read)}
        on_record = _on_record(read, document)
    checks = [signature_check(document, services)]
    checks += check_certificate(document, on_record, {one: known.get(one) for one in media_ids})
    return services.said({"verdict": verdict(checks), "checks": plain(checks)})


def _on_record(read: Connection, document: dict[str, Any]) -> Mapping[str, Any] | None:
    """The certificate with the same number: that media, or that packages were destroyed."""
    try:
        if document.get("certificate") == KIND:
            return certificates.get(read, str(document.get("id"))).document
        return destructions.get(read, str(document.get("destruction"))).certificate
    except NotFound:
        return None


@router.get("/certificates/{certificate_id}")
def show_certificate(certificate_id: str, services: Services = Depends(services_of)) -> Document:
    """One certificate: the signed document, and the page of it that people sign."""
    with services.catalog.read() as read:
        item = certificates.get(read, certificate_id)
    return services.said({"document": item.document, "page": certificate_page(item.document)})


def _bytes(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error:
        raise Refused(_("the list did not arrive as it was sent; nothing was registered")) from None
