"""Keys of sites: those that count here, those that stand on discs, and letting one of these count."""

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from archived.api.services import Document, Services, agent_of, services_of
from archived.stages import site_keys

router = APIRouter(prefix="/keys")


class Trust(BaseModel):
    #: All 64 digits of it: whoever trusts it has compared it.
    fingerprint: str
    reason: str


@router.get("")
def listing(services: Services = Depends(services_of)) -> Document:
    """Keys that count, and keys on discs, with the media that carry each."""
    with services.catalog.read() as read:
        found = site_keys.keys_of(read, services.site)
    return services.said({"items": [_document(key) for key in found]})


@router.post("/trust")
def trust(body: Trust, request: Request, services: Services = Depends(services_of)) -> Document:
    """Let receipts that this key signed, and discs that carry it, be this archive's own from now on."""
    agent = agent_of(request)
    key = site_keys.trust_found(
        services.catalog, services.site, body.fingerprint, agent=agent, reason=body.reason
    )
    return services.said(_document(key))


def _document(key: site_keys.KnownKey) -> Document:
    return {
        "id": key.key_id,
        "fingerprint": key.fingerprint,
        "trusted": key.counts,
        "signs": key.signs,
        "media": list(key.media),
        "institutions": list(key.institutions),
    }
