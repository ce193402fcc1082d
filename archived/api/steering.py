"""What a person orders: close, hold, allow, move, pause. Every order is an event with uid and reason."""

from contextlib import suppress

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from archived.api.holdings import show_image
from archived.api.services import Document, Services, agent_of, plain, services_of
from archived.api.submissions import Reason
from archived.catalog import events, images
from archived.errors import Refused
from archived.language import _
from archived.model import Allowance
from archived.policy.packing import ASKED
from archived.stages import staging_release
from archived.stages.packing import waiting_groups
from archived.stages.registration import give_up, register_blanks
from archived.stages.withdrawal import ask_images_to_close, ask_sets_to_close, find_package, hold, release
from archived.states import ImageState, PackageState
from devices.polling import WaitExpired, wait_until

router = APIRouter()
#: Closing an image is one short commit; longer than this something else is wrong, and on the list.
CLOSING_TIMEOUT_S = 30.0


class WhichImage(BaseModel):
    image: str | None = None


class WhichSet(BaseModel):
    set: str | None = None


class WhichPackage(BaseModel):
    package: str | None = None


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
    """Close one forming set, or all of them, with the images that they have.

    Images that were asked to close join their sets first: who asks for both means both.
    """
    if body.set is None:
        with suppress(WaitExpired):
            wait_until(
                lambda: _asked_images_have_closed(services),
                clock=services.site.tools.clock,
                timeout_s=CLOSING_TIMEOUT_S,
                interval_s=0.05,
            )
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
        raise Refused(_("{kind!r} is neither exception nor diversity").format(kind=body.kind))
    if not body.reason.strip():
        raise Refused(_("a reason is needed: it stands in the record for ever"))
    now, agent = services.site.now(), agent_of(request)
    thing = body.thing
    with services.catalog.write() as write:
        thing = images.get_set(write, thing).id if body.kind == "diversity" else images.get(write, thing).id
        item = Allowance(body.kind, thing, body.reason, agent, now)
        events.allow(write, item)
        subject = ("set" if body.kind == "diversity" else "image", thing)
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


@router.post("/media/{medium_id}/lost")
def lose(
    medium_id: str, body: Reason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Give a medium up for good; what an unfinished set had on it is written to another."""
    with services.catalog.write() as write:
        given_up = give_up(write, services.site, medium_id, agent=agent_of(request), reason=body.reason)
    services.wake()
    return services.said({"medium": medium_id, "copies_lost": given_up})


@router.post("/writes/{way}")
def writes(way: str, body: Reason, request: Request, services: Services = Depends(services_of)) -> Document:
    """Stop beginning burns, or go on; a burn under way ends."""
    if way not in ("pause", "resume"):
        raise Refused(_("writes are paused or resumed, not {way!r}").format(way=way))
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


def _asked_images_have_closed(services: Services) -> bool:
    with services.catalog.read() as read:
        gathering = waiting_groups(read, services.site)
        return not any(
            image.close_reason == ASKED and image.key in gathering and not image.held
            for image in images.in_state(read, ImageState.OPEN)
        )
