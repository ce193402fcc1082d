"""Reading the content of a submission once: into staging and judged, or only judged when nothing is taken."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from archived.formats import bag_making
from archived.formats.bag_manifests import manifest_kind
from archived.formats.receipts import BagSummary
from archived.formats.root_digest import RootDigest
from archived.stages.intake_copy import (
    Progress,
    ReadFile,
    make_folder,
    read_files,
    write_file,
)
from archived.stages.intake_offer import PAYLOAD, Offer
from archived.stages.intake_source import SourceFile
from archived.stages.intake_staging import StagedPackage
from archived.stages.intake_sums import Sums
from erasure.digests import ALGORITHMS


@dataclass(frozen=True, slots=True)
class ContentRead:
    """What one read of everything found."""

    root_digest: str
    #: What is wrong with a producer's bag now that its bytes are known.
    bag_problems: tuple[str, ...]
    #: sha256 of each payload file by path; empty unless it was asked for.
    sha256: Mapping[str, str]
    #: The bag as it lies in staging; of a plain folder that was not staged, without our tag files.
    summary: BagSummary


def read_content(
    offer: Offer,
    staged: StagedPackage | None,
    *,
    made_at_s: int,
    collect: bool = False,
    progress: Progress | None = None,
) -> ContentRead:
    """Read every file once, through every digest that is wanted, and into staging unless `staged` is None.

    Args:
        made_at_s: mtime of the tag files that we make.
        collect: keep the sha256 of every payload file, to name differences.

    Raises:
        Unacceptable: something cannot be read, or changed meanwhile.
        StagingFull, Failed, CatalogBusy: as their words say; the caller abandons.
    """
    reading = _Reading(offer, staged, collect)
    bag = offer.bag
    for seen, file in read_files(
        offer.source,
        prefix=offer.prefix,
        target=staged.folder if staged else None,
        algorithms=bag.algorithms_for if bag else lambda _path: (),
        progress=progress,
    ):
        reading.take(seen, file)
    reading.take_empty_folders()
    if staged:
        if bag is None:
            reading.make_tag_files(staged.folder, made_at_s)
        staged.flush()
    return reading.result()


class _Reading:
    """What accumulates while the files pass by."""

    def __init__(self, offer: Offer, staged: StagedPackage | None, collect: bool) -> None:
        self._offer = offer
        self._staged = staged
        self._collect = collect
        self._sums = Sums(offer.source.files)
        self._problems: list[str] = []
        self._manifests: dict[str, str] = {}
        self._files = 0
        self._size_bytes = 0

    def take(self, seen: SourceFile, file: ReadFile) -> None:
        """The next file of the bag, in any order."""
        self._sums.put(seen, file.digests["sha256"])
        if self._offer.bag is not None:
            self._problems += self._offer.bag.problems_with(file.path, file.digests)
        self._count(file)

    def take_empty_folders(self) -> None:
        """Folders that hold nothing."""
        if self._staged is None:
            return
        source = self._offer.source
        for there, path in zip(source.empty_folders, self._offer.empty_folders, strict=True):
            make_folder(self._staged.folder, path)
            self._staged.add_empty_folder(path, mtime_s=source.folders[there].mtime_ns // 10**9)

    def make_tag_files(self, folder: Path, made_at_s: int) -> None:
        """Turn the staged folder into a bag."""
        lines = (bag_making.payload_line(sha256, path) for path, sha256 in self._payload())
        tags = [
            write_file(folder, name, data, mtime_s=made_at_s)
            for name, data in (
                (bag_making.BAGIT_NAME, (bag_making.DECLARATION,)),
                (bag_making.INFO_NAME, (self._offer.info,)),
                (bag_making.MANIFEST_NAME, lines),
            )
        ]
        listed = [(file.path, file.digests["sha256"]) for file in tags]
        last = bag_making.tag_manifest_text(listed)
        tags.append(write_file(folder, bag_making.TAG_MANIFEST_NAME, (last,), mtime_s=made_at_s))
        for file in tags:
            self._count(file)

    def result(self) -> ContentRead:
        bag = self._offer.bag
        declared = [manifest.algorithm for manifest in bag.payload_manifests] if bag else []
        version = bag.declaration.version if bag and bag.declaration else (1, 0)
        summary = BagSummary(
            version=f"{version[0]}.{version[1]}",
            made_here=bag is None,
            manifests=dict(sorted(self._manifests.items())),
            algorithms=ALGORITHMS,
            declared=tuple(declared),
            files=self._files,
            size_bytes=self._size_bytes,
        )
        root = RootDigest()
        for path, sha256 in self._payload():
            root.add_file(path, sha256)
        for path in self._offer.empty_folders:
            if f"{path}/".startswith(PAYLOAD):
                root.add_empty_folder(path)
        sha256_by_path = dict(self._payload()) if self._collect else {}
        return ContentRead(root.hexdigest(), tuple(self._problems), sha256_by_path, summary)

    def _payload(self) -> Iterator[tuple[str, str]]:
        """Path in the bag and sha256 of every payload file, in order."""
        for file, sha256 in self._sums:
            path = self._offer.prefix + file.path
            if path.startswith(PAYLOAD):
                yield path, sha256

    def _count(self, file: ReadFile) -> None:
        self._files += 1
        self._size_bytes += file.size_bytes
        if manifest_kind(file.path) is not None:
            self._manifests[file.path] = file.digests["sha256"]
        if self._staged is not None:
            self._staged.add_file(file)
