import hashlib
import random
import tracemalloc

import pytest
from blake3 import blake3
from xxhash import xxh3_128

from erasure.digests import ALGORITHMS, BLOCK_BYTES, GATHERED_BYTES_MAX, Digests, hasher
from erasure.errors import UnknownAlgorithm

DATA = random.Random(6).randbytes(3 * BLOCK_BYTES + 12345)
EXPECTED = {
    "sha256": hashlib.sha256(DATA).hexdigest(),
    "blake3": blake3(DATA).hexdigest(),
    "xxh3-128": xxh3_128(DATA).hexdigest(),
}


def test_the_three_names_are_the_ones_that_stand_in_manifests() -> None:
    assert ALGORITHMS == ("sha256", "blake3", "xxh3-128")
    assert tuple(Digests().hexdigests()) == ALGORITHMS


def test_digests_of_nothing_are_the_published_ones() -> None:
    assert Digests().hexdigests() == {
        "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "blake3": "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
        "xxh3-128": "99aa06d3014798d86001c324468d497f",
    }


@pytest.mark.parametrize(
    "piece", [1000, 4096, GATHERED_BYTES_MAX - 1, GATHERED_BYTES_MAX, BLOCK_BYTES, BLOCK_BYTES + 1, len(DATA)]
)
def test_the_size_of_the_pieces_makes_no_difference(piece: int) -> None:
    digests = Digests()
    for start in range(0, len(DATA), piece):
        digests.update(memoryview(DATA)[start : start + piece])
    assert digests.hexdigests() == EXPECTED
    assert digests.length_bytes == len(DATA)


def test_small_and_large_pieces_keep_their_order_and_more_may_follow_a_reading() -> None:
    digests = Digests()
    digests.update(DATA[:7])
    digests.update(bytearray(DATA[7 : BLOCK_BYTES + 7]))
    assert digests.hexdigests()["sha256"] == hashlib.sha256(DATA[: BLOCK_BYTES + 7]).hexdigest()
    digests.update(DATA[BLOCK_BYTES + 7 : BLOCK_BYTES + 9])
    digests.update(DATA[BLOCK_BYTES + 9 :])
    assert digests.hexdigests() == EXPECTED


def test_a_buffer_may_be_used_again_as_soon_as_it_was_taken() -> None:
    digests, buffer = Digests(["sha256"]), bytearray(b"abc")
    digests.update(buffer)
    buffer[:] = b"xyz"
    assert digests.hexdigests() == {"sha256": hashlib.sha256(b"abc").hexdigest()}


def test_memory_stays_small_however_many_small_pieces_come() -> None:
    digests, piece = Digests(), bytes(1000)
    tracemalloc.start()
    for _ in range(10_000):
        digests.update(piece)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 3 * BLOCK_BYTES


@pytest.mark.parametrize("name", ["sha512", "md5", "sha3_256", "blake2b", "sm3"])
def test_any_digest_of_hashlib_can_be_had_by_name(name: str) -> None:
    if name not in hashlib.algorithms_available:
        pytest.skip(f"this Python has no {name}")
    digests = Digests([name, "blake3"])
    digests.update(DATA)
    assert digests.hexdigests() == {name: hashlib.new(name, DATA).hexdigest(), "blake3": EXPECTED["blake3"]}


@pytest.mark.parametrize("name", ["sha-257", "shake_128", "xxh3", ""])
def test_a_digest_that_is_unknown_or_has_no_fixed_length_is_refused(name: str) -> None:
    with pytest.raises(UnknownAlgorithm, match="no digest"):
        hasher(name)


def test_a_hasher_gives_bytes_and_words_alike() -> None:
    for name in ALGORITHMS:
        h = hasher(name)
        h.update(DATA)
        assert h.digest().hex() == h.hexdigest() == EXPECTED[name]
