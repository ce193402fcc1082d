"""Checked bytes from spools: what is right passes, what is wrong is rebuilt or named, and liars are known."""

from pathlib import Path
from random import Random

import pytest

from archived.sessions.gather import Gathered, SetShape, SpooledMember, WantedFile, gather
from erasure.chunks import CHUNK_BYTES, ChunkTableBuilder
from erasure.coding import SetCode
from erasure.digests import hasher
from erasure.kernels import load_kernel

KERNEL = load_kernel()
SECTOR = 2048


def sha256(data: bytes) -> str:
    digest = hasher("sha256")
    digest.update(data)
    return digest.hexdigest()


def chunk_table(data: bytes) -> bytes:
    builder = ChunkTableBuilder()
    builder.update(data)
    return builder.finish().to_bytes()


class Set:
    """Two data members, the first longer than the second, and parity; spools hold what was read."""

    def __init__(self, folder: Path, m: int = 1) -> None:
        chance = Random(1)
        self.folder, self.m = folder, m
        self.long = chance.randbytes(CHUNK_BYTES + 40 * SECTOR)
        self.short = chance.randbytes(60 * SECTOR)
        self.parity = self._encode()
        self.file = WantedFile(
            "data/x", 10 * SECTOR, CHUNK_BYTES, sha256(self.long[10 * SECTOR :][:CHUNK_BYTES])
        )

    def _encode(self) -> list[bytes]:
        length = len(self.long)
        outputs = [memoryview(bytearray(length)) for _ in range(self.m)]
        sources = [memoryview(self.long), memoryview(self.short)]
        SetCode(2, self.m, KERNEL, present=2).encode(sources, outputs, length)
        return [bytes(output) for output in outputs]

    @property
    def shape(self) -> SetShape:
        return SetShape(2, self.m, 2, 0, chunk_table(self.long))

    def member(self, number: int, data: bytes, *, read: bool = True, spoilt: bool = False) -> SpooledMember:
        spool = self.folder / f"{number}.spool"
        spool.write_bytes(bytes(len(data)) if spoilt else data)
        stretches = ((0, len(data)),) if read else ()
        table = chunk_table(data)
        return SpooledMember(number, 10 + number, spool if read else None, 0, len(data), table, stretches)

    def gather(self, spooled: bytes, members: list[SpooledMember], direct_copy: int | None = 7) -> Gathered:
        spool = self.folder / "wanted.spool"
        spool.write_bytes(spooled)
        return gather(
            [self.file],
            spool,
            direct_copy=direct_copy,
            members=members,
            shape=self.shape,
            kernel=KERNEL,
            report=lambda done, total: None,
        )

    @property
    def given(self) -> bytes:
        start = self.file.offset
        return (self.folder / "wanted.spool").read_bytes()[start : start + self.file.size_bytes]


@pytest.fixture
def a_set(tmp_path: Path) -> Set:
    return Set(tmp_path)


def test_right_bytes_pass_and_nobody_is_blamed(a_set: Set) -> None:
    assert a_set.gather(a_set.long, []) == Gathered((), (), ())


def test_wrong_bytes_are_named_with_the_copy_that_gave_them(a_set: Set) -> None:
    nothing_read = a_set.member(1, a_set.short, read=False)

    found = a_set.gather(bytes(len(a_set.long)), [nothing_read])

    assert found == Gathered((0, 1), ("data/x",), (7,))


def test_wrong_bytes_are_rebuilt_from_the_other_members(a_set: Set) -> None:
    members = [a_set.member(1, a_set.short), a_set.member(2, a_set.parity[0])]

    found = a_set.gather(bytes(len(a_set.long)), members)

    assert not found.wrong
    assert not found.missing
    assert sha256(a_set.given) == a_set.file.sha256


def test_zeros_behind_a_short_member_are_known_without_reading_it(a_set: Set) -> None:
    tail = WantedFile("data/tail", CHUNK_BYTES, 8 * SECTOR, sha256(a_set.long[CHUNK_BYTES:][: 8 * SECTOR]))
    a_set.file = tail
    members = [a_set.member(1, a_set.short, read=False), a_set.member(2, a_set.parity[0])]

    found = a_set.gather(bytes(len(a_set.long)), members)

    assert found == Gathered((), (), ())


def test_member_that_lies_is_named_and_what_it_alone_could_give_stays_missing(a_set: Set) -> None:
    members = [a_set.member(1, a_set.short, spoilt=True), a_set.member(2, a_set.parity[0])]

    found = a_set.gather(bytes(len(a_set.long)), members)

    assert found.missing == (0,)
    assert found.wrong == ("data/x",)
    assert found.liars == (11,)


def test_liar_does_not_matter_where_there_is_parity_to_spare(tmp_path: Path) -> None:
    a_set = Set(tmp_path, m=2)
    members = [
        a_set.member(1, a_set.short, spoilt=True),
        a_set.member(2, a_set.parity[0]),
        a_set.member(3, a_set.parity[1]),
    ]

    found = a_set.gather(bytes(len(a_set.long)), members)

    assert not found.wrong
    assert found.liars == (11,)
    assert sha256(a_set.given) == a_set.file.sha256
