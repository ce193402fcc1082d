"""Any bytes as texts of a tape are decoded or refused; what is said comes back; what was changed is not believed."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.errors import TapeTextDamaged
from backends.tape.contents import read_contents
from backends.tape.image_on_tape import ImageIdentity, ImageOnTape
from backends.tape.index import Index, decode_index, encode_index
from backends.tape.label import TapeLabel, decode_label, encode_label
from backends.tape.marks import (
    Header,
    Origin,
    Trailer,
    decode_header,
    decode_trailer,
    encode_header,
    encode_trailer,
)
from backends.tape.recognition import FoundFile, TapeEnd, decode_text, recognise
from backends.tape.sealed_text import in_blocks, in_one_block, seal
from tests.unit.backends.tape.memory_tape import MARK, MemoryTape

BLOCKS = st.sampled_from([32 << 10, 64 << 10, 1 << 20])
#: What may stand in a field.
WORDS = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs"], exclude_characters="\x7f"), max_size=40
)
UUIDS = st.uuids().map(str)
TIMES = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2999, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
HEX = st.text("0123456789abcdef", min_size=64, max_size=64)
DIGESTS = st.builds(lambda sha, other: {"sha256": sha, "blake3": other}, HEX, HEX)
ORIGINS = st.builds(Origin, UUIDS, st.integers(1, 10**6), TIMES, WORDS, st.booleans())
IMAGES = st.builds(
    ImageIdentity,
    WORDS.filter(bool),
    st.integers(1, 10**9).map(lambda sectors: 2048 * sectors),
    DIGESTS,
    WORDS,
    st.integers(0, 255),
    st.sampled_from(["data", "parity"]),
    WORDS,
)
PLACES = st.builds(ImageOnTape, IMAGES, st.integers(1, 10**6), st.integers(1, 10**9), BLOCKS)
LABELS = st.builds(
    TapeLabel,
    *[UUIDS, WORDS, WORDS, WORDS, WORDS, WORDS, WORDS, TIMES, WORDS, BLOCKS, st.booleans(), st.booleans()],
)
HEADERS = st.builds(Header, ORIGINS, PLACES)
TRAILERS = st.builds(Trailer, ORIGINS, PLACES, HEX)
TEXTS = st.one_of(LABELS.map(encode_label), HEADERS.map(encode_header), TRAILERS.map(encode_trailer))


@given(LABELS)
def test_a_label_comes_back_from_one_block(label: TapeLabel) -> None:
    assert decode_label(in_one_block(encode_label(label), label.block_bytes)) == label


@given(HEADERS, TRAILERS)
def test_headers_and_trailers_come_back(header: Header, trailer: Trailer) -> None:
    found = decode_header(in_one_block(encode_header(header), 32 << 10))
    assert (found.origin, found.place) == (header.origin, header.place)
    assert decode_trailer(encode_trailer(trailer)) == trailer


@given(ORIGINS, st.lists(st.tuples(IMAGES, st.integers(0, 50)), max_size=5), st.data())
def test_an_index_comes_back_over_several_blocks(
    origin: Origin, listed: list[tuple[ImageIdentity, int]], data: st.DataObject
) -> None:
    images: list[ImageOnTape] = []
    for image, gap in listed:
        after = images[-1].end_block if images else 2
        images.append(ImageOnTape(image, 3 * len(images) + 2, after + gap + 2, 1 << 20))
    block = images[-1].end_block if images else 2
    index = Index(origin, 100, block, tuple(images), tuple(range(1, data.draw(st.integers(1, 90)))))
    text = b"".join(in_blocks(encode_index(index), 2048))
    assert len(text) % 2048 == 0
    assert decode_index(text) == index
    if images:
        with pytest.raises(TapeTextDamaged, match="contradict"):
            decode_index(encode_index(Index(origin, 100, block - 1, tuple(images))))


@given(TEXTS, st.data())
def test_a_text_that_was_changed_anywhere_is_not_believed(text: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    changed = bytearray(text)
    changed[at] ^= data.draw(st.integers(1, 255))
    assert decode_text(text) is not None
    if bytes(changed).rstrip(b"\0") != text:
        assert decode_text(bytes(changed)) is None
    assert decode_text(text[:at]) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=4,
)
FIELDS = st.sampled_from(
    [
        *["cartridge", "session", "written_at", "software", "simulated", "image", "header_check", "file"],
        *["first_block", "images", "skipped", "barcode", "block_bytes", "worm", "labelled_at"],
    ]
)


@settings(max_examples=30)
@given(st.sampled_from(["label", "header", "trailer", "index"]), st.data())
def test_sealed_texts_with_any_fields_are_decoded_or_refused(kind: str, data: st.DataObject) -> None:
    """Whoever knows the format can seal anything."""
    whole = {
        "label": lambda: encode_label(data.draw(LABELS)),
        "header": lambda: encode_header(data.draw(HEADERS)),
        "trailer": lambda: encode_trailer(data.draw(TRAILERS)),
        "index": lambda: encode_index(Index(data.draw(ORIGINS), 1, 2, ())),
    }[kind]()
    fields = json.loads(whole[: whole.find(b"\n}\n") + 3])
    magic = fields.pop("magic")
    fields = {name: value for name, value in fields.items() if name not in {"version", "check"}}
    target = fields
    if isinstance(fields.get("image"), dict) and data.draw(st.booleans()):
        target = fields["image"]
    name = data.draw(st.one_of(st.sampled_from(sorted(target)), FIELDS))
    target[name] = data.draw(JSON)
    try:
        text = seal(magic, 1, fields)
    except ValueError:
        return
    decode_text(text)


@given(st.binary(max_size=300), st.sampled_from(["", "label", "header", "trailer", "index"]))
def test_any_bytes_are_decoded_or_refused(data: bytes, kind: str) -> None:
    if kind:
        data = f'{{\n "magic": "archived-tape-{kind}",\n "version": 1,'.encode() + data
    assert decode_text(data) is None


def test_nested_and_huge_values_are_refused() -> None:
    opening = (
        '{\n "magic": "archived-tape-header",\n "version": 1,\n "check": "' + "0" * 64 + '",\n "image": '
    )
    for inner in ("[" * 100_000, "[" * 100_000 + "]" * 100_000, "9" * 10_000):
        assert decode_text(f"{opening}{inner}\n}}\n".encode()) is None
    with pytest.raises(TapeTextDamaged, match="version 2"):
        decode_header(seal("archived-tape-header", 2, {}))


OBJECTS = st.lists(
    st.one_of(
        st.just(MARK),
        st.binary(min_size=1, max_size=40),
        TEXTS.map(lambda text: text.ljust(32 << 10, b"\0")),
    ),
    max_size=14,
)


@given(OBJECTS, st.sets(st.integers(0, 14), max_size=3), st.booleans(), st.booleans())
def test_any_tape_is_read_to_a_verdict(
    objects: list[bytes | None], bad: set[int], end_is_lost: bool, whole: bool
) -> None:
    tape = MemoryTape(objects)
    tape.bad, tape.end_is_lost = bad, end_is_lost
    found = read_contents(tape, whole=whole)
    assert found.good_block <= len(objects)
    assert found.blank is (not objects and not end_is_lost)
    assert all(place.end_block - 1 <= len(objects) for place in found.images)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.booleans(), TEXTS | st.just(b"")), max_size=6))
def test_any_files_are_recognised_without_one_being_counted_twice(
    shapes: list[tuple[int, bool, bool, bytes]],
) -> None:
    files, block = [], 0
    for number, (blocks, closed, readable, text) in enumerate(shapes):
        files.append(FoundFile(number, block, blocks, text, closed, readable))
        block = files[-1].end_block
    found = recognise(files)
    assert len(set(found.skipped)) == len(found.skipped) <= len(files)
    assert found.end is TapeEnd.CLEAN or found.skipped
