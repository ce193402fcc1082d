"""Memory as the kernels need it: addresses of buffers without copying, and buffers placed for speed."""

import ctypes
import mmap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from erasure.errors import BadShape

ReadBuffer = bytes | bytearray | memoryview | mmap.mmap
WriteBuffer = bytearray | memoryview | mmap.mmap

#: Nine cache lines: buffers that start at equal offsets in their pages compete for the same cache sets.
STAGGER_BYTES = 576

_PYBUF_SIMPLE, _PYBUF_WRITABLE = 0, 1


class _Exported(ctypes.Structure):
    """`Py_buffer` of the stable C interface (PEP 3118), filled and released by Python itself."""

    _fields_ = (
        ("address", ctypes.c_void_p),
        ("owner", ctypes.c_void_p),
        ("length_bytes", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_void_p),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p),
        ("internal", ctypes.c_void_p),
    )


# `from_buffer` refuses read-only memory such as a staged file mapped for reading; this call does not.
_get_buffer = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.POINTER(_Exported), ctypes.c_int)(
    ("PyObject_GetBuffer", ctypes.pythonapi)
)
_release_buffer = ctypes.PYFUNCTYPE(None, ctypes.POINTER(_Exported))(("PyBuffer_Release", ctypes.pythonapi))


@contextmanager
def pinned(buffers: Sequence[ReadBuffer], length: int, *, writable: bool) -> Iterator[list[int]]:
    """The start addresses of `buffers`, which can neither move nor be freed inside the block.

    Raises BadShape when one is shorter than `length` bytes, not contiguous, or read-only where it must not
    be.
    """
    held: list[_Exported] = []
    try:
        for position, buffer in enumerate(buffers):
            exported = _Exported()
            try:
                _get_buffer(buffer, ctypes.byref(exported), _PYBUF_WRITABLE if writable else _PYBUF_SIMPLE)
            except (BufferError, TypeError, ValueError) as error:
                raise BadShape(f"buffer {position} cannot be used: {error}") from error
            held.append(exported)
            if exported.length_bytes < length:
                raise BadShape(
                    f"buffer {position} has {exported.length_bytes} bytes where {length} are needed"
                )
        yield [exported.address or 0 for exported in held]
    finally:
        for exported in held:
            _release_buffer(ctypes.byref(exported))


def byte_view(buffer: ReadBuffer) -> memoryview:
    """The buffer as a flat view of bytes, without a copy."""
    view = memoryview(buffer)
    return view if view.format == "B" and view.ndim == 1 else view.cast("B")


def aligned_buffers(count: int, length: int) -> list[memoryview]:
    """`count` writable zeroed buffers of `length` bytes, each starting STAGGER_BYTES further into its page.

    Encoding from buffers that all start on a page boundary is up to half as fast.
    """
    if count < 1 or length < 1:
        raise BadShape(f"{count} buffers of {length} bytes cannot be made")
    pages = -(-length // mmap.PAGESIZE) * mmap.PAGESIZE
    stride = pages + STAGGER_BYTES
    whole = memoryview(mmap.mmap(-1, count * stride))
    return [whole[i * stride : i * stride + length] for i in range(count)]
