"""What people say about retention: legal holds, their release, and rulings. Each is one short commit and one event.

Whoever holds something back does it alone. Whoever lets something go sooner, or makes it less confidential, needs a
second person (`LOOSEN`).
"""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection

from archived.approvals import Approval
from archived.catalog import events, images, media, packages, retention
from archived.errors import NotFound, Refused, WrongState
from archived.language import _
from archived.model import Image, Package
from archived.policy.retention.removal import RetentionRules, covers, loosens, standing
from archived.retention import RULED, STARTS_ON, SUBJECTS, Covered, LegalHold, Ruling, Standing
from archived.settings import Config
from archived.stages import approving
from archived.stages.work import Site
from archived.states import CopyState, PackageState

#: Kind of approval.
LOOSEN = "loosen retention"
#: What holds and rulings are asked about: packages that are kept, and those that are forgotten and still on media.
KEPT = (PackageState.ACCEPTED, PackageState.ARCHIVED, PackageState.FOUND, PackageState.FORGOTTEN)


def rules_of(config: Config) -> RetentionRules:
    """The rules of a site, as its settings say."""
    return RetentionRules(
        config.retention.terms,
        config.retention.whole_years,
        {name: settings.retention for name, settings in config.classes.items()},
        {name: settings.confidentiality for name, settings in config.classes.items()},
    )


def covered(package: Package) -> Covered:
    """A package as holds and rulings see it."""
    return Covered(
        package.id,
        package.fonds,
        package.series,
        package.volume,
        package.storage_class,
        package.retention,
        package.confidentiality,
        package.archived_at or package.accepted_at,
    )


def standing_of(read: Connection, site: Site, package: Package) -> Standing:
    """What counts for one package today."""
    return standings(read, site, [package])[package.id]


def standings(read: Connection, site: Site, items: list[Package]) -> dict[str, Standing]:
    """What counts for these packages today, by id."""
    rules, today = rules_of(site.config), site.now().date()
    holds, rulings = retention.holds(read), retention.rulings(read)
    return {item.id: standing(covered(item), holds, rulings, rules, today) for item in items}


def holds_on(read: Connection, site: Site, medium_id: str) -> tuple[str, ...]:
    """Legal holds that cover a package which rests on this medium, in words.

    It rests on it when no other medium has the image verified, and no other image carries it. What an image rests on is
    the parity of its set as well.
    """
    if not retention.holds(read):
        return ()
    carried: dict[str, Package] = {}
    for copy in media.copies_on(read, medium_id):
        for image in _protected_by(read, images.get(read, copy.image_id)):
            others = (one for one in media.copies_of(read, image.id) if one.medium_id != medium_id)
            if not any(one.state is CopyState.VERIFIED for one in others):
                carried |= {item.id: item for item in _resting_on(read, image)}
    found = standings(read, site, list(carried.values()))
    return tuple(
        _("{package}: legal hold {id}, {reason}").format(package=name, id=item.id, reason=item.reason)
        for name, standing in sorted(found.items())
        for item in standing.holds
    )


def _protected_by(read: Connection, image: Image) -> list[Image]:
    """An image, or the data images of its set where it is parity."""
    if image.kind == "data" or image.set_id is None:
        return [image]
    return [member for member in images.of_set(read, image.set_id) if member.kind == "data"]


def _resting_on(read: Connection, image: Image) -> list[Package]:
    """Packages that are kept, or forgotten, and that no other image carries instead of this one."""
    return [
        item
        for item in packages.of_image(read, image.id)
        if item.state is PackageState.FORGOTTEN
        or (item.state in KEPT and image.id in packages.image_ids(read, item.id).values())
    ]


def place_hold(
    write: Connection, site: Site, subject: str, name: str, *, agent: str, reason: str
) -> LegalHold:
    """A legal hold: nothing that it covers is forgotten or destroyed while it stands.

    Raises:
        NotFound: nothing is called that.
        Refused: no reason.
    """
    _demand_reason(reason)
    name = _named(write, site, subject, name)
    item = retention.place(write, LegalHold(0, subject, name, reason, agent, site.now()))
    events.append(write, site.now(), "legal hold", (subject, name), agent=agent, reason=reason, hold=item.id)
    return item


def release_hold(write: Connection, site: Site, hold_id: int, *, agent: str, reason: str) -> LegalHold:
    """A hold stands no longer; what it covered goes when its date is over and two persons want it.

    Raises:
        NotFound: there is no such hold.
        WrongState: it was released already.
        Refused: no reason.
    """
    _demand_reason(reason)
    item = retention.get_hold(write, hold_id)
    if item.released_at is not None:
        raise WrongState(
            _("legal hold {id} was released by {who}; nothing was changed").format(
                id=item.id, who=item.released_by
            )
        )
    retention.release(write, hold_id, site.now(), agent, reason)
    subject = (item.subject, item.name)
    events.append(write, site.now(), "legal hold released", subject, agent=agent, reason=reason, hold=item.id)
    return retention.get_hold(write, hold_id)


def rule(
    write: Connection,
    site: Site,
    subject: str,
    name: str,
    said: Mapping[str, str],
    *,
    agent: str,
    reason: str,
) -> Approval | None:
    """What counts from now on; where that lets something go sooner, or makes it less confidential, it is asked for.

    Args:
        said: new values by `archived.retention.RULED`; those that are empty are passed over.

    Returns:
        None when it is on record; the approval that waits for a second person otherwise.

    Raises:
        NotFound: nothing is called that.
        Refused: nothing is said, a day is none, or no reason.
    """
    _demand_reason(reason)
    name = _named(write, site, subject, name)
    values = {what: said[what].strip() for what in RULED if said.get(what, "").strip()}
    if not values:
        raise Refused(_("say what counts from now on: --retention, --confidentiality or --starts"))
    if STARTS_ON in values:
        _demand_day(values[STARTS_ON])
    new = [Ruling(0, subject, name, what, value, reason, agent, site.now()) for what, value in values.items()]
    if _loosens(write, site, new):
        terms = {"subject": subject, "name": name, **values}
        thing = f"{subject} {name}: " + ", ".join(f"{what} {value}" for what, value in values.items())
        return approving.ask(write, site, LOOSEN, thing, agent=agent, reason=reason, terms=terms)
    _put(write, site, new)
    return None


def loosen(write: Connection, site: Site, item: Approval, agent: str) -> None:
    """The effect of `LOOSEN`: a second person agreed."""
    subject, name = str(item.terms["subject"]), str(item.terms["name"])
    said = {what: str(item.terms[what]) for what in RULED if what in item.terms}
    _put(
        write,
        site,
        [
            Ruling(0, subject, name, what, value, item.reason, item.asked_by, site.now(), agreed_by=agent)
            for what, value in said.items()
        ],
    )


def _put(write: Connection, site: Site, items: list[Ruling]) -> None:
    for item in items:
        retention.rule(write, item)
        detail = {"what": item.what, "value": item.value, "reason": item.reason, "agreed_by": item.agreed_by}
        events.append(
            write, site.now(), "retention ruled", (item.subject, item.name), agent=item.agent, **detail
        )


def _loosens(read: Connection, site: Site, new: list[Ruling]) -> bool:
    """Whether any package that is kept goes sooner by these rulings, or becomes less confidential."""
    rules, today = rules_of(site.config), site.now().date()
    rulings = retention.rulings(read)
    following = [*rulings, *(_numbered(item, len(rulings) + 1) for item in new)]
    for package in packages.in_state(read, *KEPT):
        item = covered(package)
        if not covers(new[0], item):
            continue
        before = standing(item, (), rulings, rules, today)
        after = standing(item, (), following, rules, today)
        if loosens(before, after, site.config.retention.levels):
            return True
    return False


def _numbered(item: Ruling, number: int) -> Ruling:
    return Ruling(number, item.subject, item.name, item.what, item.value, item.reason, item.agent, item.at)


def _named(read: Connection, site: Site, subject: str, name: str) -> str:
    """The name as the catalog has it. Raises NotFound, Refused."""
    if subject not in SUBJECTS:
        known = ", ".join(SUBJECTS)
        raise Refused(
            _("{subject!r} is nothing that a hold can be about; there are: {known}").format(
                subject=subject, known=known
            )
        )
    if subject == "class":
        known_names = set(site.config.classes)
    else:
        known_names = {covered(item).names()[subject] for item in packages.in_state(read, *KEPT)}
    if name not in known_names:
        raise NotFound(
            _("there is no {subject} {name}; nothing was changed").format(subject=subject, name=name),
            advice="archivectl packages",
            id=name,
        )
    return name


def _demand_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("a reason is needed: it stands in the record for ever"))


def _demand_day(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise Refused(_("{text!r} is no day; write 2003-12-31").format(text=text)) from None
