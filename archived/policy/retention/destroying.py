"""What destroying packages takes: every medium, copy and parity member, and what has to be protected anew. Pure.

A disc that is destroyed alone could be made again from the others of its set. So all parity of every set that ever held
such an image goes as well, and before that the images that survive of these sets get a set of their own.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from archived.language import _
from archived.states import CopyState, ImageState, MediumState, PackageState, SetState

#: Copies of which nothing was ever put on a medium.
_NEVER_THERE = (CopyState.PLANNED, CopyState.CANCELLED)
#: Somebody is at these now; they are over soon.
_UNDER_WAY = (CopyState.WRITING, CopyState.WRITTEN, CopyState.VERIFYING)
#: Copies that a medium would take with it, and on which something rests.
_LIVE = (CopyState.PLANNED, *_UNDER_WAY, CopyState.VERIFIED, CopyState.SUSPECT, CopyState.FOUND)


@dataclass(frozen=True, slots=True)
class PackageSeen:
    """A package that is to be destroyed."""

    id: str
    state: PackageState
    #: Legal holds that cover it, in words.
    holds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CopySeen:
    """A copy of an image on a medium."""

    medium_id: str
    state: CopyState
    #: Whether its medium is where it can be reached, and not in doubt.
    at_hand: bool


@dataclass(frozen=True, slots=True)
class ImageSeen:
    """An image of one of the sets, or one that carries a package of the list."""

    id: str
    #: What people call it.
    name: str
    kind: str
    state: ImageState
    #: The set that it is in now, and those that it ever was in.
    set_id: str | None
    sets: tuple[str, ...]
    copies: tuple[CopySeen, ...]
    #: Packages on it that are kept, and for which no other image of its pool stands in yet.
    packages: tuple[str, ...] = ()
    #: Packages on it that are forgotten.
    forgotten: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetSeen:
    """A set that holds such an image, or ever did."""

    id: str
    state: SetState
    n: int
    m: int
    #: A destruction that is under way and concerns it; "" for none.
    destruction: str = ""


@dataclass(frozen=True, slots=True)
class MediumSeen:
    """A medium with a copy of an image that goes."""

    id: str
    state: MediumState
    #: Images on it that stay, and have a living copy here.
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that the decision looks at."""

    packages: tuple[PackageSeen, ...]
    #: Images that carry them now, or ever did.
    doomed: tuple[ImageSeen, ...]
    #: All images of all these sets, parity of every generation among them; the doomed ones too.
    members: tuple[ImageSeen, ...]
    sets: tuple[SetSeen, ...]
    media: Mapping[str, MediumSeen]


@dataclass(frozen=True, slots=True)
class NewSet:
    """What survives of a set, and is protected anew."""

    replaces: str
    n: int
    m: int
    images: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done; `refusals` say why it cannot be, one sentence each."""

    packages: tuple[str, ...]
    #: Data images that go, and parity images, by id.
    images: tuple[str, ...]
    parity: tuple[str, ...]
    #: Sets that end.
    sets: tuple[str, ...]
    #: Media that people are to destroy.
    media: tuple[str, ...]
    #: Media that are gone for good, or destroyed already.
    lost: tuple[str, ...]
    destroyed: tuple[str, ...]
    new_sets: tuple[NewSet, ...]
    #: Packages that lie on an image that goes, and are kept: they have to be on other images first.
    to_repack: tuple[str, ...]
    #: Sets of such images: all that is kept of them is packed again.
    repacked: tuple[str, ...]
    #: Images that get a set of their own.
    surviving_images: int
    refusals: tuple[str, ...]

    def as_document(self) -> dict[str, Any]:
        """As two persons see it, and as it stands on record; without the refusals, of which an agreed one has none."""
        document = asdict(self)
        del document["refusals"]
        return document


def plan(seen: Seen) -> Plan:
    """What destroying takes.

    A set whose images that go carry nothing that is kept is protected anew, with the images that it has; of any other
    set everything that is kept is packed again into new images.
    """
    doomed = {image.id for image in seen.doomed}
    parity = tuple(image for image in seen.members if image.kind == "parity")
    living = [item for item in seen.sets if item.state not in (SetState.RETIRED, SetState.VOID)]
    mixed = {image.set_id for image in seen.doomed if image.packages}
    repacked = tuple(item.id for item in living if item.id in mixed)
    whole = [item for item in living if item.id not in mixed]
    new_sets = tuple(found for item in whole if (found := _anew(item, seen.members, doomed)) is not None)
    going = (*seen.doomed, *parity)
    there = {copy.medium_id for image in going for copy in image.copies if copy.state not in _NEVER_THERE}
    by_state: dict[str, list[str]] = {"there": [], "lost": [], "destroyed": []}
    for medium_id in sorted(there):
        state = seen.media[medium_id].state
        word = {MediumState.LOST: "lost", MediumState.DESTROYED: "destroyed"}.get(state, "there")
        by_state[word].append(medium_id)
    ids = {package.id for package in seen.packages}
    shared = sorted({name for image in seen.doomed for name in image.packages} - ids)
    return Plan(
        packages=tuple(sorted(ids)),
        images=tuple(sorted(doomed)),
        parity=tuple(sorted(image.id for image in parity)),
        sets=tuple(sorted(item.id for item in seen.sets)),
        media=tuple(by_state["there"]),
        lost=tuple(by_state["lost"]),
        destroyed=tuple(by_state["destroyed"]),
        new_sets=new_sets,
        to_repack=tuple(shared),
        repacked=repacked,
        surviving_images=sum(len(item.images) for item in new_sets),
        refusals=tuple(_refusals(seen, new_sets, ids, going)),
    )


def still_agreed(agreed: Mapping[str, Any], now: Plan) -> bool:
    """Whether what two persons agreed to is what would be done now."""
    document = now.as_document()
    same = ("packages", "images", "parity", "sets", "media", "lost", "to_repack", "repacked")
    return all(list(agreed[name]) == list(document[name]) for name in same)


def safe(images: Collection[ImageSeen]) -> tuple[str, ...]:
    """Names of images without a verified copy at hand; empty: each can be read without its set."""
    return tuple(
        image.name
        for image in images
        if not any(copy.state is CopyState.VERIFIED and copy.at_hand for copy in image.copies)
    )


def _anew(item: SetSeen, members: Sequence[ImageSeen], doomed: Collection[str]) -> NewSet | None:
    """What survives of a set, in its order; None when nothing does."""
    left = tuple(
        image.id
        for image in members
        if image.kind == "data" and image.set_id == item.id and image.id not in doomed
    )
    return NewSet(item.id, item.n, item.m, left) if left else None


def _refusals(
    seen: Seen, new_sets: Sequence[NewSet], ids: Collection[str], going: Sequence[ImageSeen]
) -> list[str]:
    words = []
    unnamed = sorted({name for image in seen.doomed for name in image.forgotten} - set(ids))
    if unnamed:
        words.append(
            _("packages {listed} are forgotten, too, and lie on the same images: name them as well").format(
                listed=", ".join(unnamed[:5]) + (", …" if len(unnamed) > 5 else "")
            )
        )
    for package in seen.packages:
        if package.state is not PackageState.FORGOTTEN:
            words.append(
                _("package {id} is {state}; only what two persons have forgotten is destroyed").format(
                    id=package.id, state=package.state.value
                )
            )
        words += package.holds
    for item in seen.sets:
        if item.destruction:
            words.append(
                _("set {id} is part of destruction {destruction}, which is not over").format(
                    id=item.id, destruction=item.destruction
                )
            )
        elif item.state not in (SetState.COMPLETE, SetState.RETIRED):
            words.append(
                _("set {id} is {state}; first it has to be complete: archivectl sets {id}").format(
                    id=item.id, state=item.state.value
                )
            )
    kept = {name for item in new_sets for name in item.images}
    for name in safe([image for image in seen.members if image.id in kept]):
        words.append(
            _(
                "image {name} survives and has no verified copy at hand: bring its medium back, or let it be repaired"
            ).format(name=name)
        )
    words += _media_refusals(seen, going)
    return words


def _media_refusals(seen: Seen, going: Sequence[ImageSeen]) -> list[str]:
    words = []
    for image in going:
        if any(copy.state in _UNDER_WAY for copy in image.copies):
            words.append(_("image {name} is being written or read back now").format(name=image.name))
    for medium_id in sorted({copy.medium_id for image in going for copy in image.copies}):
        medium = seen.media[medium_id]
        if medium.others:
            words.append(
                _(
                    "cartridge {medium} carries images that stay, too ({images}); bring them to others first: "
                    "archivectl migrate run {medium} --reason TEXT"
                ).format(medium=medium.id, images=", ".join(medium.others[:5]))
            )
        if medium.state in (MediumState.BLANK, MediumState.RESERVED):
            words.append(
                _(
                    "cartridge {medium} was admitted again, and the rest of such an image may lie behind its end: "
                    "archivectl media quarantine {medium} --reason TEXT"
                ).format(medium=medium.id)
            )
        if medium.state in (MediumState.UNKNOWN, MediumState.WRITING):
            words.append(
                _("medium {medium} is {state}; look at it first: archivectl catalog check").format(
                    medium=medium.id, state=medium.state.value
                )
            )
    return words


def is_living(state: CopyState) -> bool:
    """Whether something rests on a copy in this state, or is going to."""
    return state in _LIVE
