"""From catalog rows to the values that mastering takes: a disc says about itself what the catalog says."""

from datetime import datetime

from sqlalchemy import Connection

from archived.catalog import packages
from archived.formats.disc import (
    DiscMember,
    DiscPackage,
    EmptyFolder,
    Institution,
    PackageRecord,
    SetIdentity,
    StagedFile,
    kind_at,
)
from archived.formats.rows import PackageRow
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


def disc_package(
    read: Connection, package: Package, *, pool: str, image_id: str, sequence: int
) -> DiscPackage:
    """A package as it will lie on the disc of an image, with every staged file."""
    files: list[StagedFile] = []
    empty: list[EmptyFolder] = []
    for item in packages.files(read, package.id):
        if item.is_directory:
            empty.append(EmptyFolder(item.path, item.mtime_s))
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
    return DiscPackage(
        package_id=package.id,
        reference=_reference(package),
        disc_path=package.disc_path,
        version=package.version,
        title=package.title,
        retention=package.retention,
        confidentiality=package.confidentiality,
        accepted_at=_accepted_at(package),
        files=tuple(files),
        record=PackageRecord(
            storage_class=package.storage_class,
            pool=pool,
            image=image_id,
            sequence=sequence,
            root_digest=package.root_digest,
            owner=package.owner,
            reason=package.reason,
            submitted_at=package.submitted_at,
            cost_bytes=package.cost_bytes,
            receipt=package.accepted_receipt,
        ),
        empty_folders=tuple(empty),
    )


def slice_row(read: Connection, package: Package, member: str) -> PackageRow:
    """What parity discs say of a package on the disc of `member`."""
    files, size_bytes = packages.bag_totals(read, package.id)
    return PackageRow(
        image_id=member,
        package_id=package.id,
        reference=tuple(_reference(package).items()),
        version=package.version,
        title=package.title,
        retention=package.retention,
        confidentiality=package.confidentiality,
        accepted_at=_accepted_at(package),
        disc_path=package.disc_path,
        files=files,
        size_bytes=size_bytes,
    )


def _reference(package: Package) -> dict[str, str]:
    return {"fonds": package.fonds, "series": package.series, "volume": package.volume}


def _accepted_at(package: Package) -> datetime:
    if package.accepted_at is None:
        raise ValueError(f"package {package.id} was never accepted")
    return package.accepted_at
