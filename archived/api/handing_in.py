"""Handing in many volumes at once: by a list, or as a tree."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from archived.api.batches import batch_document, path_document
from archived.api.services import Document, Services, services_of, uid_of
from archived.batches import Batch
from archived.carried_names import printable
from archived.catalog import batches
from archived.errors import ArchivedError, Refused, Unavailable, WrongState
from archived.language import _
from archived.policy.reading_rights import Reader
from archived.policy.reasons import refusal
from archived.sessions.tools import Seen
from archived.settings import Config
from archived.stages.admission import reasons_of
from archived.stages.batch_intake import BatchIntake, Outcomes, open_for
from archived.stages.batch_report import report
from archived.stages.hand_in import Asked, Prepared, prepare_list, prepare_tree
from archived.stages.intake_copy import Progress
from archived.stages.intake_pool import IntakePool
from archived.stages.readers import reader_for

router = APIRouter()
#: Exit statuses of a batch: some items were refused; some could not be tried.
REFUSED, NOT_TRIED = 2, 3


class Many(BaseModel):
    """What holds for all volumes that are handed in together."""

    path: str
    layout: str = ""
    fonds: str = ""
    series: str = ""
    title: str = ""
    storage_class: str | None = None
    retention: str | None = None
    confidentiality: str | None = None
    new_version: bool = False
    reason: str = ""
    dry_run: bool = False
    key: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{8,64}$")

    def asked(self, **more: Any) -> Asked:
        """The values that the stages take. Raises Refused when a path is not absolute."""
        fixed = {
            name: getattr(self, name) or ""
            for name in ("fonds", "series", "title", "retention", "confidentiality", "storage_class")
        }
        return Asked(
            _absolute(self.path), layout=self.layout, fixed=fixed, new_version=self.new_version,
            reason=self.reason, **more,
        )  # fmt: skip


class Listed(Many):
    """A list of volumes, CSV or .xlsx."""

    root: str | None = None
    sheet: str = ""
    columns: dict[str, str] = Field(default_factory=dict)
    list_retention: str = ""
    list_confidentiality: str = ""
    #: Encoding of names that an archive does not mark as UTF-8.
    archive_names: str = ""


class Tree(Many):
    """A folder whose layout says what the volumes in it are."""


def pool_of(request: Request) -> IntakePool:
    """The places in which lists and trees of this daemon are taken in."""
    found: IntakePool = request.app.state.intake_pool
    return found


@router.post("/submissions/list")
def submit_list(
    body: Listed,
    request: Request,
    services: Services = Depends(services_of),
    pool: IntakePool = Depends(pool_of),
) -> Document:
    """Take in every volume of a list, and the list itself; or say everything that is wrong with it."""
    asked = body.asked(
        root=_absolute(body.root) if body.root else None,
        sheet=body.sheet,
        columns=body.columns,
        list_retention=body.list_retention,
        list_confidentiality=body.list_confidentiality,
        archive_names=body.archive_names,
    )
    return _hand_in(prepare_list, asked, body, request, services, pool)


@router.post("/submissions/tree")
def submit_tree(
    body: Tree,
    request: Request,
    services: Services = Depends(services_of),
    pool: IntakePool = Depends(pool_of),
) -> Document:
    """Take in every volume of a tree, by its layout rule; or say everything that is wrong with it."""
    return _hand_in(prepare_tree, body.asked(), body, request, services, pool)


def _hand_in(
    prepare: Callable[[Asked, Config, Reader | None, Seen], Prepared],
    asked: Asked,
    body: Many,
    request: Request,
    services: Services,
    pool: IntakePool,
) -> Document:
    if services.is_draining():
        raise Unavailable(
            _("the daemon is draining and takes nothing in"), advice=_("try again when it is back")
        )
    owner = uid_of(request)
    reader = reader_for(owner)
    with _progress(services, body.key, f"{'trying' if body.dry_run else 'taking in'} {asked.path}") as (
        progress,
        seen,
    ):
        prepared = prepare(asked, services.site.config, reader, seen)
        intake = BatchIntake(
            prepared,
            catalog=services.catalog,
            site=services.site,
            owner=owner,
            reader=reader,
            progress=progress,
            is_draining=services.is_draining,
        )
        if body.dry_run:
            return services.said(_trial(prepared, intake.try_out(pool)))
        if prepared.reasons:
            raise refusal(prepared.reasons, printable(str(asked.path)))
        batch = open_for(prepared, catalog=services.catalog, site=services.site, owner=owner)
        outcomes = intake.take_in(batch, pool)
    services.wake()
    return services.said(_answer(services, batch, prepared, outcomes))


@contextmanager
def _progress(services: Services, key: str | None, what: str) -> Iterator[tuple[Progress, Seen]]:
    """Work on the board: how to tell what a first look meets, and then how many bytes are taken."""
    board = services.site.tools.progress
    key = key or uuid4().hex
    if any(item.key == key for item in board.items()):
        raise WrongState(
            _("{key} is under way already; nothing was taken").format(key=key), advice="archivectl watch"
        )
    try:
        yield board.begin(key, printable(what), cancellable=True), board.looking(key)
    finally:
        board.end(key)


def _answer(services: Services, batch: Batch, prepared: Prepared, outcomes: Outcomes) -> Document:
    with services.catalog.read() as read:
        document = batch_document(report(read, services.site, batches.get(read, batch.id)))
    for item in document["items"]:
        number = item["number"]
        item["outcome"] = _outcome(number, outcomes)
        item["receipt"] = outcomes.receipts.get(number)
        failure = outcomes.failures.get(number)
        item["reasons"] = reasons_of(failure) if failure is not None else []
    document["batch"] = batch.id
    document |= _notes(prepared)
    return document | {"stopped": outcomes.stopped, "exit_status": _exit_status(document["items"])}


def _outcome(number: int, outcomes: Outcomes) -> str:
    receipt = outcomes.receipts.get(number)
    if receipt is not None:
        return "repeated" if receipt.get("repeated") else "accepted"
    return "refused" if _is_refusal(outcomes.failures.get(number)) else "not_taken"


def _exit_status(items: list[Document]) -> int:
    outcomes = {item["outcome"] for item in items}
    return REFUSED if "refused" in outcomes else NOT_TRIED if "not_taken" in outcomes else 0


def _is_refusal(failure: ArchivedError | None) -> bool:
    return isinstance(failure, Refused) and failure.code != "cancelled"


def _trial(prepared: Prepared, outcomes: Outcomes) -> Document:
    items = []
    for volume in prepared.volumes:
        trial = outcomes.receipts.get(volume.number)
        failure = outcomes.failures.get(volume.number)
        tried = trial or {
            "outcome": "refuse" if failure is not None else "not tried",
            "reasons": reasons_of(failure) if failure is not None else [],
            "reference": {"fonds": volume.fonds, "series": volume.series, "volume": volume.volume},
        }
        items.append({"number": volume.number, **path_document(prepared.request(volume).path), **tried})
    refused = bool(prepared.reasons) or any(item["outcome"] != "accept" for item in items if not _same(item))
    return {
        "dry_run": True,
        "outcome": "refuse" if refused else "accept",
        "problems": [reason.as_document() for reason in prepared.reasons],
        "items": items,
        **_notes(prepared),
        "stopped": outcomes.stopped,
        "exit_status": REFUSED if refused else 0,
    }


def _same(item: Document) -> bool:
    return bool(item["outcome"] == "repeat")


def _notes(prepared: Prepared) -> Document:
    """What somebody should know of his list beside what is wrong with it."""
    return {
        "read_as": prepared.read_as,
        "unused_columns": list(prepared.unused),
        "unchecked": [
            {"row": note.number, "path": printable(note.folder), "why": note.why}
            for note in prepared.unchecked
        ],
    }


def _absolute(path: str) -> Path:
    if not Path(path).is_absolute():
        raise Refused(
            _("the path {path} is not absolute").format(path=repr(path)),
            advice=_("archivectl resolves paths by itself"),
        )
    return Path(path)
