"""From catalog rows to the values that mastering takes: a disc says about itself what the catalog says."""

from sqlalchemy import Connection

from archived.catalog import packages
from archived.formats.disc import (
    DiscMember,
    DiscPackage,
    Institution,
    SetIdentity,
    StagedFile,
    kind_at,
)
from archived.model import Package, ProtectionSet
from archived.settings import PoolSettings
from archived.stages.work import Site


def member_id(set_id: str, position: int) -> str:
    """What a member is called on discs, and by people: `7K3F-3`."""
    return f"{set_id}-{position}"


def label_line(pool_name: str, pool: PoolSettings, protection_set: ProtectionSet, position: int) -> str:
    """The one line on label, README and volume id, by the pool's template."""
    return pool.label.format(
        set=protection_set.id,
        position=position,
        total=protection_set.n + protection_set.m,
        n=protection_set.n,
        pool=pool_name,
    )


def identity(pool_name: str, pool: PoolSettings, protection_set: ProtectionSet) -> SetIdentity:
    """Every member reserved, by opaque ids: nothing on a disc tells what other discs hold."""
    n, m = protection_set.n, protection_set.m
    members = tuple(
        DiscMember(
            position=position,
            image_id=member_id(protection_set.id, position),
            label=label_line(pool_name, pool, protection_set, position),
            kind=kind_at(position, n),
        )
        for position in range(1, n + m + 1)
    )
    return SetIdentity(protection_set.id, n, m, members)


def institution(site: Site) -> Institution:
    settings = site.config.site
    return Institution(settings.name, settings.name_zh, settings.contact)


def disc_package(read: Connection, package: Package) -> DiscPackage:
    """A package as it will lie on a disc, with every staged file."""
    files: list[StagedFile] = []
    empty: list[str] = []
    for item in packages.files(read, package.id):
        if item.is_directory:
            empty.append(item.path)
            continue
        files.append(
            StagedFile(
                item.path,
                item.size_bytes,
                item.mtime_s,
                f"{package.staging_name}/{item.path}",
                {"sha256": item.sha256, "blake3": item.blake3, "xxh3-128": item.xxh3},
            )
        )
    return described(package, tuple(files), tuple(empty))


def described(
    package: Package, files: tuple[StagedFile, ...] = (), empty: tuple[str, ...] = ()
) -> DiscPackage:
    """The disc's description of a package, with the files given."""
    accepted_at = package.accepted_at
    if accepted_at is None:
        raise ValueError(f"package {package.id} was never accepted")
    return DiscPackage(
        package_id=package.id,
        reference={"fonds": package.fonds, "series": package.series, "volume": package.volume},
        disc_path=package.disc_path,
        version=package.version,
        title=package.title,
        retention=package.retention,
        confidentiality=package.confidentiality,
        accepted_at=accepted_at,
        files=files,
        empty_directories=empty,
    )
