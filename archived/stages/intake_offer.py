"""A submission before its content is read: what is there, what the site knows, and the verdict on both."""

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from archived.carried_names import printable
from archived.catalog import packages
from archived.catalog.store import Catalog
from archived.enumeration import shown
from archived.formats.bag import Bag, read_bag
from archived.formats.bag_manifests import PAYLOAD as PAYLOAD
from archived.formats.bag_manifests import manifest_kind
from archived.formats.bag_tags import DECLARATION_NAME
from archived.formats.whole_numbers import INT64_MAX, INT64_MIN
from archived.language import _
from archived.model import Package
from archived.policy.acceptance import Circumstances, Offered, Verdict, judge, reference_problems
from archived.policy.carrying import Carrying
from archived.policy.reading_rights import Reader
from archived.policy.submission import SubmissionRequest
from archived.policy.twins import NamesBeside
from archived.settings import ClassSettings, Config
from archived.stages.archive_survey import Looking
from archived.stages.hold import SET_ASIDE
from archived.stages.intake_bag import BagToBe, bag_to_be, refused_links, without_left_out
from archived.stages.intake_forms import in_bag
from archived.stages.intake_source import NotRead, Source
from archived.stages.source_look import look_at_source
from backends.optical.udf.cost import group_cost_bytes
from backends.optical.udf.layout import UdfEntry
from devices.clock import Clock

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
    #: Pools of which nobody knows how large their media are: they never had any.
    unmeasured: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Offer:
    """Everything that is known of a submission before its content is read."""

    request: SubmissionRequest
    source: Source
    #: What the producer's bag declares, or None for a plain folder.
    bag: Bag | None
    #: The bag that will lie in staging.
    to_be: BagToBe
    offered: Offered
    versions: tuple[Package, ...]
    verdict: Verdict

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the producer should know although it can be taken."""
        found = self.source.warnings
        if self.bag is not None:
            return (*found, *self.bag.warnings)
        if not _looks_like_bag(self.source):
            return found
        return (*found, _("it has a manifest and data/ but no bagit.txt: it is taken as a plain folder"))

    @property
    def prefix(self) -> str:
        """What goes before a path of the source to make its path in the bag."""
        return PAYLOAD if self.bag is None else ""

    @property
    def carrying(self) -> Carrying:
        """How it travels."""
        return self.to_be.carrying

    @property
    def empty_folders(self) -> list[str]:
        """Folders that hold nothing by their paths in the bag, sorted, without '/' at their ends."""
        return [in_bag(self.prefix, path) for path in self.source.empty_folders]


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
    progress: Looking | None = None,
) -> Offer:
    """Look at the source and at the site, and judge.

    Args:
        reader: whoever must be able to read all of it himself; None when the daemon's own rights decide.
        progress: is told while an archive is looked through; what it raises ends that.

    Raises CatalogBusy.
    """
    staging = staging_root(config, site)
    staging.mkdir(parents=True, exist_ok=True)
    rules = config.classes.get(request.storage_class or config.default_class) or ClassSettings(())
    names = request.archive_names or rules.archive_names or config.archives.names
    source = look_at_source(request.path, config.archives, names=names, reader=reader, progress=progress)
    source = _not_ours(source, staging)
    try:
        bag = _bag_of(source)
    except NotRead as error:
        source, bag = Source(request.path, unusable=str(error)), None
    if bag is None:
        source = without_left_out(source, rules.leave_out)
    record_links, simulated = rules.symlinks == "record", config.simulated
    to_be = bag_to_be(
        request, source, bag, record_links=record_links, made_at=clock.now(), simulated=simulated
    )
    named = not reference_problems(request)
    offered = _offered(request, source, bag, to_be, limits, record_links=record_links, named=named)
    with catalog.read() as connection:
        versions = tuple(packages.versions(connection, request.reference)) if named else ()
        # Whose reference is there already brings no new name.
        new = named and not versions
        beside = packages.names_beside(connection, request.reference) if new else NamesBeside()
    known = Circumstances(
        classes=config.classes,
        default_class=config.default_class,
        versions=versions,
        free_bytes=shutil.disk_usage(staging).free,
        keep_free_bytes=config.staging.keep_free_bytes,
        largest_image_bytes=limits.largest_image_bytes,
        exceptions=limits.exceptions,
        unmeasured=limits.unmeasured,
        names_beside=beside,
    )
    return Offer(request, source, bag, to_be, offered, versions, judge(request, offered, known))


def _offered(
    request: SubmissionRequest,
    source: Source,
    bag: Bag | None,
    to_be: BagToBe,
    limits: Limits,
    *,
    record_links: bool,
    named: bool,
) -> Offered:
    """What policy judges. What has no name on a disc (`named`) has no cost there either."""
    names = source.problems if record_links else (*source.problems, *refused_links(source))
    whole = named and not (names or source.unreadable or source.unusable)
    payload = [file for file in source.files if bag is None or file.path.startswith(PAYLOAD)]
    folders = 1 if to_be.carrying.as_tar else len(source.folders)
    return Offered(
        unusable=source.unusable or _misdated(source),
        files=len(payload),
        size_bytes=sum(file.size_bytes for file in payload),
        names=names,
        unreadable=source.unreadable,
        bag=bag.problems if bag else (),
        cost_bytes=_cost_bytes(request, to_be, limits) if whole else 0,
        staging_bytes=sum(map(_staged_bytes, to_be.sizes.values())) + STAGING_UNIT_BYTES * folders,
    )


def _misdated(source: Source) -> str:
    """What of it is dated so that no catalog row, and few file systems, can hold the time; empty for nothing."""
    dated = [(file.path, file.mtime_ns) for file in source.files]
    dated += [(link.path, link.mtime_ns) for link in source.links]
    dated += [(path, folder.mtime_ns) for path, folder in source.folders.items()]
    beyond = sorted(printable(path) or "." for path, at_ns in dated if not INT64_MIN <= at_ns <= INT64_MAX)
    if not beyond:
        return ""
    return _("dated before 1678 or after 2261, which cannot be kept: {paths}").format(paths=shown(beyond))


def _cost_bytes(request: SubmissionRequest, to_be: BagToBe, limits: Limits) -> int:
    """What the bag takes on a disc at most."""
    folder = f"data/{request.fonds}/{request.series}/{request.volume}/v0001"
    sizes = to_be.sizes
    entries = [UdfEntry(f"{folder}/{path}", sizes[path], 0) for path in sorted(sizes)]
    entries += [UdfEntry(f"{folder}/{path}", 0, 0, is_directory=True) for path in to_be.empty_folders]
    return limits.cost_bytes(entries)


def _staged_bytes(size_bytes: int) -> int:
    return -(-size_bytes // STAGING_UNIT_BYTES) * STAGING_UNIT_BYTES


def _not_ours(source: Source, staging: Path) -> Source:
    """The source, unless it holds the staging area or lies in it. What was set aside there may be handed in again."""
    real, ours = source.root.resolve(), staging.resolve()
    if real.is_relative_to(ours / SET_ASIDE) and real != ours / SET_ASIDE:
        return source
    if real.is_relative_to(ours) or ours.is_relative_to(real):
        where = printable(str(source.root))
        return Source(source.root, unusable=f"{where} is or holds the staging area itself")
    return source


def _looks_like_bag(source: Source) -> bool:
    """Whether a folder without a bagit.txt has what only bags have."""
    if "data" not in source.folders:
        return False
    return any("/" not in file.path and manifest_kind(file.path) is not None for file in source.files)


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
                _(
                    "its tag files, {path} the last of them, have more than {TAG_BYTES_MAX} MiB together; "
                    "hand it in as several volumes"
                ).format(path=path, TAG_BYTES_MAX=TAG_BYTES_MAX >> 20)
            )
        return source.supply.small_file(files[path])

    sizes = {path: file.size_bytes for path, file in files.items()}
    return read_bag(read, sizes, has_payload_folder="data" in source.folders)
