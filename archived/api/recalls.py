"""Recalls one by one: what they are, whether they wait, what they hold; that they arrived, or are not wanted."""

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from archived.api.services import Document, Services, plain, services_of, uid_of
from archived.catalog import recalls as catalog_recalls
from archived.inner_files import FILE, FOLDER, LINK
from archived.model import Recall
from archived.names import as_text, escaped
from archived.policy.delivered_entries import Entry
from archived.stages import recall_area
from archived.stages.recall_area import AreaView, expires_at
from archived.stages.recall_entries import entries_of, entry_of
from archived.stages.recall_request import request_image
from archived.stages.staging_release import remove
from archived.states import RecallEvent

router = APIRouter()


class Export(BaseModel):
    """The exact bytes of an image are wanted."""

    #: The caller's name for it: sent again with the same one it is the same recall.
    key: str = Field("", max_length=64)


@router.post("/images/{image_id}/export")
def export(
    image_id: str, body: Export, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Ask for the exact bytes of an image, from wherever they are."""
    recall, image = request_image(
        services.catalog, services.site, image_id, owner=uid_of(request), key=body.key
    )
    services.wake()
    return services.said(
        {"recall": recall.id, "state": recall.state.value, "bytes": image.size_bytes, "sha256": image.sha256}
    )


@router.get("/recalls")
def list_recalls(services: Services = Depends(services_of)) -> Document:
    """Every recall, with what it takes of the recall area and until when."""
    with services.catalog.read() as read:
        area = recall_area.view(read, services.site)
        every = [item for item in catalog_recalls.listing(read) if not item.is_ours]
        return services.listed([recall_document(services, area, recall) for recall in every])


@router.get("/recalls/{recall_id}")
def show(recall_id: str, services: Services = Depends(services_of)) -> Document:
    """One recall with its readings."""
    with services.catalog.read() as read:
        recall = catalog_recalls.get(read, recall_id)
        document = recall_document(services, recall_area.view(read, services.site), recall)
        document["paths"] = list(recall.paths)
        document["pieces"] = plain(recall.pieces)
        document["readings"] = plain(catalog_recalls.readings(read, recall_id))
    return services.said(document)


@router.get("/recalls/{recall_id}/files")
def files(recall_id: str, services: Services = Depends(services_of)) -> Document:
    """What a recall hands over: whole files, pieces of files, and empty folders when all of a package is wanted."""
    with services.catalog.read() as read:
        recall = catalog_recalls.get(read, recall_id)
        chosen = set(recall.paths)
        everything = list(entries_of(read, recall.package_id)) if recall.package_id else []
        named = {entry.path: entry for entry in everything}
        for path in chosen.union(path for path, *_ in recall.pieces) - named.keys():
            outer = entry_of(read, recall.package_id or "", path)
            if outer is not None:
                named[path] = outer
    whole = chosen.issuperset(entry.path for entry in everything if entry.kind == FILE)
    found = [
        _entry_document(entry)
        for entry in named.values()
        if entry.path in chosen or (whole and entry.kind == LINK)
    ]
    found += [
        _entry_document(named[path])
        | {"start": start, "end": start + length - 1, "size_bytes": length, "sha256": sha256}
        for path, start, length, sha256 in recall.pieces
    ]
    folders = [_entry_document(entry) for entry in everything if whole and entry.kind == FOLDER]
    return services.said(
        {
            "recall": recall.id,
            "state": recall.state.value,
            "package": recall.package_id,
            "whole": whole,
            "files": found,
            "directories": folders,
        }
    )


@router.post("/recalls/{recall_id}/delivered")
def delivered(recall_id: str, services: Services = Depends(services_of)) -> Document:
    """Everything arrived; the recall area is freed."""
    return _end(recall_id, RecallEvent.HANDED_OVER, services)


@router.post("/recalls/{recall_id}/cancel")
def cancel(recall_id: str, services: Services = Depends(services_of)) -> Document:
    """Nobody wants it any more."""
    return _end(recall_id, RecallEvent.CANCELLED, services)


def recall_document(services: Services, area: AreaView, recall: Recall) -> Document:
    """A recall without its paths: why it waits, when it is given up."""
    document: Document = plain(recall)
    for many in ("paths", "pieces"):
        del document[many]
    document["waits"] = area.words(recall)
    document["expires_at"] = plain(expires_at(services.site, recall))
    return document


def _entry_document(entry: Entry) -> Document:
    """One entry; `name` is what it is called on a file system, escaped (`archived.names`)."""
    document: Document = {
        "path": entry.path,
        "name": escaped(as_text(entry.raw)),
        "kind": entry.kind,
        "size_bytes": entry.size_bytes,
        "sha256": entry.sha256,
        "mtime_ns": entry.mtime_ns,
        "mode": entry.mode,
    }
    if entry.kind == LINK:
        document["target"] = escaped(as_text(entry.target))
    return document


def _end(recall_id: str, event: RecallEvent, services: Services) -> Document:
    with services.catalog.write() as write:
        recall = catalog_recalls.head(write, recall_id)
        catalog_recalls.advance_state(write, recall.id, event, ended_at=services.site.now())
    remove(services.site.tools.paths.recalls / recall.id)
    services.wake()
    return show(recall_id, services)
