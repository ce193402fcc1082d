"""The bag that will lie in staging, before any of it is written: its form, its size, and what is left out of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from archived.formats import bag_making, file_metadata
from archived.formats.bag import Bag
from archived.formats.bag_manifests import PAYLOAD
from archived.inner_files import NAME_MAP_PATH, TAR_PATH
from archived.leaving_out import is_left_out
from archived.names import escaped
from archived.policy.carrying import Carrying, carrying
from archived.policy.submission import SubmissionRequest
from archived.stages.intake_forms import folders_in_bag, in_bag, metadata_rows
from archived.stages.intake_source import Source, path_bytes
from archived.stages.intake_tar import outer_sizes


@dataclass(frozen=True, slots=True)
class BagToBe:
    """What intake will put into staging."""

    carrying: Carrying
    #: bag-info.txt of the bag that we make; empty where a producer's bag lies as it is.
    info: bytes
    #: Bytes of every file at most, by its path in the bag in staging.
    sizes: Mapping[str, int]
    #: Folders of that bag that hold nothing.
    empty_folders: tuple[str, ...]


def bag_to_be(
    request: SubmissionRequest,
    source: Source,
    bag: Bag | None,
    *,
    record_links: bool,
    made_at: datetime,
    simulated: bool,
) -> BagToBe:
    """How a source will lie in staging and on its disc.

    Args:
        bag: what the producer's bag declares; None for a plain folder.
        record_links: symbolic links are taken; else they count for nothing here.
    """
    prefix = PAYLOAD if bag is None else ""
    disc_folder = f"data/{request.fonds}/{request.series}/{request.volume}/v0001"
    folders = [path for path, _ in folders_in_bag(source, prefix)]
    files = [prefix + file.path for file in source.files]
    links = [prefix + link.path for link in source.links if record_links]
    how = carrying((*folders, *files), links, disc_folder=disc_folder)
    empty = tuple(in_bag(prefix, path) for path in source.empty_folders)

    def info(payload_bytes: int, payload_files: int) -> bytes:
        return bag_making.info_tags(
            bag_making.BagDescription(
                reference=request.reference,
                title=request.title,
                retention=request.retention or "",
                confidentiality=request.confidentiality or "",
                made_at=made_at,
                payload_bytes=payload_bytes,
                payload_files=payload_files,
                simulated=simulated,
                as_tar=how.as_tar,
            )
        )

    sizes = dict(zip(files, (file.size_bytes for file in source.files), strict=True))
    if how.as_tar:
        tar_bytes, map_bytes = outer_sizes(source, prefix=prefix, carrying=how)
        text = info(tar_bytes, 1)
        tags = bag_making.tag_file_sizes(text, (TAR_PATH,), {NAME_MAP_PATH: map_bytes})
        return BagToBe(how, text, {TAR_PATH: tar_bytes, **tags}, ())
    if bag is not None:
        return BagToBe(how, b"", sizes, empty)
    text = info(source.size_bytes, len(files))
    metadata_bytes = sum(map(len, file_metadata.text(metadata_rows(source, prefix))))
    tags = bag_making.tag_file_sizes(text, files, {file_metadata.NAME: metadata_bytes})
    return BagToBe(how, text, sizes | tags, empty)


def without_left_out(source: Source, patterns: Sequence[str]) -> Source:
    """The source without the files that its class leaves out; folders that held nothing else become empty ones."""
    gone = tuple(file.path for file in source.files if is_left_out(file.path, patterns))
    if not gone:
        return source
    dropped = frozenset(gone)
    files = tuple(file for file in source.files if file.path not in dropped)
    held = {_folder(path) for path in (*(f.path for f in files), *(link.path for link in source.links))}
    held |= {_folder(path) for path in source.folders if path}
    emptied = {_folder(path) for path in gone} - held
    empty = tuple(sorted({*source.empty_folders, *emptied}, key=path_bytes))
    return replace(source, files=files, empty_folders=empty, left_out=gone)


def refused_links(source: Source) -> tuple[tuple[str, str], ...]:
    """(path, why) of every symbolic link, for a class that takes none."""
    return tuple(
        (escaped(link.path), "it is a symbolic link; put the file itself there") for link in source.links
    )


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
