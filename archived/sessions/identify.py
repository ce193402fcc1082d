"""What a medium is, and what it says of itself: the disc in a drive, or an image that was made from its set.

Nothing is guessed. A text counts when its sha256 stands in the disc's own checksum list; of texts that lie twice the
second one is taken when the first is damaged. What cannot be read is named, and left to the set.
"""

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archived.formats import disc_rows, disc_texts
from archived.formats.descriptor import decode_descriptor
from archived.formats.errors import FormatError
from archived.formats.rows import utc_text
from archived.formats.set_document import decode_set_document
from archived.inner_files import NAME_MAP_PATH
from archived.language import _
from archived.sessions.tools import Report
from backends.durable import sync_folder
from backends.errors import BackendError, MediumUnreadable, NotInImage, UdfDamaged
from backends.interface import CLUSTER_SECTORS, SECTOR_BYTES, DiscStatus, OpticalDrive
from backends.optical.udf.reader import UdfReader
from devices.failures import WorldDiffers

#: Where the file system tells nothing, set.json is looked for in so many sectors before the end.
TAIL_SECTORS = 1 << 15
_STEP_SECTORS = 512
_MAGIC = b'{\n "magic": "archived-disc"'
SINGLE_TEXT_BYTES_MAX = 1 << 26
#: A public key takes some hundred bytes; what is longer is none.
KEY_BYTES_MAX = 1 << 12

#: What is damaged when nothing can be found by name.
FILE_SYSTEM = "file system"

Read = Callable[[int, int], bytes]


@dataclass(slots=True)
class Finding:
    """The short of a look; the texts themselves lie in the look's folder."""

    #: What the drive says: blank, appendable, complete, unreadable; of a cartridge blank, labelled, strange.
    status: str
    media_id: str = ""
    capacity_bytes: int = 0
    written_bytes: int = 0
    #: Volume label and identifier of the file system.
    label: str = ""
    identifier: str = ""
    #: sha256 of the site key on it; empty where there is none.
    site_key: str = ""
    #: The key itself, as it stands on the disc.
    site_key_pem: str = ""
    #: Whether that key counts here.
    key_known: bool = False
    #: The fields of set.json that say which image this is; empty when nobody knows.
    member: dict[str, Any] = field(default_factory=dict)
    #: Texts that were taken, and texts that are there and cannot be read or do not match their checksums.
    taken: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    #: Of a cartridge: what it says of itself (`policy.tape_looks`). Of an image on one: where it lies.
    tape: dict[str, Any] = field(default_factory=dict)
    place: dict[str, Any] = field(default_factory=dict)

    def as_document(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def look_at(drive: OpticalDrive, folder: Path, keys: Collection[str], report: Report) -> Finding:
    """What the disc in this drive is and says; its texts go into `folder`, which is replaced.

    `keys` are sha256 of the public site keys (PEM) that count here.

    Raises DeviceFailure when the drive fails or says nothing: then nothing is known about the disc.
    """
    disc = drive.inspect()
    if disc.status is DiscStatus.ABSENT:
        raise WorldDiffers("the drive sees no disc, and one should lie in it")
    finding = Finding(
        disc.status.value,
        disc.media_id,
        disc.capacity_sectors * SECTOR_BYTES,
        disc.written_sectors * SECTOR_BYTES,
    )
    if disc.status is DiscStatus.COMPLETE:
        read_texts(drive.read, disc.written_sectors, finding, folder, report)
        finding.key_known = finding.site_key in keys
    return finding


def read_texts(read: Read, sectors: int, finding: Finding, folder: Path, report: Report) -> None:
    """Fill the finding from an image of this many sectors, and `folder` with its texts."""
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        image = UdfReader(read, sectors)
        finding.label, finding.identifier = image.label, image.identifier
    except (UdfDamaged, MediumUnreadable) as error:
        finding.problems.append(str(error))
        finding.damaged.append(FILE_SYSTEM)
        _identify_by_tail(read, sectors, finding, part)
    else:
        _take_all(image, finding, part, report)
    shutil.rmtree(folder, ignore_errors=True)
    sync_folder(part)
    part.rename(folder)
    sync_folder(folder.parent)


def _take_all(image: UdfReader, finding: Finding, folder: Path, report: Report) -> None:
    sums = _checksums(image, finding)
    for number, (text, places) in enumerate(disc_texts.WANTED.items()):
        _take(image, text, places, sums, finding, folder)
        report(number + 1, len(disc_texts.WANTED))
    if disc_texts.SITE_KEY in finding.taken:
        key = (folder / disc_texts.file_name(disc_texts.SITE_KEY)).read_bytes()
        finding.site_key = hashlib.sha256(key).hexdigest()
        finding.site_key_pem = key.decode("ascii", "replace") if len(key) <= KEY_BYTES_MAX else ""
    if disc_texts.SET not in finding.taken:
        return
    _recognise((folder / disc_texts.SET).read_bytes(), finding)
    if finding.member.get("kind") == "parity" and disc_texts.DESCRIPTOR in finding.taken:
        _note_generation((folder / disc_texts.file_name(disc_texts.DESCRIPTOR)).read_bytes(), finding)
    if finding.member.get("kind") != "data":
        return
    if disc_texts.FILES in finding.taken and disc_texts.PACKAGES in finding.taken:
        _take_name_maps(image, finding, folder)
    elif disc_texts.FILES not in finding.damaged:
        _walk(image, finding, folder)


def _take_name_maps(image: UdfReader, finding: Finding, folder: Path) -> None:
    """The tables of what lies in packages that travel as one tar."""
    try:
        sums = disc_rows.name_maps(folder / disc_texts.file_name(disc_texts.FILES))
        rows = disc_rows.read_packages(folder / disc_texts.file_name(disc_texts.PACKAGES)) if sums else []
    except FormatError as error:
        finding.problems.append(str(error))
        return
    maps = folder / disc_texts.NAME_MAPS
    maps.mkdir()
    for row in rows:
        if row.package_id not in sums:
            continue
        path = f"{row.disc_path}/{NAME_MAP_PATH}"
        try:
            digest = _copied(image.read(path), maps / row.package_id)
        except (BackendError, ValueError) as error:
            digest, why = "", str(error)
        else:
            why = ""
        if digest != sums[row.package_id]:
            (maps / row.package_id).unlink(missing_ok=True)
            differs = _("{place}: its sha256 differs").format(place=path)
            finding.problems.append(f"{path}: {why}" if why else differs)
    sync_folder(maps)


def _checksums(image: UdfReader, finding: Finding) -> dict[str, str] | None:
    """The disc's own list of its texts; None when it cannot be read."""
    for name in disc_texts.SUMS:
        try:
            node = image.lookup(name)
            if node.size_bytes <= SINGLE_TEXT_BYTES_MAX:
                return disc_texts.sums_of(b"".join(image.read(name)))
        except NotInImage:
            continue
        except (BackendError, ValueError) as error:
            finding.problems.append(f"{name}: {error}")
    return None


def _take(
    image: UdfReader,
    text: str,
    places: Iterable[str],
    sums: dict[str, str] | None,
    finding: Finding,
    folder: Path,
) -> None:
    """Keep a text from the first of its places that has it whole."""
    there = False
    for place in places:
        try:
            digest = _copied(image.read(place), folder / disc_texts.file_name(text))
        except NotInImage:
            continue
        except (BackendError, ValueError) as error:
            there = True
            finding.problems.append(f"{place}: {error}")
            continue
        there = True
        if sums is not None and sums.get(place) == digest:
            finding.taken.append(text)
            return
        finding.problems.append(
            _("{place}: no checksum list to judge it").format(place=place)
            if sums is None
            else _("{place}: its sha256 differs").format(place=place)
        )
        # Sealed texts judge themselves; everything else is left to the set.
        if text in (disc_texts.SET, disc_texts.DESCRIPTOR) and sums is None:
            finding.taken.append(text)
            return
    (folder / disc_texts.file_name(text)).unlink(missing_ok=True)
    if there:
        finding.damaged.append(text)


def _copied(pieces: Iterable[bytes], path: Path) -> str:
    """Write the pieces, durably; their sha256."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for piece in pieces:
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _recognise(text: bytes, finding: Finding) -> None:
    """What set.json says, if its own check holds."""
    try:
        said = decode_set_document(text)
    except FormatError as error:
        finding.problems.append(f"{disc_texts.SET}: {error}")
        finding.damaged.append(disc_texts.SET)
        return
    member = said.identity.members[said.position - 1]
    finding.member = {
        "set_id": said.identity.set_id,
        "n": said.identity.n,
        "m": said.identity.m,
        "position": said.position,
        "kind": member.kind,
        "image_id": member.image_id,
        "closed_at": said.closed_at,
        "institution": said.institution,
        "simulated": said.simulated,
        "sha256": hashlib.sha256(text).hexdigest(),
    }


def _note_generation(text: bytes, finding: Finding) -> None:
    """Which images of an earlier set this one protects anew, and what it leaves behind; nothing for most sets."""
    try:
        said = decode_descriptor(text)
    except FormatError as error:
        finding.problems.append(f"{disc_texts.DESCRIPTOR}: {error}")
        return
    adopted = [
        (record.member.image_id, record.member.position)
        for record in said.members
        if record.member.image_id != f"{said.set_id}-{record.member.position}"
    ]
    if adopted or said.retired:
        finding.member |= {
            "adopts": [list(pair) for pair in adopted],
            "retired": list(said.retired),
            "written_at": utc_text(said.written_at),
        }


def _walk(image: UdfReader, finding: Finding, folder: Path) -> None:
    """Discs of the first releases list their files by sha256 only: the directories tell the rest."""
    if disc_texts.PAYLOAD_SUMS not in finding.taken:
        finding.damaged.append(disc_texts.WALK)
        return
    sums = disc_texts.sums_of((folder / disc_texts.file_name(disc_texts.PAYLOAD_SUMS)).read_bytes())
    folders: dict[str, int] = {}
    try:
        with (folder / disc_texts.WALK).open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            for node in image.walk():
                folders.pop(node.path.rpartition("/")[0], None)  # it holds something
                if node.is_directory:
                    folders[node.path] = node.mtime_s
                elif node.path in sums:
                    rows.writerow((0, node.size_bytes, node.mtime_s, sums[node.path], node.path))
            for path, mtime_s in folders.items():
                if path.startswith("data/"):
                    rows.writerow((1, 0, mtime_s, "", path))
            file.flush()
            os.fsync(file.fileno())
        finding.taken.append(disc_texts.WALK)
    except (BackendError, ValueError) as error:
        (folder / disc_texts.WALK).unlink(missing_ok=True)
        finding.damaged.append(disc_texts.WALK)
        finding.problems.append(f"directories: {error}")


def _identify_by_tail(read: Read, sectors: int, finding: Finding, folder: Path) -> None:
    """The second set.json lies near the last cluster, and begins on a sector: it is found without a file system."""
    for end in range(sectors, max(0, sectors - TAIL_SECTORS), -_STEP_SECTORS):
        start = max(0, end - _STEP_SECTORS)
        data = _readable(read, start, min(2 * _STEP_SECTORS, sectors - start))
        for at in range(0, len(data), SECTOR_BYTES):
            if data.startswith(_MAGIC, at):
                text = _document(data[at:])
                (folder / disc_texts.SET).write_bytes(text)
                _recognise(text, finding)
                if finding.member:
                    finding.taken.append(disc_texts.SET)
                    return


def _document(data: bytes) -> bytes:
    """The JSON document that `data` begins with, and its newline."""
    with suppress(ValueError):
        text = data.decode("utf-8", "replace")
        _value, end = json.JSONDecoder().raw_decode(text)
        return (text[:end] + "\n").encode("utf-8")
    return b""


def _readable(read: Read, start: int, count: int) -> bytes:
    """These sectors; zeros for what cannot be read."""
    try:
        return read(start, count)
    except MediumUnreadable:
        if count <= CLUSTER_SECTORS:
            return bytes(count * SECTOR_BYTES)
    half = count // 2
    return _readable(read, start, half) + _readable(read, start + half, count - half)
