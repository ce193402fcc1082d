"""Files out of salvaged discs into a folder: every one that can be read, none over one that is there.

Below the folder each disc gets its own, by its image id. A damaged file is kept as NAME.damaged, zeros where nothing
could be read. A package that travels as a tar also comes unpacked, in `vNNNN.unpacked` beside `vNNNN`, with its true
names, times and links.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from archived.formats.errors import FormatError
from archived.formats.name_map import read
from archived.formats.salvage_check import expected_digests
from archived.formats.salvage_copy import Bytes, Stretches, blocks
from archived.formats.salvage_disc import SalvagedDisc
from archived.formats.salvage_rebuild import safe_name
from archived.formats.salvage_set import Advance
from archived.inner_files import FILE, FOLDER, NAME_MAP_PATH, TAR_PATH, InnerFile
from archived.names import escaped, raw, unescaped

SAVED, UNJUDGED, DAMAGED, MISSING, OCCUPIED, UNWRITABLE = (
    "saved", "unjudged", "damaged", "missing", "occupied", "unwritable",
)  # fmt: skip
#: Where a file grows before it gets its name; one at a time.
PART_NAME = b".archivectl-rescue.part"
#: What leaves nothing to be wished for.
WELL = (SAVED, UNJUDGED)


@dataclass(frozen=True, slots=True)
class Extracted:
    """What became of one file. Paths are those on the disc, escaped where a name is no plain text."""

    path: str
    state: str
    size_bytes: int
    why: str = ""


def extract(
    copies: Sequence[SalvagedDisc], to: Path, wanted: Sequence[str], advance: Advance
) -> Iterator[Extracted]:
    """Save what `wanted` names (all of it, if nothing) from copies of one disc; the best copy of each file.

    A name is a path on the disc or a folder of it, a package's id, or its reference.
    """
    first = copies[0]
    root = to / safe_name(first.image_id or first.path.name)
    expected: dict[str, str] = {}
    for disc in reversed(copies):
        expected |= expected_digests(disc)
    folders = [folder for disc in copies for folder in package_folders(disc, wanted)]
    chosen = [*wanted, *folders]
    paths = {path for disc in copies for path in disc.files} | set(expected)
    for folder in sorted({folder for disc in copies for folder in disc.folders}):
        if is_chosen(folder, chosen):
            yield from _refused_folder(root, folder)
    for path in sorted(paths):
        if is_chosen(path, chosen):
            yield _saved(copies, path, expected.get(path), root, advance)
    for disc_path in sorted(_carried(copies)):
        if is_chosen(f"{disc_path}/{TAR_PATH}", chosen):
            yield from _unpacked(copies, disc_path, root, advance)


def is_chosen(path: str, wanted: Sequence[str]) -> bool:
    """Whether a path is one of `wanted`, or lies in one of them."""
    return not wanted or any(path == name or path.startswith(f"{name.rstrip('/')}/") for name in wanted)


def package_folders(disc: SalvagedDisc, wanted: Sequence[str]) -> list[str]:
    """The folders of packages that are named by id or reference."""
    found = []
    for row in disc.packages():
        reference = "/".join(value for _, value in row.reference)
        if row.package_id in wanted or reference in wanted:
            found.append(row.disc_path)
    return found


def inner_files(disc: SalvagedDisc, disc_path: str) -> list[InnerFile]:
    """What lies in the tar of a package; empty for one of plain files. Raises DocumentDamaged."""
    text = disc.text(f"{disc_path}/{NAME_MAP_PATH}")
    if text is None or f"{disc_path}/{TAR_PATH}" not in disc.files:
        return []
    return list(read(text.decode("utf-8", "replace").splitlines(keepends=True), disc_path))


def _carried(copies: Sequence[SalvagedDisc]) -> set[str]:
    """Folders on the disc of packages that travel as a tar."""
    tail = f"/{TAR_PATH}"
    return {
        path.removesuffix(tail)
        for disc in copies
        for path in disc.files
        if path.endswith(tail) and f"{path.removesuffix(tail)}/{NAME_MAP_PATH}" in disc.files
    }


def _saved(
    copies: Sequence[SalvagedDisc], path: str, sha256: str | None, root: Path, advance: Advance
) -> Extracted:
    there = [disc.files[path] for disc in copies if path in disc.files]
    if not there:
        return Extracted(escaped(path), MISSING, 0)
    mtime_ns = next((file.mtime_s * 10**9 for file in there if file.mtime_s is not None), None)
    return _write([file.data for file in there], path, sha256, root, mtime_ns, None, advance)


def _unpacked(
    copies: Sequence[SalvagedDisc], disc_path: str, root: Path, advance: Advance
) -> Iterator[Extracted]:
    why = ""
    for disc in copies:
        try:
            inner = inner_files(disc, disc_path)
        except FormatError as error:
            why = error.message
            continue
        if inner:
            break
    else:
        yield Extracted(f"{disc_path}/{NAME_MAP_PATH}", DAMAGED, 0, why)
        return
    tars = [
        disc.files[f"{disc_path}/{TAR_PATH}"].data
        for disc in copies
        if f"{disc_path}/{TAR_PATH}" in disc.files
    ]
    below = f"{disc_path}.unpacked"
    for item in sorted(inner, key=lambda item: item.kind == FOLDER):
        path = f"{below}/{unescaped(item.path)}"
        if item.kind == FILE:
            end = item.offset + item.size_bytes
            parts = [
                Stretches(tar, [(item.offset, item.size_bytes)])
                for tar in tars
                if 0 <= item.offset <= end <= tar.size_bytes
            ]
            if not parts:  # its row is damaged: there is no such place in the tar
                yield Extracted(escaped(path), DAMAGED, 0)
                continue
            yield _write(parts, path, item.sha256, root, item.mtime_ns, item.mode, advance)
    folders = [item for item in inner if item.kind == FOLDER]
    for item in folders:
        yield from _refused_folder(root, f"{below}/{unescaped(item.path)}")
    # Links last, so that nothing is ever written through one.
    for item in inner:
        if item.kind not in (FILE, FOLDER):
            yield _linked(item, f"{below}/{unescaped(item.path)}", root)
    for item in sorted(folders, key=lambda item: -item.path.count("/")):
        place = os.path.join(os.fsencode(root), raw(f"{below}/{unescaped(item.path)}"))
        if _is_plain(unescaped(item.path)) and os.path.isdir(place) and not os.path.islink(place):
            _dress(place, item.mtime_ns, None)


def _write(
    copies: Sequence[Bytes],
    path: str,
    sha256: str | None,
    root: Path,
    mtime_ns: int | None,
    mode: int | None,
    advance: Advance,
) -> Extracted:
    """Write the first copy that is right, else the first one as .damaged."""
    shown, size_bytes = escaped(path), copies[0].size_bytes
    try:
        place = _place(root, path)
        part = os.path.join(os.fsencode(root), PART_NAME)
        state = DAMAGED if sha256 else UNJUDGED
        for data in copies if sha256 else copies[:1]:
            if _copied(data, part, advance) == sha256:
                state, size_bytes = SAVED, data.size_bytes
                break
        else:
            if len(copies) > 1 and sha256:
                _copied(copies[0], part, advance)
        _dress(part, mtime_ns, mode)
        return Extracted(
            shown, _named(part, place + b".damaged" if state == DAMAGED else place, state), size_bytes
        )
    except OSError as error:
        return Extracted(shown, UNWRITABLE, size_bytes, error.strerror or str(error))
    except ValueError as error:
        return Extracted(shown, UNWRITABLE, size_bytes, str(error))


def _dress(place: bytes, mtime_ns: int | None, mode: int | None) -> None:
    """Time and permissions, as far as the file system has them: the bytes are what counts."""
    with suppress(OSError, OverflowError):
        if mtime_ns is not None:
            os.utime(place, ns=(mtime_ns, mtime_ns))
    with suppress(OSError):
        if mode is not None:
            os.chmod(place, mode & 0o777)


def _copied(data: Bytes, part: bytes, advance: Advance) -> str:
    digest = hashlib.sha256()
    # A rescue that was killed may have left it as a second name of a file that is whole: never written into.
    with suppress(FileNotFoundError):
        os.unlink(part)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        for block in blocks(data):
            digest.update(block)
            file.write(block)
            advance(len(block))
    return digest.hexdigest()


def _named(part: bytes, place: bytes, state: str) -> str:
    """Give a file its name, never over another; one that is there with the same bytes is the same file."""
    try:
        os.link(part, place, follow_symlinks=False)
    except FileExistsError:
        state = _same_or_occupied(part, place, state)
    except OSError:
        # A file system without hard links, such as a memory stick's.
        if not os.path.lexists(place):
            os.rename(part, place)
            return state
        state = _same_or_occupied(part, place, state)
    os.unlink(part)
    return state


def _same_or_occupied(part: bytes, place: bytes, state: str) -> str:
    same = os.path.isfile(place) and not os.path.islink(place) and _sums(part) == _sums(place)
    return state if same else OCCUPIED


def _sums(path: bytes) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _linked(item: InnerFile, path: str, root: Path) -> Extracted:
    target = raw(unescaped(item.target))
    try:
        place = _place(root, path)
        if os.path.islink(place) and os.readlink(place) == target:
            return Extracted(escaped(path), SAVED, 0)
        os.symlink(target, place)
    except FileExistsError:
        return Extracted(escaped(path), OCCUPIED, 0)
    except (OSError, ValueError) as error:
        return Extracted(escaped(path), UNWRITABLE, 0, str(error))
    return Extracted(escaped(path), SAVED, 0)


def _place(root: Path, path: str) -> bytes:
    """Where a file goes; its folders are made. Raises ValueError for a path that leads out, OSError."""
    if not _is_plain(path):
        raise ValueError("its path leads out of the folder")
    folder, _, name = raw(path).rpartition(b"/")
    return os.path.join(_make_folder(root, folder), name)


def _make_folder(root: Path, path: bytes) -> bytes:
    """Folders below the root, one after the other: no link that stands there is ever followed."""
    here = os.fsencode(root)
    os.makedirs(here, exist_ok=True)
    for name in path.split(b"/") if path else ():
        here = os.path.join(here, name)
        if os.path.islink(here):
            raise ValueError("a link stands where its folder should be")
        os.makedirs(here, exist_ok=True)
    return here


def _refused_folder(root: Path, path: str) -> Iterator[Extracted]:
    """Make a folder; what becomes of it is only told when it cannot be."""
    try:
        if not _is_plain(path):
            raise ValueError("its path leads out of the folder")
        _make_folder(root, raw(path))
    except (OSError, ValueError) as error:
        yield Extracted(escaped(path), UNWRITABLE, 0, str(error))


def _is_plain(path: str) -> bool:
    return "\0" not in path and all(name not in ("", ".", "..") for name in path.split("/"))
