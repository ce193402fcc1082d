"""Reading all of an image: what is known of it is held against it, and what is not is learnt."""

from archived.sessions.read import Expected
from archived.sessions.read_whole import WholeRead, Wrapped, compare_whole
from backends.errors import MediumUnreadable
from erasure.chunks import ChunkTableBuilder
from erasure.digests import Digests

SECTOR = 2048
IMAGE = bytes(range(256)) * 8 * 700


class Source:
    """Sectors of an image; some cannot be read."""

    def __init__(self, data: bytes, *bad: int) -> None:
        self.data, self.bad = data, bad

    def read(self, lba: int, sectors: int) -> bytes:
        if any(lba <= sector < lba + sectors for sector in self.bad):
            raise MediumUnreadable(lba, sectors)
        return self.data[lba * SECTOR : (lba + sectors) * SECTOR]


def digests(data: bytes) -> dict[str, str]:
    made = Digests()
    made.update(data)
    return made.hexdigests()


def table(data: bytes) -> bytes:
    builder = ChunkTableBuilder()
    builder.update(data)
    return builder.finish().to_bytes()


def told(*, chunks: bytes = b"") -> Expected:
    made = digests(IMAGE)
    return Expected("I1", len(IMAGE), made["sha256"], made["blake3"], made["xxh3-128"], chunks)


def read(source: Source, expected: Expected | Wrapped) -> WholeRead:
    return compare_whole(source, expected, lambda done, total: None)


def test_with_a_chunk_table_nothing_is_learnt() -> None:
    done = read(Source(IMAGE), told(chunks=table(IMAGE)))
    assert (done.comparison.words, done.chunks) == ("", b"")


def test_from_digests_alone_the_chunk_table_is_learnt() -> None:
    done = read(Source(IMAGE), told())
    assert done.comparison.words == ""
    assert (done.sha256, done.chunks) == (digests(IMAGE)["sha256"], table(IMAGE))


def test_by_digests_alone_a_wrong_byte_and_an_unreadable_sector_are_told_and_nothing_is_learnt() -> None:
    for source in (Source(b"x" + IMAGE[1:]), Source(IMAGE, 40)):
        done = read(source, told())
        assert done.comparison.words
        assert done.comparison.bad
        assert (done.sha256, done.chunks) == ("", b"")


def test_a_wrapper_must_have_the_digest_that_a_tape_tells() -> None:
    payload = IMAGE[SECTOR * 16 :]
    wrapped = Wrapped("I1", len(IMAGE), SECTOR * 16, table(payload), digests(IMAGE)["sha256"])
    assert read(Source(IMAGE), wrapped).comparison.words == ""
    other = b"x" + IMAGE[1:]
    assert "sha256" in read(Source(other), wrapped).comparison.words
    untold = Wrapped("I1", len(IMAGE), SECTOR * 16, table(payload))
    assert read(Source(other), untold).sha256 == digests(other)["sha256"]
