"""Intel's ISA-L (BSD licence), found and bound; nothing is checked here, see `kernels.py` and `crc.py`.

The `pyeclib` wheel bundles a build with AVX-512 and GFNI code under a private name, which the pinned version
of that wheel guarantees; the system's `libisal.so.2` is the second choice. The Python interface of `pyeclib`
is not used: it puts a header of its own on every fragment.
"""

import ctypes
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SYSTEM_LIBRARY = "libisal.so.2"


@dataclass(frozen=True, slots=True)
class Isal:
    """The functions of one loaded ISA-L, with the names of its own manual (`erasure_code.h`, `crc.h`)."""

    path: str
    ec_init_tables: Callable[..., None]
    ec_encode_data: Callable[..., None]
    crc32_gzip_refl: Callable[..., int]


def library_paths() -> Iterator[str]:
    """Where an ISA-L may lie, best first."""
    spec = importlib.util.find_spec("pyeclib")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        bundled = Path(folder).parent / "pyeclib.libs"
        yield from sorted(str(path) for path in bundled.glob("libisal-pyeclib.so*"))
    yield SYSTEM_LIBRARY


def bind(path: str) -> Isal | None:
    """Load one library; None when it is not there or lacks a function."""
    try:
        library = ctypes.CDLL(path)
        init, encode, crc = library.ec_init_tables, library.ec_encode_data, library.crc32_gzip_refl
    except (OSError, AttributeError):
        return None
    init.argtypes, init.restype = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p], None
    encode.argtypes = [
        ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p,
    ]  # fmt: skip
    encode.restype = None
    crc.argtypes, crc.restype = [ctypes.c_uint32, ctypes.c_void_p, ctypes.c_uint64], ctypes.c_uint32
    return Isal(path=path, ec_init_tables=init, ec_encode_data=encode, crc32_gzip_refl=crc)


@cache
def find_isal() -> Isal | None:
    """The best ISA-L of this machine, or None."""
    return next((isal for isal in map(bind, library_paths()) if isal), None)
