"""The catalog itself: how it stands, rebuilding it from media, comparing it with them."""

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from archived.api.services import Document, Services, agent_of, services_of
from archived.api.submissions import Reason
from archived.catalog import surveys
from archived.stages import surveying

router = APIRouter()


class HowToRebuild(BaseModel):
    #: Say whether it could begin, and begin nothing.
    dry_run: bool = False


class HowToCheck(BaseModel):
    #: Read all of every medium, not only what it says of itself.
    full: bool = False


@router.get("/catalog")
def show(services: Services = Depends(services_of)) -> Document:
    """Where the catalog comes from, how large it is, and the last passes over the media."""
    with services.catalog.read() as read:
        return services.said(surveying.catalog_document(read, services.site.tools.paths))


@router.post("/catalog/rebuild")
def rebuild(body: HowToRebuild, request: Request, services: Services = Depends(services_of)) -> Document:
    """Begin to rebuild an empty catalog from every medium of the room; the answer comes at once."""
    if body.dry_run:
        with services.catalog.read() as read:
            surveying.may_rebuild(read)
        return services.said({"dry_run": True, "libraries": list(services.site.config.libraries)})
    with services.catalog.write() as write:
        begun = surveying.request_rebuild(write, services.site, agent=agent_of(request))
        document = surveying.survey_document(write, begun)
    services.wake()
    return services.said(document)


@router.post("/catalog/check")
def check(body: HowToCheck, request: Request, services: Services = Depends(services_of)) -> Document:
    """Begin to look at every medium and to compare; the answer comes at once."""
    with services.catalog.write() as write:
        begun = surveying.request_check(write, services.site, full=body.full, agent=agent_of(request))
        document = surveying.survey_document(write, begun)
    services.wake()
    return services.said(document)


@router.get("/catalog/surveys/{survey_id}")
def show_survey(survey_id: int, services: Services = Depends(services_of)) -> Document:
    """One rebuild or check, with what came out of it."""
    with services.catalog.read() as read:
        return services.said(surveying.survey_document(read, surveys.get(read, survey_id)))


@router.post("/catalog/give-up")
def give_up(body: Reason, request: Request, services: Services = Depends(services_of)) -> Document:
    """End the rebuild or check that is under way; what was looked at stays on record."""
    with services.catalog.write() as write:
        ended = surveying.give_up(write, services.site, agent=agent_of(request), reason=body.reason)
        document = surveying.survey_document(write, ended)
    services.wake()
    return services.said(document)
