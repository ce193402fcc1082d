"""The hold after the catalog was made again, and its release."""

from fastapi import APIRouter, Depends, Request

from archived.api.services import Document, Services, agent_of, plain, services_of
from archived.api.submissions import Reason
from archived.catalog import holds
from archived.stages import hold, staging_release
from archived.stages.set_aside import Unknown, release_hold, unknown_in_staging

router = APIRouter(prefix="/catalog")


@router.get("/hold")
def show(services: Services = Depends(services_of)) -> Document:
    """Whether a hold is in force, how far the looking has come, and the holds that were."""
    listed = staging_release.present(services.site.tools.paths)
    with services.catalog.read() as read:
        now = hold.standing(read, services.site)
        unknown = [] if now is None else unknown_in_staging(read, services.site, listed)
        past = [item for item in holds.listing(read) if item.released_at is not None]
    return services.said({"hold": None if now is None else _hold(now, unknown), "past": plain(past)})


@router.post("/release-hold")
def release(body: Reason, request: Request, services: Services = Depends(services_of)) -> Document:
    """Let writing and the release of staging go on; refused until every medium in the room was looked at."""
    done = release_hold(services.catalog, services.site, agent=agent_of(request), reason=body.reason)
    services.wake()
    return services.said({"released": plain(done.hold), "set_aside": [str(path) for path in done.set_aside]})


def _hold(now: hold.Standing, unknown: list[Unknown]) -> Document:
    found = {word: sum(item.found == word for item in now.media) for word in hold.FINDINGS}
    return {
        **plain(now.hold),
        "media_seen": len(now.media),
        "found": {word: count for word, count in found.items() if count},
        "to_look_at": list(now.to_look_at),
        "stale": list(now.stale),
        "unlabelled": [f"{library}:{element}" for library, element in now.unlabelled],
        "newer": plain(now.newer),
        "newer_in_staging": plain(unknown),
    }
