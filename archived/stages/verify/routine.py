"""Rules whose time has come become runs by themselves: the most overdue media first, so many at once.

A rule has one run of its own under way. Runs go on over days without harm, and what became due meanwhile is the next.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from archived.care import VERIFY, CareRun
from archived.catalog import care, events, fixity, tasks
from archived.catalog.store import Catalog
from archived.fixity import FULL
from archived.language import _
from archived.policy.verify.due import Due, everything_due
from archived.stages import hold
from archived.stages.verify import ordering, overdue, targets
from archived.stages.verify.ordering import Selection
from archived.stages.verify.targets import Target
from archived.stages.work import Site
from archived.time_of_day import lies_in_hours
from archived.verification_settings import VerificationSettings

#: What rules say is looked up this often: nothing becomes due in less.
EVERY = timedelta(hours=1)
_LOOKED_AT = "verify_looked_at"


def everything(read: Connection, site: Site) -> tuple[list[Due], dict[str, Target]]:
    """Every thing under every rule, the most overdue first; and the things by their names."""
    rules = site.config.verification
    if not rules:
        return [], {}
    found = targets.on_media(read, site) if any(set(r.kinds) - {"disk"} for r in rules.values()) else []
    usual = [target for target in found if target.copy and target.copy.copy_state in targets.ROUTINE]
    if any("disk" in rule.kinds for rule in rules.values()):
        usual += targets.on_disk(read, site)
    known = [target.known for target in usual]
    due = everything_due(rules, known, fixity.batch_failures(read), site.now())
    return due, {target.known.subject: target for target in usual}


def turn(catalog: Catalog, site: Site) -> list[CareRun]:
    """Begin a run for each rule with something that is due, and say what is overdue; at most once in `EVERY`.

    What is due is found out before anything is written: a catalog with very many copies takes a second for it.
    """
    now = site.now()
    with catalog.look() as read:
        settings = events.settings(read)
        if hold.in_force(settings) or not _is_time(settings, now):
            return []
        due, by_subject = everything(read, site)
        chosen = _chosen(read, site, due, by_subject)
    with catalog.write() as write:
        events.set_setting(write, _LOOKED_AT, now.isoformat())
        overdue.tell(write, site, due)
        overdue.forget_gone(write, site)
        return [_begin(write, site, key, found) for key, found in chosen.items()]


def _chosen(
    read: Connection, site: Site, due: list[Due], by_subject: Mapping[str, Target]
) -> dict[tuple[str, str], list[Target]]:
    """(Rule, library) → what a run of them would examine now; nothing while an earlier one is under way.

    Each library has runs of its own: people who take their time, or drives that are down, hold up no other.
    """
    now = site.now()
    busy = {(run.terms.get("rule"), run.terms.get("library")) for run in care.under_way(read, VERIFY)}
    taken = {item.copy_id for item in care.open_items(read, VERIFY, paused=True)}
    refused = tasks.refused(read)
    found: dict[tuple[str, str], list[Target]] = {}
    for one in due:
        rule, target = site.config.verification[one.rule], by_subject[one.known.subject]
        key = (one.rule, library_of(target))
        if one.at > now or key in busy or not lies_in_hours(now, rule.hours):
            continue
        if _may_be_read(target, rule, taken, refused):
            found.setdefault(key, []).append(target)
    chosen = {}
    # What is read in full needs no sample beside it.
    for key, mine in sorted(found.items(), key=lambda each: site.config.verification[each[0][0]].how != FULL):
        left = [target for target in mine if target.copy is None or target.copy.copy_id not in taken]
        chosen[key] = _first(left, site.config.verification[key[0]].media_at_once)
        taken |= {target.copy.copy_id for target in chosen[key] if target.copy is not None}
    return {key: mine for key, mine in chosen.items() if mine}


def library_of(target: Target) -> str:
    """The library of a medium; "" for what lies on disk."""
    return "" if target.copy is None else target.copy.library or ""


def _begin(write: Connection, site: Site, key: tuple[str, str], chosen: list[Target]) -> CareRun:
    name, library = key
    rule = site.config.verification[name]
    seed = f"{name}/{site.now().date().isoformat()}"
    selection = Selection(
        how=rule.how,
        chunks_percent=rule.chunks_percent,
        edges=rule.edges and rule.how != FULL,
        seed=seed,
        hours=rule.hours,
        disk=chosen[0].copy is None,
        priority=1,
    )
    count = len({one.known.medium_id for one in chosen})
    order = ordering.of_targets(write, site, selection, chosen, media_in_all=count)
    reason = _("rule {name} of the settings: its time has come").format(name=name)
    return ordering.begin(write, site, order, agent=events.DAEMON, reason=reason, rule=name, library=library)


def _may_be_read(
    one: Target, rule: VerificationSettings, taken: set[int | None], refused: Mapping[str, object]
) -> bool:
    if one.copy is None:
        return True
    reached = one.known.reached_by
    by_people = reached == "people" and rule.offline and one.known.medium_id not in refused
    return one.copy.copy_id not in taken and (reached == "robot" or by_people)


def _first(due: list[Target], media_at_once: int) -> list[Target]:
    """All that is due on the first so many media; things on disk count as one each."""
    media: dict[str, None] = {}
    found = []
    for one in due:
        key = one.known.medium_id or one.known.subject
        if key not in media and len(media) >= media_at_once:
            continue
        media[key] = None
        found.append(one)
    return found


def _is_time(settings: Mapping[str, str], now: datetime) -> bool:
    looked = settings.get(_LOOKED_AT)
    # A clock that was set back looks at once.
    return not looked or not timedelta(0) <= now - datetime.fromisoformat(looked) < EVERY
