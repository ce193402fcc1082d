"""How much fits: on the discs of a pool, and on the staging disk."""

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import Connection

from archived.catalog import cases, media, packages, transports
from archived.formats.capacity import data_disc_overhead_bytes, package_cost_bytes, parity_capacity_bytes
from archived.formats.disc import (
    DiscPackage,
    EmptyFolder,
    Institution,
    PackageRecord,
    StagedFile,
)
from archived.formats.errors import DiscUnplannable
from archived.model import Medium, Package
from archived.policy.submission import SubmissionRequest
from archived.settings import Config
from archived.settings_rules import NAME_BYTES_MAX
from archived.stages.composing import disc_package, institution
from archived.stages.work import Site
from archived.states import MediumState
from backends.optical.udf.layout import UdfEntry

#: Media that a pool may still write to, or that say how large its discs are.
_TELLING = (MediumState.BLANK, MediumState.RESERVED, MediumState.GOOD)


#: The longest text for its bytes in CSV and JSON, and the longest number of a row.
_WIDE = '"'
_LARGE = 10**15 - 1


def usable_bytes(read: Connection, site: Site, pool: str) -> int:
    """Bytes of the smallest disc that this pool may write, less its reserve; 0 when nothing tells how large they are.

    The smallest one counts, so that every member of a set fits on every blank of the pool. A pool that ran out of
    blanks goes by the media that it had; one that never had any by what archived.toml says of them. A tape pool with
    sets of its own says how large an image becomes.
    """
    settings = site.config.pools[pool]
    if settings.image_bytes:
        return settings.image_bytes
    known = [
        medium
        for medium in media.listing(read)
        if medium.library == settings.library and medium.kind == settings.media_kind and medium.capacity_bytes
    ]
    blank = [medium.capacity_bytes for medium in known if medium.state is MediumState.BLANK]
    telling = blank or [medium.capacity_bytes for medium in known if medium.state in _TELLING]
    once_known = telling or [medium.capacity_bytes for medium in known]
    return int(min(once_known, default=settings.capacity_bytes) * (1 - settings.reserve_percent / 100))


def image_limit_bytes(read: Connection, site: Site, pool: str) -> int:
    """What the packages of one image of this pool may cost together.

    The largest data image is the smallest parity capacity less UDF, descriptor and slice reserve.
    """
    settings = site.config.pools[pool]
    return _limit_bytes(usable_bytes(read, site, pool), settings.n, settings.m, institution(site))


@lru_cache(maxsize=64)
def _limit_bytes(medium_bytes: int, n: int, m: int, who: Institution) -> int:
    try:
        image_bytes = parity_capacity_bytes(medium_bytes, n=n, m=m, institution=who)
    except DiscUnplannable:
        return 0
    return image_bytes - data_disc_overhead_bytes(who, n=n, m=m)


def cost_on_disc(request: SubmissionRequest, n: int, entries: Iterable[UdfEntry]) -> int:
    """Upper bound of what a submission adds to a data disc of a set with `n` data members.

    `entries` have the paths that they will have on the disc.
    """
    folder = f"data/{request.fonds}/{request.series}/{request.volume}/v0001"
    files, folders = [], []
    for entry in entries:
        path = entry.path.removeprefix(f"{folder}/")
        if entry.is_directory:
            folders.append(EmptyFolder(path, 0))
        else:
            files.append(StagedFile(path, entry.size_bytes, 0, path, {}))
    described = DiscPackage(
        package_id="P" + "0" * 12,
        reference={"fonds": request.fonds, "series": request.series, "volume": request.volume},
        disc_path=folder,
        version=9999,
        title=request.title,
        retention=request.retention or "",
        confidentiality=request.confidentiality or "",
        accepted_at=datetime(2000, 1, 1, tzinfo=UTC),
        files=tuple(files),
        record=PackageRecord(
            storage_class=_WIDE * NAME_BYTES_MAX,
            pool=_WIDE * NAME_BYTES_MAX,
            image=_WIDE * NAME_BYTES_MAX,
            sequence=_LARGE,
            root_digest="0" * 64,
            owner=_LARGE,
            reason=request.reason,
            submitted_at=datetime(2000, 1, 1, tzinfo=UTC),
            cost_bytes=_LARGE,
            receipt=None,
        ),
        empty_folders=tuple(folders),
    )
    return package_cost_bytes(described, n=n)


def charge_anew(write: Connection, config: Config) -> int:
    """Raise the cost of packages that wait for an image to what this release puts on a disc; how many rose.

    For a site of an earlier release: its packages were judged by what a disc held then.
    """
    return sum(
        charge(write, config, pool, package)
        for pool in config.pools
        for package in packages.waiting(write, pool)
    )


def charge(write: Connection, config: Config, pool: str, package: Package) -> bool:
    """Raise the cost of one package to what this release puts on a disc of a pool; whether it rose."""
    described = disc_package(write, package, pool=pool, image_id=_WIDE * 24, sequence=_LARGE)
    cost_bytes = package_cost_bytes(described, n=config.pools[pool].n)
    if cost_bytes <= package.cost_bytes:
        return False
    packages.update_columns(write, package.id, cost_bytes=cost_bytes)
    return True


def usable_blanks(read: Connection, site: Site, pool: str) -> list[Medium]:
    """Blank media in the library that this pool may write: none about which witnesses disagree, none that leaves."""
    settings = site.config.pools[pool]
    approved = site.config.libraries[settings.library].approved_media
    frozen = cases.frozen_media(read) | transports.leaving(read)
    return [
        medium
        for medium in media.listing(read, MediumState.BLANK)
        if medium.library == settings.library
        and medium.kind == settings.media_kind
        and medium.element is not None
        and medium.id not in frozen
        and (not approved or medium.media_id in approved)
    ]


def under_pressure(site: Site) -> bool:
    """Whether the staging disk is so full that images and sets should close early.

    Pressure begins at twice the space that is kept free, so that closing can still do its work.
    """
    staging = site.config.staging
    return shutil.disk_usage(site.tools.paths.staging).free < 2 * staging.keep_free_bytes
