"""Files of packages out of an image that was brought back, into staging, each against its recorded digest. No SQL."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from archived.sessions.tools import Report
from archived.stages.intake_writing import sync_filesystem
from erasure.digests import hasher

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class FileInside:
    """A file of a package, and where it lies in the image, in bytes. An empty folder has no digest."""

    path: str
    is_directory: bool
    offset: int
    size_bytes: int
    mtime_s: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PackageInside:
    """A package in an image; `folder` is its place below the staging root."""

    package_id: str
    folder: str
    files: tuple[FileInside, ...]


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What lies in staging now, synced; or the files that are not what is recorded."""

    packages: tuple[str, ...]
    wrong: tuple[str, ...] = ()


def take_out(image: Path, staging: Path, packages: Sequence[PackageInside], report: Report) -> TakenOut:
    """Write the packages into staging as they were accepted; what an earlier attempt left there is replaced.

    Raises:
        OSError: the image is not there, the disk is full, or fails.
    """
    total = sum(file.size_bytes for package in packages for file in package.files)
    wrong, done = [], 0
    with image.open("rb") as source:
        for package in packages:
            folder = staging / package.folder
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            for file in package.files:
                if not _put(source.fileno(), folder / file.path, file):
                    wrong.append(f"{package.package_id}/{file.path}")
                done += file.size_bytes
                report(done, total)
    if wrong:
        return TakenOut((), tuple(wrong))
    sync_filesystem(staging)
    return TakenOut(tuple(package.package_id for package in packages))


def _put(source: int, target: Path, file: FileInside) -> bool:
    """One file or empty folder, with its time. Whether it is what is recorded."""
    if file.is_directory:
        target.mkdir(parents=True, exist_ok=True)
        os.utime(target, (file.mtime_s, file.mtime_s))
        return True
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, left, at = hasher("sha256"), file.size_bytes, file.offset
    with target.open("xb") as out:
        while left:
            block = os.pread(source, min(left, BLOCK_BYTES), at)
            if not block:
                return False
            digest.update(block)
            out.write(block)
            at, left = at + len(block), left - len(block)
    os.utime(target, (file.mtime_s, file.mtime_s))
    return digest.hexdigest() == file.sha256
