"""Whatever happened to a disc, salvage comes to an end, raises nothing, and never calls a wrong byte good."""

import hashlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archived.formats.extents import extents_text
from archived.formats.salvage_disc import open_disc
from archived.formats.salvage_extents import places_of
from archived.formats.salvage_extract import SAVED, extract
from archived.formats.salvage_receipt import WRONG, check_receipt
from archived.formats.salvage_report import sets_of
from tests.formats.building import BuiltSet, build_set
from tests.formats.salvaging import nothing

#: (where, how many bytes, what stands there then)
CHANGES = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True), st.sampled_from([1, 17, 2048, 5000, 40_000]), st.integers(0, 255)
    ),
    max_size=8,
)


class Discs:
    """A set of one and one in memory."""

    def __init__(self, built: BuiltSet) -> None:
        self.images = {position: path.read_bytes() for position, path in built.images.items()}
        self.receipt = built.packages[1][0].record.receipt or {}


@pytest.fixture(scope="module")
def discs() -> Discs:
    with tempfile.TemporaryDirectory() as folder:
        return Discs(build_set(Path(folder) / "set", n=1, m=1))


@settings(max_examples=40)
@given(changes=CHANGES, position=st.sampled_from([1, 2]), kept=st.floats(0.3, 1))
def test_a_spoiled_disc_is_read_as_far_as_it_goes(
    discs: Discs, changes: list[tuple[float, int, int]], position: int, kept: float
) -> None:
    whole = discs.images[position]
    data = bytearray(whole)
    for place, length, value in changes:
        at = int(place * len(data))
        data[at : at + length] = bytes([value]) * min(length, len(data) - at)
    del data[int(kept * len(data)) :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "disc.img"
        path.write_bytes(data)
        disc = open_disc(path)
        for item in extract([disc], Path(folder) / "to", (), nothing):
            if item.state == SAVED:  # then the disc itself named its sha256
                saved = next((Path(folder) / "to").iterdir()) / item.path
                assert hashlib.sha256(saved.read_bytes()).hexdigest().encode() in whole
        # The receipt itself is right: damage of a disc may leave it open, and never makes it a forgery.
        assert check_receipt(discs.receipt, [disc]).signature != WRONG
        for salvaged in sets_of([disc], nothing):
            if position == 1 and salvaged.whole(1):
                assert data == whole
        disc.close()


@given(rows=st.dictionaries(st.text('ab,"é/', min_size=1, max_size=9), st.integers(0, 5000), max_size=8))
def test_a_table_of_extents_comes_back(rows: dict[str, int]) -> None:
    places, lba = {}, 400
    for path, size_bytes in rows.items():
        places[path] = (lba * 2048 if size_bytes else 0, size_bytes)
        lba += -(-size_bytes // 2048)
    text = extents_text((offset // 2048, size_bytes, path) for path, (offset, size_bytes) in places.items())
    assert places_of(text) == places
    assert places_of(text[:-1]).items() <= places.items()


@given(text=st.binary(max_size=200))
def test_no_bytes_make_a_table_of_extents_fail(text: bytes) -> None:
    found = places_of(b"lba,size_bytes,path\r\n" + text)
    assert all(offset >= 0 and size_bytes >= 0 for offset, size_bytes in found.values())


def test_a_damaged_size_never_reaches_into_the_next_file() -> None:
    text = extents_text([(400, 10, "a"), (401, 10, "b")]).replace(
        b",000000000000010,a", b",900000000000010,a"
    )
    assert places_of(text) == {"a": (400 * 2048, 2048), "b": (401 * 2048, 10)}
