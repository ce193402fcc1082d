"""The form that a package takes in staging. Here: plain files, as they will lie on the disc."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from archived.formats import bag_making, file_metadata
from archived.formats.bag_manifests import manifest_kind
from archived.inner_files import FILE, FOLDER
from archived.names import escaped
from archived.stages.intake_copy import Sink
from archived.stages.intake_source import Source, SourceFile, SourceFolder, path_bytes
from archived.stages.intake_staging import StagedPackage
from archived.stages.intake_sums import Sums
from archived.stages.intake_writing import ReadFile, create, make_folder, write, write_file


@dataclass(slots=True)
class Tally:
    """The bag as it lies in staging by now."""

    files: int = 0
    size_bytes: int = 0
    #: sha256 of every manifest and tag manifest, by name.
    manifests: dict[str, str] = field(default_factory=dict)

    def count(self, file: ReadFile) -> None:
        self.files += 1
        self.size_bytes += file.size_bytes
        if manifest_kind(file.path) is not None:
            self.manifests[file.path] = file.digests["sha256"]


class Form(Sink, Protocol):
    """Takes one file after the other, and then makes of all of them a bag in staging."""

    tally: Tally

    def taken(self, seen: SourceFile, file: ReadFile) -> None:
        """The file that just ended. Raises CatalogBusy."""
        ...

    def finish(self, sums: Sums, made_at_s: int) -> None:
        """No file follows. Raises StagingFull, Failed, CatalogBusy."""
        ...

    def close(self) -> None:
        """Let go of what is open; harmless at any time."""
        ...


class PlainForm:
    """Every file under its own name: a producer's bag as it is, or a folder that becomes a bag."""

    def __init__(self, source: Source, staged: StagedPackage, *, prefix: str, info: bytes) -> None:
        """`info` is the bag-info.txt of the bag that we make; empty for a producer's bag, which is not touched."""
        self.tally = Tally()
        self._source = source
        self._staged = staged
        self._prefix = prefix
        self._info = info
        self._folders_made: set[str] = set()
        self._descriptor = -1
        self._mtime_ns = 0

    def begin(self, path: str, file: SourceFile) -> None:
        self._mtime_ns = file.mtime_ns
        self._descriptor = create(self._staged.folder, path, self._folders_made)

    def write(self, block: memoryview) -> None:
        write(self._descriptor, block)

    def end(self) -> None:
        os.utime(self._descriptor, ns=(self._mtime_ns, self._mtime_ns))
        self.close()

    def taken(self, seen: SourceFile, file: ReadFile) -> None:
        self.tally.count(file)
        self._staged.add_file(file)

    def finish(self, sums: Sums, made_at_s: int) -> None:
        source, staged = self._source, self._staged
        for there in source.empty_folders:
            path = in_bag(self._prefix, there)
            make_folder(staged.folder, path)
            staged.add_empty_folder(path, mtime_s=source.folders[there].mtime_ns // 10**9)
        if not self._info:
            return
        lines = (bag_making.payload_line(sha256, self._prefix + file.path) for file, sha256 in sums)
        metadata = file_metadata.text(metadata_rows(source, self._prefix))
        tags = {
            bag_making.INFO_NAME: (self._info,),
            bag_making.MANIFEST_NAME: lines,
            file_metadata.NAME: metadata,
        }
        for tag in make_tag_files(staged.folder, tags, made_at_s):
            self.taken(_NOBODY, tag)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


#: A file that we made was seen nowhere.
_NOBODY = SourceFile("", 0, 0, 0)


def make_tag_files(
    folder: Path,
    tags: Mapping[str, Iterable[bytes]],
    made_at_s: int,
    others: Iterable[ReadFile] = (),
) -> list[ReadFile]:
    """Turn the staged folder into a bag: bagit.txt, these tag files, and a tag manifest over them and `others`.

    Raises StagingFull, Failed.
    """
    everything = {bag_making.BAGIT_NAME: (bag_making.DECLARATION,), **tags}
    made = [write_file(folder, name, pieces, mtime_s=made_at_s) for name, pieces in everything.items()]
    listed = [(file.path, file.digests["sha256"]) for file in (*made, *others)]
    last = bag_making.tag_manifest_text(listed)
    return [*made, write_file(folder, bag_making.TAG_MANIFEST_NAME, (last,), mtime_s=made_at_s)]


def in_bag(prefix: str, path: str) -> str:
    """The path in the bag of a folder of the source; "" for the bag itself."""
    return (prefix + path).rstrip("/")


def folders_in_bag(source: Source, prefix: str) -> Iterator[tuple[str, SourceFolder]]:
    """Every folder but the bag itself, by its path in the bag, in order."""
    for there in sorted(source.folders, key=path_bytes):
        if path := in_bag(prefix, there):
            yield path, source.folders[there]


def same_files(source: Source, prefix: str) -> dict[str, str]:
    """Path in the bag → the first path of the same file, for all but the first of each group of hard links."""
    first: dict[tuple[int, int], str] = {}
    found = {}
    for file in source.files:
        if file.links > 1:
            path = prefix + file.path
            if (name := first.setdefault((file.device, file.inode), path)) != path:
                found[path] = name
    return found


def metadata_rows(source: Source, prefix: str) -> Iterator[file_metadata.Row]:
    """What file-metadata.csv says: folders, then files."""
    same = same_files(source, prefix)
    for path, folder in folders_in_bag(source, prefix):
        yield escaped(path), FOLDER, folder.mtime_ns, folder.mode, ""
    for file in source.files:
        path = prefix + file.path
        yield escaped(path), FILE, file.mtime_ns, file.mode, escaped(same.get(path, ""))
