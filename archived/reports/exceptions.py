"""What was not as it should be, and who decided so: waivers, forced steps, acknowledgements, second versions. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from archived.alerts import Alarm, AlarmNote
from archived.approvals import Approval
from archived.language import _
from archived.model import Allowance, Event
from archived.reports.document import Period, Plot, Report, Row, Section
from archived.retention import LegalHold

#: What went wrong by itself.
FAILURES = (
    "write failed",
    "confusion",
    "session ended",
    "robot halted",
    "recall failed",
    "reading given up",
    "medium missed",
    "case opened",
    "drive not cleaned",
    "write-protected",
)
#: These override what the daemon would do by itself, whether they ask for a reason or not.
FORCED = (
    "case closed",
    "catalog rebuilt",
    "catalog restored",
    "deaccession",
    "destruction",
    "destruction certified",
    "disc adopted",
    "hold placed",
    "medium destroyed",
    "mending",
    "recipe frozen again",
    "retention ruled",
    "task refused",
)
#: People give a reason for these too, and they are no exceptions: each has a section of its own, or is daily work.
_ELSEWHERE = ("attention acknowledged", "approval asked", "ingestion")


def report(
    allowances: Sequence[Allowance],
    of_people: Sequence[Event],
    failures: Sequence[Event],
    notes: Sequence[AlarmNote],
    alarms: Sequence[Alarm],
    versions: Sequence[Row],
    approvals: Sequence[Approval],
    holds: Sequence[LegalHold],
    period: Period,
) -> Report:
    """Of what people took upon themselves and what broke, in the period."""
    sections = [
        _waivers([item for item in allowances if item.at < period.until]),
        _forced([event for event in of_people if _is_decision(event)]),
        _acknowledgements([note for note in notes if note.kind == "acknowledged"]),
        Section(
            "versions",
            "Second and later versions 更正版本",
            ("at", "reference", "version", "id", "state", "agent", "reason"),
            tuple(_version(row) for row in versions),
        ),
        Section(
            "approvals",
            "Approvals by two persons 双人审批",
            ("asked_at", "id", "kind", "thing", "state", "asked_by", "ended_by", "reason"),
            tuple(_approval(a) for a in approvals if period.since <= a.asked_at < period.until),
        ),
        Section(
            "holds",
            "Legal holds 法律保留",
            ("placed_at", "thing", "agent", "reason", "released_at", "released_by"),
            tuple(_hold(h) for h in holds if h.released_at is None or h.released_at >= period.since),
        ),
        *_troubles(failures, alarms, period),
    ]
    counted = Section(
        "numbers",
        "How many 数量",
        ("what", "number"),
        tuple({"what": section.title, "number": len(section.rows)} for section in sections),
    )
    plots = (Plot("numbers", "How many 数量", "bars", "what", ("number",)),)
    return Report("exceptions", "Exceptions 例外", (counted, *sections), plots)


def _waivers(found: Sequence[Allowance]) -> Section:
    return Section(
        "waivers",
        "Waivers and exceptions 特批",
        ("at", "kind", "thing", "agent", "reason"),
        tuple(asdict(item) for item in found),
        _("all that count still, whenever they were recorded"),
    )


def _forced(found: Sequence[Event]) -> Section:
    return Section(
        "forced",
        "Steps that people decided 人工决定的步骤",
        ("at", "agent", "event", "thing", "reason"),
        tuple(_decision(event) for event in found),
        _("every step that needs a reason, or overrides what would be done without it, with who said so"),
    )


def _acknowledgements(found: Sequence[AlarmNote]) -> Section:
    return Section(
        "acknowledgements",
        "Acknowledgements 确认",
        ("at", "agent", "thing", "urgency", "reason", "what"),
        tuple({**asdict(note), "thing": note.attention_id} for note in found),
    )


def _is_decision(event: Event) -> bool:
    return event.type in FORCED or (bool(event.detail.get("reason")) and event.type not in _ELSEWHERE)


def _decision(event: Event) -> Row:
    return {
        "at": event.at,
        "agent": event.agent,
        "event": event.type,
        "thing": f"{event.subject_kind} {event.subject_id}",
        "reason": event.detail.get("reason") or event.detail.get("note") or "",
    }


def _version(row: Row) -> Row:
    return {
        "at": row["submitted_at"],
        "reference": f"{row['fonds']}/{row['series']}/{row['volume']}",
        "version": row["version"],
        "id": row["id"],
        "state": row["state"],
        "agent": f"uid:{row['owner']}",
        "reason": row["reason"],
    }


def _approval(item: Approval) -> Row:
    return {
        "asked_at": item.asked_at,
        "id": item.id,
        "kind": item.kind,
        "thing": item.thing,
        "state": item.state.value,
        "asked_by": item.asked_by,
        "ended_by": item.ended_by,
        "reason": item.reason,
    }


def _hold(item: LegalHold) -> Row:
    return {
        "placed_at": item.placed_at,
        "thing": f"{item.subject} {item.name}",
        "agent": item.agent,
        "reason": item.reason,
        "released_at": item.released_at,
        "released_by": item.released_by,
    }


def _troubles(failures: Sequence[Event], alarms: Sequence[Alarm], period: Period) -> tuple[Section, ...]:
    number: Counter[tuple[str, str]] = Counter()
    for event in failures:
        number[event.type, f"{event.subject_kind} {event.subject_id}"] += 1
    return (
        Section(
            "failures",
            "What went wrong 故障",
            ("event", "thing", "times"),
            tuple(
                {"event": kind, "thing": thing, "times": times}
                for (kind, thing), times in sorted(number.items())
            ),
        ),
        Section(
            "alarms",
            "Alarms 告警",
            ("at", "thing", "urgency", "what", "acked_by", "recovered_at", "lasted_s"),
            tuple(
                {
                    "at": alarm.raised_at,
                    "thing": alarm.attention_id,
                    "urgency": alarm.urgency,
                    "what": alarm.what,
                    "acked_by": alarm.acked_by,
                    "recovered_at": alarm.recovered_at,
                    "lasted_s": round(
                        ((alarm.recovered_at or period.until) - alarm.raised_at).total_seconds()
                    ),
                }
                for alarm in alarms
            ),
        ),
    )
