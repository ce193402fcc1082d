"""What drives answer, byte by byte, and with rubbish after it."""

from typing import Any

import pytest

from backends.optical.mmc_disc import (
    BluRayDiscInformation,
    Capacity,
    DiscInformation,
    RecordedState,
    SessionState,
    TrackInformation,
)
from backends.optical.mmc_drive import BLU_RAY, ConfigurationHeader, MediaEvent, Profile, profile_name
from devices.failures import WireDamaged

BLANK = DiscInformation(RecordedState.EMPTY, SessionState.EMPTY)
CLOSED = DiscInformation(RecordedState.FINALIZED, SessionState.COMPLETE)
BLANK_TRACK = TrackInformation(1, 1, 0, 12_219_392, 12_219_392, next_writable=0, blank=True)
CLOSED_TRACK = TrackInformation(1, 1, 0, 0, 12_219_392, last_recorded=0x1FFF)

ANSWERS: list[tuple[Any, str]] = [
    (ConfigurationHeader(Profile.BD_R_SRM), "0000000400000041"),
    (BLANK, "0020000101010100" + "00" * 26),
    (CLOSED, "00200e0101010100" + "00" * 26),
    (
        DiscInformation(RecordedState.INCOMPLETE, SessionState.DAMAGED, True, 258, 1, 2, 259),
        "0020190102020300" + "00010001" + "00" * 22,
    ),
    (BLANK_TRACK, "002e010100044101" + "00000000" * 2 + "00ba7400" + "00000000" + "00ba7400" + "00" * 20),
    (CLOSED_TRACK, "002e010100040102" + "00000000" * 4 + "00ba7400" + "00001fff" + "00" * 16),
    (Capacity(12_219_391), "00ba73ff00000800"),
    (
        BluRayDiscInformation("BDR", "MILLEN", "MR1"),
        "00720000"
        + "444901" + "00" * 5 + b"BDR".hex() + "00" * 89 + b"MILLENMR1".hex() + "00" * 3,
    ),
    (MediaEvent(2, tray_open=False, media_present=True), "0006041002020000"),
    (MediaEvent(0, tray_open=True, media_present=False), "0006041000010000"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "data"), ANSWERS, ids=[type(a).__name__ for a, _ in ANSWERS])
def test_answer_is_its_bytes_and_back(answer: Any, data: str) -> None:
    assert answer.encode().hex() == data
    assert type(answer).decode(bytes.fromhex(data) + b"rubbish") == answer


@pytest.mark.parametrize(("answer", "data"), ANSWERS, ids=[type(a).__name__ for a, _ in ANSWERS])
def test_an_answer_without_its_beginning_is_damage(answer: Any, data: str) -> None:
    with pytest.raises(WireDamaged):
        type(answer).decode(bytes.fromhex(data)[:3])


def test_an_old_track_information_block_has_no_last_address() -> None:
    data = bytearray(CLOSED_TRACK.encode()[:28])
    assert TrackInformation.decode(bytes(data)).last_recorded is None


def test_addresses_marked_not_valid_are_none() -> None:
    data = bytearray(BLANK_TRACK.encode())
    data[7] = 0
    track = TrackInformation.decode(bytes(data))
    assert (track.next_writable, track.last_recorded) == (None, None)


def test_disc_structure_that_is_no_disc_information_is_damage() -> None:
    with pytest.raises(WireDamaged, match="`DI`"):
        BluRayDiscInformation.decode(bytes(116))


def test_media_code_names_maker_and_type() -> None:
    assert BluRayDiscInformation("BDR", "MILLEN", "MR1").media_id == "MILLEN/MR1"


@pytest.mark.parametrize("data", ["00028010", "0006800000000000", "0006011002020000"])
def test_a_drive_without_media_events_reports_none(data: str) -> None:
    assert MediaEvent.decode(bytes.fromhex(data)) is None


def test_profiles_have_names() -> None:
    assert profile_name(0x41) == "BD-R SRM"
    assert profile_name(0x99) == "profile 0099"
    assert Profile.DVD_PLUS_R not in BLU_RAY
    assert all(not profile_name(number).startswith("profile") for number in Profile)
