"""Reading the content of a submission once: into staging and judged, or only judged when nothing is taken."""

from collections.abc import Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass

from archived.formats.bag_manifests import manifest_kind
from archived.formats.receipts import BagSummary
from archived.formats.root_digest import RootDigest
from archived.names import escaped
from archived.stages.intake_copy import Progress, read_files
from archived.stages.intake_forms import Form, PlainForm, Tally
from archived.stages.intake_offer import PAYLOAD, Offer
from archived.stages.intake_source import SourceFile
from archived.stages.intake_staging import StagedPackage
from archived.stages.intake_sums import Sums
from archived.stages.intake_tar import TarForm
from archived.stages.intake_writing import ReadFile
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
    reading = _Reading(offer, collect)
    bag = offer.bag
    form = _form(offer, staged) if staged else None
    with closing(form) if form else nullcontext():
        for seen, file in read_files(
            offer.source,
            prefix=offer.prefix,
            sink=form,
            algorithms=bag.algorithms_for if bag else lambda _path: (),
            progress=progress,
        ):
            reading.take(seen, file)
            if form:
                form.taken(seen, file)
        if form:
            form.finish(reading.sums, made_at_s)
    if staged:
        staged.flush()
    return reading.result(form.tally if form else Tally())


def _form(offer: Offer, staged: StagedPackage) -> Form:
    if offer.carrying.as_tar:
        return TarForm(
            offer.source, staged, prefix=offer.prefix, info=offer.to_be.info, carrying=offer.carrying
        )
    return PlainForm(offer.source, staged, prefix=offer.prefix, info=offer.to_be.info)


class _Reading:
    """What accumulates while the files pass by."""

    def __init__(self, offer: Offer, collect: bool) -> None:
        self._offer = offer
        self._collect = collect
        self.sums = Sums(offer.source.files)
        self._problems: list[str] = []
        self._manifests: dict[str, str] = {}

    def take(self, seen: SourceFile, file: ReadFile) -> None:
        """The next file of the bag, in any order."""
        self.sums.put(seen, file.digests["sha256"])
        if self._offer.bag is not None:
            self._problems += self._offer.bag.problems_with(file.path, file.digests)
            if manifest_kind(file.path) is not None:
                self._manifests[file.path] = file.digests["sha256"]

    def result(self, tally: Tally) -> ContentRead:
        """After the last file; `tally` is the bag as it lies in staging."""
        bag = self._offer.bag
        declared = [manifest.algorithm for manifest in bag.payload_manifests] if bag else []
        original = self._offer.source.supply.original()
        version = bag.declaration.version if bag and bag.declaration else (1, 0)
        summary = BagSummary(
            version=f"{version[0]}.{version[1]}",
            made_here=bag is None,
            manifests=dict(sorted((self._manifests or tally.manifests).items())),
            algorithms=ALGORITHMS,
            declared=tuple(declared),
            files=tally.files,
            size_bytes=tally.size_bytes,
            travels=self._offer.carrying.as_document(),
            left_out=tuple(escaped(path) for path in self._offer.source.left_out),
            warnings=self._offer.warnings,
            original=original.as_document() if original else None,
        )
        by_path = dict(self._payload()) if self._collect else {}
        return ContentRead(self._root_digest(), tuple(self._problems), by_path, summary)

    def _root_digest(self) -> str:
        offer, root = self._offer, RootDigest()
        for path, sha256 in self._payload():
            root.add_file(path, sha256)
        for path in offer.empty_folders:
            if f"{path}/".startswith(PAYLOAD):
                root.add_empty_folder(path)
        for link in offer.source.links:
            if (path := offer.prefix + link.path).startswith(PAYLOAD):
                root.add_link(path, link.target)
        return root.hexdigest()

    def _payload(self) -> Iterator[tuple[str, str]]:
        """Path in the bag and sha256 of every payload file, in order."""
        for file, sha256 in self.sums:
            path = self._offer.prefix + file.path
            if path.startswith(PAYLOAD):
                yield path, sha256
