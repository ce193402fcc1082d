"""Asking for bytes: which files, from where, at what price. What the recall stage then takes up."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import events, images, media, packages, recalls
from archived.errors import NotFound, Unrecoverable, WrongState
from archived.model import Image, Package, PackageFile, Recall
from archived.policy.sources import CopyView, Paces, direct_source, estimate_s
from archived.stages.recall_planning import chunks_of, picture_of, plan_from_set
from archived.stages.recall_sources import chunk_ranges, copy_views, placed
from archived.stages.work import Site
from archived.states import CopyState, ImageState, RecallState

#: Until a drive was measured: load and unload of a library, and 4x BD.
DEFAULT_LOAD_S, DEFAULT_READ_BYTES_PER_S = 60.0, 18_000_000.0


@dataclass(frozen=True, slots=True)
class Source:
    """One copy that would be read, and how much of it."""

    view: CopyView
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the bytes of a recall would come from."""

    package: Package | None
    image: Image | None
    files: tuple[PackageFile, ...]
    from_staging: bool
    sources: tuple[Source, ...]
    #: "staging", "disc", "set", or "" when there is no way now.
    way: str
    shortage: str
    bytes_wanted: int
    estimate_s: float


def plan_recall(read: Connection, site: Site, package: Package, paths: Sequence[str]) -> Plan:
    """What a recall of these files (all when empty) would do.

    `paths` may be paths in the bag (`data/x`) or in the payload (`x`).

    Raises:
        NotFound: a path that the package does not have.
    """
    files = _chosen(read, package, paths)
    size_bytes = sum(file.size_bytes for file in files)
    image = _image_of(read, package)
    if package.staged:
        return Plan(package, image, files, True, (), "staging", "", size_bytes, 0.0)
    if image is None:
        return Plan(package, None, files, False, (), "", f"{package.id} lies on no medium", size_bytes, 0.0)
    return _from_media(read, site, package, image, files, size_bytes)


def request(
    write: Connection, site: Site, package: Package, paths: Sequence[str], *, owner: int
) -> tuple[Recall, Plan]:
    """Put a recall on record.

    Raises:
        NotFound: a path that the package does not have.
        WrongState: the package was withdrawn or never acknowledged.
        Unrecoverable: no source that we know can give the bytes now.
    """
    if package.accepted_at is None or package.state.value not in ("accepted", "archived"):
        raise WrongState(f"package {package.id} is {package.state.value}; it cannot be recalled")
    plan = plan_recall(write, site, package, paths)
    if not plan.way:
        raise Unrecoverable(
            f"package {package.id} cannot be recalled now: {plan.shortage}",
            advice="put missing discs back and run: archivectl library inventory",
        )
    image_id = plan.image.id if plan.image is not None else None
    recall = Recall(
        id=recalls.new_id(write),
        state=RecallState.REQUESTED,
        package_id=package.id,
        image_id=image_id,
        paths=tuple(file.path for file in plan.files if not file.is_directory),
        requested_at=site.now(),
        owner=owner,
        bytes_wanted=plan.bytes_wanted,
        from_staging=plan.from_staging,
    )
    recalls.create(write, recall)
    subject = ("recall", recall.id)
    events.append(
        write, site.now(), "recall", subject, agent=f"uid:{owner}", package=package.id, way=plan.way
    )
    return recall, plan


def request_image(write: Connection, site: Site, image: Image, *, owner: int) -> Recall:
    """Put the recall of a whole image on record: from its recipe while staging has it, else from media.

    Raises:
        WrongState: the image's bytes are not fixed yet.
    """
    if image.size_bytes is None or image.sha256 is None:
        raise WrongState(f"image {image.id} is {image.state.value}; its bytes are not fixed yet")
    recall = Recall(
        id=recalls.new_id(write),
        state=RecallState.REQUESTED,
        package_id=None,
        image_id=image.id,
        paths=(),
        requested_at=site.now(),
        owner=owner,
        bytes_wanted=image.size_bytes,
        from_staging=image_is_staged(write, site, image),
    )
    recalls.create(write, recall)
    events.append(write, site.now(), "export", ("image", image.id), agent=f"uid:{owner}", recall=recall.id)
    return recall


def image_is_staged(read: Connection, site: Site, image: Image) -> bool:
    """Whether the recipe of an image and everything that it refers to lie in staging."""
    staging = site.tools.paths.staging
    if not (staging / image.recipe_name).exists():
        return False
    if image.kind == "parity":
        return (staging / f"parity/{image.set_id}-{image.position}.bin").exists()
    return all(package.staged for package in packages.of_image(read, image.id))


def _chosen(read: Connection, package: Package, paths: Sequence[str]) -> tuple[PackageFile, ...]:
    everything = list(packages.files(read, package.id))
    if not paths:
        return tuple(everything)
    by_path = {file.path: file for file in everything}
    chosen = []
    for path in paths:
        file = by_path.get(path) or by_path.get(f"data/{path}")
        if file is None:
            raise NotFound(f"package {package.id} has no file {path!r}", package=package.id, path=path)
        chosen.append(file)
    return tuple(chosen)


def _image_of(read: Connection, package: Package) -> Image | None:
    """The image that carries the package and has been written, if there is one."""
    for image_id in packages.image_ids(read, package.id).values():
        if image_id is not None:
            image = images.get(read, image_id)
            if image.state in (ImageState.PROTECTED, ImageState.KEPT):
                return image
    return None


def _from_media(
    read: Connection,
    site: Site,
    package: Package,
    image: Image,
    files: tuple[PackageFile, ...],
    size_bytes: int,
) -> Plan:
    drives = max(1, sum(drive.up for drive in media.drives(read)))
    known = events.paces(read)
    paces = Paces(
        known.get("load_s", DEFAULT_LOAD_S),
        known.get("load_s", DEFAULT_LOAD_S),
        known.get("read", DEFAULT_READ_BYTES_PER_S),
    )
    places = placed(read, image.id, package.id, files)
    direct = direct_source(copy_views(read, site, image.id))
    if direct is not None and direct.state is not CopyState.SUSPECT:
        sources: tuple[Source, ...] = (Source(direct, size_bytes),)
        way, shortage = "disc", ""
    else:
        picture = picture_of(read, site, image)
        found = plan_from_set(picture, chunks_of(image, places))
        sources = tuple(
            Source(
                item.view,
                sum(size for _, size in chunk_ranges(picture.by_position[item.position], item.chunks)),
            )
            for item in found.readings
        )
        shortage = f"its disc cannot be read, and {found.shortage}" if found.shortage else ""
        way = "disc" if all(source.view.image_id == image.id for source in sources) else "set"
    if shortage:
        return Plan(package, image, files, False, (), "", shortage, size_bytes, 0.0)
    seconds = estimate_s(
        [source.view for source in sources],
        bytes_each=max((source.size_bytes for source in sources), default=0),
        paces=paces,
        drives=drives,
    )
    return Plan(package, image, files, False, sources, way, "", size_bytes, seconds)
