"""What a person orders: close, hold, allow, move, pause. Every order is an event with uid and reason."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import Connection

from archived.api.holdings import show_image
from archived.api.overview import library_document
from archived.api.services import Document, Services, agent_of, plain, services_of
from archived.api.submissions import Reason
from archived.catalog import events, images, media
from archived.errors import Refused, Unavailable, WrongState
from archived.model import Allowance
from archived.stages import orders, staging_release
from archived.stages.registration import register_blanks
from archived.stages.withdrawal import ask_images_to_close, ask_sets_to_close, find_package, hold, release
from archived.states import PackageState
from devices.polling import WaitExpired, wait_until

router = APIRouter()
#: A robot may take half an hour to look into every element.
ORDER_TIMEOUT_S = 2400.0
ORDER_INTERVAL_S = 0.05


class WhichImage(BaseModel):
    image: str | None = None


class WhichSet(BaseModel):
    set: str | None = None


class WhichPackage(BaseModel):
    package: str | None = None


class WhichLibrary(BaseModel):
    library: str | None = None


class MoveOrder(BaseModel):
    medium: str
    destination: int


class UnloadOrder(BaseModel):
    drive: str


class NewBlanks(BaseModel):
    barcodes: list[str]
    batch: str
    pool: str | None = None
    media_id: str = ""
    capacity_bytes: int | None = None


class Permission(BaseModel):
    kind: str
    thing: str
    reason: str


@router.post("/images/close")
def close_images(body: WhichImage, request: Request, services: Services = Depends(services_of)) -> Document:
    """Close one open image, or all of them."""
    with services.catalog.write() as write:
        asked = ask_images_to_close(write, services.site, body.image, agent=agent_of(request))
    services.wake()
    return services.said({"asked": asked})


@router.post("/images/{image_id}/hold")
def hold_image(
    image_id: str, body: Reason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Nothing of the image is closed, protected or written until it is released."""
    with services.catalog.write() as write:
        image_id = images.get(write, image_id).id
        hold(write, services.site, image_id, agent=agent_of(request), reason=body.reason)
    return show_image(image_id, services)


@router.post("/images/{image_id}/release")
def release_image(
    image_id: str, body: Reason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Let a held image go on."""
    with services.catalog.write() as write:
        image_id = images.get(write, image_id).id
        release(write, services.site, image_id, agent=agent_of(request), reason=body.reason)
    services.wake()
    return show_image(image_id, services)


@router.post("/sets/close")
def close_sets(body: WhichSet, request: Request, services: Services = Depends(services_of)) -> Document:
    """Close one forming set, or all of them, with the images that they have."""
    with services.catalog.write() as write:
        asked = ask_sets_to_close(write, services.site, body.set, agent=agent_of(request))
    services.wake()
    return services.said({"asked": asked})


@router.get("/allowances")
def list_allowances(services: Services = Depends(services_of)) -> Document:
    """What people took upon themselves."""
    with services.catalog.read() as read:
        return services.listed(plain(events.allowances(read)))


@router.post("/allowances")
def allow(body: Permission, request: Request, services: Services = Depends(services_of)) -> Document:
    """Record an exception from a rule, or a waiver of diversity."""
    if body.kind not in ("exception", "diversity"):
        raise Refused(f"{body.kind!r} is neither exception nor diversity")
    if not body.reason.strip():
        raise Refused("a reason is needed: it stands in the record for ever")
    now, agent = services.site.now(), agent_of(request)
    thing = body.thing
    with services.catalog.write() as write:
        if body.kind == "diversity":
            thing = images.get_set(write, thing).id
        item = Allowance(body.kind, thing, body.reason, agent, now)
        events.allow(write, item)
        subject = ("set" if body.kind == "diversity" else "thing", thing)
        events.append(write, now, f"{body.kind} allowed", subject, agent=agent, reason=body.reason)
    services.wake()
    return services.said(plain(item))


@router.post("/media/register")
def register(body: NewBlanks, request: Request, services: Services = Depends(services_of)) -> Document:
    """Take new blanks into the scratch pool of a pool."""
    pool = body.pool or next(iter(services.site.config.pools))
    with services.catalog.write() as write:
        done = register_blanks(
            write,
            services.site,
            body.barcodes,
            pool=pool,
            batch=body.batch,
            media_id=body.media_id,
            capacity_bytes=body.capacity_bytes,
            agent=agent_of(request),
        )
    services.wake()
    return services.said({"registered": done, "pool": pool, "batch": body.batch})


@router.post("/library/inventory")
def inventory(body: WhichLibrary, services: Services = Depends(services_of)) -> Document:
    """Look into every element, and correct the catalog by what is seen."""
    names = [body.library] if body.library else list(services.site.config.libraries)
    for name in names:
        if name not in services.site.config.libraries:
            raise Refused(f"there is no library {name!r}")
    with services.catalog.write() as write:
        looks = {name: orders.ask_look(write, name) for name in names}
    services.wake()
    _wait(services, lambda read: all(orders.looked_since(read, n, at) for n, at in looks.items()))
    return library_document(services)


@router.post("/library/move")
def move(body: MoveOrder, services: Services = Depends(services_of)) -> Document:
    """Have the robot carry a medium to an element; refused for media in a session."""
    with services.catalog.read() as read:
        before = orders.check_move(read, services.site, body.medium, body.destination)
    return _ordered(services, body.medium, body.destination, before)


@router.post("/library/unload")
def unload(body: UnloadOrder, services: Services = Depends(services_of)) -> Document:
    """Bring the medium in a drive back to its slot; refused while it is in a session."""
    with services.catalog.read() as read:
        medium_id, home = orders.home_of(read, services.site, body.drive)
        before = orders.check_move(read, services.site, medium_id, home)
    return _ordered(services, medium_id, home, before)


@router.post("/drives/{name}/{way}")
def drive(
    name: str, way: str, body: Reason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Take a drive down (what runs in it ends first) or up."""
    if way not in ("up", "down"):
        raise Refused(f"a drive goes up or down, not {way!r}")
    with services.catalog.write() as write:
        media.get_drive(write, name)
        media.set_drive(write, name, up=way == "up", note="" if way == "up" else body.reason)
        agent = agent_of(request)
        now = services.site.now()
        events.append(write, now, f"drive {way}", ("drive", name), agent=agent, reason=body.reason)
        if way == "up":
            events.clear_attention(write, f"drive:{name}")
    services.wake()
    return library_document(services)


@router.post("/writes/{way}")
def writes(way: str, body: Reason, request: Request, services: Services = Depends(services_of)) -> Document:
    """Stop beginning burns, or go on; a burn under way ends."""
    if way not in ("pause", "resume"):
        raise Refused(f"writes are paused or resumed, not {way!r}")
    with services.catalog.write() as write:
        events.set_setting(write, "writes_paused", body.reason or "paused" if way == "pause" else "")
        now, agent = services.site.now(), agent_of(request)
        subject = ("site", services.site.config.site.name)
        events.append(write, now, f"writes {way}d", subject, agent=agent, reason=body.reason)
    services.wake()
    return services.said({"writes_paused": way == "pause"})


@router.post("/staging/release")
def release_staging(
    body: WhichPackage, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Remove staged bytes that nothing needs any more; says why the others stay."""
    released: list[str] = []
    kept: list[Document] = []
    with services.catalog.read() as read:
        if body.package:
            wanted = [find_package(read, body.package)]
        else:
            wanted = staging_release.staged_packages(read, PackageState.ARCHIVED)
    for package in wanted:
        with services.catalog.write() as write:
            reasons = staging_release.why_kept(write, services.site, package)
            if reasons:
                kept.append({"package": package.id, "reasons": list(reasons)})
                continue
            folder = staging_release.let_go(write, services.site, package, agent=agent_of(request))
        staging_release.remove(folder)
        released.append(package.id)
    return services.said({"released": released, "kept": kept})


def _ordered(services: Services, medium_id: str, destination: int, before: int) -> Document:
    services.site.orders.append((medium_id, destination))
    services.wake()
    _wait(services, lambda read: orders.last_move(read, medium_id) > before)
    with services.catalog.read() as read:
        result = orders.move_document(read, medium_id)
    if result["state"] != "done":
        raise WrongState(f"medium {medium_id} did not get there: {result['note']}", move=result)
    return services.said({"move": result})


def _wait(services: Services, holds: Callable[[Connection], Any]) -> None:
    def check() -> bool:
        with services.catalog.read() as read:
            return bool(holds(read))

    clock = services.site.tools.clock
    try:
        wait_until(check, clock=clock, timeout_s=ORDER_TIMEOUT_S, interval_s=ORDER_INTERVAL_S)
    except WaitExpired:
        raise Unavailable("the robot has not done it yet", advice="archivectl attention") from None
