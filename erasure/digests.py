"""Several digests of the same bytes in one pass, and one digest by name.

`sha256` is the law, `blake3` an independent second opinion, `xxh3-128` cheap enough for every transport.
Feeding all of them the same block while it lies in the processor's cache costs little more than the slowest
one alone.
"""

import hashlib
from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

from blake3 import blake3
from xxhash import xxh3_128

from erasure.buffers import ReadBuffer, byte_view
from erasure.errors import UnknownAlgorithm

#: What is taken of everything; the names are the ones that stand in manifests and receipts.
ALGORITHMS = ("sha256", "blake3", "xxh3-128")

#: Bytes that one digest takes before the next one gets the same ones.
BLOCK_BYTES = 1 << 20
#: Shorter pieces are gathered first: the tree of blake3 needs long runs to use the processor's width.
GATHERED_BYTES_MAX = 128 << 10


class Hasher(Protocol):
    """A running digest, in the manner of `hashlib`."""

    def update(self, data: ReadBuffer, /) -> object:
        """Take more bytes."""
        ...

    def digest(self) -> bytes:
        """The digest of everything so far."""
        ...

    def hexdigest(self) -> str:
        """The same in lower-case hexadecimal."""
        ...


_OTHERS: dict[str, Callable[..., Hasher]] = {"sha256": hashlib.sha256, "blake3": blake3, "xxh3-128": xxh3_128}


def hasher(name: str) -> Hasher:
    """A new running digest: one of ALGORITHMS or any fixed-length one of `hashlib` (sha512, sm3, md5 …).

    Raises UnknownAlgorithm.
    """
    return _maker(name)()


def _maker(name: str) -> Callable[..., Hasher]:
    """What makes running digests of this name, of the bytes that it is given to begin with."""
    if (known := _OTHERS.get(name)) is not None:
        return known
    make = partial(hashlib.new, name, usedforsecurity=False)
    try:
        found = make()
    except ValueError:
        found = None
    if found is None or found.digest_size == 0:
        raise UnknownAlgorithm(
            f'this machine has no digest "{name}" of a fixed length; '
            f"known are {', '.join(ALGORITHMS)} and {', '.join(sorted(hashlib.algorithms_guaranteed))}"
        )
    return make


class Digests:
    """Takes bytes in pieces of any size and gives the digests of them all; holds about 1 MiB at most."""

    def __init__(self, names: Iterable[str] = ALGORITHMS) -> None:
        """Raises UnknownAlgorithm."""
        self._makers = {name: _maker(name) for name in names}
        #: Made when they are needed: most files are so short that each digest gets all of it in one call.
        self._hashers: dict[str, Hasher] = {}
        self._gathered = bytearray()
        self._length_bytes = 0

    @property
    def length_bytes(self) -> int:
        """How many bytes were taken so far."""
        return self._length_bytes

    def update(self, data: ReadBuffer) -> None:
        """Take more bytes."""
        view = byte_view(data)
        size = len(view)
        self._length_bytes += size
        if size < GATHERED_BYTES_MAX:
            self._gathered += view
            if len(self._gathered) >= BLOCK_BYTES:
                self._flush()
            return
        self._flush()
        for start in range(0, size, BLOCK_BYTES):
            self._take(view[start : start + BLOCK_BYTES])

    def hexdigests(self) -> dict[str, str]:
        """Name to digest in lower-case hexadecimal, of everything so far; more may follow."""
        if not self._hashers:
            return {name: make(self._gathered).hexdigest() for name, make in self._makers.items()}
        self._flush()
        return {name: running.hexdigest() for name, running in self._hashers.items()}

    def _flush(self) -> None:
        if self._gathered:
            self._take(self._gathered)
            self._gathered = bytearray()

    def _take(self, block: ReadBuffer) -> None:
        if not self._hashers:
            self._hashers = {name: make() for name, make in self._makers.items()}
        for running in self._hashers.values():
            running.update(block)
