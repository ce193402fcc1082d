"""Whether a package lies on its disc as plain files, or travels as one tar because of its names. Pure.

A tar keeps every name byte for byte. What stands against plain files is told name by name, in words that go onto
the disc and into the receipt; they are a record and are never translated.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from archived.carried_names import folded, problem_with_length
from archived.inner_files import NAME_MAP_PATH
from archived.names import escaped, raw
from backends.optical.udf.names import problem_with_name

#: What most file systems hold in one name: staging must be able to hold what lies there plainly.
NAME_BYTES_MAX: Final = 255
#: Names that Windows takes for devices, whatever follows a dot ("Naming Files, Paths, and Namespaces").
_RESERVED: Final = re.compile(
    r"(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$) *(\..*)?",
    re.I | re.S,
)
_RESERVED_STARTS: Final = frozenset({"con", "prn", "aux", "nul", "com", "lpt"})
#: So many names a receipt shows.
SHOWN_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Carrying:
    """How a package travels."""

    #: (path relative to the bag, why it cannot lie on a disc plainly), in order; empty for plain files.
    reasons: tuple[tuple[str, str], ...] = ()

    @property
    def as_tar(self) -> bool:
        return bool(self.reasons)

    def as_document(self) -> dict[str, object]:
        """What a receipt says of it."""
        if not self.as_tar:
            return {"as": "files"}
        return {
            "as": "tar",
            "names": len(self.reasons),
            "why": [{"path": escaped(path), "why": why} for path, why in self.reasons[:SHOWN_MAX]],
        }


def carrying(paths: Iterable[str], links: Iterable[str], *, disc_folder: str) -> Carrying:
    """How a package with these files and folders, and these symbolic links, travels.

    Args:
        paths: relative to the bag, with '/'; each folder on the way to a file is one of them.
        disc_folder: where the bag will lie on its disc; the whole path counts.
    """
    found: dict[str, str] = {}
    beside: dict[str, dict[str, str]] = {}
    for path in paths:
        folder, _slash, name = path.rpartition("/")
        why = problem_with_hard_name(name) or problem_with_length(f"{disc_folder}/{path}")
        twin = beside.setdefault(folder, {}).setdefault(folded(name), name)
        if twin != name:
            why = why or f"it differs from {escaped(twin)} beside it only in case or Unicode normalization"
        if path == NAME_MAP_PATH:
            why = "it is called like the list beside a package in a tar, by which such a package is known"
        if why:
            found[path] = why
    found |= dict.fromkeys(links, "it is a symbolic link")
    return Carrying(tuple(sorted(found.items(), key=lambda item: raw(item[0]))))


def problem_with_hard_name(name: str) -> str | None:
    """Why one name cannot stand on a disc for every system to read, or None."""
    if not name.isascii() and any("\udc80" <= letter <= "\udcff" for letter in name):
        return "it holds bytes that are no UTF-8"
    if problem := problem_with_name(name):
        return problem
    if name[-1] in " .":
        return "it ends with a space or a dot, which some systems drop"
    if name[:3].lower() in _RESERVED_STARTS and _RESERVED.fullmatch(name):
        return "Windows takes it for a device"
    if len(name) > NAME_BYTES_MAX // 4 and len(raw(name)) > NAME_BYTES_MAX:
        return f"it has more than {NAME_BYTES_MAX} bytes"
    return None
