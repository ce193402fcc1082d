"""One digest for the content of a package: equal payloads have equal roots, whatever their tag files say."""

import hashlib

#: How people make it themselves, printed in receipts. (A payload with empty folders has lines for them.)
COMPUTED = (
    'sha256 over one line "<sha256>  <path>" for each payload file, paths from data/ on, sorted by their '
    'bytes, then one line "-  <path>/" for each empty folder; each line ends with LF'
)


class RootDigest:
    """Takes files, then empty folders, each in order of their paths; holds nothing but the running digest."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._last = ("file", b"")

    def add_file(self, path: str, sha256: str) -> None:
        """The next file of the payload. Raises ValueError when the order is broken."""
        self._sha256.update(b"%b  %b\n" % (sha256.encode(), self._step("file", path)))

    def add_empty_folder(self, path: str) -> None:
        """The next folder of the payload that holds nothing. Raises ValueError when the order is broken."""
        self._sha256.update(b"-  %b/\n" % self._step("folder", path))

    def hexdigest(self) -> str:
        """Lower-case hexadecimal of everything so far."""
        return self._sha256.hexdigest()

    def _step(self, kind: str, path: str) -> bytes:
        raw = path.encode("utf-8", "surrogateescape")
        # "file" < "folder", so pairs sort as files first, each kind by path.
        if (kind, raw) <= self._last:
            raise ValueError(f"{kind} {path!r} does not follow {self._last[0]} {self._last[1]!r}")
        self._last = (kind, raw)
        return raw
