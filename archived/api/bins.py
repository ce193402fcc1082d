"""What people put into the bins of a disc robot, and take out of them."""

from typing import Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from archived.api.overview import library_document
from archived.api.services import Document, Services, agent_of, services_of
from archived.api.submissions import Reason
from archived.errors import Refused
from archived.language import _
from archived.stages.blank_loading import load_blanks
from archived.stages.halting import resume
from archived.stages.stacking import put_in_bin, take_from_bin

router = APIRouter()
#: No bin has more places.
DISCS_MAX = 256


class Load(BaseModel):
    """New blanks, so many, or media that are known, from the bottom up."""

    blanks: int = Field(0, ge=0, le=DISCS_MAX)
    pool: str = ""
    batch: str = ""
    labels: list[str] = Field([], max_length=DISCS_MAX)
    media_id: str = ""
    capacity_bytes: int | None = None
    media: list[str] = Field([], max_length=DISCS_MAX)
    #: The same key again is the same load: an answer that was lost is asked for once more.
    key: str = ""


class Looked(Reason):
    """A person looked at a robot that stood; `disc` is what he says of the one that was lost sight of."""

    disc: Literal["in-place", "elsewhere"] | None = None


class Emptied(BaseModel):
    to: str = ""


@router.post("/library/{library}/bins/{bin}/load")
def load(
    library: str, bin: str, body: Load, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Put on record what a person put into a bin."""
    if bool(body.blanks) == bool(body.media):
        raise Refused(_("say either how many new blanks were put in, or which media, from the bottom up"))
    agent = agent_of(request)
    with services.catalog.write() as write:
        if body.media:
            loaded = put_in_bin(write, services.site, library, bin, body.media, agent=agent)
        else:
            loaded = load_blanks(
                write,
                services.site,
                library,
                bin,
                body.blanks,
                pool=body.pool,
                batch=body.batch,
                labels=body.labels,
                capacity_bytes=body.capacity_bytes,
                media_id=body.media_id,
                key=body.key,
                agent=agent,
            )
    services.wake()
    return services.said({"library": library, "bin": bin, "loaded": loaded})


@router.post("/library/{library}/bins/{bin}/empty")
def empty(
    library: str, bin: str, body: Emptied, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Put on record that a person took everything out of a bin."""
    with services.catalog.write() as write:
        taken = take_from_bin(write, services.site, library, bin, agent=agent_of(request), to=body.to)
    services.wake()
    return services.said({"library": library, "bin": bin, "taken": taken, "to": body.to})


@router.post("/library/{library}/resume")
def go_on(
    library: str, body: Looked, request: Request, services: Services = Depends(services_of)
) -> Document:
    """A person looked at a disc robot that stood: it is made ready, looked at, and goes on."""
    with services.catalog.write() as write:
        agent = agent_of(request)
        resume(write, services.site, library, agent=agent, reason=body.reason, disc=body.disc)
    services.wake()
    return library_document(services)
