"""What the planner lets an image cost is never less than what a session writes for it."""

from datetime import UTC, datetime
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from archived.policy.cartridges import INDEX_BYTES, cost_on_tape
from backends.tape.image_on_tape import ImageIdentity, ImageOnTape
from backends.tape.index import Index, encode_index
from backends.tape.label import TapeLabel, encode_label
from backends.tape.labelling import label_cartridge
from backends.tape.marks import Header, Origin, Trailer, encode_header, encode_trailer
from tests.unit.backends.tape.images import CARTRIDGE, Bytes, a_label, identity, image_bytes, session
from tests.unit.backends.tape.memory_tape import MemoryTape

BLOCKS = st.sampled_from([32 << 10, 64 << 10, 128 << 10, 1 << 20, 4 << 20])
SESSIONS = st.lists(st.lists(st.integers(16, 200), min_size=1, max_size=3), min_size=1, max_size=3)


@settings(max_examples=30)
@given(sessions=SESSIONS, block_bytes=BLOCKS.filter(lambda size: size <= 128 << 10))
def test_a_cartridge_never_takes_more_than_was_planned_whatever_its_sessions(
    sessions: list[list[int]], block_bytes: int
) -> None:
    tape = MemoryTape()
    label_cartridge(tape, a_label(block_bytes=block_bytes))
    planned_bytes = count = 0
    for sizes in sessions:
        writing = session(tape)
        for sectors in sizes:
            count += 1
            data = image_bytes(count, sectors)
            writing.append(identity(data, f"I{count}"), Bytes(data))
            planned_bytes += cost_on_tape(len(data), block_bytes)
        writing.finish()
        # As the catalog counts what is used: each object of the tape as one block.
        assert len(tape.objects) * block_bytes <= planned_bytes


@given(size_sectors=st.integers(1, 1 << 30), block_bytes=BLOCKS, before=st.sampled_from([0, 1, 999]))
def test_the_texts_around_an_image_and_an_index_of_a_thousand_fit_into_its_cost(
    size_sectors: int, block_bytes: int, before: int
) -> None:
    image, origin = longest(size_sectors * 2048), an_origin()
    place = ImageOnTape(image, 3 * before + 2, 3, block_bytes)
    header = encode_header(Header(origin, place))
    texts = [
        encode_label(longest_label(block_bytes)),
        header,
        encode_trailer(Trailer(origin, place, "f" * 64)),
    ]
    assert all(len(text) <= block_bytes for text in texts)
    index_blocks = -(-index_bytes(before + 1) // block_bytes)
    written = len(texts) + place.blocks + index_blocks
    # One behind each tape file: label, header, image, trailer, index.
    marks = 5
    assert (written + marks) * block_bytes <= cost_on_tape(image.size_bytes, block_bytes)


def test_the_index_that_is_planned_for_holds_more_than_a_thousand_images() -> None:
    assert index_bytes(1000) <= INDEX_BYTES < index_bytes(3000)


def longest(size_bytes: int) -> ImageIdentity:
    digests = {"sha256": "f" * 64, "blake3": "f" * 64, "xxh3-128": "f" * 32}
    label = "7K3F · 253 of 255 · any 254 rebuild"
    return ImageIdentity("I-7K3F-253", size_bytes, digests, "7K3F", 253, "parity", label)


def an_origin() -> Origin:
    return Origin(CARTRIDGE, 999_999, datetime(2026, 1, 1, tzinfo=UTC), "archived 10.20.30", True)


def longest_label(block_bytes: int) -> TapeLabel:
    return TapeLabel(
        cartridge=CARTRIDGE,
        barcode="VOL001L8",
        institution="档案馆" * 80,
        contact="地址" * 80,
        site="main",
        pool="tapes",
        media_kind="lto-7-m8",
        labelled_at=datetime(2026, 1, 1, tzinfo=UTC),
        software="archived 10.20.30",
        block_bytes=block_bytes,
        simulated=True,
    )


@cache
def index_bytes(images: int) -> int:
    """Of the index of so many images, with names and places as long as they get."""
    image = longest((1 << 30) * 2048)
    places = tuple(ImageOnTape(image, 10**6 + n, 10**12 + n * 10**9, 2048 << 10) for n in range(images))
    return len(encode_index(Index(an_origin(), 10**9, 10**15, places, tuple(range(1, 200)))))
