"""Putting staged bytes right: from the producer's original, or a recipe from the catalog. Digests decide.

Nothing is taken that is not, byte for byte, what was accepted or recorded.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from archived.errors import WrongState
from archived.formats.data_disc import master_data_disc
from archived.formats.disc import DataDisc
from archived.language import _
from archived.model import Image, PackageFile
from archived.sessions.encode import fingerprint_image
from erasure.digests import hasher

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Mended:
    """Paths in the bag."""

    mended: tuple[str, ...]
    still_wrong: tuple[str, ...]


def mend_package(files: Iterable[PackageFile], staged: Path, original: Path) -> Mended:
    """Replace staged files that are missing or wrong by those of `original`, a folder or a bag.

    Files that only our bag has (tag files of a folder) come from nowhere and stay wrong.
    """
    mended, still_wrong = [], []
    for file in files:
        if file.is_directory or _sha256(staged / file.path) == file.sha256:
            continue
        candidates = [original / file.path, original / file.path.removeprefix("data/")]
        right = next((path for path in candidates if _sha256(path) == file.sha256), None)
        if right is None or not _replace(staged / file.path, right, file):
            still_wrong.append(file.path)
        else:
            mended.append(file.path)
    return Mended(tuple(mended), tuple(still_wrong))


def refreeze(image: Image, disc: DataDisc, staging: Path) -> None:
    """Freeze the recipe of a protected data image again, and keep it only if it makes the same bytes.

    Raises:
        WrongState: it makes other bytes: the settings or this release are not those of the first time.
    """
    fresh = staging / f"{image.recipe_name}.part"
    master_data_disc(disc, fresh)
    try:
        if fingerprint_image(fresh, staging).sha256 != image.sha256:
            raise WrongState(
                _("a recipe frozen now does not make the bytes of image {id}").format(id=image.id),
                advice=_("freeze it with the release and the settings of the first time"),
            )
        fresh.replace(staging / image.recipe_name)
    finally:
        fresh.unlink(missing_ok=True)


def _replace(target: Path, source: Path, file: PackageFile) -> bool:
    """Copy `source` over `target`, synced, if what arrives has the accepted digest."""
    part = target.with_name(f".{target.name}.mending")
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hasher("sha256")
    try:
        with source.open("rb") as reading, part.open("wb") as writing:
            while block := reading.read(BLOCK_BYTES):
                digest.update(block)
                writing.write(block)
            writing.flush()
            os.fsync(writing.fileno())
        if digest.hexdigest() != file.sha256:
            return False
        os.utime(part, (file.mtime_s, file.mtime_s))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return True


def _sha256(path: Path) -> str:
    """Digest of a regular file; empty when there is none that can be read."""
    digest = hasher("sha256")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
