"""One pass over the staged files of a set: image digests, chunk tables and parity files.

Every staged file is checked against its blake3 as it passes; a single differing byte stops the pass and
names the file. Parity is durable before anything is reported.
"""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from archived.sessions.tools import Report
from backends.durable import sync_folder
from backends.recipe import RecipeReader
from erasure.buffers import aligned_buffers
from erasure.chunks import CHUNK_BYTES, ChunkTableBuilder
from erasure.coding import SetCode
from erasure.digests import Digests, hasher
from erasure.kernels import Kernel


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Length, three digests and chunk table of one run of bytes."""

    length_bytes: int
    sha256: str
    blake3: str
    xxh3: str
    chunks: bytes


class Fingerprinter:
    """Takes bytes and gives their fingerprint."""

    def __init__(self) -> None:
        self._digests = Digests()
        self._chunks = ChunkTableBuilder()
        self._length_bytes = 0

    def update(self, data: memoryview) -> None:
        self._digests.update(data)
        self._chunks.update(data)
        self._length_bytes += len(data)

    def finish(self) -> Fingerprint:
        found = self._digests.hexdigests()
        return Fingerprint(
            self._length_bytes,
            found["sha256"],
            found["blake3"],
            found["xxh3-128"],
            self._chunks.finish().to_bytes(),
        )


def open_recipe(recipe: Path, staging: Path, *, check: str) -> RecipeReader:
    """The bytes of an image, every extent checked by digest `check` ("blake3" or "xxh3-128")."""
    return RecipeReader(recipe, staging, check=check, hasher=partial(hasher, check))


def fingerprint_image(recipe: Path, staging: Path) -> Fingerprint:
    """Stream an image from its recipe and take its fingerprint. Raises BackendError."""
    fingerprinter = Fingerprinter()
    buffer = memoryview(bytearray(CHUNK_BYTES))
    with open_recipe(recipe, staging, check="xxh3-128") as reader:
        while count := reader.readinto(buffer):
            fingerprinter.update(buffer[:count])
    return fingerprinter.finish()


def encode_set(
    recipes: Sequence[Path],
    parity: Sequence[Path],
    *,
    n: int,
    staging: Path,
    kernel: Kernel,
    report: Report,
) -> tuple[list[Fingerprint], list[Fingerprint]]:
    """Fingerprints of the images in order of position, and of the parity files, which are on disk when this
    returns.

    Raises BackendError when a staged file is not what was accepted; no parity file is left then.
    """
    code = SetCode(n, len(parity), kernel, present=len(recipes))
    parts = [path.with_name(path.name + ".part") for path in parity]
    try:
        with ExitStack() as stack:
            readers = [stack.enter_context(open_recipe(path, staging, check="blake3")) for path in recipes]
            outputs = [stack.enter_context(part.open("wb", buffering=0)) for part in parts]
            images, checks = _encode(code, readers, outputs, report)
            for output in outputs:
                os.fsync(output.fileno())
        for part, path in zip(parts, parity, strict=True):
            part.replace(path)
        sync_folder(parity[0].parent)
    except BaseException:
        for part in parts:
            part.unlink(missing_ok=True)
        raise
    return images, checks


def _encode(
    code: SetCode, readers: Sequence[RecipeReader], outputs: Sequence[BinaryIO], report: Report
) -> tuple[list[Fingerprint], list[Fingerprint]]:
    total_bytes = sum(reader.header.image_bytes for reader in readers)
    images = [Fingerprinter() for _ in readers]
    checks = [Fingerprinter() for _ in outputs]
    buffers = aligned_buffers(len(readers) + len(outputs), CHUNK_BYTES)
    sources, targets = buffers[: len(readers)], buffers[len(readers) :]
    done_bytes = 0
    while True:
        counts = [reader.readinto(buffer) for reader, buffer in zip(readers, sources, strict=True)]
        length = max(counts)
        if length == 0:
            break
        blocks = [buffer[:count] for buffer, count in zip(sources, counts, strict=True)]
        for fingerprinter, block in zip(images, blocks, strict=True):
            fingerprinter.update(block)
        code.encode(blocks, targets, length)
        for fingerprinter, target, output in zip(checks, targets, outputs, strict=True):
            fingerprinter.update(target[:length])
            _write_all(output, target[:length])
        done_bytes += sum(counts)
        report(done_bytes, total_bytes)
    return [f.finish() for f in images], [f.finish() for f in checks]


def _write_all(output: BinaryIO, data: memoryview) -> None:
    while data:
        data = data[output.write(data) :]
