"""Hot folders: how they are, what waits in them and why, and what the next look would take."""

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from archived.api.services import Document, Services, agent_of, plain, services_of
from archived.api.submissions import Reason
from archived.carried_names import printable
from archived.catalog import events, hot_items
from archived.errors import NotFound, Unavailable
from archived.hot_items import HotItem, HotItemState
from archived.language import _
from archived.policy.hot_words import words_of
from archived.routines.hot_folders import HotFolder
from archived.routines.hot_intake import progress_key
from archived.routines.hot_opening import Away, adopt
from archived.routines.hot_trial import outlook

router = APIRouter()


class WhichThing(BaseModel):
    """A thing in a hot folder, by its path below it."""

    path: str


@router.get("/hot-folders")
def list_hot_folders(services: Services = Depends(services_of)) -> Document:
    """Every hot folder, and how it is."""
    return services.listed([_summary(folder, services) for folder in services.hot_folders.values()])


@router.get("/hot-folders/{name}")
def show_hot_folder(name: str, services: Services = Depends(services_of)) -> Document:
    """One hot folder: what waits in it and why, and what was refused or kept."""
    folder = _find(name, services)
    place, seen = folder.place, folder.seen
    with services.catalog.read() as read:
        troubled = hot_items.in_state(
            read, name, HotItemState.REFUSED, HotItemState.REJECTED, HotItemState.KEPT
        )
    return services.said(
        {
            **_summary(folder, services),
            "owner": place.uid,
            "layout": place.settings.layout,
            "storage_class": place.settings.storage_class or services.site.config.default_class,
            "waits": [
                {
                    "path": printable(wait.path),
                    "why": wait.why.value,
                    "note": words_of(wait, settle_s=place.settings.settle_s),
                }
                for wait in seen.waits
            ],
            "unwritten": [{"path": printable(path), "note": why} for path, why in seen.unwritten],
            "strays": [printable(path) for path in seen.listing.strays],
            "refused": [_troubled(item) for item in troubled],
        }
    )


@router.post("/hot-folders/{name}/check")
def check_hot_folder(name: str, services: Services = Depends(services_of)) -> Document:
    """What the next look would do with each thing; nothing is taken."""
    folder = _find(name, services)
    try:
        found = outlook(folder, catalog=services.catalog, site=services.site)
    except (Away, OSError) as error:
        raise _unavailable(name, error) from error
    items = [
        {
            "path": printable(item.path),
            "outcome": item.outcome,
            "reference": plain(item.reference),
            "reasons": list(item.reasons),
        }
        for item in found
    ]
    return services.listed(items, dry_run=True, name=name)


@router.post("/hot-folders/{name}/adopt")
def adopt_hot_folder(
    name: str, body: Reason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """The folder that is there now is the hot folder from now on: another disk, a new share."""
    folder = _find(name, services)
    try:
        adopt(folder.place, catalog=services.catalog, site=services.site.tools.paths.site)
    except Away as error:
        raise _unavailable(name, error) from error
    with services.catalog.write() as write:
        subject = ("hot folder", name)
        now, agent = services.site.now(), agent_of(request)
        events.append(write, now, "hot folder adopted", subject, agent=agent, reason=body.reason)
    folder.wake()
    return services.said({"name": name, "path": str(folder.place.root), "adopted": True})


@router.post("/hot-folders/{name}/cancel")
def cancel_intake(
    name: str, body: WhichThing, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Give up one intake that is under way; the thing stays until it is made ready again."""
    place = _find(name, services).place
    with services.catalog.read() as read:
        item = hot_items.newest(read, name, [body.path]).get(body.path)
    if item is None or not services.site.tools.progress.cancel(progress_key(place, item)):
        raise NotFound(
            _("{path} is not being taken in from hot folder {name} now").format(path=body.path, name=name),
            advice=f"archivectl hot-folders {name}",
        )
    with services.catalog.write() as write:
        subject, agent = ("hot folder", name), agent_of(request)
        events.append(write, services.site.now(), "intake cancelled", subject, agent=agent, path=body.path)
    return services.said({"name": name, "path": body.path, "cancelling": True})


def _find(name: str, services: Services) -> HotFolder:
    folder = services.hot_folders.get(name)
    if folder is None:
        known = ", ".join(services.hot_folders) or "–"
        raise NotFound(
            _("there is no hot folder {name}; there are: {known}").format(name=name, known=known),
            advice=_("hot folders stand in archived.toml; the daemon reads it when it starts"),
        )
    return folder


def _unavailable(name: str, error: Exception) -> Unavailable:
    why = getattr(error, "strerror", None) or error
    return Unavailable(
        _("hot folder {name} cannot be used: {why}").format(name=name, why=why),
        advice=f"archivectl hot-folders {name}",
    )


def _summary(folder: HotFolder, services: Services) -> Document:
    place, seen = folder.place, folder.seen
    with services.catalog.read() as read:
        counts = hot_items.counts(read, place.name)
        last = hot_items.last_taken(read, place.name)
    state = _("not looked at yet") if seen.at is None else "away" if seen.away else "watched"
    return {
        "name": place.name,
        "path": str(place.root),
        "state": state,
        "note": seen.away,
        "ready": place.settings.ready,
        "originals": place.settings.originals,
        "waiting": len(seen.waits),
        "drops": counts,
        "last_taken_at": plain(last),
        "looked_at": plain(seen.at),
    }


def _troubled(item: HotItem) -> Document:
    return {
        "path": printable(item.path),
        "state": item.state.value,
        "at": plain(item.begun_at),
        "rejected_as": printable(item.rejected_as) if item.rejected_as else None,
        "note": item.note,
    }
