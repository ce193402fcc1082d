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
    }


def freeze(
    disc: Disc,
    recipe_path: Path,
    *,
    front: Mapping[str, bytes],
    sums_name: str,
    payload: Sequence[Staged],
    folders: Sequence[UdfEntry] = (),
    repeated: Sequence[str],
    sums_of_payload: bool = False,
) -> Mastered:
    """Write the recipe of `disc` at `recipe_path` and say where everything will lie.

    `front` are generated files in order; those named in `repeated` stand a second time below last/, near the
    last cluster, as extents.csv does. `sums_name` is the checksum list of everything but itself (and, unless
    `sums_of_payload`, but the payload). Raises ImageUnplannable for names or sizes that no image can hold.
    """
    tail = {f"last/{name}": front[name] for name in repeated}
    texts = {**front, **tail}
    everything = [
        "extents.csv",
        *front,
        sums_name,
        *(file.disc_path for file in payload),
        EXTENTS_PATHS[1],
        *tail,
    ]
    summed = [*texts, *EXTENTS_PATHS, *(file.disc_path for file in payload if sums_of_payload)]
    sums_bytes = sum(len(manifest_line("0" * SHA256_HEX_DIGITS, path)) for path in summed)
    sizes = {path: len(text) for path, text in texts.items()} | {sums_name: sums_bytes}
    sizes |= dict.fromkeys(EXTENTS_PATHS, extents_size_bytes(everything))

    when = disc.closed_s
    first = next(iter(front))
    entries = [
        *(
            UdfEntry(p, sizes[p], when, placement=Placement.FRONT)
            for p in _front_order(first, front, sums_name)
        ),
        *folders,
        *(UdfEntry(file.disc_path, file.source.length, file.mtime_s) for file in payload),
        *(UdfEntry(path, sizes[path], when, placement=Placement.TAIL) for path in (EXTENTS_PATHS[1], *tail)),
    ]
    layout = plan(entries)
    table = extents_text((lba, entry.size_bytes, entry.path) for entry, lba in layout.files())
    texts |= dict.fromkeys(EXTENTS_PATHS, table)
    staged = {file.disc_path: file for file in payload}
    texts[sums_name] = tag_manifest(
        (
            path,
            hashlib.sha256(texts[path]).hexdigest()
            if path in texts
            else staged[path].source.digests["sha256"],
        )
        for path in summed
    )

    def content(entry: UdfEntry) -> bytes | FileSource:
        found = texts.get(entry.path)
        return staged[entry.path].source if found is None else found

    volume = UdfVolume(disc.label_line, volume_identifier(disc.image_id), when)
    with RecipeWriter(recipe_path, image=disc.image_id, label=disc.label_line) as writer:
        master(layout, volume, content, writer, digests_of=_digests_of)
        image_bytes = writer.commit()
    extents = (_extent(staged.get(entry.path), entry, lba) for entry, lba in layout.files())
    return Mastered(sectors=image_bytes // SECTOR_BYTES, image_bytes=image_bytes, extents=tuple(extents))


def _front_order(first: str, front: Mapping[str, bytes], sums_name: str) -> list[str]:
    """The first text, then the table of extents, then the others: what a rescuer needs most comes first."""
    return [first, EXTENTS_PATHS[0], *(name for name in front if name != first), sums_name]


def _extent(file: Staged | None, entry: UdfEntry, lba: int) -> MasteredExtent:
    if file is None:
        return MasteredExtent(None, entry.path, lba, entry.size_bytes)
    return MasteredExtent(file.package_id, file.path, lba, entry.size_bytes)


def _digests_of(data: bytes) -> Mapping[str, str]:
    digests = Digests()
    digests.update(data)
    return digests.hexdigests()
