"""The sha256 of every file of a source, in whatever order they come: 32 bytes a file, given back in order of paths."""

from collections.abc import Iterator, Sequence

from archived.stages.intake_source import SourceFile

_RAW_BYTES = 32


class Sums:
    """Takes each file once, in any order; cheapest in the order of the files themselves."""

    def __init__(self, files: Sequence[SourceFile]) -> None:
        self._files = files
        self._raw = bytearray(_RAW_BYTES * len(files))
        self._taken = bytearray(len(files))
        self._next = 0
        self._places: dict[str, int] | None = None

    def put(self, file: SourceFile, sha256: str) -> None:
        """Raises ValueError for a file that the source does not list, or that was there already."""
        place = self._place(file)
        if place < 0 or self._taken[place]:
            raise ValueError(f"the supply gave {file.path!r}, which it does not list, or gave it twice")
        self._taken[place] = 1
        self._raw[_RAW_BYTES * place : _RAW_BYTES * (place + 1)] = bytes.fromhex(sha256)
        self._next = place + 1

    def __iter__(self) -> Iterator[tuple[SourceFile, str]]:
        """Every file with its sha256, in order of paths. Raises ValueError when one never came."""
        for place, file in enumerate(self._files):
            if not self._taken[place]:
                raise ValueError(f"the supply never gave {file.path!r}")
            yield file, self._raw[_RAW_BYTES * place : _RAW_BYTES * (place + 1)].hex()

    def _place(self, file: SourceFile) -> int:
        if self._next < len(self._files) and self._files[self._next] is file:
            return self._next
        if self._places is None:
            self._places = {there.path: place for place, there in enumerate(self._files)}
        return self._places.get(file.path, -1)
