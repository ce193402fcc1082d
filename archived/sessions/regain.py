"""An image that was gathered in the recall area becomes a staged file with a recipe of one extent.

Each step may be interrupted, and is done again from the start: the bytes are judged first; a former recipe goes before
the file gets its name, so that a recipe beside the file is always the file's own.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from archived.regained import regained_name
from archived.sessions.encode import Fingerprint, Fingerprinter
from archived.sessions.read import write_at
from archived.sessions.tools import Report
from backends.durable import name_durably, sync_folder
from backends.extents import FileExtent
from backends.recipe import RecipeWriter
from erasure.chunks import CHUNK_BYTES


@dataclass(frozen=True, slots=True)
class Gained:
    """What lies in staging now; or, with `words`, why nothing does."""

    fingerprint: Fingerprint | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the bytes of an image must be; a digest that nobody knows is ""."""

    image_id: str
    label: str
    recipe_name: str
    size_bytes: int
    sha256: str
    blake3: str
    xxh3: str


def into_staging(spool: Path, staging: Path, wanted: Wanted, report: Report) -> Gained | None:
    """Judge the gathered bytes, give them their name in staging, and freeze the recipe.

    Returns:
        None when there is neither a spool nor, from an earlier attempt, the staged file: it has to be read again.

    Raises:
        OSError: the disk is full, or fails.
    """
    target = staging / regained_name(wanted.image_id)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    source = next((path for path in (spool, target) if path.exists()), None)
    if source is None:
        return None
    copies = source is spool and os.stat(spool).st_dev != os.stat(target.parent).st_dev
    found = _fingerprint(source, part if copies else None, wanted.size_bytes, report)
    given = {"sha256": found.sha256, "blake3": found.blake3, "xxh3-128": found.xxh3}
    asked = {"sha256": wanted.sha256, "blake3": wanted.blake3, "xxh3-128": wanted.xxh3}
    differing = [name for name, digest in asked.items() if digest and digest != given[name]]
    if differing or found.length_bytes != wanted.size_bytes:
        part.unlink(missing_ok=True)
        return Gained(words=" and ".join(differing) or f"{found.length_bytes} bytes")
    recipe = staging / wanted.recipe_name
    if source is spool:
        recipe.parent.mkdir(parents=True, exist_ok=True)
        recipe.unlink(missing_ok=True)
        sync_folder(recipe.parent)
        if copies:
            name_durably(part, target)
        else:
            os.truncate(spool, wanted.size_bytes)
            spool.replace(target)
            sync_folder(target.parent)
    with RecipeWriter(recipe, image=wanted.image_id, label=wanted.label) as writer:
        name = regained_name(wanted.image_id)
        writer.add(FileExtent(name, 0, wanted.size_bytes, given, name))
        writer.commit()
    return Gained(found)


def _fingerprint(source: Path, into: Path | None, size_bytes: int, report: Report) -> Fingerprint:
    """Digests and chunk table of the first `size_bytes` of a file, copied `into` another one on the way."""
    fingerprinter = Fingerprinter()
    reading = os.open(source, os.O_RDONLY)
    writing = -1 if into is None else os.open(into, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        at = 0
        while at < size_bytes:
            data = os.pread(reading, min(CHUNK_BYTES, size_bytes - at), at)
            if not data:
                break
            fingerprinter.update(memoryview(data))
            if writing >= 0:
                write_at(writing, data, at)
            at += len(data)
            report(at, size_bytes)
        os.fsync(reading if writing < 0 else writing)
    finally:
        os.close(reading)
        if writing >= 0:
            os.close(writing)
    return fingerprinter.finish()
