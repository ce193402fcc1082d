"""Protected image → the copies on tape that its classes ask for. Nothing physical yet.

One commit plans every copy of a pool that finds room; a crash before it leaves nothing. A plan whose cartridge can
take nothing any more, or whose blank lies beneath another in a disc robot, is taken back here, and made anew.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import events, images, media, packages, regained
from archived.catalog.events import Attention
from archived.catalog.media import LIVE_COPIES
from archived.language import _, counted
from archived.model import Copy, Image
from archived.policy.cartridges import Cartridge, CopyPlan, WantedImage, place_copies
from archived.policy.owed import is_home, owed_pools, pools_reached
from archived.sessions.tools import Tools
from archived.stages import attempts, hold
from archived.stages.planned_copy import plan_on
from archived.stages.recall_request import image_is_staged
from archived.stages.shelf import cartridges, closed_words, wanted_image
from archived.stages.stacker_floor import buried_plans
from archived.stages.work import Action, Broken, Context, Site
from archived.states import CopyState, ImageState

NAME = "copying"
#: Images that can be written: their digests are known.
_WRITABLE = (ImageState.PROTECTED, ImageState.KEPT)
_REST_S = 5.0


@dataclass(frozen=True, slots=True)
class Owing:
    """A tape pool with images that are owed a copy in it."""

    pool: str
    images: tuple[WantedImage, ...]
    cartridges: tuple[Cartridge, ...]
    #: Images that spoiled too many cartridges already.
    exhausted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """What the planner found for a pool."""

    owing: Owing
    plan: CopyPlan


@dataclass(frozen=True, slots=True)
class View:
    """Pools that are owed copies, and copies that are planned on a cartridge that takes none."""

    owing: tuple[Owing, ...]
    stranded: tuple[Copy, ...]


def due(read: Connection, site: Site) -> View:
    return View(tuple(_owing(read, site)), tuple(_stranded(read, site)))


def plan(view: View, context: Context) -> list[Action]:
    if context.draining or context.held:
        return []
    wanted = [Action(NAME, f"stranded copy {copy.id}", (), copy) for copy in view.stranded]
    wanted += [
        Action(
            NAME, f"copies to {owing.pool}", (), Planned(owing, place_copies(owing.images, owing.cartridges))
        )
        for owing in view.owing
    ]
    return context.choose(wanted)


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    if hold.stands(write):
        return None
    if isinstance(action.task, Copy):
        _take_back(write, site, action.task)
        return None
    planned: Planned = action.task
    pool = planned.owing.pool
    if cartridges(write, site, pool) != planned.owing.cartridges:
        return None  # something else was planned meanwhile: the next look sees what is left
    for image_id, medium_id in planned.plan.assignments.items():
        if pool not in _lacking(write, site, images.get(write, image_id)):
            continue
        plan_on(write, site, image_id, medium_id, pool)
    _tell(write, site, planned)
    return action


def run(action: Action, tools: Tools) -> None:
    """Nothing: the plan is on record, and that is all."""


def record(write: Connection, site: Site, action: Action, outcome: None | Broken) -> float:
    planned: Planned = action.task
    return _REST_S if planned.plan.refused or planned.owing.exhausted else 0


def _owing(read: Connection, site: Site) -> list[Owing]:
    asking = [name for name, settings in site.config.classes.items() if settings.copies]
    if not asking:
        return []
    excepted = {item.thing: item.at for item in events.allowances(read) if item.kind == "exception"}
    wanted: dict[str, list[WantedImage]] = {}
    spoiled: dict[str, list[str]] = {}
    staged = images.staged_of_classes(read, asking, _WRITABLE)
    known = {image.id for image in staged}
    again = (images.get(read, image_id) for image_id in regained.writable(read) if image_id not in known)
    for image in (*staged, *again):
        lacking = _lacking(read, site, image)
        copies = media.copies_of(read, image.id) if lacking else []
        for pool in lacking:
            there = [copy for copy in copies if copy.pool == pool and not is_home(copy, image)]
            if attempts.exhausted(there, excepted.get(image.id)):
                spoiled.setdefault(pool, []).append(image.id)
                continue
            block_bytes = site.config.pools[pool].tape_block_bytes
            wanted.setdefault(pool, []).append(wanted_image(image, copies, block_bytes))
    return [
        Owing(
            pool,
            tuple(wanted.get(pool, ())),
            cartridges(read, site, pool),
            tuple(spoiled.get(pool, ())),
        )
        for pool in sorted({*wanted, *spoiled})
    ]


def _lacking(read: Connection, site: Site, image: Image) -> list[str]:
    """Pools in which an image is owed a copy and has none; nothing while it cannot be written from staging."""
    carried = packages.of_image(read, image.id)
    # Packages that are packed again lie in staging without the recipe of the image that they are to leave.
    writable = image.state in _WRITABLE or image.id in regained.writable(read)
    if not writable or not image_is_staged(site, image, carried):
        return []
    owed = owed_pools(image, (package.storage_class for package in carried), site.config.classes)
    # One that a rebuild found is there, though nobody has read it back yet.
    there = (*LIVE_COPIES, CopyState.FOUND)
    reached = pools_reached(media.copies_of(read, image.id), image, there) if owed else frozenset()
    return [pool for pool in owed if pool not in reached]


def _stranded(read: Connection, site: Site) -> list[Copy]:
    return [*media.stranded_plans(read), *buried_plans(read, site)]


def _take_back(write: Connection, site: Site, copy: Copy) -> None:
    """Its medium takes nothing any more, or is not the next one to take: it is planned anew, on another one."""
    if copy.id not in {item.id for item in _stranded(write, site)}:
        return
    if media.get(write, copy.medium_id).holds_many:
        note = _("cartridge {medium} takes nothing any more").format(medium=copy.medium_id)
    else:
        note = _("another blank is taken before {medium}, which lies beneath it").format(
            medium=copy.medium_id
        )
    media.withdraw_plan(write, copy, note, site.now())
    events.append(write, site.now(), "copy taken back", ("image", copy.image_id), medium=copy.medium_id)


def _tell(write: Connection, site: Site, planned: Planned) -> None:
    """Name what found no room, or what spoiled too many cartridges; or say that it is over."""
    key = f"copies:{planned.owing.pool}"
    refused, spoiled = planned.plan.refused, planned.owing.exhausted
    if not refused and not spoiled:
        events.clear_attention(write, key)
        return
    if spoiled:
        words = attempts.words(spoiled)
    else:
        closed = closed_words(write, site, planned.owing.pool)
        words = ". ".join([next(iter(refused.values())), *([closed] if closed else [])])
    count = len(refused) + len(spoiled)
    what = counted(
        "{number} copy in pool {pool} cannot be planned: {words}",
        "{number} copies in pool {pool} cannot be planned: {words}",
        count,
    ).format(number=count, pool=planned.owing.pool, words=words)
    safe = _(
        "the images go to their other media; their packages stay in staging and are not archived without it"
    )
    next_ = _("archivectl media register   (after blank cartridges were put into the library)")
    events.raise_attention(write, Attention(key, "working-hours", what, safe, next_, site.now()))
