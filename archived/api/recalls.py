"""The way back: ask, wait, fetch the bytes, say that they arrived."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlalchemy import Connection

from archived.api.services import Document, Services, plain, services_of, uid_of
from archived.catalog import images, media
from archived.catalog import recalls as catalog_recalls
from archived.errors import NotFound, Unrecoverable, WrongState
from archived.model import Recall
from archived.sessions.encode import open_recipe
from archived.sessions.gather import WantedFile
from archived.stages.recall import spool_path
from archived.stages.recall_request import Plan, plan_recall, request, request_image
from archived.stages.recall_sources import wanted_file
from archived.stages.staging_release import remove
from archived.stages.withdrawal import find_package
from archived.states import RecallEvent, RecallState
from erasure.digests import hasher

router = APIRouter()
BLOCK_BYTES = 1 << 20
#: So many recalls are delivered at a time before one has its paths loaded again.
DELIVERIES_MAX = 8

#: Paths by the folder of their recall: one site has one folder for one recall.
_asked: dict[Path, frozenset[str]] = {}
_asked_lock = threading.Lock()


class RecallOrder(BaseModel):
    """Files of one package; all of them when `paths` is empty."""

    reference: str
    version: int | None = None
    paths: list[str] = []
    dry_run: bool = False


@router.post("/recalls")
def ask(body: RecallOrder, request_: Request, services: Services = Depends(services_of)) -> Document:
    """Ask for files, or with dry_run hear where they would come from and how long it would take."""
    name = body.reference if body.version is None else f"{body.reference}@{body.version}"
    if body.dry_run:
        with services.catalog.read() as read:
            plan = plan_recall(read, services.site, find_package(read, name), body.paths)
            return services.said(_plan_document(read, plan))
    with services.catalog.write() as write:
        package = find_package(write, name)
        recall, plan = request(write, services.site, package, body.paths, owner=uid_of(request_))
    services.wake()
    files = [file for file in plan.files if not file.is_directory]
    document = {
        "recall": recall.id,
        "state": recall.state.value,
        "package": package.id,
        "way": plan.way,
        "files": [
            {"path": f.path, "size_bytes": f.size_bytes, "sha256": f.sha256, "mtime_s": f.mtime_s}
            for f in files
        ],
        "directories": [file.path for file in plan.files if file.is_directory],
        "bytes": plan.bytes_wanted,
    }
    return services.said(document)


@router.post("/images/{image_id}/export")
def export(image_id: str, request_: Request, services: Services = Depends(services_of)) -> Document:
    """Ask for the exact bytes of an image, from wherever they are."""
    with services.catalog.write() as write:
        image = images.get(write, image_id)
        recall = request_image(write, services.site, image, owner=uid_of(request_))
    services.wake()
    return services.said(
        {"recall": recall.id, "state": recall.state.value, "bytes": image.size_bytes, "sha256": image.sha256}
    )


@router.get("/recalls")
def list_recalls(services: Services = Depends(services_of)) -> Document:
    """Every recall."""
    with services.catalog.read() as read:
        return services.listed(plain(catalog_recalls.listing(read)))


@router.get("/recalls/{recall_id}")
def show(recall_id: str, services: Services = Depends(services_of)) -> Document:
    """One recall with its readings."""
    with services.catalog.read() as read:
        document = plain(catalog_recalls.get(read, recall_id))
        document["readings"] = plain(catalog_recalls.readings(read, recall_id))
    return services.said(document)


@router.get("/recalls/{recall_id}/content")
def content(recall_id: str, path: str = "", services: Services = Depends(services_of)) -> StreamingResponse:
    """The bytes of one file (or of the image), checked once more as they pass."""
    paths = services.site.tools.paths
    with services.catalog.read() as read:
        recall = catalog_recalls.head(read, recall_id)
        if recall.state is not RecallState.READY:
            raise WrongState(f"recall {recall_id} is {recall.state.value}: {recall.note}", note=recall.note)
        if path not in _paths_of(read, paths.recalls / recall.id, recall):
            raise NotFound(f"recall {recall_id} has no file {path!r}")
        file = wanted_file(read, recall, path)
        if recall.package_id is None and recall.from_staging:
            image = images.get(read, recall.image_id or "")
            blocks = _from_recipe(paths.staging / image.recipe_name, paths.staging)
        elif recall.from_staging:
            blocks = _from_file(paths.staging / f"packages/{recall.package_id}" / path, 0, file)
        else:
            spool = spool_path(paths.recalls / recall.id, recall.image_id or "none")
            blocks = _from_file(spool, file.offset, file)
    return StreamingResponse(
        blocks,
        media_type="application/octet-stream",
        headers={"Content-Length": str(file.size_bytes), "Repr-Digest-SHA-256": file.sha256},
    )


@router.post("/recalls/{recall_id}/delivered")
def delivered(recall_id: str, services: Services = Depends(services_of)) -> Document:
    """Everything arrived; the recall area is freed."""
    return _end(recall_id, RecallEvent.HANDED_OVER, services)


@router.post("/recalls/{recall_id}/cancel")
def cancel(recall_id: str, services: Services = Depends(services_of)) -> Document:
    """Nobody wants it any more."""
    return _end(recall_id, RecallEvent.CANCELLED, services)


def _end(recall_id: str, event: RecallEvent, services: Services) -> Document:
    with services.catalog.write() as write:
        recall = catalog_recalls.get(write, recall_id)
        catalog_recalls.advance_state(write, recall.id, event, ended_at=services.site.now())
    remove(services.site.tools.paths.recalls / recall.id)
    services.wake()
    return show(recall_id, services)


def _paths_of(read: Connection, folder: Path, recall: Recall) -> frozenset[str]:
    """What a recall asked for; it never changes, and is loaded once for all the files of a delivery."""
    with _asked_lock:
        if folder not in _asked:
            paths = catalog_recalls.get(read, recall.id).paths if recall.package_id is not None else ("",)
            while len(_asked) >= DELIVERIES_MAX:
                del _asked[next(iter(_asked))]
            _asked[folder] = frozenset(paths)
        return _asked[folder]


def _from_file(path: Path, offset: int, file: WantedFile) -> Iterator[bytes]:
    digest = hasher("sha256")
    left = file.size_bytes
    descriptor = os.open(path, os.O_RDONLY)
    try:
        while left:
            block = os.pread(descriptor, min(left, BLOCK_BYTES), offset)
            if not block:
                break
            digest.update(block)
            offset, left = offset + len(block), left - len(block)
            if not left and digest.hexdigest() != file.sha256:
                break  # the last block is held back: the answer ends short, and cannot be taken for whole
            yield block
    finally:
        os.close(descriptor)
    if left or digest.hexdigest() != file.sha256:
        raise Unrecoverable(f"{file.path} changed after it was checked; nothing of it may be used")


def _from_recipe(recipe: Path, staging: Path) -> Iterator[bytes]:
    buffer = memoryview(bytearray(BLOCK_BYTES))
    with open_recipe(recipe, staging, check="xxh3-128") as reader:
        while count := reader.readinto(buffer):
            yield bytes(buffer[:count])


def _plan_document(read: Connection, plan: Plan) -> Document:
    sources = []
    for source in plan.sources:
        view = source.view
        medium = media.get(read, view.medium_id)
        sources.append(
            {
                "medium": medium.id,
                "image": view.image_id,
                "label": images.get(read, view.image_id).label,
                "element": medium.element,
                "in_drive": view.in_drive,
                "bytes": source.size_bytes,
                "state": view.state.value,
            }
        )
    package = plan.package
    return {
        "dry_run": True,
        "package": package.id if package else None,
        "way": plan.way,
        "from_staging": plan.from_staging,
        "sources": sources,
        "shortage": plan.shortage,
        "files": sum(not file.is_directory for file in plan.files),
        "bytes": plan.bytes_wanted,
        "estimate_s": plan.estimate_s,
    }
