"""Batches: what was handed in together, what became of it, and which originals may be deleted."""

import base64
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from archived.api.services import Document, Services, plain, services_of, uid_of
from archived.batches import Batch
from archived.carried_names import printable
from archived.catalog import batches
from archived.errors import WrongState
from archived.language import _
from archived.stages.batch_report import BatchReport, ItemReport, counts, report
from archived.stages.deletion import Judged, judge_originals
from archived.stages.readers import reader_for

router = APIRouter()
BATCHES_MAX = 1000


class Comparison(BaseModel):
    """A reading of originals that can be watched and cancelled."""

    key: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{8,64}$")


@router.get("/batches")
def list_batches(limit: int = 50, services: Services = Depends(services_of)) -> Document:
    """The newest batches with their counts, oldest of them first."""
    with services.catalog.read() as read:
        found = batches.listing(read, limit=min(max(limit, 1), BATCHES_MAX))
        return services.listed([_batch(batch) | {"counts": counts(read, batch)} for batch in found])


@router.get("/batches/{batch_id}")
def show_batch(batch_id: str, services: Services = Depends(services_of)) -> Document:
    """One batch with every item, and when what waits is expected to close."""
    with services.catalog.read() as read:
        found = report(read, services.site, batches.get(read, batch_id.upper()))
    return services.said(batch_document(found))


@router.post("/batches/{batch_id}/may-delete")
def may_delete(
    batch_id: str, body: Comparison, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Read every original of archived packages again and say which may be deleted, and why others may not."""
    with services.catalog.read() as read:
        batch = batches.get(read, batch_id.upper())
    board = services.site.tools.progress
    key = body.key or uuid4().hex
    if any(item.key == key for item in board.items()):
        raise WrongState(_("{key} is under way already").format(key=key), advice="archivectl watch")
    progress = board.begin(key, _("comparing the originals of {id}").format(id=batch.id), cancellable=True)
    try:
        judged = judge_originals(
            batch,
            catalog=services.catalog,
            site=services.site,
            reader=reader_for(uid_of(request)),
            progress=progress,
        )
    finally:
        board.end(key)
    kept = [item for item in judged if item.keep]
    return services.said(
        {
            "batch": batch.id,
            "may_delete": [_judged(item) for item in judged if not item.keep],
            "keep": [_judged(item) | {"why": item.keep} for item in kept],
            "exit_status": 3 if kept else 0,
        }
    )


def batch_document(found: BatchReport) -> Document:
    """A batch with its counts, its items, and each closing that something of it waits for."""
    return {
        **_batch(found.batch),
        "counts": found.counts,
        "closings": _closings(found),
        "items": [_item(item) for item in found.items],
    }


def path_document(path: Path, name: str = "path") -> Document:
    """A path for people, and its very bytes (base64) when they are no UTF-8."""
    shown = printable(str(path))
    raw = os.fsencode(path)
    same = shown.encode("utf-8") == raw
    return {name: shown} if same else {name: shown, f"{name}_base64": base64.b64encode(raw).decode("ascii")}


def _batch(batch: Batch) -> Document:
    return {
        "id": batch.id,
        "kind": batch.kind.value,
        **path_document(batch.path),
        "owner": batch.owner,
        "opened_at": plain(batch.opened_at),
    }


def _item(found: ItemReport) -> Document:
    item = found.item
    return {
        "number": item.number,
        "role": item.role.value,
        **path_document(item.path),
        "reference": str(item.reference),
        "state": found.standing,
        "repeated": item.state.value == "repeated",
        "package": item.package_id,
        "reasons": list(item.reasons),
        "waits_for": [_waiting(waiting) for waiting in found.waits_for],
    }


def _waiting(waiting: Any) -> Document:
    return {
        "what": waiting.what,
        "thing": waiting.thing,
        "reason": waiting.forecast.reason,
        "at": plain(waiting.forecast.at),
    }


def _closings(found: BatchReport) -> list[Document]:
    """Each thing that has to close once, with the number of packages that wait for it."""
    numbers: dict[Any, int] = {}
    for item in found.items:
        for waiting in item.waits_for:
            numbers[waiting] = numbers.get(waiting, 0) + 1
    return [_waiting(waiting) | {"packages": number} for waiting, number in numbers.items()]


def _judged(item: Judged) -> Document:
    return {**path_document(item.path), "reference": item.reference, "package": item.package_id}
