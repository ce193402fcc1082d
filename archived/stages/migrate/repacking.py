"""Packages of a wave packed again: all of them wait together, their images close, and the old sets are let go.

Packages change their images in one write for the whole wave, when all of them lie in staging; until then nothing says
anything new of them. From there on packing, protection and writing go their ordinary way. A set is let go in one write
when every package that it carried has all good copies that its class asks for on other images.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from archived.care import CareItem, CareRun, ItemEvent, ItemState, RunState
from archived.catalog import care, carriers, events, images, media, packages
from archived.language import _
from archived.model import Image, Package
from archived.policy import packing
from archived.policy.migrate.planning import target_pools
from archived.policy.migrate.selecting import REPACK, Terms
from archived.stages.capacity import charge
from archived.stages.commitment import missing_positions, what_lacks
from archived.stages.migrate import report
from archived.stages.migrate.picture import image_fact, package_fact
from archived.stages.migrate.retiring import is_quiet, retire_set
from archived.stages.migrate.unpacking import UNPACKED
from archived.stages.packing import group_of
from archived.stages.repair import regaining
from archived.stages.work import Site
from archived.states import ImageState, PackageState, SetState

#: Its packages wait for their new images, or lie in them.
WAITING: Final = "waiting"


@dataclass(frozen=True, slots=True)
class Turn:
    """What can be done now for a wave, or for one set of it."""

    run_id: str
    wave: int
    #: "change": packages leave their images; "close": their new images and sets close; "retire": an old set is let go;
    #: "give up": of a set one image cannot be read.
    what: str
    set_id: str = ""

    @property
    def key(self) -> str:
        return f"repacking {self.run_id} {self.set_id}".rstrip()


def turns(read: Connection, site: Site, run: CareRun, wave: int) -> Iterable[Turn]:
    """What can be done now for the sets of a wave that are packed again."""
    items = [item for item in care.items(read, run.id) if item.what == REPACK and item.wave == wave]
    if not items or run.state is not RunState.RUNNING:
        return
    by_set = _by_set(read, items)
    given_up = {
        set_id
        for set_id, found in by_set.items()
        if any(item.state in (ItemState.FAILED, ItemState.SKIPPED) for item in found)
    }
    for set_id in sorted(given_up):
        if any(item.ended_at is None for item in by_set[set_id]):
            yield Turn(run.id, wave, "give up", set_id)
    going = {set_id: found for set_id, found in by_set.items() if set_id not in given_up}
    steps = {
        str(item.cursor.get("step", "")) for found in going.values() for item in found if not item.ended_at
    }
    if steps == {UNPACKED}:
        yield Turn(run.id, wave, "change")
    if steps == {WAITING}:
        waiting = [item for found in going.values() for item in found if not item.ended_at]
        if _to_close(read, site, waiting):
            yield Turn(run.id, wave, "close")
        for set_id, found in sorted(going.items()):
            if not found[0].ended_at and _is_kept(read, site, found) and is_quiet(read, set_id):
                yield Turn(run.id, wave, "retire", set_id)


def take_turn(write: Connection, site: Site, turn: Turn) -> bool:
    """Do it, if it is still what can be done."""
    run = care.get(write, turn.run_id)
    if turn not in tuple(turns(write, site, run, turn.wave)):
        return False
    items = [item for item in care.items(write, run.id) if item.what == REPACK and item.wave == turn.wave]
    if turn.what == "change":
        _change(write, site, run, [item for item in items if item.cursor.get("step") == UNPACKED])
    elif turn.what == "close":
        for ask in _to_close(write, site, [item for item in items if item.cursor.get("step") == WAITING]):
            _ask_to_close(write, site, run, ask)
    elif turn.what == "retire":
        _retire(write, site, run, turn.set_id, _by_set(write, items)[turn.set_id])
    else:
        words = _("set {set_id} stays as it is: not all of its images can be read").format(set_id=turn.set_id)
        for item in _by_set(write, items)[turn.set_id]:
            if item.ended_at is None:
                give_up(write, site, run, item, words)
    return True


def give_up(write: Connection, site: Site, run: CareRun, item: CareItem, words: str) -> None:
    """Packages that still wait stay on the image that they had; what lies in new images already goes on by itself."""
    image = images.get(write, str(item.image_id))
    for package_id, pools in item.cursor.get("to", {}).items():
        for pool in pools:
            if pool == image.pool:
                carriers.take_back(write, package_id, pool, image.id)
            else:
                carriers.wait_no_more(write, package_id, pool)
    care.advance_item(write, item.id, ItemEvent.SKIPPED, ended_at=site.now(), note=words)
    regaining.let_go(write, image.id, run.id)
    report.tell(write, care.get(write, run.id))


def _by_set(read: Connection, items: Sequence[CareItem]) -> dict[str, list[CareItem]]:
    found: dict[str, list[CareItem]] = {}
    for item in items:
        found.setdefault(images.get(read, str(item.image_id)).set_id or "", []).append(item)
    return found


def _kept(read: Connection, image_id: str) -> list[Package]:
    """Packages of an image that somebody is owed."""
    return [p for p in packages.of_image(read, image_id) if p.state is PackageState.ARCHIVED]


def _change(write: Connection, site: Site, run: CareRun, items: Sequence[CareItem]) -> None:
    """All packages of the wave wait for new images from this write on."""
    terms = Terms(to_pool=str(run.terms.get("to_pool", "")))
    for item in items:
        image = images.get(write, str(item.image_id))
        aboard = [p for p in _kept(write, image.id) if _is_carried_by(write, p, image)]
        if not all(package.staged for package in aboard):
            kept = {key: value for key, value in item.cursor.items() if key != "step"}
            care.keep_place(write, item.id, kept)  # it left staging again: it is brought back once more
            return
    for item in items:
        image = images.get(write, str(item.image_id))
        to: dict[str, list[str]] = {}
        for package in _kept(write, image.id):
            if not _is_carried_by(write, package, image):
                continue
            pools = target_pools(package_fact(write, site, package), image_fact(image, ()), terms)
            to[package.id] = list(pools)
            there = packages.image_ids(write, package.id)
            for pool in pools:
                if pool == image.pool:
                    carriers.leave(write, package.id, pool, site.now(), again=True)
                elif pool not in there:
                    packages.wait_for_pools(write, package.id, [pool])
                charge(write, site.config, pool, package)
        care.keep_place(write, item.id, {**item.cursor, "step": WAITING, "to": to})


def _is_carried_by(read: Connection, package: Package, image: Image) -> bool:
    return packages.image_ids(read, package.id).get(image.pool) == image.id


@dataclass(frozen=True, slots=True)
class _Ask:
    """The open image of a group, or a set, that is to close."""

    package_id: str = ""
    pool: str = ""
    set_id: str = ""


def _to_close(read: Connection, site: Site, items: Sequence[CareItem]) -> list[_Ask]:
    """Open images for which packages of the wave wait and that were not asked to close; then their sets."""
    asks: dict[object, _Ask] = {}
    opened = {image.key: image for image in images.in_state(read, ImageState.OPEN)}
    sets: set[str] = set()
    gathering = False
    for package, pool, image_id in _new_images(read, items):
        if image_id is None:
            gathering = True
            key = group_of(site, pool, package)
            image = opened.get(key)
            if image is None or image.close_reason != packing.ASKED:
                asks.setdefault(key, _Ask(package.id, pool))
        else:
            image = images.get(read, image_id)
            gathering = gathering or image.state is ImageState.CLOSING
            sets.add(image.set_id or "")
    if not gathering:
        for set_id in sorted(sets):
            item = images.get_set(read, set_id)
            if item.state is SetState.FORMING and not item.close_asked:
                asks[set_id] = _Ask(set_id=set_id)
    return list(asks.values())


def _ask_to_close(write: Connection, site: Site, run: CareRun, ask: _Ask) -> None:
    if ask.set_id:
        images.ask_set_to_close(write, ask.set_id)
        events.append(write, site.now(), "close asked", ("set", ask.set_id), run=run.id)
        return
    package = packages.get(write, ask.package_id)
    image = images.open_image(write, group_of(site, ask.pool, package), site.now())
    images.update_columns(write, image.id, close_reason=packing.ASKED)
    events.append(write, site.now(), "close asked", ("image", image.id), run=run.id)


def _new_images(read: Connection, items: Sequence[CareItem]) -> Iterable[tuple[Package, str, str | None]]:
    """(package, pool, its image there or None while it waits) of all that is packed again."""
    for item in items:
        to: Mapping[str, Sequence[str]] = item.cursor.get("to", {})
        for package_id, pools in to.items():
            package = packages.get(read, package_id)
            if package.state is PackageState.ARCHIVED:
                there = packages.image_ids(read, package_id)
                yield from ((package, pool, there.get(pool)) for pool in pools)


def _is_kept(read: Connection, site: Site, items: Sequence[CareItem]) -> bool:
    """Whether every package of these items has all good copies that its class asks for, on its new images."""
    whole: dict[str, bool] = {}
    for package, _pool, image_id in _new_images(read, items):
        if image_id is None or image_id in {item.image_id for item in items}:
            return False
        image = images.get(read, image_id)
        if image.state is not ImageState.KEPT or image.set_id is None:
            return False
        if image.set_id not in whole:
            whole[image.set_id] = not missing_positions(read, images.get_set(read, image.set_id))
        if not whole[image.set_id] or what_lacks(read, site, package, before=False):
            return False
    return True


def _retire(write: Connection, site: Site, run: CareRun, set_id: str, items: Sequence[CareItem]) -> None:
    """In one write: the old set with its media is let go, and its items are done."""
    why = _("{run}: all packages of set {set_id} were packed again and read back").format(
        run=run.id, set_id=set_id
    )
    retired = retire_set(write, site, set_id, agent=run.agent, why=why)
    for number, item in enumerate(items):
        to = [(package, image_id) for package, _pool, image_id in _new_images(write, [item]) if image_id]
        for package, image_id in to:
            moved: dict[str, Any] = {"from": str(item.image_id), "to": image_id, "run": run.id}
            events.append(write, site.now(), "migration", ("package", package.id), agent=run.agent, **moved)
        fresh = {image_id for _package, image_id in to}
        new_images, new_media, mounted = _made(write, run, fresh)
        finding = {
            "to": sorted(fresh),
            "packages": sorted({package.id for package, _image in to}),
            "retired": retired if number == 0 else [],
            "bytes_read": int(item.cursor.get("bytes_read", 0)),
            "new_images": new_images,
            "new_media": new_media,
            "mounted": sorted({*item.cursor.get("mounted", ()), *mounted}),
        }
        care.advance_item(write, item.id, ItemEvent.FINISHED, ended_at=site.now(), finding=finding)
    report.tell(write, care.get(write, run.id))


def _made(
    read: Connection, run: CareRun, image_ids: Iterable[str]
) -> tuple[dict[str, int], dict[str, str], set[str]]:
    """Bytes written of each image of the new sets, the media that were begun for them, and all that carry them."""
    sets = sorted({images.get(read, image_id).set_id or "" for image_id in image_ids})
    sizes, begun, mounted = dict[str, int](), dict[str, str](), set[str]()
    for image in (member for set_id in sets for member in images.of_set(read, set_id)):
        copies = [copy for copy in media.copies_of(read, image.id) if copy.verified_at is not None]
        sizes[image.id] = (image.size_bytes or 0) * len(copies)
        for copy in copies:
            mounted.add(copy.medium_id)
            if min(other.planned_at for other in media.copies_on(read, copy.medium_id)) >= run.begun_at:
                begun[copy.medium_id] = copy.pool or image.pool
    return sizes, begun, mounted
