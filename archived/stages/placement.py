"""Image → medium: the members of a protected set get blanks, by the diversity floor. Nothing physical yet.

One commit plans every copy that is missing and reserves its blank; a crash before it leaves nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from archived.catalog import events, images, media
from archived.catalog.events import Attention
from archived.catalog.media import LIVE_COPIES
from archived.language import _
from archived.model import Copy, Image, ProtectionSet
from archived.policy.placement import Blank, PlacedMember, Placement, UnplacedMember, place
from archived.sessions.tools import Tools
from archived.stages import hold
from archived.stages.capacity import usable_blanks
from archived.stages.work import Action, Broken, Context, Site
from archived.states import CopyState, ImageState, MediumState, SetState

NAME = "placement"
#: So many discs are spent on one image before a person is asked.
ATTEMPTS_MAX = 3


@dataclass(frozen=True, slots=True)
class Wanting:
    """A set with members that no medium is planned for."""

    set: ProtectionSet
    missing: tuple[Image, ...]
    placed: tuple[PlacedMember, ...]
    blanks: tuple[Blank, ...]
    waived: bool
    #: Members that spoiled too many discs already.
    exhausted: tuple[str, ...]


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
        copies = {m.id: media.copies_of(read, m.id) for m in members}
        missing = [m for m in members if not any(c.state in LIVE_COPIES for c in copies[m.id])]
        if not missing:
            continue
        spoiled = [m.id for m in missing if _spoiled_since(copies[m.id], excepted.get(m.id)) >= ATTEMPTS_MAX]
        wanting.append(
            Wanting(
                item,
                tuple(missing),
                tuple(_placed(read, c) for m in members for c in copies[m.id] if c.state in LIVE_COPIES),
                tuple(_blanks(read, site, item.pool)),
                item.id in waived,
                tuple(spoiled),
            )
        )
    return wanting


def plan(view: list[Wanting], context: Context) -> list[Action]:
    if context.draining or context.held:
        return []
    # One set at a time: the next look sees the blanks that are left.
    return context.choose([Action(NAME, f"placing {w.set.id}", (), _planned(w)) for w in view])[:1]


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    planned: Planned = action.task
    wanting = planned.wanting
    set_id = wanting.set.id
    if images.get_set(write, set_id).state is not SetState.PROTECTED:
        return None
    if not _still_true(write, planned) or hold.stands(write):
        return None
    if planned.placement.refusal:
        _call_for_help(write, site, set_id, planned.placement)
        return action
    pool = site.config.pools[wanting.set.pool]
    library = site.config.libraries[pool.library]
    for image_id, medium_id in planned.placement.assignments.items():
        copy = Copy(
            id=0,
            image_id=image_id,
            medium_id=medium_id,
            state=CopyState.PLANNED,
            role=pool.role,
            site=library.site,
            planned_at=site.now(),
        )
        media.plan_copy(write, copy)
        events.append(write, site.now(), "copy planned", ("image", image_id), medium=medium_id)
    events.clear_attention(write, f"place:{set_id}")
    return action


def run(action: Action, tools: Tools) -> None:
    """Nothing: the plan is on record, and that is all."""


def record(write: Connection, site: Site, action: Action, outcome: None | Broken) -> float:
    planned: Planned = action.task
    return 5.0 if planned.placement.refusal else 0


def _spoiled_since(copies: list[Copy], excepted_at: datetime | None) -> int:
    """Discs that an image spoiled; an exception buys as many again as there were without it."""
    return sum(
        copy.state is CopyState.ABANDONED and (excepted_at is None or copy.planned_at > excepted_at)
        for copy in copies
    )


def _planned(wanting: Wanting) -> Planned:
    if wanting.exhausted:
        words = _(
            "image {exhausted} spoiled {ATTEMPTS_MAX} discs already. Look at the drives and "
            "at the blanks, then: archivectl allow exception {exhausted_2} --reason TEXT"
        ).format(
            exhausted=", ".join(wanting.exhausted),
            ATTEMPTS_MAX=ATTEMPTS_MAX,
            exhausted_2=wanting.exhausted[0],
        )
        return Planned(wanting, Placement(refusal=words))
    placement = place(
        [UnplacedMember(image.id, image.size_bytes or 0) for image in wanting.missing],
        wanting.placed,
        wanting.blanks,
        wanting.set.m,
        waived=wanting.waived,
        set_id=wanting.set.id,
    )
    return Planned(wanting, placement)


def _still_true(read: Connection, planned: Planned) -> bool:
    """Whether the members still want media and the blanks are still blank: a person may act in between."""
    wanted = planned.placement.assignments
    return all(
        images.get(read, image_id).state is ImageState.PROTECTED
        and media.get(read, medium_id).state is MediumState.BLANK
        for image_id, medium_id in wanted.items()
    )


def _placed(read: Connection, copy: Copy) -> PlacedMember:
    medium = media.get(read, copy.medium_id)
    return PlacedMember(copy.image_id, medium.magazine, medium.batch, medium.id)


def _blanks(read: Connection, site: Site, pool: str) -> list[Blank]:
    return [Blank(m.id, m.magazine, m.batch, m.capacity_bytes) for m in usable_blanks(read, site, pool)]


def _call_for_help(write: Connection, site: Site, set_id: str, placement: Placement) -> None:
    events.raise_attention(
        write,
        Attention(
            f"place:{set_id}",
            "working-hours",
            placement.refusal,
            _(
                "set {set_id} lies with its parity in staging; what is written already stays, originals are needed"
            ).format(set_id=set_id),
            f"archivectl sets {set_id}",
            site.now(),
        ),
    )
