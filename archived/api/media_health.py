"""How media are: what was seen of them, what that means, who changed their states; and what people say of these."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from archived.api.care import run_document
from archived.api.services import Document, Services, agent_of, plain, services_of
from archived.api.submissions import Reason
from archived.catalog import health, media
from archived.errors import NotFound
from archived.health_thresholds import Threshold
from archived.language import _
from archived.medium_health import LOAD, READ_ERROR, HealthEntry
from archived.model import Medium
from archived.policy.health.judging import Reason as WhyNot
from archived.policy.health.judging import Rise, Verdict
from archived.stages.health import judging, said, scan_orders
from archived.states import MediumState

router = APIRouter()


class Scans(BaseModel):
    """Which discs are scanned: these, and all of these purchase batches."""

    media: list[str] = Field([], max_length=10_000)
    batches: list[str] = Field([], max_length=1000)
    reason: str = ""


_STEPS = {"quarantine": said.quarantine, "admit": said.admit, "watch": said.watch, "clear": said.clear}
#: Entries that a medium shows of what was seen of it.
ENTRIES_SHOWN = 200
#: Media of which nothing is said where all are listed: nobody reads them any more.
_GONE = (MediumState.DESTROYED, MediumState.LOST, MediumState.RELEASED)


@router.get("/health/thresholds")
def list_thresholds(services: Services = Depends(services_of)) -> Document:
    """Every threshold in force, with where its numbers come from and how far they are to be trusted."""
    found = judging.thresholds_of(services.site)
    return services.listed([_threshold(limit) for limit in found.limits], forecast=plain(found.forecast))


@router.get("/health")
def list_health(services: Services = Depends(services_of)) -> Document:
    """Every medium that carries something, by what its values say: the worst first."""
    with services.catalog.read() as read:
        rows = [
            _row(read, services, medium)
            for medium in media.listing(read)
            if medium.state not in _GONE
            and (media.copies_on(read, medium.id) or health.listing(read, medium.id))
        ]
    return services.listed(sorted(rows, key=lambda row: (-row["rank"], row["id"])))


@router.get("/media/{medium_id}/health")
def show_health(medium_id: str, services: Services = Depends(services_of)) -> Document:
    """One medium: what its values say and why, how they rise, what was seen, and every change of its state."""
    with services.catalog.read() as read:
        medium = media.get(read, medium_id)
        entries = health.listing(read, medium_id)
        verdict = judging.verdict_of(read, services.site, medium)
        document = {
            **_facts(medium, entries, verdict),
            "reasons": [_reason(reason) for reason in verdict.reasons],
            "rises": [_rise(rise) for rise in verdict.rises],
            "entries": plain(entries[-ENTRIES_SHOWN:]),
            "history": plain(health.history(read, medium_id)),
        }
    return services.said(document)


@router.post("/media/{medium_id}/state/{step}")
def say_state(
    medium_id: str, step: str, body: Reason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Set a medium aside, admit it again, have it watched, or watched no longer."""
    if step not in _STEPS:
        raise NotFound(_("there is no such thing to do with a medium: {step}").format(step=step))
    with services.catalog.write() as write:
        medium = _STEPS[step](write, services.site, medium_id, agent=agent_of(request), reason=body.reason)
    services.wake()
    return services.said({"medium": medium.id, "state": medium.state.value})


@router.post("/scan/plan")
def plan_scan(body: Scans, services: Services = Depends(services_of)) -> Document:
    """What a scan of these discs would take; nothing is put on record."""
    with services.catalog.read() as read:
        order = scan_orders.plan(read, services.site, body.media, body.batches)
    return services.said(order.preview)


@router.post("/scan/run")
def run_scan(body: Scans, request: Request, services: Services = Depends(services_of)) -> Document:
    """Begin to scan these discs."""
    with services.catalog.write() as write:
        order = scan_orders.plan(write, services.site, body.media, body.batches)
        run = scan_orders.begin(write, services.site, order, agent=agent_of(request), reason=body.reason)
    services.wake()
    return services.said(run_document(run))


def _row(read: Connection, services: Services, medium: Medium) -> dict[str, Any]:
    entries = health.listing(read, medium.id)
    return _facts(medium, entries, judging.verdict_of(read, services.site, medium))


def _facts(medium: Medium, entries: list[HealthEntry], verdict: Verdict) -> dict[str, Any]:
    scans = [entry for entry in entries if entry.what.startswith("scan ")]
    return {
        "id": medium.id,
        "state": medium.state.value,
        "values_say": verdict.level.word,
        "rank": int(verdict.level),
        "why": verdict.words,
        "loads": sum(entry.what == LOAD for entry in entries),
        "read_errors": round(sum(entry.value or 0 for entry in entries if entry.what == READ_ERROR)),
        "last_scan_at": plain(scans[-1].at) if scans else None,
        "last_scan": {entry.what.removeprefix("scan "): entry.value for entry in scans[-2:]},
        "batch": medium.batch,
        "note": medium.note,
    }


def _reason(reason: WhyNot) -> dict[str, Any]:
    limit = reason.threshold
    return {
        "level": reason.level.word,
        "what": limit.what,
        "value": reason.value,
        "words": reason.words,
        "threshold": limit.name,
        "source": limit.source,
        "confidence": limit.confidence,
        "reader": reason.reader,
        "at": plain(reason.at),
        "reached_at": plain(reason.reached_at),
    }


def _rise(rise: Rise) -> dict[str, Any]:
    return {
        "what": rise.threshold.what,
        "reader": rise.reader,
        "value": round(rise.trend.value, 3),
        "rise_per_year": round(rise.trend.rise_per_year, 3),
        "points": rise.trend.points,
        "days": round(rise.trend.days, 1),
        "watch": rise.threshold.watch,
        "reached_at": plain(rise.reaches_watch_at),
    }


def _threshold(limit: Threshold) -> dict[str, Any]:
    document: dict[str, Any] = plain(limit)
    return document
