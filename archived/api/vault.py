"""Walks along shelves: what was read there, against the record."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from archived.api.services import Document, Services, agent_of, services_of
from archived.errors import Refused
from archived.language import _
from archived.policy.shelf_walk import Found, ShelfLine
from archived.stages.place_words import place_words
from archived.stages.shelf_walking import ReadAt, walk

router = APIRouter()


class Line(BaseModel):
    #: What was read of one medium: a tag, a barcode, a label, in any order.
    read: list[str]
    place: str = ""


class Shelf(BaseModel):
    library: str
    cabinet: str = ""
    lines: list[Line]
    #: The reader that read it; "" for what a person typed.
    reader: str = ""


@router.post("/vault/walk")
def walk_along(body: Shelf, request: Request, services: Services = Depends(services_of)) -> Document:
    """Compare what was read on the way with what should stand there, and put on record what was seen."""
    agent, site = agent_of(request), services.site
    by = f"reader:{body.reader}" if body.reader else agent
    found = [ReadAt(tuple(text for text in line.read if text), line.place) for line in body.lines]
    found = [item for item in found if item.texts]
    if not found:
        # An empty list is a slip far more often than a shelf on which nothing is left.
        raise Refused(
            _("nothing was read in library {library}; nothing was put on record").format(
                library=body.library
            ),
            advice=_(
                "give a list, or read one medium after the other; media that are gone: archivectl media lost"
            ),
        )
    with services.catalog.write() as write:
        report = walk(write, site, body.library, body.cabinet, found, by=by, agent=agent)

        def words(library: str | None, element: int | None) -> str:
            return place_words(write, site, library, element)

        def line_document(line: ShelfLine) -> dict[str, Any]:
            record = line.on_record
            return {
                "found": line.found.value,
                "medium": line.medium_id,
                "read": list(line.read),
                "place": None if line.place is None else words(body.library, line.place),
                "element": line.place,
                "on_record": None if record is None else words(record.library, record.element),
            }

        lines = [line_document(line) for line in report.lines]
    services.wake()
    counts = {kind.value: sum(line.found is kind for line in report.lines) for kind in Found}
    return services.said(
        {
            "library": body.library,
            "cabinet": body.cabinet,
            "items": lines,
            "counts": counts,
            "cases": list(report.cases),
            "followed": report.followed,
        }
    )
