"""Recalled files come down to disk with the caller's rights: checked again, under temporary names until they are
right, inside one folder only, over nothing unless told."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path

from archived.errors import ArchivedError, Failed, Refused
from archived.language import _
from cli.delivered import DeliveredFile, DeliveredFolder, DeliveredLink

#: What half-written files are called.
PARTIAL = ".archived-*-*.part"

Progress = Callable[[int], None]


def check_folder(folder: Path, *, overwrite: bool) -> None:
    """Raises Refused unless the folder is new or empty, or `overwrite` says that it need not be."""
    if folder.exists() and not folder.is_dir():
        raise Refused(
            _("{folder} is not a folder; nothing was asked for").format(folder=folder),
            advice=_("name another one with --to DIR"),
        )
    if not overwrite and folder.is_dir() and any(folder.iterdir()):
        raise Refused(
            _("{folder} is not empty; nothing was asked for and nothing in it was touched").format(
                folder=folder
            ),
            advice=_("name another folder with --to DIR, or allow replacing files in it with --overwrite"),
        )


def check_file(path: Path, *, overwrite: bool) -> None:
    """Raises Refused when there is such a file already, unless `overwrite`."""
    if not overwrite and os.path.lexists(path):
        raise Refused(
            _("{path} exists; it was not touched").format(path=path),
            advice=_("name another file, or allow it with --overwrite"),
        )


def deliver(
    files: Sequence[DeliveredFile],
    directories: Iterable[DeliveredFolder],
    folder: Path,
    fetch: Callable[[DeliveredFile], Iterator[bytes]],
    *,
    overwrite: bool,
    links: Iterable[DeliveredLink] = (),
    progress: Progress = lambda done_bytes: None,
) -> tuple[str, ...]:
    """Write every file below `folder`, every folder and link; all are synced when this returns.

    Links are made behind all files, and folders get their times and modes last: nothing is written through either.
    Links that lead out of the folder are not made; their names are returned.

    Raises:
        Refused: a path leads out of the folder (nothing was written), or something is in the way.
        Failed: bytes that are not those that were announced; the file was removed, earlier ones are kept.
    """
    places = {file.name: _inside(folder, file.name) for file in files}
    folders = [(_inside(folder, item.name), item) for item in directories]
    linked = [(_inside(folder, link.name), link) for link in links]
    leading_out = tuple(link.name for _place, link in linked if not link.stays_inside)
    folder.mkdir(parents=True, exist_ok=True)
    for place, _item in folders:
        _make_folder(folder, place)
    done = 0
    for number, file in enumerate(files):
        place = places[file.name]
        _make_folder(folder, place.parent)
        try:
            write_checked(fetch(file), place, file, overwrite=overwrite)
        except ArchivedError as error:
            kept = _(
                "{number} of {files_count} files were written and are right; they are kept in {folder}"
            ).format(number=number, files_count=len(files), folder=folder)
            error.message = f"{file.name}: {error.message}; {kept}"
            error.args = (error.message,)
            raise
        done += file.size_bytes
        progress(done)
    for place, link in linked:
        if not link.stays_inside:
            continue
        _make_folder(folder, place.parent)
        _make_link(place, link, overwrite=overwrite)
    for place, item in sorted(folders, key=lambda pair: len(pair[0].parts), reverse=True):
        if item.mode is not None:
            os.chmod(place, item.mode & 0o777 & ~_umask())
        if item.mtime_ns is not None:
            os.utime(place, ns=(item.mtime_ns, item.mtime_ns))
    os.sync()
    return leading_out


def write_checked(pieces: Iterator[bytes], place: Path, file: DeliveredFile, *, overwrite: bool) -> None:
    """Write one file under a temporary name, compare it, and give it its name.

    Raises Refused when the name is taken, Failed when the bytes differ; nothing is left behind then.
    """
    temporary, descriptor = _temporary(place.parent)
    try:
        digest, length = hashlib.sha256(), 0
        with os.fdopen(descriptor, "wb") as out:
            for piece in pieces:
                out.write(piece)
                digest.update(piece)
                length += len(piece)
        _compare(file, length, digest.hexdigest())
        check_file(place, overwrite=overwrite)
        if file.mode is not None:
            os.chmod(temporary, file.mode & 0o777 & ~_umask())
        if file.mtime_ns is not None:
            os.utime(temporary, ns=(file.mtime_ns, file.mtime_ns))
        os.replace(temporary, place)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _make_link(place: Path, link: DeliveredLink, *, overwrite: bool) -> None:
    if place.is_symlink() and os.readlink(place) == link.target:
        return
    check_file(place, overwrite=overwrite)
    place.unlink(missing_ok=True)
    place.symlink_to(link.target)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def is_there(folder: Path, file: DeliveredFile) -> bool:
    """Whether exactly these bytes lie in the folder already, under this name."""
    place = _inside(folder, file.name)
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    with os.fdopen(descriptor, "rb") as found:
        if os.fstat(descriptor).st_size != file.size_bytes:
            return False
        return hashlib.file_digest(found, "sha256").hexdigest() == file.sha256


def remove_partial(folder: Path) -> None:
    """Remove what an interrupted delivery left half written below the folder."""
    for path in folder.rglob(PARTIAL):
        path.unlink(missing_ok=True)


def _compare(file: DeliveredFile, length: int, sha256: str) -> None:
    if (length, sha256) != (file.size_bytes, file.sha256):
        raise Failed(
            _(
                "{length} bytes with sha256 {sha256} arrived, "
                "not {size_bytes} bytes with sha256 {sha256_2}; the file was removed"
            ).format(length=length, sha256=sha256, size_bytes=file.size_bytes, sha256_2=file.sha256),
            advice=_("recall it again; if it happens again, look at: archivectl attention"),
        )


def _temporary(folder: Path) -> tuple[Path, int]:
    """A new file that only we write, with the mode that the caller's umask gives."""
    for number in count():
        path = folder / f".archived-{os.getpid()}-{number}.part"
        try:
            return path, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        except FileExistsError:
            continue
    raise AssertionError("unreachable")


def _inside(folder: Path, path: str) -> Path:
    """The place of a path below the folder. Raises Refused for a path that could lead out of it."""
    parts = path.split("/")
    if not path or "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise Refused(
            _(
                "the daemon named the path {path!r}, which could lead out of {folder}; nothing was written"
            ).format(path=path, folder=folder),
            advice=_("report this: no package may hold such a path"),
        )
    return folder.joinpath(*parts)


def _make_folder(folder: Path, place: Path) -> None:
    """Make `place` below `folder`, never through a symbolic link."""
    at = folder
    for part in place.relative_to(folder).parts:
        at = at / part
        if at.is_symlink():
            raise Refused(
                _("{at} is a symbolic link and could lead out of {folder}; nothing was written to it").format(
                    at=at, folder=folder
                )
            )
        at.mkdir(exist_ok=True)
