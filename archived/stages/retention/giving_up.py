"""The two writes of a destruction: media are given up when the survivors are safe, and it is over when all are gone.

**Given up** only when every surviving image and all parity of its new set was read back and is at hand, and nothing
that is kept lies on an image that goes. One write lets the new sets take over, retires the old ones, and makes the list
of media that people are to destroy. **Over** when each of these is destroyed, or lost by the word of two persons, and
nothing of it lies in staging; the same write signs the certificate. A crash before either leaves everything as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from archived.catalog import destructions, events, images, media, packages
from archived.catalog.events import Attention
from archived.destructions import OPEN, Destruction, DestructionEvent, DestructionState
from archived.language import _, counted
from archived.model import Image
from archived.policy.retention.destroying import Plan
from archived.sessions.tools import Tools
from archived.stages import hold
from archived.stages.retention import destroying, lost_media
from archived.stages.retention.certifying import certificate_of, left_in_staging
from archived.stages.work import Action, Broken, Context, Site
from archived.states import (
    CopyEvent,
    CopyState,
    ImageEvent,
    ImageState,
    MediumEvent,
    MediumState,
    PackageEvent,
    PackageState,
    SetEvent,
    SetState,
)

NAME = "giving_up"
_REST_S = 30.0
#: Copies that become retired when their medium is given up; the others stay what they are.
_REPLACED = (CopyState.VERIFIED, CopyState.SUSPECT, CopyState.FOUND)


@dataclass(frozen=True, slots=True)
class Step:
    """A destruction of which one of the two writes may be due, or about which something is to be told."""

    destruction_id: str
    kind: str  # "give up" | "finish" | "tell"
    words: str = ""


def due(read: Connection, site: Site) -> list[Step]:
    found = []
    for item in destructions.listing(read, DestructionState.PREPARING):
        waits = what_it_waits_for(read, site, item)
        if not waits:
            found.append(Step(item.id, "give up"))
        elif waits != item.note:
            found.append(Step(item.id, "tell", waits))
    for item in destructions.listing(read, DestructionState.DESTROYING):
        left = lost_media.left(read, item)
        if not left:
            found.append(Step(item.id, "finish"))
        elif (words := lost_media.words_of(left)) != item.note:
            found.append(Step(item.id, "tell", words))
    return found


def plan(view: list[Step], context: Context) -> list[Action]:
    if context.held:
        return []
    return context.choose([Action(NAME, f"destruction {step.destruction_id}", (), step) for step in view])


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    step: Step = action.task
    item = destructions.get(write, step.destruction_id)
    if hold.stands(write):
        return None
    if step.kind == "tell" and item.state in OPEN:
        destructions.tell(write, item.id, step.words)
        return None
    if step.kind == "give up" and item.state is DestructionState.PREPARING:
        if not what_it_waits_for(write, site, item):
            _give_up(write, site, item)
        return None
    over = item.state is DestructionState.DESTROYING and not lost_media.left(write, item)
    if step.kind == "finish" and over:
        left = left_in_staging(write, site, item)
        if left:
            words = _("nothing is certified before this is gone: {left}").format(left=", ".join(left))
            destructions.tell(write, item.id, words)
            return action
        _finish(write, site, item)
    return None


def run(action: Action, tools: Tools) -> None:
    """Nothing: it is all in the one commit."""


def record(write: Connection, site: Site, action: Action, outcome: None | Broken) -> float:
    return _REST_S


def what_it_waits_for(read: Connection, site: Site, item: Destruction) -> str:
    """What keeps media from being given up, in words; empty when everything that survives is safe."""
    waits = []
    for told in item.terms["new_sets"]:
        made = destructions.replacing(read, str(told["replaces"]))
        if made is None or made.state is SetState.PROTECTING:
            waits.append(_("what survives of set {set} gets a new set").format(set=told["replaces"]))
            continue
        lacking = _lacking(read, made.id, [str(name) for name in told["images"]])
        if made.state is not SetState.PROTECTED or lacking:
            listed = ", ".join(lacking)
            waits.append(
                _("set {set} is not read back everywhere: {listed}").format(set=made.id, listed=listed)
            )
    found = destroying.planned(read, site, item.packages, but=item.id)
    if found.to_repack:
        words = _("packages {listed} are packed again into other images")
        waits.append(words.format(listed=", ".join(found.to_repack[:5])))
    waits += [
        _("set {set} is packed again").format(set=name)
        for name in item.terms["repacked"]
        if images.get_set(read, str(name)).state is not SetState.RETIRED
    ]
    return "; ".join(waits or found.refusals)


def _lacking(read: Connection, new_set: str, survivors: Sequence[str]) -> list[str]:
    """Members of a new set, and images that survive, without a verified copy at hand."""
    wanted: list[Image] = [*images.of_set(read, new_set), *(images.get(read, name) for name in survivors)]
    there = {image.position for image in images.of_set(read, new_set)}
    made = images.get_set(read, new_set)
    unmade = [f"{new_set}-{p}" for p in range(made.n + 1, made.n + made.m + 1) if p not in there]
    return unmade + [
        image.name
        for image in wanted
        if not any(copy.state is CopyState.VERIFIED for copy in media.copies_at_hand(read, image.id))
    ]


def _give_up(write: Connection, site: Site, item: Destruction) -> None:
    found = destroying.planned(write, site, item.packages, but=item.id)
    for new_set in item.terms["new_sets"]:
        _take_over(write, site, str(new_set["replaces"]), [str(name) for name in new_set["images"]])
    for name in found.sets:
        if images.get_set(write, name).state in (SetState.COMPLETE, SetState.FOUND):
            images.advance_set(write, name, SetEvent.RETIRED)
            events.append(write, site.now(), "set retired", ("set", name), destruction=item.id)
    for image_id in (*found.images, *found.parity):
        image = images.get(write, image_id)
        if image.state in (ImageState.KEPT, ImageState.FOUND):
            images.advance_state(write, image_id, ImageEvent.RETIRED)
        for copy in media.copies_of(write, image_id):
            if copy.state is CopyState.PLANNED:
                media.withdraw_plan(write, copy, _("its image is destroyed"), site.now())
            elif copy.state in _REPLACED:
                media.advance_copy(write, copy.id, CopyEvent.REPLACED, note=item.id)
    _release_media(write, site, item, found)
    changes: dict[str, Any] = {"media": found.media, "given_up_at": site.now(), "note": ""}
    destructions.advance_state(write, item.id, DestructionEvent.SURVIVORS_SAFE, **changes)
    events.append(write, site.now(), "media given up", ("destruction", item.id), media=list(found.media))
    events.clear_attention(write, f"destruction:{item.id}")
    if found.media:
        _ask_people(write, site, item, found.media)


def _take_over(write: Connection, site: Site, replaces: str, survivors: Sequence[str]) -> None:
    """From here on the new set protects what survives."""
    made = destructions.replacing(write, replaces)
    if made is None:
        raise ValueError(f"no set replaces {replaces}")
    for image_id in survivors:
        image = images.get(write, image_id)
        destructions.join(write, image, site.now(), closed_at=image.closed_at or image.opened_at)
    images.advance_set(write, made.id, SetEvent.COMPLETED, completed_at=site.now())
    for image in images.of_set(write, made.id):
        if image.state is ImageState.PROTECTED:
            images.advance_state(write, image.id, ImageEvent.COMPLETED)
    events.append(write, site.now(), "set complete", ("set", made.id), replaces=replaces)


def _release_media(write: Connection, site: Site, item: Destruction, found: Plan) -> None:
    """Two persons agreed to it when they agreed to the destruction."""
    why = _("to be destroyed: {id}").format(id=item.id)
    for medium_id in found.media:
        medium = media.get(write, medium_id)
        if medium.state not in (MediumState.RETIRED, MediumState.RELEASED):
            media.advance_state(
                write, medium_id, MediumEvent.RETIRED, site.now(), agent=item.agreed_by, why=why
            )
        if media.get(write, medium_id).state is MediumState.RETIRED:
            media.advance_state(
                write, medium_id, MediumEvent.LET_GO, site.now(), agent=item.agreed_by, why=why
            )


def _ask_people(write: Connection, site: Site, item: Destruction, names: Sequence[str]) -> None:
    what = counted(
        "{count} medium is to be destroyed for {id}: {names}",
        "{count} media are to be destroyed for {id}: {names}",
        len(names),
    ).format(count=len(names), id=item.id, names=", ".join(names[:20]))
    events.raise_attention(
        write,
        Attention(
            f"destroy-media:{item.id}",
            "working-hours",
            what,
            _(
                "everything that is kept is read back on other media; until they are destroyed they can be read"
            ),
            f"archivectl destructions {item.id}   (archivectl media destroy {' '.join(names[:20])} "
            "--method TEXT --reason TEXT)",
            site.now(),
        ),
    )


def _finish(write: Connection, site: Site, item: Destruction) -> None:
    """The write that counts: packages DESTROYED, and the certificate."""
    found = destroying.planned(write, site, item.packages, but=item.id)
    for image_id in (*found.images, *found.parity):
        for copy in media.copies_of(write, image_id):
            gone = media.get(write, copy.medium_id).state is MediumState.DESTROYED
            if gone and copy.state is CopyState.RETIRED:
                media.advance_copy(write, copy.id, CopyEvent.DESTROYED, note=item.id)
    for package_id in item.packages:
        if packages.get(write, package_id).state is PackageState.FORGOTTEN:
            packages.advance_state(write, package_id, PackageEvent.DESTROYED, staged=False)
        detail: dict[str, Any] = {"destruction": item.id, "asked_by": item.asked_by}
        events.append(
            write, site.now(), "destruction", ("package", package_id), agent=item.agreed_by, **detail
        )
    certificate = certificate_of(write, site, item, found)
    changes: dict[str, Any] = {"ended_at": site.now(), "certificate": certificate, "note": ""}
    destructions.advance_state(write, item.id, DestructionEvent.FINISHED, **changes)
    events.append(write, site.now(), "destruction certified", ("destruction", item.id), agent=item.agreed_by)
    events.clear_attention(write, f"destroy-media:{item.id}")
