"""From a layout to a recipe: joins the UDF writer's extents with where file contents come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backends.optical.udf.layout import Layout, UdfEntry
from backends.optical.udf.writer import FileContent, Structure, UdfVolume, Zeros, write_extents
from backends.recipe import BLOCK_BYTES_MAX, BlockExtent, FileExtent, RecipeWriter, ZeroExtent


@dataclass(frozen=True, slots=True)
class FileSource:
    """Contents in staging: `length` bytes from `offset` of `source`, with the digests of that stretch."""

    source: str
    offset: int
    length: int
    digests: Mapping[str, str]


def master(
    layout: Layout,
    volume: UdfVolume,
    content: Callable[[UdfEntry], bytes | FileSource],
    writer: RecipeWriter,
    *,
    digests_of: Callable[[bytes], Mapping[str, str]],
) -> int:
    """Add every extent of the image to `writer`, in order; returns the bytes of the image.

    `content` is asked once for each file that is not empty, in disc order: bytes for what was generated,
    which then stand in the recipe itself, or a FileSource. `digests_of` gives the digests of such bytes.
    The caller commits.
    Raises ValueError where contents are not as long as the layout says.
    """
    for extent in write_extents(layout, volume):
        match extent:
            case Zeros(length):
                writer.add(ZeroExtent(length))
            case Structure(data):
                writer.add(BlockExtent(data, digests_of(data)))
            case FileContent(entry):
                _add_file(entry, content(entry), writer, digests_of)
    return layout.image_bytes


def _add_file(
    entry: UdfEntry,
    content: bytes | FileSource,
    writer: RecipeWriter,
    digests_of: Callable[[bytes], Mapping[str, str]],
) -> None:
    found = len(content) if isinstance(content, bytes) else content.length
    if found != entry.size_bytes:
        raise ValueError(f"{entry.path} was planned with {entry.size_bytes} bytes and has {found}")
    if isinstance(content, FileSource):
        writer.add(FileExtent(content.source, content.offset, content.length, content.digests, entry.path))
        return
    for start in range(0, len(content), BLOCK_BYTES_MAX):
        block = content[start : start + BLOCK_BYTES_MAX]
        writer.add(BlockExtent(block, digests_of(block)))
