"""What the catalog says, as the values that a migration is planned from."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection

from archived.catalog import events, images, media, packages
from archived.formats.capacity import data_disc_overhead_bytes
from archived.language import _
from archived.media_kinds import TAPE
from archived.model import Copy, GroupKey, Image, Medium, Package, ProtectionSet
from archived.policy.migrate.costs import DrivePaces
from archived.policy.migrate.facts import (
    CopyFact,
    ImageFact,
    MediumFact,
    PackageFact,
    PoolFact,
    SetFact,
    Situation,
)
from archived.policy.owed import home_pool, is_home
from archived.policy.placement import PlacedMember
from archived.policy.set_forming import scope_key
from archived.policy.spread import Blank
from archived.settings import PoolSettings
from archived.stages.capacity import image_limit_bytes, usable_blanks
from archived.stages.composing import institution
from archived.stages.packing import candidate, group_of
from archived.stages.recall_order import DEFAULT_LOAD_S, DEFAULT_READ_BYTES_PER_S
from archived.stages.shelf import cage_of, cartridges, purchase_of
from archived.stages.stacker_floor import blank_draws
from archived.stages.work import Site
from archived.states import CopyState, ImageState, PackageState, SetState

#: Copies that lie on a medium and are wanted there.
LYING = (CopyState.VERIFIED, CopyState.FOUND, CopyState.SUSPECT)
_GOOD = (CopyState.VERIFIED, CopyState.FOUND)
_WRITTEN_SETS = (SetState.COMPLETE, SetState.FOUND)
#: Images that were written and are kept.
WRITTEN = (ImageState.KEPT, ImageState.FOUND)
_GONE = (CopyState.CANCELLED, CopyState.LOST)


def situation(read: Connection, site: Site) -> Situation:
    """Everything on media: sets that are written, what lies on them, and what may be written in each pool."""
    written = {image.id: image for image in images.in_state(read, *WRITTEN)}
    sets = {item.id: item for item in images.sets_in_state(read, *_WRITTEN_SETS)}
    every_medium = {medium.id: medium for medium in media.listing(read)}
    copies: dict[str, list[Copy]] = defaultdict(list)
    for copy in media.copies_in_state(read, *(state for state in CopyState if state not in _GONE)):
        copies[copy.image_id].append(copy)
    at_hand = {name: _members_at_hand(written, copies, every_medium, name) for name in sets}
    waived = events.allowed(read, "diversity")
    aboard = {image_id: packages.of_image(read, image_id) for image_id in written}
    pools = {name: pool_fact(read, site, name) for name in site.config.pools}
    return Situation(
        tuple(_media(written, copies, every_medium)),
        {
            image.id: _image(image, aboard[image.id], copies[image.id], every_medium, at_hand, sets, pools)
            for image in written.values()
        },
        {
            item.id: SetFact(
                item.id,
                item.pool,
                item.n,
                item.m,
                len(item.absent),
                tuple(place_of(image_id, medium) for image_id, medium in at_hand[item.id].items()),
                item.id in waived,
            )
            for item in sets.values()
        },
        {
            package.id: package_fact(read, site, package)
            for some in aboard.values()
            for package in some
            if package.state not in (PackageState.FORGOTTEN, PackageState.DESTROYED)
        },
        pools,
    )


def paces(read: Connection) -> DrivePaces:
    """What the drives of this site do as a rule, as far as it was measured."""
    known = events.paces(read)
    reading = known.get("read", DEFAULT_READ_BYTES_PER_S)
    return DrivePaces(known.get("load_s", DEFAULT_LOAD_S), reading, known.get("write", reading))


def pool_fact(read: Connection, site: Site, name: str, *, drawn: bool = False) -> PoolFact:
    """A pool as the settings have it, with what may be written in it.

    `drawn`: of a disc robot that stacks its discs only the blanks that come out next, without digging.
    """
    settings = site.config.pools[name]
    tape = site.config.libraries[settings.library].kind == TAPE
    limit_bytes = 0 if tape and not settings.image_bytes else image_limit_bytes(read, site, name)
    return PoolFact(
        name,
        settings.media_kind,
        settings.library,
        tape,
        settings.n,
        settings.m,
        limit_bytes,
        data_disc_overhead_bytes(institution(site), n=settings.n, m=settings.m),
        settings.parity_pool,
        settings.tape_block_bytes,
        () if tape else tuple(_blanks(read, site, name, drawn)),
        cartridges(read, site, name) if tape else (),
    )


def image_fact(image: Image, copies: Sequence[Copy], *, sources: int = 1) -> ImageFact:
    """An image as the planner of its new medium sees it."""
    return ImageFact(
        image.id,
        image.kind,
        image.pool,
        image.set_id or "",
        image.size_bytes or 0,
        image.confidentiality,
        sources,
        carried_by=frozenset(copy.medium_id for copy in copies if copy.state not in _GONE),
    )


def set_fact(read: Connection, item: ProtectionSet) -> SetFact:
    """A set with the places of its members at home, those that are being written among them."""
    placed = []
    for image in images.of_set(read, item.id):
        for copy in media.copies_of(read, image.id):
            medium = media.get(read, copy.medium_id)
            if copy.state in media.LIVE_COPIES and is_home(copy, image):
                placed.append(place_of(image.id, medium))
    waived = item.id in events.allowed(read, "diversity")
    return SetFact(item.id, item.pool, item.n, item.m, len(item.absent), tuple(placed), waived)


def place_of(image_id: str, medium: Medium) -> PlacedMember:
    """Where a member lies, as far as what can be lost at once goes."""
    return PlacedMember(image_id, cage_of(medium), purchase_of(medium), medium.id)


def pool_of(copy: Copy, image: Image, pools: Mapping[str, PoolSettings]) -> str:
    """The pool by whose rules a copy is written again."""
    if image.kind == "parity" and copy.pool not in pools:
        return home_pool(image, pools)
    return copy.pool or image.pool


def _blanks(read: Connection, site: Site, pool: str, drawn_only: bool) -> list[Blank]:
    found = usable_blanks(read, site, pool)
    draws = blank_draws(read, site, pool, 1) if drawn_only else None
    if draws is not None:
        drawn = {medium_id for draw in draws for medium_id in draw}
        found = [medium for medium in found if medium.id in drawn]
    return [Blank(m.id, cage_of(m), purchase_of(m), m.capacity_bytes) for m in found]


def _media(
    written: Mapping[str, Image], copies: Mapping[str, Sequence[Copy]], every_medium: Mapping[str, Medium]
) -> list[MediumFact]:
    on_medium: dict[str, list[CopyFact]] = defaultdict(list)
    for image_id, image in written.items():
        for copy in copies.get(image_id, ()):
            if copy.state in LYING:
                medium = every_medium[copy.medium_id]
                good = copy.state in _GOOD and medium.state in media.HOLDING
                fact = CopyFact(
                    copy.id,
                    image_id,
                    copy.pool or image.pool,
                    is_home(copy, image),
                    good,
                    copy.written_at or copy.verified_at,
                )
                on_medium[copy.medium_id].append(fact)
    return [
        MediumFact(
            medium_id,
            every_medium[medium_id].state,
            every_medium[medium_id].kind,
            every_medium[medium_id].batch,
            every_medium[medium_id].library or "",
            tuple(sorted(found, key=lambda copy: copy.copy_id)),
        )
        for medium_id, found in sorted(on_medium.items())
    ]


def _members_at_hand(
    written: Mapping[str, Image],
    copies: Mapping[str, Sequence[Copy]],
    every_medium: Mapping[str, Medium],
    set_id: str,
) -> dict[str, Medium]:
    """Image → the medium of a good copy at home that can be reached, for the members of a set."""
    found: dict[str, Medium] = {}
    for image in written.values():
        if image.set_id != set_id:
            continue
        for copy in copies.get(image.id, ()):
            medium = every_medium[copy.medium_id]
            if copy.state in _GOOD and is_home(copy, image) and _is_at_hand(medium):
                found.setdefault(image.id, medium)
    return found


def _is_at_hand(medium: Medium) -> bool:
    return medium.element is not None and medium.state in media.HOLDING


def _image(
    image: Image,
    aboard: Collection[Package],
    copies: Sequence[Copy],
    every_medium: Mapping[str, Medium],
    at_hand: Mapping[str, Mapping[str, Medium]],
    sets: Mapping[str, ProtectionSet],
    pools: Mapping[str, PoolFact],
) -> ImageFact:
    readable = [c for c in copies if c.state in _GOOD and _is_at_hand(every_medium[c.medium_id])]
    item = sets.get(image.set_id or "")
    sources = 1 if readable else 0
    if not readable and item is not None:
        needed = item.n - len(item.absent)
        others = len(set(at_hand[item.id]) - {image.id})
        sources = needed if others >= needed else 0
    if not sources:
        doubtful = (CopyState.SUSPECT, CopyState.RETIRED)
        last = [c for c in copies if c.state in doubtful and every_medium[c.medium_id].element is not None]
        sources = 1 if last else 0
    limit = pools[image.pool].limit_bytes if image.pool in pools else 0
    kept = [
        package for package in aboard if package.state not in (PackageState.FORGOTTEN, PackageState.DESTROYED)
    ]
    return ImageFact(
        image.id,
        image.kind,
        image.pool,
        image.set_id or "",
        image.size_bytes or 0,
        image.confidentiality,
        sources,
        sum(package.cost_bytes for package in kept),
        limit,
        tuple(package.id for package in kept),
        frozenset(copy.medium_id for copy in copies),
    )


def package_fact(read: Connection, site: Site, package: Package) -> PackageFact:
    """A package with what its class asks for, by the settings of now."""
    settings = site.config.classes.get(package.storage_class)
    pools = [name for name in (settings.pools if settings is not None else ()) if name in site.config.pools]
    groups = {name: group_of(site, name, package) for name in pools}
    alone = GroupKey("", package.fonds, package.series, package.retention, package.confidentiality)
    carriers = {name: image for name, image in packages.image_ids(read, package.id).items() if image}
    scopes = {
        name: scope_key(
            site.config.pools[name].set_scope, pool=name, fonds=groups[name].fonds, series=groups[name].series
        )
        for name in pools
    }
    return PackageFact(
        package.id,
        package.storage_class or _("(no class)"),
        frozenset(pools),
        frozenset(settings.copies if settings is not None else ()),
        carriers,
        candidate(next(iter(groups.values()), alone), package),
        groups,
        scopes,
        package.state is PackageState.ARCHIVED,
    )
