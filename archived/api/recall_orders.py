"""The way back: many references asked for at once, one plan, what became of each."""

from contextlib import suppress

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from archived.api.recalls import recall_document
from archived.api.services import Document, Services, services_of, uid_of
from archived.catalog import images, media, packages
from archived.catalog import recalls as catalog_recalls
from archived.errors import ForbiddenStep, NotFound, Refused
from archived.language import _
from archived.stages import recall_area
from archived.stages.recall_order import OrderPlan, Plan, WantedPackage, WantedPiece, plan_order
from archived.stages.recall_request import request_order
from archived.stages.staging_release import remove
from archived.stages.withdrawal import find_package
from archived.states import RecallEvent

router = APIRouter()
#: So many references that are not there are named.
NAMED_MAX = 20


class PieceWanted(BaseModel):
    """Bytes `start` to `end` of a file, both included; to its end when `end` is not given."""

    path: str
    start: int
    end: int | None = None


class PackageWanted(BaseModel):
    """Files of one package, whole or in pieces; all of it when neither is named."""

    reference: str
    version: int | None = None
    paths: list[str] = []
    pieces: list[PieceWanted] = []


class Order(BaseModel):
    """Everything that is wanted at once."""

    items: list[PackageWanted]
    dry_run: bool = False
    #: The caller's name for it: sent again with the same one it is the same order, not another.
    key: str = Field("", max_length=64)


@router.post("/recall-orders")
def ask(body: Order, request: Request, services: Services = Depends(services_of)) -> Document:
    """Ask for files of many packages; with dry_run hear which media would be mounted and how long it would take."""
    if not body.items:
        raise Refused(_("no reference was named; nothing was asked for"))
    if body.dry_run:
        with services.catalog.read() as read:
            planned = plan_order(read, services.site, _wanted(read, body), owner=uid_of(request))
            return services.said({"dry_run": True, **_plan_document(read, planned)})
    with services.catalog.read() as read:
        # What was asked for may be gone by now; the order is on record all the same.
        known = catalog_recalls.order_of_key(read, body.key)
        wanted = _wanted(read, body) if known is None else []
    if known is not None:
        return services.said(_known(services, known))
    made, made_of = request_order(
        services.catalog, services.site, wanted, owner=uid_of(request), key=body.key
    )
    if made_of is None:
        return services.said(_known(services, str(made[0].order_id)))
    with services.catalog.read() as read:
        document = _plan_document(read, made_of)
        document["order"] = made[0].order_id
        area = recall_area.view(read, services.site)
    for item, recall in zip(document["recalls"], made, strict=True):
        item |= recall_document(services, area, recall) | {"recall": recall.id}
    services.wake()
    return services.said(document)


@router.get("/recall-orders/{order_id}")
def show(order_id: str, services: Services = Depends(services_of)) -> Document:
    """What became of an order, recall by recall."""
    with services.catalog.read() as read:
        return services.said(_order_document(read, services, order_id))


@router.post("/recall-orders/{order_id}/cancel")
def cancel(order_id: str, services: Services = Depends(services_of)) -> Document:
    """Nobody wants what is left of it."""
    with services.catalog.write() as write:
        every = catalog_recalls.of_order(write, order_id)
        for recall in every:
            with suppress(ForbiddenStep):  # delivered, failed or cancelled before
                now = services.site.now()
                catalog_recalls.advance_state(write, recall.id, RecallEvent.CANCELLED, ended_at=now)
    for recall in every:
        remove(services.site.tools.paths.recalls / recall.id)
    services.wake()
    return show(order_id, services)


def _wanted(read: Connection, body: Order) -> list[WantedPackage]:
    """The packages that are meant. Raises NotFound with every reference that is not there."""
    found, missing = [], []
    for item in body.items:
        name = item.reference if item.version is None else f"{item.reference}@{item.version}"
        try:
            package = find_package(read, name)
        except NotFound as error:
            missing.append((name, error))
            continue
        pieces = tuple(WantedPiece(piece.path, piece.start, piece.end) for piece in item.pieces)
        found.append(WantedPackage(package, tuple(item.paths), pieces))
    if len(missing) == 1 and not found:
        raise missing[0][1]
    if missing:
        names = [name for name, _error in missing]
        raise NotFound(
            _("{number} of {total} references are not there: {names}; nothing was asked for").format(
                number=len(names), total=len(body.items), names=", ".join(names[:NAMED_MAX])
            ),
            advice=_("see what there is with: archivectl packages"),
            missing=names,
        )
    return found


def _order_document(read: Connection, services: Services, order_id: str) -> Document:
    found = []
    area = recall_area.view(read, services.site)
    for recall in catalog_recalls.of_order(read, order_id):
        package = packages.get(read, recall.package_id or "")
        named = {"recall": recall.id, "package": package.id, "reference": str(package.reference)}
        found.append(recall_document(services, area, recall) | named)
    return {"order": order_id, "recalls": found}


def _known(services: Services, order_id: str) -> Document:
    """The answer to an order that is on record already."""
    with services.catalog.read() as read:
        document = _order_document(read, services, order_id)
        document["files"] = sum(
            catalog_recalls.files_wanted(read, item["recall"]) for item in document["recalls"]
        )
    document["bytes"] = sum(item["bytes_wanted"] for item in document["recalls"])
    return document


def _files(plan: Plan) -> int:
    return len(plan.recall.paths) + len(plan.recall.pieces)


def _plan_document(read: Connection, planned: OrderPlan) -> Document:
    """The one plan: media in the order of their mounts, and what each recall has of it."""
    visits = []
    for visit in planned.visits:
        view = planned.views[visit.copy_id]
        medium = media.get(read, visit.medium_id)
        visits.append(
            {
                "medium": medium.id,
                "image": view.image_id,
                "label": images.get(read, view.image_id).label,
                "element": medium.element,
                "in_drive": view.in_drive,
                "bytes": visit.size_bytes,
                "state": view.state.value,
            }
        )
    plans = [
        {
            "reference": str(plan.package.reference),
            "package": plan.package.id,
            "version": plan.package.version,
            "way": plan.way,
            "from_staging": plan.from_staging,
            "files": _files(plan),
            "bytes": plan.bytes_wanted,
            "area_bytes": plan.recall.area_bytes,
            "shortage": plan.shortage,
        }
        for plan in planned.plans
    ]
    ways = {plan.way for plan in planned.plans}
    return {
        "recalls": plans,
        # The hardest way of them: "" when one of them has none.
        "way": next(way for way in ("", "set", "tape", "disc", "staging") if way in ways),
        "from_staging": ways == {"staging"},
        "visits": visits,
        "mounts": len({item["medium"] for item in visits if not item["in_drive"]}),
        "files": sum(map(_files, planned.plans)),
        "bytes": sum(plan.bytes_wanted for plan in planned.plans),
        "shortage": "; ".join(plan.shortage for plan in planned.plans if plan.shortage),
        "estimate_s": planned.estimate_s,
    }
