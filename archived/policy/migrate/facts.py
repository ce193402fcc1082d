"""What a migration is planned from: media, the copies on them, images, sets, packages and pools, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from archived.model import GroupKey
from archived.policy.cartridges import Cartridge
from archived.policy.packing import Candidate
from archived.policy.placement import PlacedMember
from archived.policy.spread import Blank
from archived.states import MediumState


@dataclass(frozen=True, slots=True)
class CopyFact:
    """One image on one medium, written."""

    copy_id: int
    image_id: str
    #: Pool by whose rules it was written.
    pool: str
    #: Whether it is the member of its set, not one that a class asks for beside it.
    home: bool
    #: Whether it counts: read back and matched, and nobody doubts it since.
    good: bool
    written_at: datetime | None


@dataclass(frozen=True, slots=True)
class MediumFact:
    """A medium that carries something."""

    medium_id: str
    state: MediumState
    kind: str
    batch: str
    library: str
    copies: tuple[CopyFact, ...]


@dataclass(frozen=True, slots=True)
class ImageFact:
    """An image whose copies lie on media."""

    image_id: str
    kind: str  # "data" | "parity"
    pool: str
    set_id: str
    size_bytes: int
    confidentiality: str = ""
    #: Media that have to be mounted to make its bytes: 1 where a copy of its own is good, 0 where there is no way.
    sources: int = 1
    #: What its packages take, and how much would fit.
    used_bytes: int = 0
    limit_bytes: int = 0
    packages: tuple[str, ...] = ()
    #: Media that carry it, whatever their state.
    carried_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SetFact:
    """A protection set that is written."""

    set_id: str
    pool: str
    n: int
    m: int
    absent: int = 0
    #: Where its members lie, one place for each that has a good copy at home.
    placed: tuple[PlacedMember, ...] = ()
    #: A person's waiver of diversity is on record.
    waived: bool = False


@dataclass(frozen=True, slots=True)
class PackageFact:
    """A package and what its class asks for."""

    package_id: str
    storage_class: str
    pools: frozenset[str]
    copies: frozenset[str]
    #: Pool → image that carries it.
    carriers: Mapping[str, str]
    candidate: Candidate
    #: What may share an image with it, by pool: for every pool that its class names.
    groups: Mapping[str, GroupKey] = field(default_factory=dict)
    #: Confidentiality and what may join a set with it, by pool.
    scopes: Mapping[str, str] = field(default_factory=dict)
    #: Archived; a package that is anything else is not repacked.
    archived: bool = True


@dataclass(frozen=True, slots=True)
class PoolFact:
    """A pool as the settings have it now, and what may be written in it."""

    name: str
    media_kind: str
    library: str
    tape: bool
    n: int
    m: int
    #: What the packages of one image may cost together.
    limit_bytes: int
    #: What an image takes beside its packages, at most.
    overhead_bytes: int = 0
    #: Tape pool to which the parity of this disc pool goes; "" where it stays here.
    parity_pool: str = ""
    block_bytes: int = 1 << 20
    blanks: tuple[Blank, ...] = ()
    cartridges: tuple[Cartridge, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that a plan rests on."""

    media: tuple[MediumFact, ...]
    images: Mapping[str, ImageFact]
    sets: Mapping[str, SetFact]
    packages: Mapping[str, PackageFact]
    pools: Mapping[str, PoolFact]

    def spare(self, set_id: str) -> int:
        """How many more members of a set may be lost; below 0 when its bytes are not all there any more."""
        item = self.sets[set_id]
        return len({member.image_id for member in item.placed}) - (item.n - item.absent)

    def members(self, set_id: str) -> tuple[ImageFact, ...]:
        """Images of a set."""
        return tuple(image for image in self.images.values() if image.set_id == set_id)
