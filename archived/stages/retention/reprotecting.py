"""What survives of a set of which images are destroyed gets a set of its own: new parity over the same images.

The images come back into staging as for every repair; one pass over them makes parity files, whose images are placed,
written and read back like all others. The images change over when all of that was read back (`giving_up`), not before:
until then the old set protects them. A crash leaves a set that is PROTECTING, which is made again from the same images.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from archived.care import MIGRATE
from archived.catalog import care, destructions, events, images, media, packages
from archived.catalog.events import Attention
from archived.catalog.rows import next_number
from archived.destructions import Destruction, DestructionState, Generation
from archived.errors import ArchivedError
from archived.formats.disc import DiscMember, SetIdentity
from archived.language import _
from archived.model import Image, ProtectionSet
from archived.policy.migrate.selecting import Terms
from archived.policy.set_forming import absent_positions
from archived.regained import Where
from archived.sessions.tools import Tools
from archived.stages import hold, protection
from archived.stages.composing import identity, slice_row
from archived.stages.migrate import migration_orders
from archived.stages.protection import Encoded, Encoding
from archived.stages.repair import regaining
from archived.stages.work import CPU, Action, Broken, Context, Site
from archived.states import SetEvent, SetState

NAME = "reprotecting"
_REST_S = 30.0


@dataclass(frozen=True, slots=True)
class Regain:
    """Images that have to come back into staging first."""

    destruction_id: str
    image_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Anew:
    """The pass over what survives of one set; `encoding` is filled in at claiming."""

    destruction_id: str
    replaces: str
    image_ids: tuple[str, ...]
    encoding: Encoding | None = None


@dataclass(frozen=True, slots=True)
class Repack:
    """A set of which packages that are kept share an image with destroyed ones: a migration packs them again."""

    destruction_id: str
    set_id: str

    @property
    def reason(self) -> str:
        """By which its migration is known again."""
        return f"destruction {self.destruction_id}, set {self.set_id}"


@dataclass(frozen=True, slots=True)
class View:
    """What is to be packed again, what is to come back, and what is to be protected anew, begun already or not."""

    repack: tuple[Repack, ...]
    absent: tuple[Regain, ...]
    ready: tuple[Anew, ...]
    begun: tuple[Anew, ...]


def due(read: Connection, site: Site) -> View:
    repack: list[Repack] = []
    absent, ready, begun = [], [], []
    for item in destructions.listing(read, DestructionState.PREPARING):
        tasks = (Repack(item.id, str(name)) for name in item.terms["repacked"])
        repack += [task for task in tasks if _is_due(read, task)]
        for told in item.terms["new_sets"]:
            task = Anew(item.id, str(told["replaces"]), tuple(map(str, told["images"])))
            made = destructions.replacing(read, task.replaces)
            if made is not None:
                begun += [task] if made.state is SetState.PROTECTING else []
                continue
            where = {image_id: regaining.state(read, site, image_id).where for image_id in task.image_ids}
            if set(where.values()) == {Where.READY}:
                ready.append(task)
            missing = tuple(name for name, at in where.items() if at in (Where.ABSENT, Where.FAILED))
            # Those that are in staging by chance have to stay there, too.
            absent += [Regain(item.id, task.image_ids)] if missing else []
    return View(tuple(repack), tuple(absent), tuple(ready), tuple(begun))


def _is_due(read: Connection, task: Repack) -> bool:
    """Whether nobody began to pack a set again; a migration that a person cancelled is not begun once more."""
    if images.get_set(read, task.set_id).state is not SetState.COMPLETE:
        return False
    return not any(run.reason == task.reason for run in care.listing(read, MIGRATE))


def plan(view: View, context: Context) -> list[Action]:
    wanted = [_action(task, resumed=True) for task in view.begun]
    if not (context.draining or context.held):
        wanted += [Action(NAME, f"packing set {task.set_id} again", (), task) for task in view.repack]
        wanted += [Action(NAME, f"survivors of {task.destruction_id}", (), task) for task in view.absent]
        wanted += [_action(task) for task in view.ready]
    return context.choose(wanted)


def _action(task: Anew, *, resumed: bool = False) -> Action:
    return Action(NAME, f"what survives of set {task.replaces}", (CPU,), task, resumed)


def claim(write: Connection, site: Site, action: Action) -> Action | None:
    task: Repack | Regain | Anew = action.task
    item = destructions.get(write, task.destruction_id)
    if item.state is not DestructionState.PREPARING or (hold.stands(write) and not action.resumed):
        return None
    if isinstance(task, Repack):
        return action if _pack_again(write, site, item, task) else None
    if isinstance(task, Regain):
        for image_id in task.image_ids:
            regaining.want(write, site, image_id, item.id)
        return action
    made = destructions.replacing(write, task.replaces)
    if made is None:
        standings = [regaining.want(write, site, image_id, item.id) for image_id in task.image_ids]
        if any(standing.where is not Where.READY for standing in standings):
            return None
        made = _found(write, site, task)
    if made.state is not SetState.PROTECTING:
        return None
    return action.having(replace(task, encoding=_encoding(write, site, item, made)))


def run(action: Action, tools: Tools) -> Encoded | None:
    task: Repack | Regain | Anew = action.task
    if not isinstance(task, Anew):
        return None
    return protection.run(replace(action, task=task.encoding), tools)


def record(write: Connection, site: Site, action: Action, outcome: Encoded | Broken | None) -> float:
    task: Repack | Regain | Anew = action.task
    if isinstance(task, Repack):
        return _REST_S
    if isinstance(task, Regain):
        _tell_of_failures(write, site, task)
        return _REST_S
    encoding = task.encoding
    if encoding is None or images.get_set(write, encoding.set_id).state is not SetState.PROTECTING:
        return 0
    words = _why_not(encoding, outcome)
    if words or not isinstance(outcome, Encoded):
        _call_for_help(write, site, task.destruction_id, task.replaces, words)
        return site.config.rest_s
    made = images.get_set(write, encoding.set_id)
    for plan_, payload, wrapper, mastered in zip(
        encoding.parity, outcome.parity, outcome.wrappers, outcome.mastered, strict=True
    ):
        images.create(write, protection.parity_image(site, made, plan_, payload, wrapper, mastered))
        images.store_chunks(write, plan_.image_id, {"image": wrapper.chunks, "payload": payload.chunks})
    for image, fingerprint in zip(encoding.members, outcome.images, strict=True):
        if images.chunks(write, image.id) is None:
            images.store_chunks(write, image.id, {"image": fingerprint.chunks})
        regaining.let_go(write, image.id, task.destruction_id)
    images.advance_set(write, made.id, SetEvent.ENCODED, protected_at=site.now())
    events.clear_attention(write, f"destruction:{task.destruction_id}")
    detail: dict[str, Any] = {"replaces": task.replaces, "destruction": task.destruction_id}
    events.append(write, site.now(), "protection", ("set", made.id), **detail)
    return 0


def _pack_again(write: Connection, site: Site, item: Destruction, task: Repack) -> bool:
    """Begin the migration that brings what is kept of a set to new images; False when it is begun already."""
    if not _is_due(write, task):
        return False
    members = images.of_set(write, task.set_id)
    carrying = {copy.medium_id for image in members for copy in media.copies_at_hand(write, image.id)}
    try:
        terms = Terms(media=frozenset(sorted(carrying)[:1]), repack=True)
        migration_orders.begin(write, site, terms, agent=item.agreed_by, reason=task.reason)
    except ArchivedError as error:
        _call_for_help(write, site, item.id, task.set_id, str(error))
    return True


def _found(write: Connection, site: Site, task: Anew) -> ProtectionSet:
    """The set that will take over, in the write that begins the pass; its data members are still the old set's."""
    old = images.get_set(write, task.replaces)
    made = replace(
        old,
        id=images.set_id(next_number(write, "set")),
        state=SetState.PROTECTING,
        opened_at=site.now(),
        absent=absent_positions(len(task.image_ids), old.n),
        close_asked=False,
        protected_at=None,
        completed_at=None,
        replaces=old.id,
    )
    destructions.put_set(write, made)
    destructions.begin_generation(
        write,
        [
            Generation(image_id, made.id, position, site.now())
            for position, image_id in enumerate(task.image_ids, start=1)
        ],
    )
    detail: dict[str, Any] = {"destruction": task.destruction_id, "images": list(task.image_ids)}
    events.append(write, site.now(), "set formed anew", ("set", made.id), replaces=old.id, **detail)
    return made


def _encoding(read: Connection, site: Site, item: Destruction, made: ProtectionSet) -> Encoding:
    coming = destructions.ever_members(read, made.id)
    # The code sees them at their new places; their bytes go on saying the old ones.
    members = tuple(
        replace(image, set_id=made.id, position=one.position, carved=image.name)
        for one in coming
        for image in [images.get(read, one.image_id)]
    )
    names = {image.position or 0: image for image in members}
    plain = identity(made.pool, site.config.pools[made.pool], made)
    who = SetIdentity(
        made.id,
        made.n,
        made.m,
        tuple(
            DiscMember(
                member.position, names[member.position].name, names[member.position].label, member.kind
            )
            if member.position in names
            else member
            for member in plain.members
        ),
    )
    rows = tuple(
        slice_row(read, package, image.name)
        for image in members
        for package in packages.of_image(read, image.id)
    )
    return Encoding(
        made.id,
        made.n,
        made.m,
        made.absent,
        members,
        protection.parity_plans(site, made),
        who,
        rows,
        made.opened_at,
        protection.words_of(site),
        _left_behind(read, item, made.replaces),
    )


def _left_behind(read: Connection, item: Destruction, set_id: str) -> tuple[str, ...]:
    """What members are called that the new set leaves behind: destroyed images, and all parity of earlier sets."""
    gone = {images.get(read, str(image_id)).name for image_id in item.terms["images"]}
    kept = [str(name) for told in item.terms["new_sets"] for name in told["images"]]
    return tuple(sorted({*gone, *destructions.left_behind(read, set_id, kept)}))


def _why_not(encoding: Encoding, outcome: Encoded | Broken | None) -> str:
    """Why the pass does not count, in words; empty when it does."""
    if isinstance(outcome, Broken):
        return str(outcome.error)
    if outcome is None:
        return _("nothing was read")
    wrong = [
        image.name
        for image, fingerprint in zip(encoding.members, outcome.images, strict=True)
        if image.sha256 != fingerprint.sha256
    ]
    return _("{listed} in staging are not what is on record").format(listed=", ".join(wrong)) if wrong else ""


def _tell_of_failures(write: Connection, site: Site, task: Regain) -> None:
    failed = _failed(write, site, task.image_ids)
    if failed:
        _call_for_help(write, site, task.destruction_id, "", "; ".join(failed))


def _failed(read: Connection, site: Site, image_ids: Sequence[str]) -> list[str]:
    found = []
    for image_id in image_ids:
        standing = regaining.state(read, site, image_id)
        if standing.where is Where.FAILED:
            image: Image = images.get(read, image_id)
            found.append(f"{image.name}: {standing.words}")
    return found


def _call_for_help(write: Connection, site: Site, destruction_id: str, set_id: str, words: str) -> None:
    what = _("destruction {id} cannot protect anew what survives: {words}")
    if set_id:
        what = _("destruction {id} cannot protect anew what survives of set {set}: {words}")
    events.raise_attention(
        write,
        Attention(
            f"destruction:{destruction_id}",
            "working-hours",
            what.format(id=destruction_id, set=set_id, words=words),
            _("nothing is destroyed; the sets that there are protect everything as before"),
            f"archivectl destructions {destruction_id}",
            site.now(),
        ),
    )
