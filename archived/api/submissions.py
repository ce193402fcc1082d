"""Handing in and taking back."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from archived.api.services import Document, Services, agent_of, services_of, uid_of
from archived.errors import Refused, Unavailable, WrongState
from archived.language import _
from archived.policy.submission import SubmissionRequest
from archived.stages.admission import admit, would_admit
from archived.stages.readers import reader_for
from archived.stages.staging_release import remove
from archived.stages.withdrawal import find_package, withdraw

router = APIRouter()


class Submission(BaseModel):
    """A folder or a bag, and what it is."""

    path: str
    fonds: str
    series: str
    volume: str
    title: str = ""
    storage_class: str | None = None
    retention: str | None = None
    confidentiality: str | None = None
    new_version: bool = False
    reason: str = ""
    #: Encoding of names that an archive does not mark as UTF-8.
    archive_names: str = ""
    dry_run: bool = False
    #: Under which it stands at /v1/progress and can be cancelled; chosen by the client, such as a UUID.
    key: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{8,64}$")


class Reason(BaseModel):
    """Why a person does something; it stands in the record for ever."""

    reason: str = Field(min_length=1, pattern=r"\S")


@router.post("/submissions")
def submit(body: Submission, request: Request, services: Services = Depends(services_of)) -> Document:
    """Take a folder or a bag in; answers with the accepted receipt, or says what would happen."""
    if services.is_draining():
        raise Unavailable(
            _("the daemon is draining and takes nothing in"), advice=_("try again when it is back")
        )
    if not Path(body.path).is_absolute():
        raise Refused(
            _("the path {path!r} is not absolute").format(path=body.path),
            advice="archivectl resolves paths by itself",
        )
    asked = SubmissionRequest(
        path=Path(body.path),
        fonds=body.fonds,
        series=body.series,
        volume=body.volume,
        title=body.title,
        storage_class=body.storage_class,
        retention=body.retention,
        confidentiality=body.confidentiality,
        new_version=body.new_version,
        reason=body.reason,
        archive_names=body.archive_names,
    )
    tools = services.site.tools
    key = body.key or uuid4().hex
    what = f"{'trying' if body.dry_run else 'taking in'} {asked.reference}"
    if any(item.key == key for item in tools.progress.items()):
        raise WrongState(
            _("{key} is under way already; nothing was taken").format(key=key),
            advice="archivectl watch shows it",
        )
    report = tools.progress.begin(key, what, cancellable=True)
    try:
        surroundings: dict[str, Any] = {
            "catalog": services.catalog,
            "site": services.site,
            "reader": reader_for(uid_of(request)),
            "progress": report,
        }
        if body.dry_run:
            return would_admit(asked, **surroundings)
        receipt = admit(asked, owner=uid_of(request), **surroundings)
    finally:
        tools.progress.end(key)
    services.wake()
    return receipt


@router.post("/packages/{name:path}/withdraw")
def withdraw_package(
    name: str, body: Reason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Take a package back before the first write intent of its set."""
    with services.catalog.write() as write:
        package = find_package(write, name)
        verdict = withdraw(write, services.site, package, agent=agent_of(request), reason=body.reason)
    remove(services.site.tools.paths.staging / package.staging_name)
    services.wake()
    return services.said(
        {
            "package": package.id,
            "voided_images": list(verdict.voided_images),
            "voided_sets": list(verdict.voided_sets),
        }
    )
