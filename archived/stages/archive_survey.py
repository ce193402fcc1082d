"""What an archive holds, as a source: listed and judged before a byte of it is kept."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from archived.enumeration import shown
from archived.formats.archive_entry import ArchiveEntry, EntryKind, NotUnpacked
from archived.formats.tar_headers import name_of
from archived.language import _
from archived.policy.archive_limits import Allowance
from archived.policy.archive_names import ARCHIVE_SUFFIXES
from archived.policy.archive_tree import ArchiveTree, plain, rooted, tree_of
from archived.policy.reading_rights import Reader
from archived.settings import ArchiveSettings
from archived.stages.archive_file import ArchiveFile, look_at, read_at
from archived.stages.archive_streams import GZIP, XZ, open_stream
from archived.stages.archive_supply import TAR_PACKING, ArchiveSupply, Packed
from archived.stages.archive_tar import TarWalk
from archived.stages.archive_zip import UndecidedNames, ZipArchive
from archived.stages.intake_descent import NoWay
from archived.stages.intake_source import Source, SourceFile, SourceFolder, SourceLink, path_bytes
from archived.text_encodings import encoding_named

ZIP: Final = "zip"
_FORMATS: Final = {
    ".zip": ZIP, ".tar": "tar", ".tar.gz": "tar.gz", ".tgz": "tar.gz", ".tar.xz": "tar.xz", ".txz": "tar.xz",
}  # fmt: skip
_ZIP_MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06")
#: A hard link costs one more walk through the archive for each name of the same file.
_LINKS_MAX: Final = 16
#: Tag files of a bag that stand in a tar are kept as they pass by, up to so many bytes together.
_KEPT_BYTES_MAX: Final = 64 << 20

#: Gets (bytes done, bytes in all) of what is looked at; what it raises ends the look.
Looking = Callable[[int, int], None]


def survey_archive(
    path: Path,
    settings: ArchiveSettings,
    *,
    names: str = "",
    reader: Reader | None = None,
    progress: Looking | None = None,
) -> Source:
    """Look at everything that the archive `path` lists. What cannot be taken is told in the value.

    Args:
        names: encoding of names that the archive does not mark as UTF-8; empty when nobody said any.
        reader: whoever must be able to read it himself; None when the daemon's own rights decide.

    Raises what `progress` raises.
    """
    try:
        kind = _format_named(path)
        file, descriptor = look_at(path, reader)
    except (NoWay, NotUnpacked) as error:
        return Source(path, unusable=str(error))
    try:
        return _Survey(file, descriptor, kind, settings, names, progress).source()
    except UndecidedNames as error:
        return Source(path, unusable=_undecided(error.names))
    except NotUnpacked as error:
        return Source(path, unusable=str(error))
    finally:
        os.close(descriptor)


def _format_named(path: Path) -> str:
    """What the archive says by its name to be. Raises NotUnpacked for a file that is none."""
    name = path.name.lower()
    suffix = next((suffix for suffix in ARCHIVE_SUFFIXES if name.endswith(suffix)), None)
    if suffix is None:
        raise NotUnpacked(
            _("{path} is a file; put it into a folder, or hand in one of {suffixes}").format(
                path=os.fsencode(path).decode("utf-8", "backslashreplace"),
                suffixes=", ".join(sorted(_FORMATS)),
            )
        )
    return _FORMATS[suffix]


def _undecided(names: list[str]) -> str:
    return _(
        "{count} names in the archive are not ASCII, and the archive does not say their encoding: {names}; "
        "name it with --archive-names, such as gb18030, cp437 (DOS) or utf-8 (macOS)"
    ).format(count=len(names), names=shown(names))


class _Survey:
    """One look at one archive."""

    def __init__(
        self,
        file: ArchiveFile,
        descriptor: int,
        kind: str,
        settings: ArchiveSettings,
        names: str,
        progress: Looking | None,
    ) -> None:
        self._file = file
        self._descriptor = descriptor
        self._kind = kind
        self._names = names
        self._encoding = encoding_named(names) if names else None
        self._allowance = Allowance(settings, file.size_bytes)
        self._progress = progress
        self._warnings: list[str] = []
        self._directory: ZipArchive | None = None
        self._kept: dict[int, bytes] = {}
        self._kept_bytes = 0
        self._is_name_decoded = False

    def source(self) -> Source:
        """Raises NotUnpacked, UndecidedNames."""
        if self._names and self._encoding is None:
            raise NotUnpacked(_("there is no encoding {name!r} for names").format(name=self._names))
        self._check_magic()
        entries = self._of_zip() if self._kind == ZIP else self._of_tar()
        tree = rooted(tree_of(entries))
        for entry in tree.files.values():
            # Of a zip nothing came out yet, and a hard link comes out once more.
            if self._kind == ZIP or entry.kind is EntryKind.HARD_LINK:
                self._allow(self._allowance.add_bytes(entry.size_bytes))
        return self._source(tree)

    def _check_magic(self) -> None:
        head = read_at(self._descriptor, 0, min(512, self._file.size_bytes))
        is_zip, is_gzip, is_xz = head.startswith(_ZIP_MAGIC), head.startswith(GZIP), head.startswith(XZ)
        expected = {ZIP: is_zip, "tar.gz": is_gzip, "tar.xz": is_xz, "tar": not (is_zip or is_gzip or is_xz)}
        if not head or not expected[self._kind]:
            raise NotUnpacked(
                _("{name} is not a {format} archive as its name says, or is damaged").format(
                    name=self._file.name, format=self._kind
                )
            )

    def _of_zip(self) -> list[ArchiveEntry]:
        directory = ZipArchive(self._descriptor, self._file.size_bytes, self._decode_or_none)
        if directory.end.entries > self._allowance.entries_max:
            self._allow(_too_many(self._allowance.entries_max))
        entries = directory.entries()
        for entry in entries:
            self._allow(self._allowance.add_entry(plain(entry.path).count("/")))
        self._warnings += directory.warnings
        self._directory = directory
        return entries

    def _of_tar(self) -> list[ArchiveEntry]:
        stream = open_stream(self._descriptor, self._file.size_bytes, TAR_PACKING[self._kind], self._watch)
        walk = TarWalk(stream, self._decode)
        entries = []
        for entry in walk:
            self._allow(self._allowance.add_entry(plain(entry.path).count("/")))
            entries.append(entry)
            self._keep_tag_file(entry, walk)
        if walk.labels:
            self._warnings.append(
                _("the label of the archive was not taken: {names}").format(names=shown(walk.labels))
            )
        if walk.attributes:
            self._warnings.append(
                _("extended attributes in the archive are not kept: {names}").format(
                    names=shown(sorted(walk.attributes))
                )
            )
        return entries

    def _keep_tag_file(self, entry: ArchiveEntry, walk: TarWalk) -> None:
        """Going back to it would mean unpacking all of it again."""
        path = plain(entry.path)
        if entry.kind is not EntryKind.FILE or not path.endswith(".txt") or path.count("/") > 1:
            return
        self._kept_bytes += entry.size_bytes
        if self._kept_bytes > _KEPT_BYTES_MAX:
            return
        buffer, data = memoryview(bytearray(1 << 16)), bytearray()
        while count := walk.readinto(buffer):
            data += buffer[:count]
        self._kept[entry.number] = bytes(data)

    def _watch(self, count: int) -> None:
        self._allow(self._allowance.add_bytes(count))
        if self._progress is not None:
            self._progress(0, self._file.size_bytes)

    def _allow(self, broken: str | None) -> None:
        if broken:
            raise NotUnpacked(broken)

    def _decode_or_none(self, raw: bytes) -> str | None:
        if self._encoding is None:
            return None
        self._is_name_decoded = True
        try:
            return raw.decode(self._encoding)
        except UnicodeError as error:
            raise NotUnpacked(
                _("a name in the archive is not {encoding}: {name}").format(
                    encoding=self._names, name=ascii(raw)[2:-1]
                )
            ) from error

    def _decode(self, raw: bytes) -> str:
        """A tar has bytes for names; they are kept unless somebody says what they mean."""
        if raw.isascii() or self._encoding is None:
            return name_of(raw)
        return self._decode_or_none(raw) or ""

    def _source(self, tree: ArchiveTree) -> Source:
        mtime_ns = self._file.mtime_ns
        files = {path: self._file_of(path, entry) for path, entry in tree.files.items()}
        numbered: dict[int, SourceFile] = {}
        repeats: dict[int, list[SourceFile]] = {}
        for path, entry in sorted(tree.files.items(), key=lambda pair: pair[1].number):
            if entry.kind is EntryKind.HARD_LINK:
                repeats.setdefault(entry.repeats, []).append(files[path])
            else:
                numbered[entry.number] = files[path]
        if too_many := [number for number, links in repeats.items() if len(links) > _LINKS_MAX]:
            raise NotUnpacked(
                _(
                    "{count} files in the archive have more than {most} hard links; unpack it and hand in the folder"
                ).format(count=len(too_many), most=_LINKS_MAX)
            )
        numbered, repeats, files = _linked(numbered, repeats, files)
        packed = Packed(
            self._file,
            self._kind,
            self._names if self._is_name_decoded else "",
            numbered,
            repeats,
            self._decode,
            self._directory,
            self._kept,
        )
        folders = {
            path: SourceFolder(entry.mtime_ns if entry else mtime_ns, entry.mode if entry else 0o755)
            for path, entry in tree.folders.items()
        }
        full = {
            path.rpartition("/")[0] for path in (*tree.files, *tree.links, *(p for p in tree.folders if p))
        }
        links = (SourceLink(path, entry.target, entry.mtime_ns) for path, entry in tree.links.items())
        return Source(
            self._file.path,
            files=tuple(sorted(files.values(), key=lambda file: path_bytes(file.path))),
            empty_folders=tuple(sorted(folders.keys() - full, key=path_bytes)),
            links=tuple(sorted(links, key=lambda link: path_bytes(link.path))),
            folders=folders,
            problems=tuple(sorted(tree.problems)),
            warnings=(*self._warnings, *tree.warnings),
            supply=ArchiveSupply(packed),
        )

    def _file_of(self, path: str, entry: ArchiveEntry) -> SourceFile:
        return SourceFile(path, entry.size_bytes, entry.mtime_ns, entry.mode)


def _linked(
    numbered: dict[int, SourceFile], repeats: dict[int, list[SourceFile]], files: dict[str, SourceFile]
) -> tuple[dict[int, SourceFile], dict[int, list[SourceFile]], dict[str, SourceFile]]:
    """The same files, where those that are one file under several names say so."""
    for number, links in repeats.items():
        if number not in numbered:
            continue
        names = 1 + len(links)
        numbered[number] = replace(numbered[number], inode=number + 1, links=names)
        repeats[number] = [replace(link, inode=number + 1, links=names) for link in links]
        files |= {file.path: file for file in (numbered[number], *repeats[number])}
    return numbered, repeats, files


def _too_many(most: int) -> str:
    return _("the archive has more than {count} entries ([archives] entries_max)").format(count=most)
