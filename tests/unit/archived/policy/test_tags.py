"""Which tag may be what a medium is known by, and why another one may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archived.policy.tags import Flaw, flaw_of, is_serial_number

UID = "04a23fb2c15d80"
uids = st.binary(min_size=1, max_size=12).map(bytes.hex)


@pytest.mark.parametrize(
    ("uid", "fixed", "flaw"),
    [
        (UID, True, None),
        (UID, None, None),
        ("", True, Flaw.EMPTY),
        ("0000000000000000", True, Flaw.UNWRITTEN),
        ("ffffffff", None, Flaw.UNWRITTEN),
        ("08a1b2c3", None, Flaw.MADE_UP),
        ("08a1b2c3", False, Flaw.MADE_UP),
        ("08a1b2c3", True, None),  # its reader knows: no tag of ISO 14443
        ("08a1b2c3d4e5f6", None, None),
        (UID, False, Flaw.MADE_UP),
    ],
)
def test_a_tag_that_says_nothing_lasting_is_no_identity(
    uid: str, fixed: bool | None, flaw: Flaw | None
) -> None:
    found = flaw_of(uid, fixed=fixed)
    assert (None if found is None else found.flaw) == flaw


def test_a_copied_tag_is_told_with_whose_it_is_and_what_to_do() -> None:
    found = flaw_of(UID, medium_id="D0002", owner_id="D0001")
    assert found is not None
    assert found.flaw is Flaw.COPIED
    assert "medium D0001 already" in found.words
    assert 'archivectl media label D0001 --rfid ""' in found.advice


def test_the_tag_of_a_medium_stays_its_own() -> None:
    assert flaw_of(UID, medium_id="D0001", owner_id="D0001") is None


@given(uids, st.booleans() | st.none(), st.sampled_from([None, "A", "B"]))
def test_no_tag_is_ever_that_of_two_media(uid: str, fixed: bool | None, owner: str | None) -> None:
    found = {medium: flaw_of(uid, fixed=fixed, medium_id=medium, owner_id=owner) for medium in ("A", "B")}
    if owner is not None:
        assert [medium for medium, flaw in found.items() if flaw is None] in ([], [owner])
    for flaw in found.values():
        assert flaw is None or (flaw.words and flaw.advice)


@pytest.mark.parametrize(
    ("uid", "is_serial"),
    [(b"A1B2C3D4E5".hex(), True), (UID, False), ("deadbeef", False), (b"ABCD".hex(), False)],
)
def test_the_serial_number_of_a_chip_is_told_from_a_radio_tag(uid: str, is_serial: bool) -> None:
    assert is_serial_number(uid) == is_serial
