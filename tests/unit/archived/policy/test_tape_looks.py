"""What a look at a cartridge found, against what the catalog believes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from archived.model import Copy, Image, Medium
from archived.policy.tape_looks import (
    LABELLED,
    TapeFound,
    contradictions,
    damages,
    is_same,
    not_in_catalog,
    place_seen,
    tape_found,
)
from archived.states import CopyState, ImageState, LookState, MediumState
from archived.surveys import IDENTIFY, IMAGE, MediumLook
from backends.tape.image_on_tape import ImageIdentity, ImageOnTape, image_fields

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SHA256 = "ab" * 32
MEDIUM = Medium("000001L8", MediumState.APPENDABLE, "lto-8", "000001L8", "", "", 1 << 30, "tl1", 7, 7, None)
IMAGE_1 = Image(
    "I000001", ImageState.KEPT, "data", "bluray", "F", "S", "30", "open", False, NOW,
    set_id="7K3F", position=1, label="7K3F · 1 of 3", size_bytes=2048, sha256=SHA256,
)  # fmt: skip
COPY_1 = Copy(
    1, "I000001", "000001L8", CopyState.VERIFIED, "off-site", "cellar", NOW,
    tape_file=2, first_block=4, block_bytes=65536,
)  # fmt: skip
PLACE_1 = ImageOnTape(ImageIdentity("I000001", 2048, {"sha256": SHA256}, "7K3F", 1), 2, 4, 65536)
FOUND = TapeFound(LABELLED, "000001L8", "An Archive", "tapes", "lto-8", (PLACE_1,), 1 << 20, 1 << 30)

places = st.builds(
    ImageOnTape,
    st.builds(
        ImageIdentity,
        st.from_regex(r"I[0-9]{6}", fullmatch=True),
        st.integers(1, 1 << 24).map(lambda sectors: sectors * 2048),
        st.just({"sha256": SHA256}),
        st.just("7K3F"),
        st.integers(1, 20),
        st.sampled_from(["data", "parity"]),
    ),
    st.integers(1, 1 << 20),
    st.integers(1, 1 << 40),
    st.just(65536),
)


def look(purpose: str, **finding: object) -> MediumLook:
    return MediumLook(1, 1, "000001L8", purpose, LookState.SEEN, NOW, finding=finding)


def kinds(found: TapeFound, copy: Copy = COPY_1, medium: Medium = MEDIUM) -> list[str]:
    return [item.kind for item in contradictions(medium, found, [(copy, IMAGE_1)], NOW)]


@given(st.lists(places, max_size=4), st.integers(0, 1 << 44), st.text(max_size=20))
def test_what_a_look_found_is_read_again_as_it_was(
    images: list[ImageOnTape], used_bytes: int, closed: str
) -> None:
    found = replace(FOUND, images=tuple(images), used_bytes=used_bytes, closed=closed, problems=("a", "b"))
    assert tape_found(look(IDENTIFY, tape=found.as_document())) == found
    for place in images:
        assert place_seen(look(IMAGE, place=image_fields(place))) == place


def test_a_look_at_a_disc_tells_of_no_cartridge() -> None:
    assert tape_found(look(IDENTIFY, status="complete")) is None
    assert place_seen(look(IDENTIFY, status="complete")) is None


def test_an_image_is_the_catalog_s_own_by_member_and_digest() -> None:
    assert is_same(PLACE_1, IMAGE_1)
    assert is_same(PLACE_1, replace(IMAGE_1, sha256=None)), "of a parity image no disc tells the digest"
    assert not is_same(PLACE_1, replace(IMAGE_1, sha256="00" * 32))
    assert not is_same(PLACE_1, replace(IMAGE_1, position=2))


def test_an_image_is_asked_when_no_copy_of_it_is_known_there_good_or_bad() -> None:
    assert not not_in_catalog(FOUND, [(replace(COPY_1, state=CopyState.ABANDONED), IMAGE_1)])
    assert not_in_catalog(FOUND, []) == (PLACE_1,)
    assert not_in_catalog(FOUND, [(replace(COPY_1, tape_file=5), IMAGE_1)]) == (PLACE_1,)
    assert not_in_catalog(FOUND, [(COPY_1, replace(IMAGE_1, position=2))]) == (PLACE_1,)


def test_what_agrees_is_no_difference_and_what_does_not_is_named() -> None:
    assert kinds(FOUND) == []
    assert kinds(replace(FOUND, images=())) == ["other-image"]
    assert kinds(FOUND, replace(COPY_1, first_block=5)) == ["other-image"]
    assert kinds(replace(FOUND, barcode="000002L8")) == ["other-label"]
    assert kinds(replace(FOUND, images=()), replace(COPY_1, state=CopyState.LOST)) == []


def test_what_was_written_after_the_look_is_not_missed() -> None:
    later = replace(COPY_1, written_at=NOW + timedelta(seconds=1))
    assert kinds(replace(FOUND, images=()), later) == []
    assert kinds(replace(FOUND, images=()), replace(later, written_at=NOW - timedelta(1))) == ["other-image"]


def test_a_text_that_cannot_be_read_is_told_with_its_cartridge() -> None:
    (said,) = damages(MEDIUM, replace(FOUND, problems=("tape file 4: the header cannot be read",)))
    assert said.kind == "damaged"
    assert "000001L8" in said.what
    assert "tape file 4" in said.what
