"""Keeps alarms and their history in step with the attention list, and fills the outbox of the hooks.

Level-triggered: nothing that puts something on the list or takes it off has to know of alarms. What came and went
between two looks is not in the history of alarms; the events of the catalog have it.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from archived.alert_rules import quiet_hours
from archived.alert_settings import AlertSettings, HookSettings
from archived.alerting.message import Sender, document_of
from archived.alerts import Alarm
from archived.catalog import alarms, alerts, events
from archived.catalog.store import Catalog
from archived.errors import NotFound, Refused
from archived.language import _
from archived.policy import alerts as rules
from archived.policy.alarms import Change, changes, urgency_at
from archived.stages.work import Site


def turn(catalog: Catalog, site: Site) -> None:
    """Look once; writes only when something is to be written. Raises CatalogBusy."""
    now = site.now()
    with catalog.read() as read:
        found = _changes(read, site, now)
        more = _anything_due(read, site, now)
    if found or more:
        with catalog.write() as write:
            look(write, site)


def look(write: Connection, site: Site) -> None:
    """Record what changed since the last look, and what is to be told of it, in this one write."""
    now = site.now()
    for change in _changes(write, site, now):
        _record(write, change, now)
    _fill_outbox(write, site, now)


def acknowledge(write: Connection, site: Site, attention_id: str, *, agent: str, reason: str) -> Alarm:
    """A person takes note: it is told no more until it gets worse, and stays on the list until it is cured.

    Raises NotFound, Refused.
    """
    if not reason.strip():
        raise Refused(_("say why, for the record; nothing was done"))
    look(write, site)
    found = alarms.newest(write, attention_id)
    if found is None or found.recovered_at is not None:
        raise NotFound(
            _("nothing waits for a person as {id}").format(id=attention_id),
            advice=_("see what does: archivectl attention"),
        )
    now = site.now()
    alarms.change(write, found.id, acked_at=now, acked_by=agent, ack_reason=reason)
    alarms.note(write, now, found, "acknowledged", agent=agent, reason=reason)
    events.append(
        write,
        now,
        "attention acknowledged",
        ("attention", attention_id),
        agent=agent,
        reason=reason,
        urgency=found.urgency,
    )
    return alarms.get(write, found.id)


def rule_of(name: str, hook: HookSettings, settings: AlertSettings) -> rules.Rule:
    """What a hook of the settings wants to hear."""
    hours = quiet_hours(hook.quiet)
    return rules.Rule(
        name,
        hook.urgency,
        hook.only,
        hook.recovered,
        timedelta(hours=hook.repeat_h) if hook.repeat_h else None,
        rules.QuietHours(*hours, ZoneInfo(settings.time_zone)) if hours else None,
        timedelta(minutes=settings.settle_min),
    )


def sender_of(site: Site) -> Sender:
    """Whose alarms are told."""
    return Sender(site.config.site.name, site.config.simulated)


def _rules(site: Site) -> list[rules.Rule]:
    settings = site.config.alerts
    return [rule_of(name, hook, settings) for name, hook in settings.hooks.items()]


def _settle(site: Site) -> timedelta:
    return timedelta(minutes=site.config.alerts.settle_min)


def _changes(read: Connection, site: Site, now: datetime) -> list[Change]:
    return changes(events.attentions(read), alarms.live(read), now, _settle(site))


def _anything_due(read: Connection, site: Site, now: datetime) -> bool:
    live, wanted = alarms.live(read), _rules(site)
    told = alerts.told(read, [item.id for item in live]) if wanted and live else {}
    return any(rules.due(rule, live, told, now) for rule in wanted) or bool(
        rules.settled(wanted, live, told, now, _settle(site))
    )


def _record(write: Connection, change: Change, now: datetime) -> None:
    entry, alarm = change.entry, change.alarm
    if entry is None:
        if alarm is not None:
            alarms.change(write, alarm.id, recovered_at=now)
            alarms.note(write, now, alarm, "recovered")
        return
    urgency = urgency_at(entry, now)
    said = {
        "urgency": urgency,
        "what": entry.what,
        "safe": entry.safe,
        "next": entry.next,
        "before": entry.before,
        "level": entry.level,
    }
    if alarm is None:
        new = alarms.put(write, now, attention_id=entry.id, **said)
        alarms.note(write, now, alarms.get(write, new), "raised")
        return
    moment = {"worse_at": now} if change.kind == "worse" else {}
    alarms.change(write, alarm.id, recovered_at=None, **said, **moment)
    if change.kind:
        now_is = replace(alarm, urgency=urgency, what=entry.what)
        alarms.note(write, now, now_is, change.kind)


def _fill_outbox(write: Connection, site: Site, now: datetime) -> None:
    live, wanted = alarms.live(write), _rules(site)
    if not live:
        return
    told = alerts.told(write, [item.id for item in live])
    for rule in wanted:
        words = rules.due(rule, live, told, now)
        if words:
            document = document_of(words, sender_of(site), hook=rule.hook, now=now)
            items = [(word.alarm.id, word.event, word.alarm.urgency) for word in words]
            alerts.put(write, now, rule.hook, document, items)
    told = alerts.told(write, [item.id for item in live])
    for item in rules.settled(wanted, live, told, now, _settle(site)):
        alarms.change(write, item.id, settled=True)
