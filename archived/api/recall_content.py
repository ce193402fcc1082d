"""The bytes of a recall that is ready: file by file or piece by piece, checked once more as they pass."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection

from archived.api.services import Services, services_of
from archived.catalog import images
from archived.catalog import recalls as catalog_recalls
from archived.errors import NotFound, Unrecoverable, WrongState
from archived.language import _
from archived.model import Recall
from archived.sessions.encode import open_recipe
from archived.sessions.gather import WantedFile
from archived.stages.recall_entries import wanted_file
from archived.stages.recall_reading import spool_path
from archived.states import RecallState
from erasure.digests import hasher

router = APIRouter()
BLOCK_BYTES = 1 << 20
#: So many recalls are delivered at a time before one has its paths loaded again.
DELIVERIES_MAX = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """What a recall asked for; it never changes once it is ready."""

    paths: frozenset[str]
    #: (path, start, end) of every piece, and the sha256 of its bytes.
    pieces: dict[tuple[str, int, int], str]


#: By the folder of the recall: one site has one folder for one recall.
_asked: dict[Path, Asked] = {}
_asked_lock = threading.Lock()


@router.get("/recalls/{recall_id}/content")
def content(
    recall_id: str,
    path: str = "",
    start: int | None = None,
    end: int | None = None,
    skip: int = Query(0, ge=0),
    services: Services = Depends(services_of),
) -> StreamingResponse:
    """The bytes of one file (or of the image), or of one piece of it: `end` is the last byte of it.

    `skip`: so many bytes from the beginning are judged with the others, and not sent: the caller has them.
    """
    paths = services.site.tools.paths
    with services.catalog.read() as read:
        recall = catalog_recalls.head(read, recall_id)
        if recall.state is not RecallState.READY:
            raise WrongState(
                _("recall {recall_id} is {value}: {note}").format(
                    recall_id=recall_id, value=recall.state.value, note=recall.note
                ),
                note=recall.note,
            )
        asked = _asked_of(read, paths.recalls / recall.id, recall)
        file = _wanted(read, recall, asked, path, start, end)
        if recall.package_id is None and recall.from_staging:
            image = images.get(read, recall.image_id or "")
            blocks = _from_recipe(paths.staging / image.recipe_name, paths.staging)
        elif recall.from_staging:
            blocks = _from_file(
                paths.staging / f"packages/{recall.package_id}" / file.source,
                file.source_offset + (start or 0),
                file,
            )
        else:
            spool = spool_path(paths.recalls / recall.id, recall.image_id or "none")
            blocks = _from_file(spool, file.offset + (start or 0), file)
    return StreamingResponse(
        _behind(blocks, skip),
        media_type="application/octet-stream",
        headers={"Content-Length": str(max(0, file.size_bytes - skip)), "Repr-Digest-SHA-256": file.sha256},
    )


def _wanted(
    read: Connection, recall: Recall, asked: Asked, path: str, start: int | None, end: int | None
) -> WantedFile:
    """The file with its place, or the piece with its own length and digest. Raises NotFound."""
    if start is None or end is None:
        if path not in asked.paths:
            raise NotFound(_("recall {id} has no file {path!r}").format(id=recall.id, path=path))
        return wanted_file(read, recall, path)
    sha256 = asked.pieces.get((path, start, end))
    if sha256 is None:
        raise NotFound(
            _("recall {recall} has no bytes {start} to {end} of {path}").format(
                recall=recall.id, start=start, end=end, path=path
            )
        )
    return replace(wanted_file(read, recall, path), size_bytes=end - start + 1, sha256=sha256)


def _asked_of(read: Connection, folder: Path, recall: Recall) -> Asked:
    """Loaded once for all the files of a delivery."""
    with _asked_lock:
        if folder not in _asked:
            whole = catalog_recalls.get(read, recall.id)
            paths = whole.paths if recall.package_id is not None else ("",)
            pieces = {
                (path, start, start + length - 1): sha256 for path, start, length, sha256 in whole.pieces
            }
            while len(_asked) >= DELIVERIES_MAX:
                del _asked[next(iter(_asked))]
            _asked[folder] = Asked(frozenset(paths), pieces)
        return _asked[folder]


def _behind(blocks: Iterator[bytes], skip: int) -> Iterator[bytes]:
    """The bytes behind the first `skip`."""
    for block in blocks:
        if skip < len(block):
            yield block[skip:] if skip else block
        skip = max(0, skip - len(block))


def _from_file(path: Path, offset: int, file: WantedFile) -> Iterator[bytes]:
    digest = hasher("sha256")
    left = file.size_bytes
    descriptor = os.open(path, os.O_RDONLY)
    try:
        while left:
            block = os.pread(descriptor, min(left, BLOCK_BYTES), offset)
            if not block:
                break
            digest.update(block)
            offset, left = offset + len(block), left - len(block)
            if not left and digest.hexdigest() != file.sha256:
                break  # the last block is held back: the answer ends short, and cannot be taken for whole
            yield block
    finally:
        os.close(descriptor)
    if left or digest.hexdigest() != file.sha256:
        raise Unrecoverable(
            _("{path} changed after it was checked; nothing of it may be used").format(path=file.path)
        )


def _from_recipe(recipe: Path, staging: Path) -> Iterator[bytes]:
    buffer = memoryview(bytearray(BLOCK_BYTES))
    with open_recipe(recipe, staging, check="xxh3-128") as reader:
        while count := reader.readinto(buffer):
            yield bytes(buffer[:count])
