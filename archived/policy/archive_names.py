"""What the name of a file says of its being an archive. Pure."""

from typing import Final

#: A single file with such a name is an archive of a package; the longest that fits is not part of the volume's name.
ARCHIVE_SUFFIXES: Final = (".tar.gz", ".tar.xz", ".tgz", ".txz", ".tar", ".zip")


def is_archive(name: str) -> bool:
    """Whether a single file of this name is a package."""
    return name.lower().endswith(ARCHIVE_SUFFIXES)


def without_archive_suffix(path: str) -> str:
    """The path of an archive as if it were the folder that it holds."""
    return next((path[: -len(suffix)] for suffix in ARCHIVE_SUFFIXES if path.lower().endswith(suffix)), path)
