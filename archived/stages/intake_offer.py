"""A submission before its content is read: what is there, what the site knows, and the verdict on both."""

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from archived.catalog import packages
from archived.catalog.store import Catalog
from archived.formats import bag_making
from archived.formats.bag import Bag, read_bag
from archived.formats.bag_tags import DECLARATION_NAME
from archived.model import Package
from archived.policy.acceptance import Circumstances, Offered, Verdict, judge, reference_problems
from archived.policy.carried_names import printable, problem_with_length
from archived.policy.reading_rights import Reader
from archived.policy.submission import SubmissionRequest
from archived.policy.twins import NamesBeside
from archived.settings import Config
from archived.stages.intake_source import NotRead, Source
from archived.stages.intake_survey import survey
from backends.optical.udf.cost import group_cost_bytes
from backends.optical.udf.layout import UdfEntry
from devices.clock import Clock

PAYLOAD = "data/"
#: What a file takes on the staging disk beyond its bytes, at most, on the usual file systems.
STAGING_UNIT_BYTES = 4096
#: All tag files of a bag together; they are held in memory. Enough for a million files in one manifest.
TAG_BYTES_MAX = 256 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What the media of this site can hold. The defaults know of no limit."""

    #: Bytes for packages in the largest image of each pool.
    largest_image_bytes: Mapping[str, int] = field(default_factory=dict)
    #: References (as strings) for which a person recorded an exception.
    exceptions: frozenset[str] = frozenset()
    #: Upper bound of what the entries of one package take in an image; paths are those on the disc.
    cost_bytes: Callable[[Iterable[UdfEntry]], int] = group_cost_bytes


@dataclass(frozen=True, slots=True)
class Offer:
    """Everything that is known of a submission before its content is read."""

    request: SubmissionRequest
    source: Source
    #: What the producer's bag declares, or None for a plain folder.
    bag: Bag | None
    #: bag-info.txt of the bag that we would make; empty for a producer's bag.
    info: bytes
    offered: Offered
    versions: tuple[Package, ...]
    verdict: Verdict

    @property
    def prefix(self) -> str:
        """What goes before a path of the source to make its path in the bag."""
        return PAYLOAD if self.bag is None else ""

    @property
    def empty_folders(self) -> list[str]:
        """Folders of the bag that hold nothing, sorted, without '/' at their ends."""
        return [(self.prefix + path).rstrip("/") for path in self.source.empty_folders]


def staging_root(config: Config, site: Path) -> Path:
    """The staging area of a site."""
    return site / config.staging.directory


def examine(
    request: SubmissionRequest,
    *,
    catalog: Catalog,
    config: Config,
    site: Path,
    clock: Clock,
    limits: Limits,
    reader: Reader | None = None,
) -> Offer:
    """Look at the source and at the site, and judge.

    Args:
        reader: whoever must be able to read all of it himself; None when the daemon's own rights decide.

    Raises CatalogBusy.
    """
    staging = staging_root(config, site)
    staging.mkdir(parents=True, exist_ok=True)
    source = _not_ours(survey(request.path, reader), staging)
    try:
        bag = _bag_of(source)
    except NotRead as error:
        source, bag = Source(request.path, unusable=str(error)), None
    info = b"" if bag else _info(request, source, config, clock)
    named = not reference_problems(request)
    # What has no name on a disc has no cost there either, and no version in the catalog.
    names, cost = _carried(request, source, info, bag, limits) if named else (source.problems, 0)
    with catalog.read() as connection:
        versions = tuple(packages.versions(connection, request.reference)) if named else ()
        # Whose reference is there already brings no new name.
        new = named and not versions
        beside = packages.names_beside(connection, request.reference) if new else NamesBeside()
    payload = [file for file in source.files if bag is None or file.path.startswith(PAYLOAD)]
    offered = Offered(
        unusable=source.unusable,
        files=len(payload),
        size_bytes=sum(file.size_bytes for file in payload),
        names=names,
        unreadable=source.unreadable,
        bag=bag.problems if bag else (),
        cost_bytes=cost,
        staging_bytes=sum(map(_staged_bytes, _sizes(source, info, bag).values()))
        + STAGING_UNIT_BYTES * len(source.folders),
    )
    known = Circumstances(
        classes=config.classes,
        default_class=config.default_class,
        versions=versions,
        free_bytes=shutil.disk_usage(staging).free,
        keep_free_bytes=config.staging.keep_free_bytes,
        largest_image_bytes=limits.largest_image_bytes,
        exceptions=limits.exceptions,
        names_beside=beside,
    )
    return Offer(request, source, bag, info, offered, versions, judge(request, offered, known))


def _carried(
    request: SubmissionRequest, source: Source, info: bytes, bag: Bag | None, limits: Limits
) -> tuple[tuple[tuple[str, str], ...], int]:
    """(path, why) of everything that cannot be carried, and the cost on a disc (0 when there is any)."""
    folder = f"data/{request.fonds}/{request.series}/{request.volume}/v0001"
    prefix = "" if bag else PAYLOAD
    sizes = _sizes(source, info, bag)
    empty = [(prefix + path).rstrip("/") for path in source.empty_folders]
    too_long = ((path, problem_with_length(f"{folder}/{path}")) for path in (*sizes, *empty))
    names = (*source.problems, *((printable(path), why) for path, why in too_long if why))
    if names or source.unreadable or source.unusable:
        return names, 0
    entries = [UdfEntry(f"{folder}/{path}", sizes[path], 0) for path in sorted(sizes)]
    entries += [UdfEntry(f"{folder}/{path}", 0, 0, is_directory=True) for path in empty]
    return names, limits.cost_bytes(entries)


def _sizes(source: Source, info: bytes, bag: Bag | None) -> dict[str, int]:
    """Bytes of every file of the bag, of those too that we shall make."""
    if bag is not None:
        return {file.path: file.size_bytes for file in source.files}
    sizes = {PAYLOAD + file.path: file.size_bytes for file in source.files}
    # Undecodable names are refused later, with all others; here they only must have a length.
    return sizes | bag_making.tag_file_sizes(info, map(printable, sizes))


def _staged_bytes(size_bytes: int) -> int:
    return -(-size_bytes // STAGING_UNIT_BYTES) * STAGING_UNIT_BYTES


def _not_ours(source: Source, staging: Path) -> Source:
    """The source, unless it holds the staging area or lies in it."""
    real, ours = source.root.resolve(), staging.resolve()
    if real.is_relative_to(ours) or ours.is_relative_to(real):
        where = printable(str(source.root))
        return Source(source.root, unusable=f"{where} is or holds the staging area itself")
    return source


def _bag_of(source: Source) -> Bag | None:
    """The bag that the source claims to be by having a bagit.txt, or None."""
    if not any(file.path == DECLARATION_NAME for file in source.files):
        return None
    files = {file.path: file for file in source.files}
    left_bytes = TAG_BYTES_MAX

    def read(path: str) -> bytes:
        nonlocal left_bytes
        left_bytes -= files[path].size_bytes
        if left_bytes < 0:
            raise NotRead(
                f"its tag files, {path} the last of them, have more than {TAG_BYTES_MAX >> 20} MiB together; "
                "hand it in as several volumes"
            )
        return source.supply.small_file(files[path])

    sizes = {path: file.size_bytes for path, file in files.items()}
    return read_bag(read, sizes, has_payload_folder="data" in source.folders)


def _info(request: SubmissionRequest, source: Source, config: Config, clock: Clock) -> bytes:
    return bag_making.info_tags(
        bag_making.BagDescription(
            reference=request.reference,
            title=request.title,
            retention=request.retention or "",
            confidentiality=request.confidentiality or "",
            made_at=clock.now(),
            payload_bytes=source.size_bytes,
            payload_files=len(source.files),
            simulated=config.simulated,
        )
    )
