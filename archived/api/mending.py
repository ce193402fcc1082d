"""Putting staged bytes right."""

from pathlib import Path

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from archived.api.services import Document, Services, agent_of, services_of, uid_of
from archived.catalog import events, images, packages
from archived.errors import Refused, WrongState
from archived.language import _
from archived.stages.mending import mend_package, refreeze
from archived.stages.packing import disc_of
from archived.stages.readers import reader_for
from archived.stages.withdrawal import find_package
from archived.states import ImageState

router = APIRouter()


class Original(BaseModel):
    """Where the producer still has it."""

    path: str


@router.post("/packages/{name:path}/mend")
def mend(name: str, body: Original, request: Request, services: Services = Depends(services_of)) -> Document:
    """Replace staged files that are not what was accepted by those of the original that are."""
    original = Path(body.path)
    if reader_for(uid_of(request)) is not None:
        raise Refused(_("only root and the daemon's own user may mend staging"))
    if not original.is_absolute() or not original.is_dir():
        raise Refused(_("{path!r} is not the absolute path of a folder").format(path=body.path))
    with services.catalog.read() as read:
        package = find_package(read, name)
        files = list(packages.files(read, package.id))
    if not package.staged:
        raise WrongState(
            _("package {id} has left staging").format(id=package.id),
            advice="archivectl recall reads it from media",
        )
    done = mend_package(files, services.site.tools.paths.staging / package.staging_name, original)
    with services.catalog.write() as write:
        events.append(
            write,
            services.site.now(),
            "mending",
            ("package", package.id),
            agent=agent_of(request),
            outcome="failure" if done.still_wrong else "success",
            mended=list(done.mended[:100]),
            still_wrong=list(done.still_wrong[:100]),
        )
    services.wake()
    return services.said(
        {"package": package.id, "mended": list(done.mended), "still_wrong": list(done.still_wrong)}
    )


@router.post("/images/{image_id}/refreeze")
def freeze_again(image_id: str, request: Request, services: Services = Depends(services_of)) -> Document:
    """Make a damaged recipe again; it is kept only if it makes the recorded bytes."""
    with services.catalog.read() as read:
        image = images.get(read, image_id)
        if image.kind != "data" or image.state is not ImageState.PROTECTED:
            raise WrongState(
                _("image {id} is {value} ({kind}); only a protected data image").format(
                    id=image.id, value=image.state.value, kind=image.kind
                )
            )
        disc = disc_of(read, services.site, image)
    refreeze(image, disc, services.site.tools.paths.staging)
    with services.catalog.write() as write:
        now, subject = services.site.now(), ("image", image.id)
        events.append(write, now, "recipe frozen again", subject, agent=agent_of(request))
    return services.said({"image": image.id, "sha256": image.sha256})
