"""The one read of every file: its bytes go to staging and through every digest in the same pass."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from archived.stages.intake_source import Source, SourceFile, changed
from archived.stages.intake_writing import BLOCK_BYTES, ReadFile
from erasure.digests import ALGORITHMS, Digests

#: Gets (bytes done, bytes in all) often; what it raises ends the intake, and nothing is kept.
Progress = Callable[[int, int], None]


class Sink(Protocol):
    """Where the bytes of one file after the other go."""

    def begin(self, path: str, file: SourceFile) -> None:
        """The next file, by its path in the bag."""
        ...

    def write(self, block: memoryview) -> None:
        """More of its bytes."""
        ...

    def end(self) -> None:
        """They were all of them, as many as `file` says."""
        ...


def read_files(
    source: Source,
    *,
    prefix: str,
    sink: Sink | None,
    algorithms: Callable[[str], Sequence[str]],
    progress: Progress | None,
) -> Iterator[tuple[SourceFile, ReadFile]]:
    """Read every file of `source` in the order of its supply, into `sink` unless that is None.

    Args:
        prefix: goes before each path to make its path in the bag ("data/" or nothing).
        algorithms: digests wanted beside the three of everything, for a path in the bag.

    Raises:
        Unacceptable: a file cannot be read, or the source changed since it was seen.
        StagingFull, Failed: what the sink raises; the caller removes what was written.
    """
    buffer = memoryview(bytearray(BLOCK_BYTES))
    left_out = frozenset(source.left_out)
    total = source.size_bytes
    done = 0
    with source.supply.open() as contents:
        for item in contents:
            file = item.file
            if file.path in left_out:
                continue
            path = prefix + file.path
            digests = Digests(dict.fromkeys((*ALGORITHMS, *algorithms(path))))
            if sink is not None:
                sink.begin(path, file)
            while count := item.readinto(buffer):
                block = buffer[:count]
                digests.update(block)
                if sink is not None:
                    sink.write(block)
                done += count
                if progress is not None:
                    progress(done, total)
            if digests.length_bytes != file.size_bytes:
                raise changed([file.path])
            if sink is not None:
                sink.end()
            yield file, ReadFile(path, file.size_bytes, file.mtime_ns // 10**9, digests.hexdigests())
        if moved := contents.changed():
            raise changed(moved)
