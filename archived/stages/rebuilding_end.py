"""The two ends of a rebuild: what becomes of every medium, and the one write that makes the catalog count."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from archived.batches import highest_batch
from archived.catalog import events, images, media, packages, rebuilt, surveys
from archived.catalog.events import Attention
from archived.language import _, counted
from archived.media_kinds import is_tape
from archived.model import Medium
from archived.policy.rebuilding import Claim, Difference, Sorted
from archived.stages.cartridges_found import sort_cartridge
from archived.stages.checking_report import NOT_ON_MEDIA, counts, sets_that_lack, staged_only
from archived.stages.site_keys import tell_of_unknown_keys, unknown_keys
from archived.stages.unlabelled import not_looked_at
from archived.stages.work import Site
from archived.states import LookState, MediumEvent, MediumState, SurveyEvent
from archived.surveys import MediumLook, Survey

#: Numbers that were given out last may stand on no disc; so the next ones begin this far behind what was found.
GAP = 1000
RECALL_GAP = 100_000
BLANK, APPENDABLE, COMPLETE = "blank", "appendable", "complete"


def sort_media(write: Connection, site: Site, looks: Sequence[MediumLook], found: Sorted) -> list[Difference]:
    """Give every medium its state by what its look found. Returns what is to be told about them."""
    differences: list[Difference] = []
    claims = {claim.medium_id: claim for claim in found.ours}
    kind = next((p.media_kind for p in site.config.pools.values() if not is_tape(p.media_kind)), "unknown")
    # A closed disc tells how much was recorded; what its kind holds, only the blank ones tell.
    sizes = {
        look.finding.get("media_id"): int(look.finding.get("capacity_bytes") or 0)
        for look in looks
        if look.finding.get("status") == BLANK
    }
    for look in looks:
        if not look.is_of_medium:
            continue
        medium = media.get(write, look.medium_id)
        if look.finding.get("tape"):
            mine = [other for other in looks if other.is_of_image and other.medium_id == medium.id]
            differences += sort_cartridge(write, site, medium, look, mine, found)
            continue
        claim = claims.get(medium.id)
        believed = bool(media.copies_on(write, medium.id))
        # An earlier rebuild set it aside, perhaps because its key did not count yet.
        returned = medium.state is MediumState.QUARANTINED and believed
        if medium.state is not MediumState.UNKNOWN and not (returned and claim and not claim.damaged):
            continue
        event, difference = _judged(look, medium, found, claim, believed=believed)
        changes: dict[str, Any] = {
            "kind": medium.kind if medium.holds_many else kind,
            "media_id": str(look.finding.get("media_id") or ""),
            "capacity_bytes": max(
                int(look.finding.get("capacity_bytes") or 0), sizes.get(look.finding.get("media_id"), 0)
            ),
            "note": difference.what if difference is not None else "",
        }
        media.advance_state(write, medium.id, event, site.now(), **changes)
        if difference is not None:
            differences.append(difference)
    _tell_of_blanks(write, site)
    tell_of_unknown_keys(write, site)
    return [*differences, *unknown_keys(write, site)]


def finish(write: Connection, site: Site, survey: Survey) -> None:
    """The last write: the catalog counts from here on.

    Sets and packages stay FOUND, however much of them was seen: that nothing of a set lies in staging may mean
    that all of it was read back, or that staging was lost too. `catalog check --full` proves them.
    """
    _set_counters(write, site)
    events.set_setting(write, surveys.ORIGIN, surveys.REBUILT)
    events.clear_attention(write, "catalog-empty")
    report = _report(write, site, survey)
    surveys.advance_state(write, survey.id, SurveyEvent.FINISHED, ended_at=site.now(), report=report)
    subject = ("survey", str(survey.id))
    events.append(write, site.now(), "catalog rebuilt", subject, agent=survey.agent, **report["counts"])


def _judged(
    look: MediumLook, medium: Medium, found: Sorted, claim: Claim | None, *, believed: bool
) -> tuple[MediumEvent, Difference | None]:
    """What a look makes of a medium that nobody knew."""
    status, again = look.finding.get("status"), f"archivectl media {medium.id}"

    def differs(kind: str, words: str) -> Difference:
        return Difference(kind, medium.id, words, again)

    if look.state is LookState.FAILED:
        words = _("no drive could tell what medium {medium} is: {why}").format(
            medium=medium.id, why=look.note
        )
        return MediumEvent.SPOILED, differs("unreadable", words)
    if claim is not None and not believed:
        return MediumEvent.SPOILED, None  # another disc is believed, and that is told already
    if claim is not None and claim.damaged:
        words = _(
            "medium {medium} carries member {member} of set {set}, and cannot be read everywhere: {what}"
        )
        words = words.format(
            medium=medium.id, member=claim.position, set=claim.set_id, what=", ".join(sorted(claim.damaged))
        )
        return MediumEvent.SPOILED, differs("damaged", words)
    if claim is not None:
        return MediumEvent.IDENTIFIED, None
    if medium.id in found.foreign:
        return MediumEvent.SET_ASIDE, found.foreign[medium.id]
    if status == BLANK:
        return MediumEvent.SET_ASIDE, None
    if status == APPENDABLE:
        words = _("medium {medium} was begun and never closed: an interrupted burn").format(medium=medium.id)
        return MediumEvent.SPOILED, differs("interrupted-burn", words)
    if status == COMPLETE and not look.finding.get("problems"):
        words = _("medium {medium} was written, and not by this archive").format(medium=medium.id)
        return MediumEvent.SET_ASIDE, differs("foreign", words)
    words = _("medium {medium} cannot be read well enough to say what it is").format(medium=medium.id)
    return MediumEvent.SPOILED, differs("unreadable", words)


def _tell_of_blanks(write: Connection, site: Site) -> None:
    """The purchase batch of a blank stands on no medium: a person registers them again."""
    blanks = [
        medium.id
        for medium in media.listing(write, MediumState.QUARANTINED)
        if not medium.note and not media.copies_on(write, medium.id)
    ]
    for medium_id in blanks:
        media.update_columns(write, medium_id, note=_("blank; its purchase batch is not known any more"))
    if not blanks:
        return
    what = counted(
        "{number} blank medium was found; its purchase batch stands on no medium",
        "{number} blank media were found; their purchase batches stand on no medium",
        len(blanks),
    ).format(number=len(blanks))
    events.raise_attention(
        write,
        Attention(
            "blanks-unregistered",
            "working-hours",
            what,
            _("they are set aside and not written"),
            f"archivectl media register {blanks[0]} --batch NAME",
            site.now(),
        ),
    )


def _set_counters(write: Connection, site: Site) -> None:
    """No number is given out twice: the next ones begin well behind the highest that was seen anywhere."""
    staged = site.tools.paths.staging / "packages"
    names = [path.name for path in staged.iterdir()] if staged.is_dir() else []
    taken = packages.listing(write)
    names += [package.id for package in taken]
    numbers = [int(name[1:]) for name in names if name[:1] == "P" and name[1:].isdigit()]
    rebuilt.set_counter(write, "package", max(numbers, default=0) + GAP)
    known = [image.id for image in images.listing(write)]
    counted_up = [int(name[1:]) for name in known if name[:1] == "I" and name[1:].isdigit()]
    rebuilt.set_counter(write, "image", max([len(known), *counted_up]) + GAP)
    found = [images.set_number(item.id) for item in images.set_listing(write)]
    rebuilt.set_counter(write, "set", max(found, default=0) + GAP)
    # Receipts name their batch, and a list is a volume by the name of its own.
    met = max((highest_batch(package) for package in taken), default=0)
    rebuilt.set_counter(write, "batch", met + RECALL_GAP)
    for name in ("recall", "recall order"):
        rebuilt.set_counter(write, name, RECALL_GAP)


def _report(read: Connection, site: Site, survey: Survey) -> dict[str, Any]:
    """What came out, and what cannot come from media."""
    known = {package.id for package in packages.listing(read)}
    found = [*survey.report.get("differences", ())]
    found += [
        item.as_document()
        for item in (*sets_that_lack(read), *staged_only(site, known), *not_looked_at(read, site))
    ]
    lacking = [_(thing) for thing in NOT_ON_MEDIA]
    return {"counts": counts(read), "differences": found, "not_on_media": lacking}
