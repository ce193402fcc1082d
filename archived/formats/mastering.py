"""Freezing a disc: generated texts and staged files become the recipe of one image.

What data discs and parity discs share. extents.csv and the tag manifest name places and digests of other
files; both have a size that is known before, so the image is planned first and they are filled in after.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from archived.formats.disc import Disc
from archived.formats.extents import extents_size_bytes, extents_text
from archived.formats.labels import volume_identifier
from archived.formats.manifests import SHA256_HEX_DIGITS, manifest_line, tag_manifest
from archived.formats.program import rebuild_program
from archived.formats.set_document import encode_set_document
from archived.formats.texts import format_text, readme
from backends.optical.master import FileSource, master
from backends.optical.udf.constants import SECTOR_BYTES
from backends.optical.udf.layout import Placement, UdfEntry, plan
from backends.optical.udf.writer import UdfVolume
from backends.recipe import RecipeWriter
from erasure.digests import Digests

EXTENTS_PATHS = ("extents.csv", "last/extents.csv")


@dataclass(frozen=True, slots=True)
class Staged:
    """One file of the payload: where it lies on the disc and in staging, and whose it is."""

    disc_path: str
    mtime_s: int
    source: FileSource
    package_id: str | None
    #: The path that the catalog knows it by: inside the bag, or on the disc where there is no package.
    path: str


@dataclass(frozen=True, slots=True)
class MasteredExtent:
    """Where one file lies: `lba` in sectors of the image (0 for an empty file), `path` inside its bag.

    Generated files and parity.bin have no package; their path is the one on the disc.
    """

    package_id: str | None
    path: str
    lba: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Mastered:
    """A frozen image."""

    sectors: int
    image_bytes: int
    extents: tuple[MasteredExtent, ...]

    def extent(self, path: str, package_id: str | None = None) -> MasteredExtent:
        """The extent of one file; raises KeyError when the image has none such."""
        for extent in self.extents:
            if extent.path == path and extent.package_id == package_id:
                return extent
        raise KeyError(path)


def own_texts(disc: Disc) -> dict[str, bytes]:
    """The texts that every disc carries near its first cluster, set.json before all others."""
    return {
        "set.json": encode_set_document(disc),
        "README.txt": readme(disc),
        "FORMAT.txt": format_text(),
        "rebuild.py": rebuild_program(),
        "site-key.pem": disc.site_key.pem,
    }


@dataclass(frozen=True, slots=True)
class Contents:
    """All files of a disc but extents.csv and the checksum list, which follow from them."""

    #: Generated files in the order of the disc; set.json is the first.
    front: Mapping[str, bytes]
    #: Those that stand a second time below last/, near the last cluster, as extents.csv does.
    repeated: Sequence[str]
    payload: Sequence[Staged]
    #: Name of the list of sha256 of everything but itself, and but the payload unless `sums_of_payload`.
    sums_name: str
    sums_of_payload: bool = False
    #: Folders that hold nothing.
    folders: Sequence[UdfEntry] = ()

    def tail(self) -> dict[str, bytes]:
        return {f"last/{name}": self.front[name] for name in self.repeated}

    def summed(self) -> list[str]:
        """Paths in the checksum list, in its order."""
        payload = (file.disc_path for file in self.payload if self.sums_of_payload)
        return [*self.front, *self.tail(), *EXTENTS_PATHS, *payload]


def freeze(disc: Disc, recipe_path: Path, contents: Contents) -> Mastered:
    """Write the recipe of `disc` at `recipe_path` and say where everything will lie.

    Raises ImageUnplannable for names or sizes that no image can hold.
    """
    layout = plan(_entries(contents, disc.closed_s))
    table = extents_text((lba, entry.size_bytes, entry.path) for entry, lba in layout.files())
    texts = {**contents.front, **contents.tail(), **dict.fromkeys(EXTENTS_PATHS, table)}
    staged = {file.disc_path: file for file in contents.payload}

    def sha256_of(path: str) -> str:
        text = texts.get(path)
        return staged[path].source.digests["sha256"] if text is None else hashlib.sha256(text).hexdigest()

    texts[contents.sums_name] = tag_manifest((path, sha256_of(path)) for path in contents.summed())

    def content(entry: UdfEntry) -> bytes | FileSource:
        text = texts.get(entry.path)
        return staged[entry.path].source if text is None else text

    volume = UdfVolume(disc.label_line, volume_identifier(disc.image_id), disc.closed_s)
    with RecipeWriter(recipe_path, image=disc.image_id, label=disc.label_line) as writer:
        master(layout, volume, content, writer, digests_of=_digests_of)
        image_bytes = writer.commit()
    extents = (_extent(staged.get(entry.path), entry, lba) for entry, lba in layout.files())
    return Mastered(sectors=image_bytes // SECTOR_BYTES, image_bytes=image_bytes, extents=tuple(extents))


def _entries(contents: Contents, when_s: int) -> list[UdfEntry]:
    """Every entry of the image with its size; what a rescuer needs most comes first and last."""
    tail = contents.tail()
    sizes = {path: len(text) for path, text in (*contents.front.items(), *tail.items())}
    payload = [file.disc_path for file in contents.payload]
    sums = (manifest_line("0" * SHA256_HEX_DIGITS, path) for path in contents.summed())
    sizes[contents.sums_name] = sum(map(len, sums))
    sizes |= dict.fromkeys(EXTENTS_PATHS, extents_size_bytes([*sizes, *EXTENTS_PATHS, *payload]))

    set_json, *others = contents.front
    first = [set_json, EXTENTS_PATHS[0], *others, contents.sums_name]
    return [
        *(UdfEntry(path, sizes[path], when_s, placement=Placement.FRONT) for path in first),
        *contents.folders,
        *(UdfEntry(file.disc_path, file.source.length, file.mtime_s) for file in contents.payload),
        *(
            UdfEntry(path, sizes[path], when_s, placement=Placement.TAIL)
            for path in (EXTENTS_PATHS[1], *tail)
        ),
    ]


def _extent(file: Staged | None, entry: UdfEntry, lba: int) -> MasteredExtent:
    if file is None:
        return MasteredExtent(None, entry.path, lba, entry.size_bytes)
    return MasteredExtent(file.package_id, file.path, lba, entry.size_bytes)


def _digests_of(data: bytes) -> Mapping[str, str]:
    digests = Digests()
    digests.update(data)
    return digests.hexdigests()
