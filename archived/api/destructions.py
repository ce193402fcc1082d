"""Destroying packages: what it takes, asking for it, what becomes of it, and the certificate."""

from fastapi import APIRouter, Depends, Request

from archived.api.retention import WhichPackages
from archived.api.services import Document, Services, agent_of, plain, services_of
from archived.api.submissions import Reason
from archived.catalog import destructions, events, images, media
from archived.errors import WrongState
from archived.language import _
from archived.stages.retention import destroying, giving_up, lost_media
from archived.stages.withdrawal import find_package

router = APIRouter()


class Destroy(WhichPackages):
    dry_run: bool = False


@router.get("/destructions")
def list_destructions(services: Services = Depends(services_of)) -> Document:
    """Every destruction, the oldest first."""
    with services.catalog.read() as read:
        return services.listed([_short(plain(item)) for item in destructions.listing(read)])


@router.get("/destructions/{destruction_id}")
def show_destruction(destruction_id: str, services: Services = Depends(services_of)) -> Document:
    """One destruction: what was agreed to, what it waits for, and its media as they are."""
    with services.catalog.read() as read:
        item = destructions.get(read, destruction_id)
        document = _short(plain(item)) | {"terms": plain(dict(item.terms))}
        wanted = item.media or tuple(item.terms["media"])
        document["media"] = [_medium(media.get(read, name)) for name in wanted]
        if item.state.value == "preparing":
            document["waits_for"] = giving_up.what_it_waits_for(read, services.site, item)
        document["events"] = plain(events.latest(read, subject_id=item.id, limit=20))
    return services.said(document)


@router.get("/destructions/{destruction_id}/certificate")
def show_certificate(destruction_id: str, services: Services = Depends(services_of)) -> Document:
    """The signed certificate, unchanged."""
    with services.catalog.read() as read:
        item = destructions.get(read, destruction_id)
    if item.certificate is None:
        raise WrongState(
            _("destruction {id} is {state}; it has a certificate when every medium is destroyed").format(
                id=item.id, state=item.state.value
            ),
            advice=f"archivectl destructions {item.id}",
        )
    return dict(item.certificate)


@router.post("/destructions")
def destroy(body: Destroy, request: Request, services: Services = Depends(services_of)) -> Document:
    """One person wants packages destroyed; with `dry_run` only what it would take."""
    if body.dry_run:
        with services.catalog.read() as read:
            ids = [find_package(read, name).id for name in body.packages]
            found = destroying.planned(read, services.site, ids)
            document = plain(found)
            for key in ("images", "parity"):
                document[key] = [images.get(read, name).name or name for name in document[key]]
        return services.said({"dry_run": True, "plan": document})
    with services.catalog.write() as write:
        ids = [find_package(write, name).id for name in body.packages]
        asked = destroying.ask(write, services.site, ids, agent=agent_of(request), reason=body.reason)
    return services.said({"dry_run": False, "approval": plain(asked)})


@router.post("/destructions/{destruction_id}/cancel")
def cancel(
    destruction_id: str, body: Reason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Take a destruction back, as long as no medium was given up."""
    said = {"agent": agent_of(request), "reason": body.reason}
    with services.catalog.write() as write:
        item = destroying.cancel(write, services.site, destruction_id, **said)
    services.wake()
    return services.said(_short(plain(item)))


@router.post("/destructions/{destruction_id}/accept-loss")
def accept_loss(
    destruction_id: str, body: Reason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """One person says that its lost media cannot be found; a second one has to agree."""
    said = {"agent": agent_of(request), "reason": body.reason}
    with services.catalog.write() as write:
        asked = lost_media.ask(write, services.site, destruction_id, **said)
    return services.said(plain(asked))


def _short(document: Document) -> Document:
    """Without what has an answer of its own."""
    return {key: value for key, value in document.items() if key not in ("certificate", "terms")}


def _medium(medium: object) -> Document:
    document = plain(medium)
    return {
        key: document[key]
        for key in ("id", "state", "kind", "library", "element", "magazine", "printed_label")
    }
