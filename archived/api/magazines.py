"""Magazines as things of their own: their tags, where they stand or lie, and what is with them."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import Connection

from archived.api.one_tag import one_tag_before
from archived.api.robot import wait_for_robot
from archived.api.services import Document, Services, agent_of, plain, services_of
from archived.cages import Cage
from archived.catalog import cages, events
from archived.errors import Refused, WrongState
from archived.language import _
from archived.stages import cage_orders, orders

router = APIRouter()


class Tag(BaseModel):
    rfid: str | None = None
    #: Instead: the reader before which it stands.
    reader: str | None = None


class Out(BaseModel):
    #: Where it is put, in words: "shelf 3".
    to: str = ""


class Put(BaseModel):
    position: str
    library: str | None = None


@router.get("/magazines")
def list_magazines(services: Services = Depends(services_of)) -> Document:
    """Every magazine, in libraries and out of them."""
    with services.catalog.write() as write:
        return services.listed([_document(write, cage) for cage in cage_orders.listing(write, services.site)])


@router.get("/magazines/{name:path}")
def show_magazine(name: str, services: Services = Depends(services_of)) -> Document:
    """One magazine with what is with it, and its last events."""
    with services.catalog.write() as write:
        cage = cage_orders.find(write, services.site, name)
        last = plain(events.latest(write, subject_id=cage.id, limit=20))
        return services.said(_document(write, cage) | {"events": last})


@router.post("/magazines/{name:path}/label")
def label(name: str, body: Tag, request: Request, services: Services = Depends(services_of)) -> Document:
    """Put the tag of a magazine on record."""
    if (body.rfid is None) == (body.reader is None):
        raise Refused(_("say a uid, or the reader that reads it, not both"))
    uid = one_tag_before(services, body.reader) if body.reader else body.rfid or ""
    with services.catalog.write() as write:
        cage = cage_orders.find(write, services.site, name)
        cage = cage_orders.put_tag(write, services.site, cage, uid, agent=agent_of(request))
        return services.said(_document(write, cage))


@router.post("/magazines/{name:path}/take-out")
def take_out(name: str, body: Out, request: Request, services: Services = Depends(services_of)) -> Document:
    """A magazine was taken out: its media are away with it, as soon as a look sees that."""
    with services.catalog.write() as write:
        cage = cage_orders.find(write, services.site, name)
        cage_orders.take_out(write, services.site, cage, place=body.to, agent=agent_of(request))
        asked = orders.ask_look(write, cage.library)
    return _looked(services, cage.id, cage.library, asked)


@router.post("/magazines/{name:path}/put")
def put(name: str, body: Put, request: Request, services: Services = Depends(services_of)) -> Document:
    """A magazine was put into a library: a look says what stands where."""
    with services.catalog.write() as write:
        cage = cage_orders.find(write, services.site, name)
        agent = agent_of(request)
        cage = cage_orders.put(write, services.site, cage, body.position, library=body.library, agent=agent)
        asked = orders.ask_look(write, cage.library)
    document = _looked(services, cage.id, cage.library, asked)
    if document["position"] != body.position:
        raise WrongState(
            _("by a look magazine {id} does not stand at {position}").format(
                id=cage.id, position=body.position
            ),
            advice=f"archivectl magazines {cage.id}",
            magazine=document,
        )
    return document


def _looked(services: Services, cage_id: str, library: str, asked: int) -> Document:
    services.wake()
    wait_for_robot(services, lambda read: orders.looked_since(read, library, asked))
    with services.catalog.read() as read:
        return services.said(_document(read, cages.get(read, cage_id)))


def _document(read: Connection, cage: Cage) -> dict[str, Any]:
    return dict(plain(cage)) | {"media": cages.media_in(read, cage)}
