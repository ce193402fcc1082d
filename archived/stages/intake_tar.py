"""The form of a package whose names no disc can hold: one tar, written while its files are read once.

In staging lies a bag that we make: data/package.tar with everything that was handed in, under the very bytes of its
names, and name-map.csv, which says for each name where its content begins. Folders come first, then files in the
order of their supply, then links. A file that has several names is in it once for each.
"""

from collections.abc import Iterator, Mapping

from archived.formats import bag_making, name_map, pax_tar
from archived.inner_files import FILE, FOLDER, LINK, NAME_MAP_PATH, TAR_PATH, InnerFile
from archived.names import escaped
from archived.policy.carrying import Carrying
from archived.stages.intake_forms import Tally, folders_in_bag, make_tag_files, same_files
from archived.stages.intake_source import Source, SourceFile, path_bytes
from archived.stages.intake_staging import StagedPackage
from archived.stages.intake_sums import Sums
from archived.stages.intake_writing import MadeFile, ReadFile


class TarForm:
    """Takes one file after the other into the tar."""

    def __init__(
        self, source: Source, staged: StagedPackage, *, prefix: str, info: bytes, carrying: Carrying
    ) -> None:
        """`info` is the bag-info.txt of the bag that we make. Raises StagingFull, Failed, CatalogBusy."""
        self.tally = Tally()
        self._source = source
        self._staged = staged
        self._prefix = prefix
        self._info = info
        self._reasons = _by_escape(carrying)
        self._same = same_files(source, prefix)
        self._offset = 0
        self._size_bytes = 0
        self._tar = MadeFile(staged.folder, TAR_PATH)
        self._map = MadeFile(staged.folder, NAME_MAP_PATH)
        self._map.write(name_map.head())
        for item, header in _folders(staged.package.id, source, prefix):
            self._tar.write(header)
            self._note(item)

    def begin(self, path: str, file: SourceFile) -> None:
        self._tar.write(_file_header(path, file))
        self._offset, self._size_bytes = self._tar.size_bytes, file.size_bytes

    def write(self, block: memoryview) -> None:
        self._tar.write(block)

    def end(self) -> None:
        self._tar.write(pax_tar.padding(self._size_bytes))

    def taken(self, seen: SourceFile, file: ReadFile) -> None:
        first = self._same.get(file.path, "")
        self._note(_file(self._staged.package.id, file.path, seen, first, self._offset, file.digests))

    def finish(self, sums: Sums, made_at_s: int) -> None:
        for item, header in _links(self._staged.package.id, self._source, self._prefix):
            self._tar.write(header)
            self._note(item)
        self._tar.write(pax_tar.END)
        tar, names = self._tar.finish(made_at_s), self._map.finish(made_at_s)
        line = bag_making.payload_line(tar.digests["sha256"], tar.path)
        tags = {bag_making.INFO_NAME: (self._info,), bag_making.MANIFEST_NAME: (line,)}
        made = make_tag_files(self._staged.folder, tags, made_at_s, others=(names,))
        for file in (tar, names, *made):
            self.tally.count(file)
            self._staged.add_file(file)

    def close(self) -> None:
        self._tar.close()
        self._map.close()

    def _note(self, item: InnerFile) -> None:
        self._map.write(name_map.row(item, self._reasons.get(item.path, "")))
        self._staged.add_inner(item)


def outer_sizes(source: Source, *, prefix: str, carrying: Carrying) -> tuple[int, int]:
    """(bytes of data/package.tar, bytes that name-map.csv takes at most), before any of it is written."""
    reasons = _by_escape(carrying)
    same = same_files(source, prefix)
    tar, names = len(pax_tar.END), len(name_map.head())
    for item, header in (*_folders("", source, prefix), *_links("", source, prefix)):
        tar += len(header)
        names += name_map.row_bytes_max(item, reasons.get(item.path, ""))
    for file in source.files:
        path = prefix + file.path
        item = _file("", path, file, same.get(path, ""), 0, _NO_DIGESTS)
        tar += len(_file_header(path, file)) + file.size_bytes + len(pax_tar.padding(file.size_bytes))
        names += name_map.row_bytes_max(item, reasons.get(item.path, ""))
    return tar, names


_NO_DIGESTS: Mapping[str, str] = {"sha256": "", "blake3": "", "xxh3-128": ""}


def _by_escape(carrying: Carrying) -> dict[str, str]:
    return {escaped(path): why for path, why in carrying.reasons}


def _file(
    package_id: str, path: str, seen: SourceFile, first: str, offset: int, digests: Mapping[str, str]
) -> InnerFile:
    return InnerFile(
        package_id,
        escaped(path),
        FILE,
        offset,
        seen.size_bytes,
        seen.mtime_ns,
        seen.mode,
        "",
        escaped(first),
        digests["sha256"],
        digests["blake3"],
        digests["xxh3-128"],
    )


def _file_header(path: str, file: SourceFile) -> bytes:
    return pax_tar.header(
        path_bytes(path), FILE, size_bytes=file.size_bytes, mtime_ns=file.mtime_ns, mode=file.mode
    )


def _folders(package_id: str, source: Source, prefix: str) -> Iterator[tuple[InnerFile, bytes]]:
    for path, folder in folders_in_bag(source, prefix):
        header = pax_tar.header(path_bytes(path), FOLDER, mtime_ns=folder.mtime_ns, mode=folder.mode)
        shown = escaped(path)
        yield (
            InnerFile(package_id, shown, FOLDER, 0, 0, folder.mtime_ns, folder.mode, "", "", "", "", ""),
            header,
        )


def _links(package_id: str, source: Source, prefix: str) -> Iterator[tuple[InnerFile, bytes]]:
    for link in source.links:
        path = prefix + link.path
        target = path_bytes(link.target)
        header = pax_tar.header(path_bytes(path), LINK, mtime_ns=link.mtime_ns, mode=0o777, target=target)
        shown, says = escaped(path), escaped(link.target)
        yield InnerFile(package_id, shown, LINK, 0, 0, link.mtime_ns, 0, says, "", "", "", ""), header
