"""Which profile a changer gets, and what one says of serial numbers."""

import pytest

from devices.failures import DeviceRefused
from devices.sense import Sense
from robotics.errors import PAUSED, PERSON, STARTING, UNINITIALIZED, ChangerNotReady, NotSupported, refusal
from robotics.model import ChangerIdentity
from robotics.profiles import PATTERNS, PROFILES, profile_for


@pytest.mark.parametrize(
    ("vendor", "product", "name"),
    [
        ("ARCHIVED", "SIMULATED ROBOT", "standard"),
        ("STK", "L700", "standard"),
        ("IET", "VIRTUAL-CHANGER", "tgt"),
        ("Sony", "VGP-XL1B2", "all-kinds-at-once"),
        ("SONY    ", "VGP-XL1B", "all-kinds-at-once"),
        ("Sonyx", "VGP-XL1B2", "standard"),
    ],
)
def test_profile_is_chosen_by_what_inquiry_says(vendor: str, product: str, name: str) -> None:
    assert profile_for(ChangerIdentity(vendor, product, "1", "")) is PROFILES[name]


def test_every_pattern_names_a_profile_and_where_that_is_from() -> None:
    assert all(pattern.profile in PROFILES and pattern.source for pattern in PATTERNS)
    assert all(name == profile.name for name, profile in PROFILES.items())


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ((0x04, 0x00), STARTING),
        ((0x04, 0x01), STARTING),
        ((0x04, 0x02), UNINITIALIZED),
        ((0x04, 0x03), PERSON),
        ((0x3A, 0x02), PERSON),
        ((0x04, 0x85), PAUSED),
    ],
)
def test_changer_that_is_not_ready_says_why(code: tuple[int, int], reason: str) -> None:
    error = refusal("robot", DeviceRefused(Sense(2, *code), b"\0", "robot"))
    assert isinstance(error, ChangerNotReady)
    assert error.reason == reason


@pytest.mark.parametrize("moving", [False, True])
def test_command_that_does_not_exist_is_not_supported(moving: bool) -> None:
    refused = DeviceRefused(Sense(5, 0x20, 0x00), b"\xa6", "robot")
    assert type(refusal("exchange", refused, moving=moving)) is NotSupported
