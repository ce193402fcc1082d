"""What was noted of media → their states: watched, cleared, suspect. A step of a routine, never of a session.

The newest note that was judged is on record; every medium with a newer one is judged again, in the write that moves
that mark. A crash between notes and judgement loses nothing: the notes are judged at the next step.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from archived.catalog import events, health, media
from archived.errors import ConfigurationError
from archived.health_rules import thresholds_path
from archived.health_thresholds import Thresholds, load, shipped
from archived.language import _
from archived.model import Medium
from archived.policy.health.judging import Level, Verdict, judge
from archived.stages.doubting_media import doubt
from archived.stages.work import Site
from archived.states import CopyState, MediumEvent, MediumState

JUDGED_UNTIL: Final = "health_judged_until"
#: So many notes in one write.
NOTES_AT_ONCE: Final = 500
#: Media whose values can change their state.
JUDGED: Final = (MediumState.GOOD, MediumState.APPENDABLE, MediumState.WATCH)
#: Copies that lie on a medium, as far as anybody knows.
_ON_IT: Final = (
    CopyState.WRITTEN,
    CopyState.VERIFYING,
    CopyState.VERIFIED,
    CopyState.SUSPECT,
    CopyState.FOUND,
)
#: Begins the words of what was put under watch by its values: what a person put there, only a person clears.
_BY_VALUES: Final = "values"


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of one medium."""

    medium_id: str
    state: MediumState
    words: str


def thresholds_of(site: Site) -> Thresholds:
    """The thresholds in force; those that come with archived while the site's own cannot be read."""
    try:
        return load(thresholds_path(site.config.health, site.tools.paths.site))
    except ConfigurationError:
        return shipped()


def verdict_of(read: Connection, site: Site, medium: Medium) -> Verdict:
    """What is on record of a medium, judged now."""
    entries, limits = health.listing(read, medium.id), thresholds_of(site)
    return judge(medium.kind, entries, limits, site.now(), read_in_full_at(read, medium))


def read_in_full_at(read: Connection, medium: Medium) -> datetime | None:
    """When all that is on a medium had been read and matched; None while something on it never was."""
    on_it = [copy for copy in media.copies_on(read, medium.id) if copy.state in _ON_IT]
    times = [copy.verified_at for copy in on_it if copy.verified_at is not None]
    return min(times) if times and len(times) == len(on_it) else None


def is_due(read: Connection) -> bool:
    """Whether something was noted since the last time."""
    mark = int(events.settings(read).get(JUDGED_UNTIL, "0"))
    return bool(health.after(read, mark, 1))


def judge_new(write: Connection, site: Site) -> list[Changed]:
    """Judge every medium of which something was noted since the last time."""
    mark = int(events.settings(write).get(JUDGED_UNTIL, "0"))
    notes = health.after(write, mark, NOTES_AT_ONCE)
    if not notes:
        return []
    changed = []
    for medium_id in sorted({note.medium_id for note in notes}):
        done = judge_medium(write, site, media.get(write, medium_id))
        changed += [done] if done is not None else []
    events.set_setting(write, JUDGED_UNTIL, str(notes[-1].id))
    return changed


def judge_medium(write: Connection, site: Site, medium: Medium) -> Changed | None:
    """Give a medium the state that its values ask for; None when nothing changes."""
    if medium.state not in JUDGED:
        return None
    verdict = verdict_of(write, site, medium)
    words = verdict.words
    if verdict.level is Level.SUSPECT:
        doubt(write, site, medium.id, words)
        return _told(write, site, medium, words, outcome="failure")
    if verdict.level is Level.WATCH and medium.state is not MediumState.WATCH:
        if medium.state is MediumState.APPENDABLE and not worth_closing(write, medium):
            return None
        _step(write, site, medium, MediumEvent.WATCHED, f"{_BY_VALUES}: {words}")
        return _told(write, site, medium, words)
    if verdict.level is Level.GOOD and medium.state is MediumState.WATCH and watched_by_values(write, medium):
        words = _("its values ask for nothing any more")
        _step(write, site, medium, MediumEvent.CLEARED, words)
        return _told(write, site, medium, words)
    return None


def watched_by_values(read: Connection, medium: Medium) -> bool:
    """Whether it was its values, and no person, that put a medium under watch last."""
    steps = [step for step in health.history(read, medium.id) if step.event is MediumEvent.WATCHED]
    return bool(steps) and steps[-1].agent == events.DAEMON and steps[-1].why.startswith(_BY_VALUES)


def worth_closing(read: Connection, medium: Medium) -> bool:
    """Whether a cartridge that could be appended to carries anything: a watched one takes nothing more."""
    return bool(media.copies_on(read, medium.id))


def _step(write: Connection, site: Site, medium: Medium, event: MediumEvent, words: str) -> None:
    if event is MediumEvent.WATCHED:
        media.withdraw_plans_on(write, medium.id, words, site.now())
    note = words if event is MediumEvent.WATCHED else ""
    media.advance_state(write, medium.id, event, site.now(), why=words, note=note)


def _told(
    write: Connection, site: Site, medium: Medium, words: str, outcome: str = "success"
) -> Changed | None:
    after = media.get(write, medium.id).state
    if after is medium.state:
        return None
    subject = ("medium", medium.id)
    events.append(write, site.now(), f"medium {after.value}", subject, outcome=outcome, note=words)
    return Changed(medium.id, after, words)
