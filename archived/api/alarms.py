"""What waits for a person over the API: the list, acknowledgement, history; and the hooks by which people are told."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends, Request

from archived.alerts import Alarm, rank
from archived.api.services import Document, Services, agent_of, plain, services_of
from archived.api.submissions import Reason
from archived.catalog import alarms, alerts, events
from archived.catalog.events import Attention
from archived.policy.alarms import urgency_at
from archived.routines import alarm_journal
from archived.routines.alert_courier import try_hook

router = APIRouter()
LINES_MAX = 1000


@router.get("/attention")
def attention(services: Services = Depends(services_of)) -> Document:
    """Everything that waits for a person, the most urgent first; what was acknowledged says by whom and why."""
    with services.catalog.read() as read:
        entries = events.attentions(read)
        open_ = {alarm.attention_id: alarm for alarm in alarms.live(read) if alarm.recovered_at is None}
    now = services.site.now()
    found = [_entry(entry, open_.get(entry.id), now) for entry in entries]
    found.sort(key=lambda item: (bool(item["acknowledged"]), -rank(item["urgency"]), item["since"]))
    return services.listed(found)


@router.get("/attention-history")
def history(
    attention_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 200,
    services: Services = Depends(services_of),
) -> Document:
    """When things began to wait for a person, got worse, were acknowledged and ended; at most LINES_MAX at once."""
    limit = min(max(limit, 1), LINES_MAX)
    with services.catalog.read() as read:
        lines = alarms.history(read, attention_id=attention_id, since=since, until=until, limit=limit)
    return services.listed(plain(lines))


@router.post("/attention/{attention_id:path}/ack")
def acknowledge(
    attention_id: str, body: Reason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Take note of something: it is told no more until it gets worse, and stays until it is cured."""
    said = {"agent": agent_of(request), "reason": body.reason}
    with services.catalog.write() as write:
        alarm = alarm_journal.acknowledge(write, services.site, attention_id, **said)
    return services.said(plain(alarm))


@router.get("/alerts")
def list_alerts(
    hook: str | None = None, limit: int = 50, services: Services = Depends(services_of)
) -> Document:
    """The hooks, and the newest messages to them, the oldest of these first."""
    limit = min(max(limit, 1), LINES_MAX)
    settings = services.site.config.alerts
    with services.catalog.read() as read:
        found = [_alert(plain(item)) for item in alerts.latest(read, hook=hook, limit=limit)]
        waiting = [item.hook for item in alerts.waiting(read)]
    hooks = [
        {
            "name": name,
            "kind": one.kind,
            "urgency": one.urgency,
            "quiet": one.quiet,
            "repeat_h": one.repeat_h,
            "waiting": waiting.count(name),
        }
        for name, one in settings.hooks.items()
    ]
    return services.listed(found, hooks=hooks)


@router.post("/alerts/{hook}/test")
def send_test(hook: str, services: Services = Depends(services_of)) -> Document:
    """Send a test to a hook, now and once; the answer says what became of it."""
    alert = try_hook(services.catalog, services.site, hook)
    services.wake()
    return services.said(_alert(plain(alert)))


def _entry(entry: Attention, alarm: Alarm | None, now: datetime) -> Document:
    document: Document = plain(entry) | {"urgency": urgency_at(entry, now)}
    known = None
    if alarm is not None and alarm.quieted and rank(document["urgency"]) <= rank(alarm.urgency):
        known = {"at": plain(alarm.acked_at), "agent": alarm.acked_by, "reason": alarm.ack_reason}
    return document | {"acknowledged": known}


def _alert(item: dict[str, Any]) -> Document:
    """A message with what it told, instead of all of its text."""
    document = item.pop("document")
    told = [f"{one['event']} {one['id']}" for one in document.get("items", ())]
    return item | {"test": bool(document.get("test")), "told": told}
