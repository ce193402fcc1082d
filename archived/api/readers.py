"""Readers of tags: where they are, who answers, and what lies before one now. Nothing is put on record."""

from typing import Any

from fastapi import APIRouter, Depends
from sqlalchemy import Connection

from archived.api.services import Document, Services, plain, services_of
from archived.catalog import cages, media
from archived.errors import DeviceTrouble, NotFound
from archived.language import _
from archived.policy.tags import flaw_of
from archived.sessions.placed_reader import PlacedReader
from devices.failures import DeviceFailure
from robotics.errors import RoboticsError
from robotics.readers.interface import Tag

router = APIRouter()


@router.get("/readers")
def listing(services: Services = Depends(services_of)) -> Document:
    """Every reader with its place, and who answers there: each is asked."""
    readers = services.site.tools.readers
    return services.listed([{**_shown(name, one), **_answering(one)} for name, one in readers.items()])


@router.get("/readers/{name}/read")
def read(name: str, services: Services = Depends(services_of)) -> Document:
    """What a reader sees now, and which media or magazines these are by the catalog."""
    placed = services.site.tools.readers.get(name)
    if placed is None:
        known = ", ".join(services.site.tools.readers) or _("none")
        raise NotFound(
            _("there is no reader {name!r}; there are: {known}").format(name=name, known=known),
            advice="archivectl readers",
        )
    try:
        tags = placed.reader.read()
    except (DeviceFailure, RoboticsError) as error:
        raise DeviceTrouble(str(error), advice="archivectl readers") from None
    with services.catalog.read() as connection:
        seen = [_tag(connection, tag) for tag in tags]
    return services.said({"reader": _shown(name, placed), "tags": seen})


def _shown(name: str, placed: PlacedReader) -> dict[str, Any]:
    return {
        "name": name,
        "kind": placed.kind,
        "place": placed.place,
        "library": placed.library,
        "element": placed.element or None,
        "magazine": placed.magazine or None,
    }


def _answering(placed: PlacedReader) -> dict[str, Any]:
    try:
        who = placed.reader.identify()
    except (DeviceFailure, RoboticsError) as error:
        return {"answers": False, "product": "", "problem": str(error)}
    return {"answers": True, "product": f"{who.product} {who.revision}".strip(), "problem": ""}


def _tag(read: Connection, tag: Tag) -> dict[str, Any]:
    """A tag, the medium or magazine that has it on record, and why it may be no identity."""
    owner = media.by_tag(read, tag.uid) if tag.uid else None
    cage = cages.by_tag(read, tag.uid) if tag.uid else None
    flaw = flaw_of(tag.uid, fixed=tag.fixed)
    return {
        **plain(tag),
        "medium": None if owner is None else owner.id,
        "magazine": None if cage is None else cage.id,
        "flaw": "" if flaw is None else flaw.words,
        "advice": "" if flaw is None else flaw.advice,
    }
