"""Who is told what about alarms, and when: new, worse, again, recovered; quiet hours; trying again. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from archived.alerts import Alarm, Told, rank

#: A message that nobody takes is tried again after so long, the last of these again and again,
RETRY_AFTER = tuple(timedelta(minutes=m) for m in (1, 2, 5, 15, 30, 60))
#: and no more once it is this old.
GIVE_UP_AFTER = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of the day to another, over midnight where the first is the later one, on clocks of `zone`."""

    begin: time
    end: time
    zone: tzinfo

    def hold(self, now: datetime) -> bool:
        """Whether `now` lies in them."""
        at = now.astimezone(self.zone).time().replace(tzinfo=None)
        if self.begin <= self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end


@dataclass(frozen=True, slots=True)
class Rule:
    """What a hook wants to hear."""

    hook: str
    #: The least urgency.
    urgency: str = "working-hours"
    #: Ids of the attention list that it cares for begin with one of these; empty: all.
    only: tuple[str, ...] = ()
    recovered: bool = True
    #: What nobody acknowledged is told again after so long; None: never.
    repeat: timedelta | None = None
    quiet: QuietHours | None = None
    #: What does not last so long is not told.
    settle: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Word:
    """One thing to be told of one alarm."""

    event: str  # "new" | "worse" | "again" | "recovered"
    alarm: Alarm


def concerns(rule: Rule, alarm: Alarm) -> bool:
    """Whether the hook cares for an alarm as urgent as this one is."""
    wanted = not rule.only or alarm.attention_id.startswith(rule.only)
    return wanted and rank(alarm.urgency) >= rank(rule.urgency)


def due(
    rule: Rule, alarms: Iterable[Alarm], told: Mapping[tuple[str, int], Told], now: datetime
) -> list[Word]:
    """What the hook is to be told now. In its quiet hours only what is urgent now, and that it is over."""
    quiet = rule.quiet is not None and rule.quiet.hold(now)
    words = []
    for alarm in alarms:
        last = told.get((rule.hook, alarm.id))
        event = _event(rule, alarm, last, now)
        if event and not (quiet and not _breaks_silence(event, alarm, last)):
            words.append(Word(event, alarm))
    return words


def owed(rule: Rule, alarm: Alarm, told: Mapping[tuple[str, int], Told]) -> bool:
    """Whether the hook is still to be told that an alarm is over."""
    last = told.get((rule.hook, alarm.id))
    return rule.recovered and last is not None and last.event != "recovered"


def settled(
    rules: Sequence[Rule],
    alarms: Iterable[Alarm],
    told: Mapping[tuple[str, int], Told],
    now: datetime,
    settle: timedelta,
) -> list[Alarm]:
    """Alarms that are over, cannot come back as the same, and of which nobody is to be told any more."""
    return [
        alarm
        for alarm in alarms
        if alarm.recovered_at is not None
        and now - alarm.recovered_at >= settle
        and not any(owed(rule, alarm, told) for rule in rules)
    ]


def next_try(made_at: datetime, attempts: int, now: datetime) -> datetime | None:
    """When a message that failed `attempts` times is tried again; None: no more."""
    if now - made_at >= GIVE_UP_AFTER:
        return None
    return now + RETRY_AFTER[min(attempts, len(RETRY_AFTER)) - 1]


def _event(rule: Rule, alarm: Alarm, last: Told | None, now: datetime) -> str:
    if alarm.recovered_at is not None:
        lasting = now - alarm.recovered_at >= rule.settle
        over = last is not None and last.event != "recovered" and rule.recovered and lasting
        return "recovered" if over else ""
    if not concerns(rule, alarm):
        return ""
    if last is None or last.event == "recovered":
        lasting = now - alarm.raised_at >= rule.settle
        return ("worse" if alarm.worse_at is not None else "new") if lasting else ""
    if alarm.worse_at is not None and alarm.worse_at > last.at:
        return "worse" if now - alarm.worse_at >= rule.settle else ""
    again = rule.repeat is not None and not alarm.quieted and now - last.at >= rule.repeat
    return "again" if again else ""


def _breaks_silence(event: str, alarm: Alarm, last: Told | None) -> bool:
    # Who was called out of bed is told that he may go back to it.
    return last is not None and last.urgency == "now" if event == "recovered" else alarm.urgency == "now"
