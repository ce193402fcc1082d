"""What should have been examined long ago: one attention for each rule, with the medium that waits longest."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from archived.catalog import events, media
from archived.catalog.events import Attention
from archived.language import _, counted
from archived.policy.verify.due import Due
from archived.stages.verify import targets
from archived.stages.verify.judging import UNREAD
from archived.stages.work import Site
from archived.verification_settings import VerificationSettings

ATTENTION = "verify-overdue:"


def overdue(rules: Mapping[str, VerificationSettings], due: Iterable[Due], now: datetime) -> list[Due]:
    """Everything that a rule's patience is over for, in the order given."""
    return [one for one in due if one.at + timedelta(days=rules[one.rule].overdue_days) <= now]


def tell(write: Connection, site: Site, due: Iterable[Due]) -> None:
    """Put up what waits for a person: media that nobody brings, drives that are too few, a rule that asks too much.

    What is not overdue any more is taken down.
    """
    by_rule: dict[str, list[Due]] = {}
    for one in overdue(site.config.verification, due, site.now()):
        by_rule.setdefault(one.rule, []).append(one)
    found = [_attention(site, name, late) for name, late in by_rule.items()]
    for item in found:
        events.raise_attention(write, item)
    events.keep_attentions(write, ATTENTION, [item.id for item in found])


def forget_gone(write: Connection, site: Site) -> None:
    """Take down what was told of things that are not kept any more where they were."""
    there = {target.known.subject for target in targets.on_disk(write, site)}
    at_hand = {medium.id for medium in media.listing(write) if medium.element is not None}
    for prefix, alive in (
        (f"verify-{targets.PACKAGE}:", there),
        (f"verify-{targets.EXPORT}:", there),
        (UNREAD, at_hand),
    ):
        events.keep_attentions(write, prefix, [f"{prefix}{name}" for name in alive])


def _attention(site: Site, name: str, found: list[Due]) -> Attention:
    first, count = found[0], len({one.known.medium_id or one.known.subject for one in found})
    what = counted(
        "{count} thing is overdue for examination by rule {name}; {first} has been due since {day}",
        "{count} things are overdue for examination by rule {name}; {first} has been due since {day}",
        count,
    ).format(
        count=count,
        name=name,
        first=first.known.medium_id or first.known.subject,
        day=first.at.date().isoformat(),
    )
    return Attention(
        f"{ATTENTION}{name}",
        "working-hours",
        what,
        _("nothing is known to be wrong; what was read last was right, and sets bear the loss of some media"),
        f"archivectl verify plan --overdue --rule {name}",
        site.now(),
    )
