"""Packages → image. Closing fixes members, set and position in one commit; the recipe follows, and freezes.

A crash after the commit finds the image CLOSING and freezes its recipe again, from the catalog and from what
the settings and this release say: nothing of the first one was used, so it need not be the same. A crash
before it leaves an open image and waiting packages.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from archived.catalog import events, images, packages
from archived.catalog.events import Attention
from archived.formats.data_disc import master_data_disc
from archived.formats.disc import DataDisc
from archived.formats.mastering import Mastered
from archived.language import _
from archived.model import GroupKey, Image, Package
from archived.policy import packing
from archived.policy.packing import Candidate, Choice, PackingRules
from archived.policy.set_forming import scope_key
from archived.sessions.tools import Tools
from archived.stages.capacity import image_limit_bytes, under_pressure
from archived.stages.composing import disc_package, identity, institution, label_line, member_id
from archived.stages.work import CPU, Action, Broken, Context, Site
from archived.states import ImageEvent, ImageState

NAME = "packing"


@dataclass(frozen=True, slots=True)
class Gathering:
    """Packages that may share an image, and wait for one that nobody has opened yet."""

    key: GroupKey
    candidates: tuple[Candidate, ...]
    rules: PackingRules
    pressure: bool


@dataclass(frozen=True, slots=True)
class Group(Gathering):
    """What waits for the next image of one group."""

    image: Image


@dataclass(frozen=True, slots=True)
class Closing:
    """An image about to close, by its group, or one found closing; the rest is known once it is claimed."""

    image_id: str
    group: Group | None = None
    why: str = ""
    disc: DataDisc | None = None
    recipe: Path | None = None


@dataclass(frozen=True, slots=True)
class TooLarge:
    """A waiting package that no medium of its pool can hold, and that nobody was told of."""

    package_id: str
    cost_bytes: int
    pool: str
    capacity_bytes: int


@dataclass(frozen=True, slots=True)
class View:
    """Groups with waiting packages, those among them without an open image, and images that are closing."""

    groups: tuple[Group, ...]
    unopened: tuple[Gathering, ...]
    closing: tuple[str, ...]
    too_large: tuple[TooLarge, ...] = ()


def due(read: Connection, site: Site) -> View:
    opened = {image.key: image for image in images.in_state(read, ImageState.OPEN)}
    groups: list[Group] = []
    unopened: list[Gathering] = []
    pressure = under_pressure(site)
    for pool in site.config.pools:
        waiting_here = packages.waiting(read, pool)
        limit_bytes = image_limit_bytes(read, site, pool) if waiting_here else 0
        for key, waiting in _by_group(site, pool, waiting_here).items():
            candidates = tuple(candidate(key, package) for package in waiting)
            rules = rules_of(site, pool, limit_bytes)
            if key in opened:
                groups.append(Group(key, candidates, rules, pressure, opened[key]))
            else:
                unopened.append(Gathering(key, candidates, rules, pressure))
    closing = images.in_state(read, ImageState.CLOSING)
    too_large = tuple(_unnamed_too_large(read, groups))
    return View(tuple(groups), tuple(unopened), tuple(image.id for image in closing), too_large)


def plan(view: View, context: Context) -> list[Action]:
    wanted = [
        Action(NAME, f"image {image_id}", (CPU,), Closing(image_id), resumed=True)
        for image_id in view.closing
    ]
    wanted += [Action(NAME, f"group {gathering.key}", (), gathering.key) for gathering in view.unopened]
    if context.draining:
        return context.choose(wanted)
    wanted += [Action(NAME, f"too large {item.package_id}", (), item) for item in view.too_large]
    for group in view.groups:
        why = packing.should_close(
            group.candidates,
            group.rules,
            now=context.now,
            held=group.image.held,
            asked=group.image.close_reason == packing.ASKED,
            pressure=group.pressure,
        )
        if why:
            task = Closing(group.image.id, group, why)
            wanted.append(Action(NAME, f"image {group.image.id}", (CPU,), task))
    return context.choose(wanted)


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    if isinstance(action.task, GroupKey):
        images.open_image(write, action.task, site.now())
        return None
    if isinstance(action.task, TooLarge):
        _name_too_large(write, site, action.task)
        return None
    closing: Closing = action.task
    image = images.get(write, closing.image_id)
    if image.state is ImageState.CLOSING:
        return action.having(_task(write, site, image))
    group = closing.group
    if group is None or image.state is not ImageState.OPEN or image.held:
        return None
    waiting = {package.id for package in packages.waiting(write, group.key.pool)}
    candidates = [c for c in group.candidates if c.package_id in waiting]
    limit_bytes = group.rules.capacity_bytes
    choice = packing.choose(candidates, closed_volumes(write, group.key), limit_bytes)
    if not choice.package_ids:
        images.update_columns(write, image.id, close_reason="")
        return None
    _close(write, site, image, choice, closing.why)
    wasted = packing.waste(choice, limit_bytes)
    events.append(
        write,
        site.now(),
        "image closing",
        ("image", image.id),
        why=closing.why,
        packages=len(choice.package_ids),
        ranges=list(choice.ranges),
        unused_bytes=wasted.unused_bytes,
        unused_because=wasted.rule,
    )
    for package_id in choice.package_ids:
        events.clear_attention(write, f"too-large:{package_id}")
    following = images.open_image(write, group.key, site.now())
    if choice.left_out and closing.why == packing.ASKED:
        # Who asks to close what waits means all of it, not one disc's worth.
        images.update_columns(write, following.id, close_reason=packing.ASKED)
    return action.having(_task(write, site, images.get(write, image.id)))


def run(action: Action, tools: Tools) -> Mastered:
    closing: Closing = action.task
    if closing.disc is None or closing.recipe is None:
        raise ValueError(f"{action.key} was not claimed")
    tools.progress.begin(
        action.key, _("freezing the recipe of {image_id}").format(image_id=closing.disc.image_id)
    )
    closing.recipe.parent.mkdir(parents=True, exist_ok=True)
    return master_data_disc(closing.disc, closing.recipe)


def record(write: Connection, site: Site, action: Action, outcome: Mastered | Broken) -> float:
    image = images.get(write, action.task.image_id)
    if image.state is not ImageState.CLOSING:
        return 0  # withdrawn meanwhile
    subject = ("image", image.id)
    if isinstance(outcome, Broken):
        _cannot_freeze(write, site, image, str(outcome.error))
        return site.config.rest_s
    extents = [
        (extent.package_id, extent.path, extent.lba, extent.size_bytes)
        for extent in outcome.extents
        if extent.package_id is not None
    ]
    packages.add_extents(write, image.id, extents)
    images.advance_state(
        write,
        image.id,
        ImageEvent.FROZEN,
        size_bytes=outcome.image_bytes,
        payload_bytes=outcome.image_bytes,
    )
    events.append(write, site.now(), "image closed", subject, bytes=outcome.image_bytes, label=image.label)
    events.clear_attention(write, f"freeze:{image.id}")
    return 0


def open_groups(write: Connection, site: Site) -> None:
    """Every group with waiting packages has an open image from then on."""
    for pool in site.config.pools:
        for key in _by_group(site, pool, packages.waiting(write, pool)):
            images.open_image(write, key, site.now())


def waiting_groups(read: Connection, site: Site) -> set[GroupKey]:
    """The groups that have packages waiting for an image."""
    return {key for pool in site.config.pools for key in _by_group(site, pool, packages.waiting(read, pool))}


def group_of(site: Site, pool: str, package: Package) -> GroupKey:
    """What may share an image with this package in this pool."""
    one_group = site.config.pools[pool].one_group_per_image
    return GroupKey(
        pool, package.fonds, package.series if one_group else "", package.retention, package.confidentiality
    )


def candidate(key: GroupKey, package: Package) -> Candidate:
    """A waiting package as the packer sees it."""
    if package.accepted_at is None:
        raise ValueError(f"package {package.id} was never accepted")
    volume = package.volume if key.series else f"{package.series}/{package.volume}"
    return Candidate(package.id, volume, package.version, package.cost_bytes, package.accepted_at)


def void_image(write: Connection, site: Site, image: Image, why: str) -> None:
    """Give an image up before anything physical happened; its packages wait again."""
    packages.release(write, image.id)
    images.advance_state(write, image.id, ImageEvent.VOIDED, close_reason=why)
    if image.kind == "data":
        images.open_image(write, image.key, site.now())
    events.append(write, site.now(), "image voided", ("image", image.id), reason=why)


def _by_group(site: Site, pool: str, waiting: list[Package]) -> Mapping[GroupKey, list[Package]]:
    groups: dict[GroupKey, list[Package]] = {}
    for package in waiting:
        groups.setdefault(group_of(site, pool, package), []).append(package)
    return groups


def closed_volumes(read: Connection, key: GroupKey) -> list[str]:
    """Volumes of a group that closed images carry, named as its candidates are."""
    if key.series:
        return packages.last_closed_volumes(read, key.pool, key.fonds, key.series)
    return packages.last_closed_series_volumes(read, key.pool, key.fonds)


def rules_of(site: Site, pool: str, limit_bytes: int) -> PackingRules:
    """The packing rules of a pool whose images hold `limit_bytes` of packages."""
    settings = site.config.pools[pool]
    return PackingRules(limit_bytes, settings.close_fill_percent, timedelta(hours=settings.close_after_h))


def _close(write: Connection, site: Site, image: Image, choice: Choice, why: str) -> None:
    """The commit: members, set, position, label and time are fixed; nothing of it changes any more."""
    pool = site.config.pools[image.pool]
    reserved, position = images.join_set(
        write,
        pool=image.pool,
        n=pool.n,
        m=pool.m,
        scope=scope_key(pool.set_scope, pool=image.pool, fonds=image.fonds, series=image.series),
        confidentiality=image.confidentiality,
        at=site.now(),
    )
    packages.assign(write, image.id, image.pool, choice.package_ids)
    images.advance_state(
        write,
        image.id,
        ImageEvent.CLOSE,
        set_id=reserved.id,
        position=position,
        closed_at=site.now(),
        close_reason=why,
        label=label_line(image.pool, pool, reserved, position),
        ranges=choice.ranges,
    )


def disc_of(read: Connection, site: Site, image: Image) -> DataDisc:
    """What the disc of a closed image says about itself."""
    if image.set_id is None or image.position is None or image.closed_at is None:
        raise ValueError(f"image {image.id} has no set and position")
    pool = site.config.pools[image.pool]
    return DataDisc(
        image_id=member_id(image.set_id, image.position),
        label_line=image.label,
        identity=identity(image.pool, pool, images.get_set(read, image.set_id)),
        position=image.position,
        closed_at=image.closed_at,
        institution=institution(site),
        software=site.software,
        site_key=site.key.public,
        simulated=site.config.simulated,
        packages=tuple(
            disc_package(read, package, pool=image.pool, image_id=image.id, sequence=sequence)
            for sequence, package in enumerate(packages.of_image(read, image.id))
        ),
        ranges=image.ranges,
    )


def _task(read: Connection, site: Site, image: Image) -> Closing:
    recipe = site.tools.paths.staging / image.recipe_name
    return Closing(image.id, disc=disc_of(read, site, image), recipe=recipe)


def _cannot_freeze(write: Connection, site: Site, image: Image, words: str) -> None:
    events.append(write, site.now(), "image closing", ("image", image.id), outcome="failure", reason=words)
    events.raise_attention(
        write,
        Attention(
            f"freeze:{image.id}",
            "now",
            _("the recipe of image {id} cannot be frozen: {words}").format(id=image.id, words=words),
            _("its packages lie untouched in staging; nothing was written; it is tried again after a rest"),
            f"archivectl events --subject {image.id}",
            site.now(),
        ),
    )


def _unnamed_too_large(read: Connection, groups: list[Group]) -> Iterator[TooLarge]:
    named = {item.id for item in events.attentions(read)}
    for group in groups:
        limit_bytes = group.rules.capacity_bytes
        for item in group.candidates:
            if item.cost_bytes > limit_bytes and f"too-large:{item.package_id}" not in named:
                yield TooLarge(item.package_id, item.cost_bytes, group.key.pool, limit_bytes)


def _name_too_large(write: Connection, site: Site, item: TooLarge) -> None:
    events.raise_attention(
        write,
        Attention(
            f"too-large:{item.package_id}",
            "working-hours",
            _(
                "package {package_id} ({cost_bytes} bytes on a disc) fits no medium of pool "
                "{pool} ({capacity_bytes} bytes)"
            ).format(
                package_id=item.package_id,
                cost_bytes=item.cost_bytes,
                pool=item.pool,
                capacity_bytes=item.capacity_bytes,
            ),
            _("it stays in staging; everything else goes on"),
            _("archivectl withdraw {package_id} --reason TEXT   (or add larger media to the pool)").format(
                package_id=item.package_id
            ),
            site.now(),
        ),
    )
