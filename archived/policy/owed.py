"""Where the images of a pool belong: at home, and in the tape pools that the classes of their packages name."""

from collections.abc import Collection, Iterable, Mapping

from archived.model import Copy, Image
from archived.settings import ClassSettings, PoolSettings
from archived.states import CopyState


def home_pool(image: Image, pools: Mapping[str, PoolSettings]) -> str:
    """The pool that an image is written in as a member of its set: its own, or the one for its parity on tape."""
    settings = pools.get(image.pool)
    if image.kind == "parity" and settings is not None and settings.parity_pool:
        return settings.parity_pool
    return image.pool


def is_home(copy: Copy, image: Image) -> bool:
    """Whether a copy is the member of the set itself, not one that a class asks for beside it.

    Parity has no other copies; wherever it was written, it stays the member when the settings change.
    """
    return image.kind == "parity" or copy.pool in ("", image.pool)


def owed_pools(
    image: Image, storage_classes: Iterable[str], classes: Mapping[str, ClassSettings]
) -> tuple[str, ...]:
    """Pools in which an image with packages of these classes is copied once more, in the order of their names."""
    if image.kind != "data":
        return ()
    known = (classes[name] for name in set(storage_classes) if name in classes)
    return tuple(sorted({pool for settings in known for pool in settings.copies}))


def pools_reached(copies: Iterable[Copy], image: Image, counting: Collection[CopyState]) -> frozenset[str]:
    """Pools beside its own in which an image has a copy in one of these states."""
    return frozenset(copy.pool for copy in copies if not is_home(copy, image) and copy.state in counting)
