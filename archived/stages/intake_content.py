"""Reading the content of a submission once: into staging and judged, or only judged when nothing is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from archived.formats import bag_making
from archived.formats.bag_manifests import manifest_kind
from archived.formats.receipts import BagSummary
from archived.formats.root_digest import RootDigest
from archived.stages.intake_copy import (
    Progress,
    ReadFile,
    changed,
    make_folder,
    read_files,
    write_file,
)
from archived.stages.intake_offer import PAYLOAD, Offer
from archived.stages.intake_staging import StagedPackage
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
    for file in read_files(
        offer.source,
        prefix=offer.prefix,
        target=staged.folder if staged else None,
        algorithms=bag.algorithms_for if bag else lambda _path: (),
        progress=progress,
    ):
        reading.take(file)
    reading.take_empty_folders()
    if staged:
        if bag is None:
            reading.make_tag_files(staged.folder, made_at_s)
        staged.flush()
    if moved := offer.source.changed_folders():
        raise changed(moved)
    return reading.result()


class _Reading:
    """What accumulates while the files pass by."""

    def __init__(self, offer: Offer, staged: StagedPackage | None, collect: bool) -> None:
        self._offer = offer
        self._staged = staged
        self._collect = collect
        self._root = RootDigest()
        self._problems: list[str] = []
        self._sha256: dict[str, str] = {}
        self._manifests: dict[str, str] = {}
        self._lines = bytearray()
        self._files = 0
        self._size_bytes = 0

    def take(self, file: ReadFile) -> None:
        """The next file of the bag, in order of paths."""
        sha256 = file.digests["sha256"]
        if file.path.startswith(PAYLOAD):
            self._root.add_file(file.path, sha256)
            if self._collect:
                self._sha256[file.path] = sha256
        if self._offer.bag is not None:
            self._problems += self._offer.bag.problems_with(file.path, file.digests)
        elif self._staged is not None:
            self._lines += bag_making.payload_line(sha256, file.path)
        self._count(file)

    def take_empty_folders(self) -> None:
        """Folders that hold nothing; in the root digest after all files."""
        source = self._offer.source
        for there, path in zip(source.empty_folders, self._offer.empty_folders, strict=True):
            if f"{path}/".startswith(PAYLOAD):
                self._root.add_empty_folder(path)
            if self._staged is not None:
                make_folder(self._staged.folder, path)
                self._staged.add_empty_folder(path, mtime_s=source.folders[there].mtime_ns // 10**9)

    def make_tag_files(self, folder: Path, made_at_s: int) -> None:
        """Turn the staged folder into a bag."""
        tags = []
        for name, data in (
            (bag_making.BAGIT_NAME, bag_making.DECLARATION),
            (bag_making.INFO_NAME, self._offer.info),
            (bag_making.MANIFEST_NAME, bytes(self._lines)),
        ):
            tags.append(write_file(folder, name, data, mtime_s=made_at_s))
        listed = [(file.path, file.digests["sha256"]) for file in tags]
        last = bag_making.tag_manifest_text(listed)
        tags.append(write_file(folder, bag_making.TAG_MANIFEST_NAME, last, mtime_s=made_at_s))
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
        return ContentRead(self._root.hexdigest(), tuple(self._problems), self._sha256, summary)

    def _count(self, file: ReadFile) -> None:
        self._files += 1
        self._size_bytes += file.size_bytes
        if manifest_kind(file.path) is not None:
            self._manifests[file.path] = file.digests["sha256"]
        if self._staged is not None:
            self._staged.add_file(file)
