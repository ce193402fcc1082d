"""What lies inside the tar in which a package with hard names travels: frozen values of the catalog."""

from dataclasses import dataclass
from typing import Final

#: The payload of a bag that carries a package: one tar, and the table of what is in it.
TAR_PATH: Final = "data/package.tar"
NAME_MAP_PATH: Final = "name-map.csv"

FILE: Final = "file"
FOLDER: Final = "folder"
LINK: Final = "link"
KINDS: Final = (FILE, FOLDER, LINK)


@dataclass(frozen=True, slots=True)
class InnerFile:
    """One file, folder or symbolic link of a package that travels as a tar."""

    package_id: str
    #: Relative to the bag that was handed in (a plain folder's begin with data/), escaped: `archived.names`.
    path: str
    kind: str  # one of KINDS
    #: Where its bytes begin in data/package.tar; 0 for what has none.
    offset: int
    size_bytes: int
    mtime_ns: int
    #: 0 to 0o7777; 0 for a link.
    mode: int
    #: What a link says, escaped; empty for others.
    target: str
    #: The first path of the same file when it was handed in under several names (hard links), escaped.
    same_as: str
    #: Empty for folders and links.
    sha256: str
    blake3: str
    xxh3: str
