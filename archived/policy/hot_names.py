"""What names in a hot folder mean: packages, markers, sidecars, what we write there, what is on its way. Pure."""

from typing import Final

MARKER: Final = ".ready"
SIDECAR: Final = ".package.json"
ACCEPTED: Final = ".accepted.json"
ARCHIVED: Final = ".archived.json"
REFUSED_TEXT: Final = ".refused.txt"
REFUSED_JSON: Final = ".refused.json"
#: Folder at the top of a hot folder into which we move what is refused.
REJECTED: Final = "rejected"
#: At the top of a hot folder: says which one it is, so that an empty mount point is not taken for it.
IDENTITY: Final = ".archived-hot-folder.json"

_ON_ITS_WAY = (".part", ".tmp", ".partial", ".crdownload")
_BESIDE = (MARKER, SIDECAR, ACCEPTED, ARCHIVED, REFUSED_TEXT, REFUSED_JSON)


def is_on_its_way(name: str) -> bool:
    """Whether somebody says by the name that it is not to be looked at yet."""
    return name.startswith(".") or name.lower().endswith(_ON_ITS_WAY)


def is_beside(name: str) -> bool:
    """Whether it belongs to a package, and is none itself."""
    return name.endswith(_BESIDE)


def is_utf8(path: str) -> bool:
    """Whether the bytes of a path are UTF-8."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def parked_name(path: str, item_id: int) -> str:
    """Where an original lies while it is being removed: beside its place, and out of sight."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}.{name}.removing-{item_id}"


def in_rejected(path: str, number: int) -> str:
    """The number-th name, from 1, below the hot folder for what was refused at `path`."""
    return f"{REJECTED}/{path}" + (f".{number}" if number > 1 else "")
