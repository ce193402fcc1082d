import mmap
import random
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from erasure import crc, isal, kernels
from erasure.buffers import STAGGER_BYTES, aligned_buffers, pinned
from erasure.errors import BadShape, KernelUntrusted
from erasure.kernels import IsalKernel, Kernel, PortableKernel, check_kernel, load_kernel
from erasure.matrix import parity_matrix

BOTH = [pytest.param("isal", id="isal"), pytest.param("portable", id="portable")]


@pytest.fixture(params=BOTH)
def kernel(request: pytest.FixtureRequest) -> Kernel:
    return load_kernel(request.param)


@pytest.fixture
def fresh_choice() -> Iterator[None]:
    """The chosen libraries are remembered for the life of the process; forget them around a test."""
    caches = (load_kernel, isal.find_isal, crc._chosen)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


def test_isa_l_is_the_first_choice_and_comes_with_the_pyeclib_wheel() -> None:
    assert isinstance(load_kernel(), IsalKernel)
    assert "libisal-pyeclib" in load_kernel().name


@pytest.mark.parametrize(("n", "m", "answer"), [(4, 2, "0400"), (8, 2, "3038"), (10, 4, "c08f286c")])
def test_known_answers_come_out(kernel: Kernel, n: int, m: int, answer: str) -> None:
    targets = [bytearray(1) for _ in range(m)]
    kernel.apply(parity_matrix(n, m), [bytes([n - k]) for k in range(n)], targets, 1)
    assert b"".join(targets).hex() == answer


@pytest.mark.parametrize(("n", "m"), [(1, 1), (4, 2), (10, 4), (7, 9), (60, 5), (239, 16)])
def test_isa_l_equals_portable_byte_for_byte(n: int, m: int) -> None:
    draw = random.Random(n * 1000 + m)
    rows = parity_matrix(n, m)
    for length in (*range(1, 20), 31, 32, 33, 63, 64, 65, 100, 127, 129, 1000, 20_000 if n > 50 else 70_001):
        sources = [draw.randbytes(length) for _ in range(n)]
        results = []
        for name in ("isal", "portable"):
            targets = [bytearray(length + 3) for _ in range(m)]
            load_kernel(name).apply(rows, sources, targets, length)
            results.append(targets)
        assert results[0] == results[1]
        assert all(target[length:] == b"\0\0\0" for target in results[0])


def test_any_kind_of_buffer_is_read_where_it_lies(kernel: Kernel, tmp_path: Path) -> None:
    path = tmp_path / "member"
    path.write_bytes(b"\x02" * 100)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        sources = [mapped, b"\x04" * 100, memoryview(bytearray(b"\x06" * 120))[20:]]
        target = bytearray(100)
        kernel.apply(((1, 1, 1),), sources, [memoryview(target)], 100)
    assert target == bytes(100)


def test_no_rows_no_sources_and_no_bytes_are_no_error(kernel: Kernel) -> None:
    target = bytearray(b"old")
    kernel.apply(((),), [], [target], 3)
    assert target == bytes(3)
    kernel.apply((), [b"abc"], [], 3)
    kernel.apply(((1,),), [b""], [target], 0)
    assert target == bytes(3)


@pytest.mark.parametrize(
    ("rows", "sources", "targets", "length"),
    [
        (((1, 1),), [b"abc"], [bytearray(3)], 3),
        (((1,), (1,)), [b"abc"], [bytearray(3)], 3),
        (((1,),), [b"ab"], [bytearray(3)], 3),
        (((1,),), [b"abc"], [bytearray(2)], 3),
        (((1,),), [b"abc"], [b"abc"], 3),
        (((1,),), [b"abc"], [bytearray(3)], -1),
    ],
)
def test_buffers_that_do_not_fit_are_refused_before_anything_is_written(
    kernel: Kernel, rows: kernels.Rows, sources: list[bytes], targets: list[bytearray], length: int
) -> None:
    with pytest.raises(BadShape):
        kernel.apply(rows, sources, targets, length)
    assert all(bytes(target) in (b"abc", bytes(len(target))) for target in targets)


class _Forgetful(PortableKernel):
    """Right for constant columns, wrong in one byte at the end of long ones."""

    def apply(self, rows, sources, targets, length):  # type: ignore[no-untyped-def]
        super().apply(rows, sources, targets, length)
        if length > 200:
            targets[-1][length - 1] ^= 1


def test_a_kernel_that_is_wrong_in_one_byte_is_not_trusted() -> None:
    with pytest.raises(KernelUntrusted, match="nothing was encoded"):
        check_kernel(_Forgetful())


@pytest.mark.usefixtures("fresh_choice")
def test_a_library_that_answers_wrongly_is_an_error_and_not_a_quiet_fallback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = isal.find_isal()
    assert found is not None
    broken = isal.Isal(found.path, found.ec_init_tables, lambda *_: None, found.crc32_gzip_refl)
    monkeypatch.setattr(kernels, "find_isal", lambda: broken)
    with pytest.raises(KernelUntrusted, match="known answer of 4\\+2"):
        load_kernel()


@pytest.mark.usefixtures("fresh_choice")
def test_without_isa_l_the_portable_kernel_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "find_isal", lambda: None)
    assert isinstance(load_kernel(), PortableKernel)
    with pytest.raises(KernelUntrusted, match="no ISA-L was found"):
        load_kernel("isal")


def test_a_kernel_of_an_unknown_name_is_refused() -> None:
    with pytest.raises(BadShape, match="there is no kernel"):
        load_kernel("numpy")


def test_a_library_that_is_not_there_is_passed_over() -> None:
    assert isal.bind("libno-such-library.so.9") is None
    assert list(isal.library_paths())[-1] == "libisal.so.2"


def test_buffers_are_staggered_zeroed_and_writable() -> None:
    buffers = aligned_buffers(3, 5000)
    with pinned(buffers, 5000, writable=True) as addresses:
        assert [address % 4096 for address in addresses] == [0, STAGGER_BYTES, 2 * STAGGER_BYTES]
    assert all(bytes(buffer) == bytes(5000) for buffer in buffers)
    buffers[0][:] = b"x" * 5000
    assert bytes(buffers[1]) == bytes(5000)
    with pytest.raises(BadShape):
        aligned_buffers(0, 10)


def test_a_pinned_buffer_cannot_be_resized_until_it_is_let_go() -> None:
    buffer = bytearray(10)
    with pinned([buffer], 10, writable=True), pytest.raises(BufferError):
        buffer.append(1)
    buffer.append(1)
    with pytest.raises(BadShape, match="buffer 1 has 3 bytes"), pinned([buffer, b"abc"], 4, writable=False):
        pass
    buffer.append(2)


@pytest.mark.usefixtures("fresh_choice")
@pytest.mark.parametrize("with_isal", [True, False])
def test_crc32_is_the_one_of_zlib_with_and_without_isa_l(
    monkeypatch: pytest.MonkeyPatch, with_isal: bool
) -> None:
    if not with_isal:
        monkeypatch.setattr(crc, "find_isal", lambda: None)
    data = random.Random(5).randbytes(100_003)
    for cut in (0, 1, 17, 4096, 100_003):
        assert crc.crc32(memoryview(data)[cut:], crc.crc32(data[:cut])) == zlib.crc32(data)
