"""Care runs over the API: list, show, pause, resume and cancel are the same for every kind."""

from fastapi import APIRouter, Depends, Request

from archived import care as kinds
from archived.api.services import Document, Services, agent_of, one_of, plain, services_of
from archived.api.submissions import Reason
from archived.care import CareRun, RunEvent, RunState
from archived.catalog import care, events
from archived.errors import NotFound
from archived.language import _
from archived.stages import care_orders

router = APIRouter()
_EVENTS = {"pause": RunEvent.PAUSED, "resume": RunEvent.RESUMED, "cancel": RunEvent.CANCELLED}
EVENTS_SHOWN = 20


@router.get("/care/{kind}")
def list_runs(kind: str, state: str | None = None, services: Services = Depends(services_of)) -> Document:
    """Runs of a kind, all or those in one state, with how many of their items are where."""
    wanted = one_of(RunState, state)
    with services.catalog.read() as read:
        runs = care.listing(read, _known(kind), *([wanted] if wanted else []))
        found = [{**run_document(run), "counts": care.counts(read, run.id)} for run in runs]
    return services.listed(found)


@router.get("/care/{kind}/{run_id}")
def show_run(kind: str, run_id: str, services: Services = Depends(services_of)) -> Document:
    """One run with its items, what is under way, and its last events."""
    with services.catalog.read() as read:
        run = care_orders.find(read, _known(kind), run_id)
        document = run_document(run)
        document["counts"] = care.counts(read, run.id)
        document["run_items"] = plain(care.items(read, run.id))
        document["events"] = plain(events.latest(read, subject_id=run.id, limit=EVENTS_SHOWN))
    return services.said(document)


@router.post("/care/{kind}/{run_id}/{verb}")
def steer_run(
    kind: str,
    run_id: str,
    verb: str,
    body: Reason,
    request: Request,
    services: Services = Depends(services_of),
) -> Document:
    """Pause, resume or cancel a run."""
    if verb not in _EVENTS:
        raise NotFound(_("there is no such thing to do with a run: {verb}").format(verb=verb))
    said = {"agent": agent_of(request), "reason": body.reason}
    with services.catalog.write() as write:
        run = care_orders.steer(write, services.site, _known(kind), run_id, _EVENTS[verb], **said)
    services.wake()
    return services.said(run_document(run))


def run_document(run: CareRun) -> Document:
    """A run as data."""
    document: Document = plain(run)
    return document


def _known(kind: str) -> str:
    if kind not in kinds.KINDS:
        raise NotFound(_("there are no runs of kind {kind}").format(kind=kind))
    return kind
