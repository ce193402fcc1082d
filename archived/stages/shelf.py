"""The cartridges of a tape pool as the planner sees them: what is left of each when all that is planned is on it."""

from collections import defaultdict

from sqlalchemy import Connection

from archived.catalog import cases, media, migrated, transports
from archived.catalog.media import CartridgeLoad
from archived.language import counted
from archived.model import Copy, Image, Medium
from archived.policy.cartridge_labels import read_label
from archived.policy.cartridges import Cartridge, WantedImage, cost_on_tape, room_of
from archived.settings import PoolSettings
from archived.stages.capacity import usable_bytes
from archived.stages.work import Site
from archived.states import CopyState, MediumState

#: Cartridges that may be written now or after the session that is at them.
WRITABLE = (MediumState.BLANK, MediumState.RESERVED, MediumState.WRITING, MediumState.APPENDABLE)
_CLOSED = (MediumState.QUARANTINED, MediumState.SUSPECT)
#: Copies that are not yet part of what a cartridge says is used.
_TO_COME = (CopyState.PLANNED, CopyState.WRITING)


def cartridges(read: Connection, site: Site, pool: str) -> tuple[Cartridge, ...]:
    """Cartridges in the library that a tape pool may write, by their ids."""
    settings = site.config.pools[pool]
    loads: dict[str, list[CartridgeLoad]] = defaultdict(list)
    for load in media.cartridge_loads(read, settings.library):
        loads[load.medium_id].append(load)
    frozen = cases.frozen_media(read) | migrated.leaving(read) | transports.leaving(read)
    return tuple(
        cartridge_of(medium, loads[medium.id], settings)
        for medium in media.listing(read)
        if medium.state in WRITABLE and medium.id not in frozen and _suits(medium, site, settings)
    )


def closed_words(read: Connection, site: Site, pool: str) -> str:
    """How many cartridges of a tape pool lie in its library set aside or in doubt; "" for none."""
    settings = site.config.pools[pool]
    closed = [
        medium.id
        for medium in media.listing(read)
        if medium.state in _CLOSED and _suits(medium, site, settings)
    ]
    if not closed:
        return ""
    return counted(
        "{number} more cartridge lies there set aside or in doubt, and takes nothing ({first}): archivectl media",
        "{number} more cartridges lie there set aside or in doubt, and take nothing ({first} and others): "
        "archivectl media",
        len(closed),
    ).format(number=len(closed), first=closed[0])


def cartridge_of(medium: Medium, loads: list[CartridgeLoad], settings: PoolSettings) -> Cartridge:
    """One cartridge with what lies on it and what is going to."""
    planned_bytes = sum(
        cost_on_tape(load.size_bytes, settings.tape_block_bytes) for load in loads if load.state in _TO_COME
    )
    return Cartridge(
        medium_id=medium.id,
        room_bytes=room_of(medium.capacity_bytes, medium.used_bytes, planned_bytes, settings.reserve_percent),
        begun=bool(loads),
        confidentiality=loads[0].confidentiality if loads else None,
        magazine=cage_of(medium),
        batch=purchase_of(medium),
    )


def wanted_image(image: Image, copies: list[Copy], block_bytes: int) -> WantedImage:
    """An image as the planner of cartridges sees it."""
    gone = (CopyState.CANCELLED, CopyState.LOST)
    carried_by = frozenset(copy.medium_id for copy in copies if copy.state not in gone)
    cost_bytes = cost_on_tape(image.size_bytes or 0, block_bytes)
    return WantedImage(image.id, cost_bytes, image.confidentiality, carried_by)


def largest_image_bytes(read: Connection, site: Site, pool: str) -> int:
    """Bytes of the largest image that may come to a tape pool: of its own sets, as copy, or as parity."""
    config = site.config
    sources = {pool} if config.pools[pool].image_bytes else set()
    sources |= {name for kind in config.classes.values() if pool in kind.copies for name in kind.pools}
    sources |= {name for name, settings in config.pools.items() if settings.parity_pool == pool}
    return max((usable_bytes(read, site, name) for name in sources), default=0)


def cage_of(medium: Medium) -> str | None:
    """Its magazine, which is never one of another library."""
    return None if medium.magazine is None else f"{medium.library}/{medium.magazine}"


def purchase_of(medium: Medium) -> str:
    """Its purchase batch; cartridges and discs are never of one."""
    return f"{medium.kind}/{medium.batch}" if medium.holds_many else medium.batch


def _suits(medium: Medium, site: Site, settings: PoolSettings) -> bool:
    approved = site.config.libraries[settings.library].approved_media
    return (
        medium.library == settings.library
        and medium.kind == settings.media_kind
        and medium.element is not None
        and read_label(medium.barcode or "").worm == settings.worm
        and (not approved or medium.media_id in approved)
    )
