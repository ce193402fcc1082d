"""One digest for the content of a package: equal payloads have equal roots, whatever their tag files say.

Names that a disc cannot hold count as they are, by their bytes: it makes no difference how a package travels.
"""

import hashlib

#: How people make it themselves, printed in receipts. (A payload with empty folders has lines for them.)
COMPUTED = (
    'sha256 over one line "<sha256>  <path>" for each payload file, paths from data/ on, sorted by their '
    'bytes, then one line "-  <path>/" for each empty folder, then one line "@<sha256 of what it says>  <path>" for '
    "each symbolic link; each line ends with LF; where a path holds a backslash, LF or CR they stand as "
    r"\\, \n and \r and the line begins with a backslash, as sha256sum prints it"
)


class RootDigest:
    """Takes files, then empty folders, then links, each in order of paths; holds nothing but the running digest."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._last = ("file", b"")

    def add_file(self, path: str, sha256: str) -> None:
        """The next file of the payload. Raises ValueError when the order is broken."""
        self._add(sha256.encode(), self._step("file", path))

    def add_empty_folder(self, path: str) -> None:
        """The next folder of the payload that holds nothing. Raises ValueError when the order is broken."""
        self._add(b"-", self._step("folder", path) + b"/")

    def add_link(self, path: str, target: str) -> None:
        """The next symbolic link of the payload. Raises ValueError when the order is broken."""
        says = hashlib.sha256(target.encode("utf-8", "surrogateescape")).hexdigest()
        self._add(b"@" + says.encode(), self._step("link", path))

    def hexdigest(self) -> str:
        """Lower-case hexadecimal of everything so far."""
        return self._sha256.hexdigest()

    def _add(self, word: bytes, path: bytes) -> None:
        start = b""
        if b"\\" in path or b"\n" in path or b"\r" in path:
            start = b"\\"
            path = path.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
        self._sha256.update(b"%b%b  %b\n" % (start, word, path))

    def _step(self, kind: str, path: str) -> bytes:
        raw = path.encode("utf-8", "surrogateescape")
        # "file" < "folder" < "link", so pairs sort by kind, each kind by path.
        if (kind, raw) <= self._last:
            raise ValueError(f"{kind} {path!r} does not follow {self._last[0]} {self._last[1]!r}")
        self._last = (kind, raw)
        return raw
