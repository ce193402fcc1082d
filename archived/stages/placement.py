"""Image → medium: the members of a set get blanks or cartridges, by the diversity floor. Nothing physical yet.

One commit plans every copy that is missing, on discs and on tape, and reserves what is blank; a crash before it leaves
nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import cases, destructions, events, images, media
from archived.catalog.events import Attention
from archived.catalog.media import LIVE_COPIES
from archived.language import _
from archived.media_kinds import TAPE
from archived.model import Copy, Image, ProtectionSet
from archived.policy.cartridges import Cartridge, WantedImage, place_members
from archived.policy.owed import home_pool, is_home
from archived.policy.placement import Blank, PlacedMember, Placement, UnplacedMember, place
from archived.sessions.tools import Tools
from archived.stages import attempts, hold
from archived.stages.capacity import usable_blanks
from archived.stages.planned_copy import plan_on
from archived.stages.shelf import cage_of, cartridges, closed_words, purchase_of, wanted_image
from archived.stages.stacker_floor import blank_draws
from archived.stages.work import Action, Broken, Context, Site
from archived.states import ImageState, MediumState, SetState

NAME = "placement"


@dataclass(frozen=True, slots=True)
class Wanting:
    """A set with members that no medium is planned for."""

    set: ProtectionSet
    missing: tuple[Image, ...]
    placed: tuple[PlacedMember, ...]
    blanks: tuple[Blank, ...]
    waived: bool
    #: Members that spoiled too many media already.
    exhausted: tuple[str, ...]
    #: Those of `missing` that go to tape, and the cartridges that they may go to.
    on_tape: tuple[WantedImage, ...] = ()
    cartridges: tuple[Cartridge, ...] = ()
    #: Of a disc robot: choices of blanks that come out of its bins without digging; None for every other library.
    draws: tuple[tuple[str, ...], ...] | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What the planner found for a set."""

    wanting: Wanting
    placement: Placement


def due(read: Connection, site: Site) -> list[Wanting]:
    wanting = []
    waived = events.allowed(read, "diversity")
    excepted = {item.thing: item.at for item in events.allowances(read) if item.kind == "exception"}
    for item in images.sets_in_state(read, SetState.PROTECTED):
        members = [m for m in images.of_set(read, item.id) if m.state is ImageState.PROTECTED]
        copies = {m.id: [c for c in media.copies_of(read, m.id) if is_home(c, m)] for m in members}
        missing = [m for m in members if not any(c.state in LIVE_COPIES for c in copies[m.id])]
        if not missing:
            continue
        spoiled = [m.id for m in missing if attempts.exhausted(copies[m.id], excepted.get(m.id))]
        others = _of_survivors(read, item)
        placed = [c for c in (*(c for m in members for c in copies[m.id]), *others) if c.state in LIVE_COPIES]
        wanting.append(wanting_of(read, site, item, missing, placed, spoiled, waived=item.id in waived))
    return wanting


def wanting_of(
    read: Connection,
    site: Site,
    item: ProtectionSet,
    missing: Sequence[Image],
    placed: Iterable[Copy],
    spoiled: Iterable[str],
    *,
    waived: bool,
) -> Wanting:
    """Members of a set that want media, where the others lie, and what there is to write.

    Args:
        placed: copies of the other members that the diversity floor counts.
        spoiled: those of `missing` that spoiled too many media already.
    """
    tape_pool = next((home_pool(m, site.config.pools) for m in missing if _goes_to_tape(site, m)), "")
    return Wanting(
        item,
        tuple(missing),
        tuple(_placed(read, copy) for copy in placed),
        tuple(_blanks(read, site, item.pool)),
        waived,
        tuple(spoiled),
        tuple(_on_tape(read, site, m) for m in missing if _goes_to_tape(site, m)),
        cartridges(read, site, tape_pool) if tape_pool else (),
        blank_draws(read, site, item.pool, sum(not _goes_to_tape(site, m) for m in missing)),
    )


def plan(view: list[Wanting], context: Context) -> list[Action]:
    if context.draining or context.held:
        return []
    # One set at a time: the next look sees the blanks that are left.
    return context.choose([Action(NAME, f"placing {w.set.id}", (), placed_by_rules(w)) for w in view])[:1]


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    planned: Planned = action.task
    wanting = planned.wanting
    set_id = wanting.set.id
    if images.get_set(write, set_id).state is not SetState.PROTECTED:
        return None
    if not _still_true(write, site, planned) or hold.stands(write):
        return None
    if planned.placement.refusal:
        _call_for_help(write, site, set_id, _refusal(write, site, planned))
        return action
    for image_id, medium_id in planned.placement.assignments.items():
        pool = home_pool(images.get(write, image_id), site.config.pools)
        plan_on(write, site, image_id, medium_id, pool)
    events.clear_attention(write, f"place:{set_id}")
    return action


def run(action: Action, tools: Tools) -> None:
    """Nothing: the plan is on record, and that is all."""


def record(write: Connection, site: Site, action: Action, outcome: None | Broken) -> float:
    planned: Planned = action.task
    return 5.0 if planned.placement.refusal else 0


def placed_by_rules(wanting: Wanting) -> Planned:
    """Discs and cartridges together, or nothing: magazines and batches of the two are never the same."""
    if wanting.exhausted:
        return Planned(wanting, Placement(refusal=attempts.words(wanting.exhausted)))
    taped = {image.image_id for image in wanting.on_tape}
    item = wanting.set
    parts = [
        _on_discs(wanting, [image for image in wanting.missing if image.id not in taped]),
        place_members(
            wanting.on_tape, wanting.placed, wanting.cartridges, item.m, waived=wanting.waived, set_id=item.id
        ),
    ]
    refusal = ". ".join(part.refusal for part in parts if part.refusal)
    if refusal:
        return Planned(wanting, Placement(refusal=refusal, shortage=sum(part.shortage for part in parts)))
    return Planned(wanting, Placement({**parts[0].assignments, **parts[1].assignments}))


def _on_discs(wanting: Wanting, images_: list[Image]) -> Placement:
    """Blanks for these members; in a disc robot those that come out next, as far as the diversity floor allows."""
    item, members = wanting.set, [UnplacedMember(image.id, image.size_bytes or 0) for image in images_]

    def placed_on(blanks: tuple[Blank, ...]) -> Placement:
        return place(members, wanting.placed, blanks, item.m, waived=wanting.waived, set_id=item.id)

    if wanting.draws is None or not members:
        return placed_on(wanting.blanks)
    by_id = {blank.medium_id: blank for blank in wanting.blanks}
    refused: list[Placement] = []
    for draw in wanting.draws:
        found = placed_on(tuple(by_id[medium_id] for medium_id in draw))
        if not found.refusal:
            return found
        refused.append(found)
    if not refused and len(wanting.blanks) >= len(members):
        words = _(
            "set {set_id} needs {wanted} blanks, and {there} lie in the robot where it cannot take them: beneath other "
            "discs, or in a bin that nothing is taken from. Take out what lies on top of them, and say so: "
            "archivectl library empty LIBRARY --bin NAME"
        )
        said = words.format(set_id=item.id, wanted=len(members), there=len(wanting.blanks))
        return Placement(refusal=said, shortage=len(members))
    # Too few of them, or the next ones do not do together: the words of the first choice say why.
    return refused[0] if refused else placed_on(wanting.blanks[: len(members) - 1])


def _still_true(read: Connection, site: Site, planned: Planned) -> bool:
    """Whether the members still want media and these are as they were: a person may act in between."""
    wanting, wanted = planned.wanting, planned.placement.assignments
    if cases.frozen_media(read).intersection(wanted.values()):
        return False
    taped = {image.image_id: image for image in wanting.on_tape}
    if taped:
        pool = home_pool(images.get(read, next(iter(taped))), site.config.pools)
        if cartridges(read, site, pool) != wanting.cartridges:
            return False
    return all(
        images.get(read, image_id).state is ImageState.PROTECTED
        and (image_id in taped or media.get(read, medium_id).state is MediumState.BLANK)
        for image_id, medium_id in wanted.items()
    )


def _goes_to_tape(site: Site, image: Image) -> bool:
    pool = site.config.pools[home_pool(image, site.config.pools)]
    return site.config.libraries[pool.library].kind == TAPE


def _on_tape(read: Connection, site: Site, image: Image) -> WantedImage:
    pool = site.config.pools[home_pool(image, site.config.pools)]
    return wanted_image(image, media.copies_of(read, image.id), pool.tape_block_bytes)


def _of_survivors(read: Connection, item: ProtectionSet) -> list[Copy]:
    """Where images lie that are going to be members of a set that protects them anew."""
    coming = destructions.ever_members(read, item.id) if item.replaces else []
    return [copy for one in coming for copy in media.copies_of(read, one.image_id)]


def _placed(read: Connection, copy: Copy) -> PlacedMember:
    medium = media.get(read, copy.medium_id)
    return PlacedMember(copy.image_id, cage_of(medium), purchase_of(medium), medium.id)


def _blanks(read: Connection, site: Site, pool: str) -> list[Blank]:
    return [
        Blank(m.id, cage_of(m), purchase_of(m), m.capacity_bytes) for m in usable_blanks(read, site, pool)
    ]


def _refusal(read: Connection, site: Site, planned: Planned) -> str:
    """Why a set has no place, with the cartridges that are no help."""
    to_tape = (m for m in planned.wanting.missing if _goes_to_tape(site, m))
    pools = {home_pool(member, site.config.pools) for member in to_tape}
    closed = [closed_words(read, site, pool) for pool in sorted(pools)]
    return ". ".join([planned.placement.refusal, *(words for words in closed if words)])


def _call_for_help(write: Connection, site: Site, set_id: str, refusal: str) -> None:
    events.raise_attention(
        write,
        Attention(
            f"place:{set_id}",
            "working-hours",
            refusal,
            _(
                "set {set_id} lies with its parity in staging; what is written already stays, originals are needed"
            ).format(set_id=set_id),
            f"archivectl sets {set_id}",
            site.now(),
        ),
    )
