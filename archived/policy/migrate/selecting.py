"""Which media a migration is about, and what is done with what lies on each.

Every condition that is named must hold. *Copying* writes an image again, as it is, to another medium of its pool.
*Repacking* takes packages out of their images and lets them be packed again by the rules of today; it is done with
whole sets, because the parity of a set protects all of its images. *Retiring* lets a copy go that no class asks for.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from archived.language import _
from archived.policy.migrate.facts import CopyFact, ImageFact, MediumFact, Situation
from archived.states import MediumState

COPY: Final = "copy"
REPACK: Final = "repack"
RETIRE: Final = "retire"
#: Media that carry something worth migrating, the most doubtful first.
STATES: Final = (
    MediumState.SUSPECT,
    MediumState.QUARANTINED,
    MediumState.WATCH,
    MediumState.GOOD,
    MediumState.APPENDABLE,
)
_LTO = re.compile(r"lto-([0-9]+)")


@dataclass(frozen=True, slots=True)
class Terms:
    """What was asked for. What is empty asks for nothing."""

    media: frozenset[str] = frozenset()
    pools: frozenset[str] = frozenset()
    #: Words of medium states: "watch", "suspect".
    states: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    #: LTO generations up to this one; 0 asks for none.
    generation_max: int = 0
    batches: frozenset[str] = frozenset()
    #: Only media of which the oldest copy was written so long ago.
    older_than_days: float = 0.0
    #: Only what is not as the pools and classes of the settings say now.
    by_rule: bool = False
    #: Only sets whose data images are filled less than this, in percent, all together; they are repacked.
    fill_below_percent: float = 0.0
    #: Repack whatever is chosen, into this pool ("" for the pools that its class names).
    repack: bool = False
    to_pool: str = ""
    media_per_wave: int = 8

    @property
    def empty(self) -> bool:
        """Whether nothing says which media are meant."""
        some = self.media or self.pools or self.states or self.kinds or self.batches or self.generation_max
        return not (some or self.older_than_days or self.by_rule or self.fill_below_percent)

    @property
    def packs_again(self) -> bool:
        return self.repack or bool(self.to_pool) or self.fill_below_percent > 0


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is done, and with what."""

    #: Media whose copies are written again, with these copies.
    copied: tuple[tuple[MediumFact, tuple[CopyFact, ...]], ...] = ()
    #: Sets whose packages are packed again.
    repacked: tuple[str, ...] = ()
    #: Copies beside the sets that no class asks for any more.
    retired: tuple[tuple[MediumFact, tuple[CopyFact, ...]], ...] = ()
    #: Why something that was named by hand is left out.
    left_out: tuple[str, ...] = field(default=())


def choose(terms: Terms, situation: Situation, now: datetime) -> Chosen:
    """What these terms ask for in this situation; deterministic."""
    media = [medium for medium in situation.media if _is_meant(medium, terms, now)]
    meant = {medium.medium_id for medium in media}
    left_out = tuple(
        _("medium {medium} carries nothing that could be migrated, or is none of those chosen").format(
            medium=medium_id
        )
        for medium_id in sorted(terms.media - meant)
    )
    media.sort(key=lambda medium: (STATES.index(medium.state), _age(medium, now), medium.medium_id))
    if terms.packs_again:
        return Chosen(repacked=_sets_of(media, terms, situation), left_out=left_out)
    if not terms.by_rule:
        everything = tuple((medium, medium.copies) for medium in media)
        return Chosen(copied=everything, left_out=left_out)
    return _by_rule(media, situation, left_out)


def generation_of(media_kind: str) -> int:
    """The LTO generation of a kind of media; 0 for all that is no LTO."""
    found = _LTO.match(media_kind)
    return int(found[1]) if found else 0


def breaks_rule(image: ImageFact, situation: Situation) -> bool:
    """Whether a set of today would not be made like the one of this image: other N+M, or in another pool."""
    item, pool = situation.sets.get(image.set_id), situation.pools.get(image.pool)
    if item is None:
        return False
    if pool is None or (item.n, item.m) != (pool.n, pool.m):
        return True
    aboard = [situation.packages[name] for name in image.packages if name in situation.packages]
    return any(image.pool not in package.pools for package in aboard)


def fill_percent(images: Collection[ImageFact]) -> float:
    """How full data images are, all together."""
    limit = sum(image.limit_bytes for image in images)
    return 100.0 * sum(image.used_bytes for image in images) / limit if limit else 100.0


def _is_meant(medium: MediumFact, terms: Terms, now: datetime) -> bool:
    if not medium.copies or medium.state not in STATES:
        return False
    pools = {copy.pool for copy in medium.copies}
    return (
        (not terms.media or medium.medium_id in terms.media)
        and (not terms.pools or bool(pools & terms.pools))
        and (not terms.states or medium.state.value in terms.states)
        and (not terms.kinds or medium.kind in terms.kinds)
        and (not terms.generation_max or 0 < generation_of(medium.kind) <= terms.generation_max)
        and (not terms.batches or medium.batch in terms.batches)
        and (not terms.older_than_days or _age(medium, now) <= -timedelta(days=terms.older_than_days))
    )


def _age(medium: MediumFact, now: datetime) -> timedelta:
    """Minus the age of the oldest copy on a medium: the oldest sorts first."""
    return min((copy.written_at - now for copy in medium.copies if copy.written_at), default=timedelta(0))


def _sets_of(media: Collection[MediumFact], terms: Terms, situation: Situation) -> tuple[str, ...]:
    """Sets of which a member at home lies on one of these media, in the order of the media."""
    found: dict[str, None] = {}
    for medium in media:
        for copy in medium.copies:
            image = situation.images.get(copy.image_id)
            if copy.home and image is not None and image.set_id in situation.sets:
                found.setdefault(image.set_id)
    return tuple(set_id for set_id in found if _wants_repacking(set_id, terms, situation))


def _wants_repacking(set_id: str, terms: Terms, situation: Situation) -> bool:
    data = [image for image in situation.members(set_id) if image.kind == "data"]
    if terms.by_rule and not any(breaks_rule(image, situation) for image in data):
        return False
    if terms.to_pool and all(image.pool == terms.to_pool for image in data) and not terms.repack:
        return False
    return not terms.fill_below_percent or fill_percent(data) < terms.fill_below_percent


def _by_rule(media: Collection[MediumFact], situation: Situation, left_out: tuple[str, ...]) -> Chosen:
    """What each copy needs so that all is as the settings say: its set packed again, a new medium, or to be let go."""
    repacked: dict[str, None] = {}
    for medium in media:
        for copy in medium.copies:
            image = situation.images.get(copy.image_id)
            if copy.home and image is not None and image.kind == "data" and breaks_rule(image, situation):
                repacked.setdefault(image.set_id)
    copied, retired = [], []
    for medium in media:
        free = [
            copy
            for copy in medium.copies
            if (image := situation.images.get(copy.image_id)) is not None and image.set_id not in repacked
        ]
        let_go = tuple(copy for copy in free if not copy.home and not _is_asked(copy, situation))
        wrong = tuple(copy for copy in free if copy not in let_go and _wrong_medium(medium, copy, situation))
        retired += [(medium, let_go)] if let_go else []
        copied += [(medium, wrong)] if wrong else []
    return Chosen(tuple(copied), tuple(repacked), tuple(retired), left_out)


def _is_asked(copy: CopyFact, situation: Situation) -> bool:
    aboard = situation.images[copy.image_id].packages
    return any(copy.pool in situation.packages[name].copies for name in aboard if name in situation.packages)


def _wrong_medium(medium: MediumFact, copy: CopyFact, situation: Situation) -> bool:
    pool = situation.pools.get(copy.pool)
    return pool is not None and medium.kind != pool.media_kind
