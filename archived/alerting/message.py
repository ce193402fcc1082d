"""A message to a hook: as data, and as the text of a mail. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archived.alerts import Alarm
from archived.language import _, marked
from archived.policy.alerts import Word

FORMAT = "archived-alert-1"
EVENTS = {
    "new": marked("new"),
    "worse": marked("worse"),
    "again": marked("still there"),
    "recovered": marked("recovered"),
}
URGENCIES = {
    "now": marked("now"),
    "before": marked("before a time"),
    "working-hours": marked("in working hours"),
}


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose alarms these are."""

    site: str
    simulated: bool


def document_of(words: Sequence[Word], sender: Sender, *, hook: str, now: datetime) -> dict[str, Any]:
    """What is sent, as data: docs/alarms.md names every key."""
    return {
        "format": FORMAT,
        "site": sender.site,
        "simulated": sender.simulated,
        "hook": hook,
        "at": now.isoformat(),
        "test": False,
        "items": [_item(word.event, word.alarm) for word in words],
    }


def document_of_test(sender: Sender, *, hook: str, now: datetime) -> dict[str, Any]:
    """A message that says nothing but that messages arrive."""
    return document_of((), sender, hook=hook, now=now) | {"test": True}


def id_of(alert_id: int, made_at: datetime, site: str) -> str:
    """The same for every attempt to send a message: who gets it twice knows it.

    With its time, for a catalog that was restored counts on from an earlier number.
    """
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in site).strip("-") or "site"
    return f"alert-{alert_id}-{made_at:%Y%m%dT%H%M%S}-{plain}"


def subject_of(document: Mapping[str, Any]) -> str:
    """One line: how many things, how urgent, and what the most urgent one is."""
    site = document["site"]
    if document["test"]:
        words = _("{site}: a test of alerts; nothing is wrong").format(site=site)
    else:
        items = document["items"]
        first = next((item for item in items if item["urgency"] == "now"), items[0])
        event = EVENTS[first["event"]]
        if len(items) == 1:
            words = _("{site}: {event}: {what}").format(site=site, event=_(event), what=first["what"])
        else:
            words = _("{site}: {event}: {what}; {more} more").format(
                site=site, event=_(event), what=first["what"], more=len(items) - 1
            )
    # A subject is one line, whatever a medium or a drive is called.
    line = "".join(c if c.isprintable() else " " for c in words)
    return f"[SIMULATED] {line}" if document["simulated"] else line


def text_of(document: Mapping[str, Any]) -> str:
    """All of it for people."""
    parts = []
    if document["simulated"]:
        parts.append(_("SIMULATED: this site is a virtual room; nothing in it is preserved."))
    if document["test"]:
        parts.append(_("This is a test: alerts of this site arrive here. Nothing is wrong."))
    for item in document["items"]:
        event, urgency = EVENTS[item["event"]], URGENCIES.get(item["urgency"], item["urgency"])
        lines = [
            f"{_(event)} · {_(urgency)} · {item['id']}",
            item["what"],
        ]
        if item["before"]:
            lines.append(_("before: {time}").format(time=item["before"]))
        if item["recovered_at"]:
            lines.append(_("it is over since {time}").format(time=item["recovered_at"]))
        else:
            lines.append(_("safe meanwhile: {words}").format(words=item["safe"]))
            lines.append(_("next: {command}").format(command=item["next"]))
            lines.append(_("since: {time}").format(time=item["since"]))
        if item["acknowledged_by"]:
            lines.append(
                _("acknowledged by {agent}: {reason}").format(
                    agent=item["acknowledged_by"], reason=item["acknowledged_because"]
                )
            )
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _item(event: str, alarm: Alarm) -> dict[str, Any]:
    return {
        "event": event,
        "alarm": alarm.id,
        "id": alarm.attention_id,
        "urgency": alarm.urgency,
        "level": alarm.level,
        "what": alarm.what,
        "safe": alarm.safe,
        "next": alarm.next,
        "since": alarm.raised_at.isoformat(),
        "before": alarm.before.isoformat() if alarm.before else None,
        "recovered_at": alarm.recovered_at.isoformat() if alarm.recovered_at else None,
        "acknowledged_by": alarm.acked_by if alarm.quieted else "",
        "acknowledged_because": alarm.ack_reason if alarm.quieted else "",
    }
